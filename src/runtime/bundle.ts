/** Loads a bundle: config.json read, parsed, validated; rootfs found. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { issuesText } from '../spec/issues.ts';
import { hasLongNumber, JsonError, parse, parseRounded } from '../spec/parse.ts';
import type { Spec } from '../spec/types.ts';
import { validate } from '../spec/validate.ts';
import type { Context } from './context.ts';
import { fillMappings } from './own-mappings.ts';

const CONFIG_LIMIT = 64 * 1024 * 1024;

export interface Bundle {
  /** Absolute, without symlinks. */
  readonly path: string;
  readonly rootfs: string;
  readonly spec: Spec;
}

/**
 * @param path of the bundle, absolute or relative to the working directory
 * @param known its container exists: whoever made it has been warned
 * @throws RuntimeError InvalidArgument with every problem in one line
 */
export function loadBundle(context: Context, path: string, known = false): Bundle {
  const bundle = realPath(path, 'bundle');
  const spec = readSpec(context, `${bundle}/config.json`, known);
  const root = spec.root.path;
  const rootfs = realPath(root.startsWith('/') ? root : `${bundle}/${root}`, 'rootfs');
  if (native.stat(rootfs)?.kind !== 'directory') {
    throw new RuntimeError('InvalidArgument', `invalid rootfs: ${rootfs} is not a directory`, {
      stage: 'config',
      path: rootfs,
    });
  }
  return { path: bundle, rootfs, spec };
}

function readSpec(context: Context, path: string, known: boolean): Spec {
  const text = readConfig(path);
  const rootless = native.ids().euid !== 0;
  const verdictOf = (read: (text: string) => unknown) => {
    const value = parseConfig(read, text, path);
    if (rootless) fillMappings(value);
    return validate(value, { processRequired: false, rootless });
  };
  let verdict = verdictOf(parseRounded);
  // One of the issues may be a number that was rounded: again, exactly.
  if (!verdict.value && hasLongNumber(text)) verdict = verdictOf(parse);
  const { value, issues, warnings } = verdict;
  for (const warning of known ? [] : warnings) context.log.warn(`${warning.path}: ${warning.message}`);
  if (value) return value;
  throw new RuntimeError('InvalidArgument', issuesText(issues), { stage: 'config', path });
}

function parseConfig(read: (text: string) => unknown, text: string, path: string): unknown {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const words = `config.json is no valid JSON: ${error.message}`;
    throw new RuntimeError('InvalidArgument', words, { stage: 'config', path });
  }
}

function readConfig(path: string): string {
  try {
    return native.readFile(path, CONFIG_LIMIT);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new RuntimeError('NotFound', `JSON specification file ${path} not found`, {
      stage: 'config',
      path,
      hint: 'run in a bundle, name one with --bundle, or make a config.json with `hoist spec`',
    });
  }
}

function realPath(path: string, what: string): string {
  try {
    return native.realPath(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new RuntimeError(
      'InvalidArgument',
      `invalid ${what}: ${error.message}`,
      { stage: 'config', syscall: error.syscall, errno: error.code, path },
      error,
    );
  }
}
