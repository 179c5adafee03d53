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

export const container = { name: 'container-id', complete: 'container' } as const;
export const newContainer = { name: 'container-id' } as const;
