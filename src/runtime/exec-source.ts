/** Where the process of an `exec` comes from. */

import { native } from '../host/native.ts';
import type { Process } from '../spec/types.ts';

const LIMIT = 64 * 1024 * 1024;

/** A process.json, a process as it would stand in one, or the bundle's own with changes. */
export type ProcessSource = { readonly file: string } | { readonly whole: Process } | { readonly changes: Changes };

/** What is different from the process of the bundle's config.json. */
export interface Changes {
  /** The program and its arguments. */
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** Added to the environment, `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  readonly terminal: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Added to the bounding, effective and permitted set, and to the ambient one of a process that has an inheritable set. */
  readonly capabilities?: readonly string[] | undefined;
  /** Added. */
  readonly additionalGids?: readonly number[] | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly selinuxLabel?: string | undefined;
  readonly noNewPrivileges?: boolean | undefined;
}

/** What was found there, not looked at yet. */
export interface Source {
  readonly from: ProcessSource;
  /** Of the file; empty for a process that is given whole. */
  readonly path: string;
  readonly text: string;
}

/**
 * Of config.json, as it is now, nothing but the process counts: the container exists.
 *
 * @param bundle path of the container's bundle
 * @throws SystemError when a file cannot be read
 */
export function readSource(bundle: string, from: ProcessSource): Source {
  if ('whole' in from) return { from, path: '', text: '' };
  const path = 'file' in from ? from.file : `${bundle}/config.json`;
  return { from, path, text: 'file' in from ? native.readFile(path, LIMIT, true) : native.readFile(path, LIMIT) };
}

/** Whether the process may want to be bound to processors before anything else is done. */
export function mayBePinned({ from, text }: Source): boolean {
  return 'whole' in from ? from.whole.execCPUAffinity !== undefined : text.includes('execCPUAffinity');
}
