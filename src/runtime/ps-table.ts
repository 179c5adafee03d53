/** What the host's ps(1) prints, kept to the processes of a container. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Context } from './context.ts';
import { signalText } from './signal-text.ts';

const EXECUTABLE = 1;
/** Far above what a host's processes fill. */
const OUTPUT = 64 * 1024 * 1024;

/**
 * @param options for ps
 * @returns the heading and the lines whose column PID is one of `pids`
 * @throws RuntimeError NotFound `exec: "ps": executable file not found in $PATH`; what ps says when it fails;
 * `couldn't find PID field in ps output`
 */
export function processTable(context: Context, pids: readonly number[], options: readonly string[]): string {
  const [heading = '', ...lines] = runPs(context, options).split('\n');
  const column = heading.trim().split(/\s+/).indexOf('PID');
  if (column < 0) {
    throw new RuntimeError('InvalidArgument', "couldn't find PID field in ps output", {
      stage: 'ps',
      hint: 'give ps options with which it prints a heading and a column PID',
    });
  }
  const wanted = new Set(pids.map(String));
  const ours = lines.filter((line) => wanted.has(line.trim().split(/\s+/)[column] ?? ''));
  return `${[heading, ...ours].join('\n')}\n`;
}

function runPs({ environment }: Context, options: readonly string[]): string {
  const child = native.spawnProcess({ path: find(environment), argv: ['ps', ...options], env: environment, input: '' });
  try {
    const status = native.waitProcess(child.pidfd, -1);
    const output = native.readTail(child.output, OUTPUT);
    if (status?.code === 0) return output;
    const how = status?.signal === undefined ? `exit status ${status?.code}` : `signal: ${signalText(status.signal)}`;
    throw new RuntimeError('FailedPrecondition', `${how}: ${output.trimEnd()}`, { stage: 'ps', operation: 'ps' });
  } finally {
    native.close(child.pidfd);
    native.close(child.output);
  }
}

/** As Go's exec.LookPath: never in the working directory, which an empty or relative part of PATH means. */
function find(environment: readonly string[]): string {
  const path = environment.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  for (const folder of path.split(':')) {
    const candidate = `${folder}/ps`;
    if (!folder.startsWith('/') || native.stat(candidate)?.kind !== 'file') continue;
    if (native.access(candidate, EXECUTABLE)) return candidate;
  }
  throw new RuntimeError('NotFound', 'exec: "ps": executable file not found in $PATH', {
    stage: 'ps',
    hint: 'install ps (Debian: procps), or ask for the pids alone: --format json',
  });
}
