/** What entries of several commands have in common. */

import type { Option } from '../option.ts';

export const help = { name: 'help', short: 'h', kind: 'flag', summary: 'show help' } as const satisfies Option;

export const bundle = {
  name: 'bundle',
  short: 'b',
  kind: 'text',
  value: 'DIR',
  complete: 'folder',
  summary: 'path to the root of the bundle directory, defaults to the current directory',
} as const satisfies Option;

export const format = {
  name: 'format',
  short: 'f',
  kind: 'text',
  value: 'FORMAT',
  complete: ['table', 'json'],
  fallback: 'table',
  summary: 'select one of: table or json',
} as const satisfies Option;

export const regex = {
  name: 'regex',
  short: 'r',
  kind: 'flag',
  summary: 'the container-id is a regular expression: every container whose name it finds',
} as const satisfies Option;

/** What a new process hands to its caller. */
export const consoleSocket = {
  name: 'console-socket',
  kind: 'text',
  value: 'PATH',
  complete: 'file',
  summary:
    "path to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal",
} as const satisfies Option;

export const pidfdSocket = {
  name: 'pidfd-socket',
  kind: 'text',
  value: 'PATH',
  complete: 'file',
  summary: 'path to an AF_UNIX socket which will receive a file descriptor referencing the process',
} as const satisfies Option;

export const pidFile = {
  name: 'pid-file',
  kind: 'text',
  value: 'FILE',
  complete: 'file',
  summary: 'the file to write the process id to',
} as const satisfies Option;

export const detach = {
  name: 'detach',
  short: 'd',
  kind: 'flag',
  summary: "detach from the container's process",
} as const satisfies Option;

export const container = { name: 'container-id', complete: 'container' } as const;
export const newContainer = { name: 'container-id' } as const;
