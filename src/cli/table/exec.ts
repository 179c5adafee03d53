import type { Option } from '../option.ts';
import { consoleSocket, container, detach, help, pidFile, pidfdSocket } from './shared.ts';

export const exec = () =>
  ({
    summary: 'execute new process inside the container',
    options: [...options, help],
    arguments: [container, { name: 'command', optional: true, rest: true }],
    stopsAtArgument: true,
    // As ssh does it: 255 is no likely code of the process.
    failureCode: 255,
  }) as const;

const options = [
  consoleSocket,
  pidfdSocket,
  { name: 'cwd', kind: 'text', value: 'DIR', summary: 'current working directory in the container' },
  { name: 'env', short: 'e', kind: 'texts', value: 'NAME=VALUE', summary: 'set environment variables' },
  { name: 'tty', short: 't', kind: 'flag', summary: 'allocate a pseudo-TTY' },
  { name: 'user', short: 'u', kind: 'text', value: 'UID[:GID]', summary: 'UID (format: <uid>[:<gid>])' },
  { name: 'additional-gids', short: 'g', kind: 'texts', value: 'GID', summary: 'additional gids' },
  {
    name: 'process',
    short: 'p',
    kind: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'path to the process.json; options that describe the process do not count then',
  },
  detach,
  pidFile,
  {
    name: 'process-label',
    kind: 'text',
    value: 'LABEL',
    summary: 'set the asm process label for the process commonly used with selinux',
  },
  { name: 'apparmor', kind: 'text', value: 'PROFILE', summary: 'set the apparmor profile for the process' },
  {
    name: 'no-new-privs',
    kind: 'flag',
    maybe: true,
    summary: 'set the no new privileges value for the process',
  },
  {
    name: 'cap',
    short: 'c',
    kind: 'texts',
    value: 'CAP',
    summary: 'add a capability to the bounding set for the process',
  },
  {
    name: 'preserve-fds',
    kind: 'count',
    value: 'N',
    fallback: '0',
    summary: 'pass N additional file descriptors to the process (stdio + N in total)',
  },
  {
    name: 'cgroup',
    kind: 'texts',
    value: 'GROUP',
    summary: 'run the process in an (existing) sub-cgroup(s), in the form [<controller>:]<cgroup>',
  },
  { name: 'ignore-paused', kind: 'flag', summary: 'allow exec in a paused container' },
] as const satisfies readonly Option[];
