/**
 * Every option and command, declared once: the parser, the help, the manual and the completions all read this table.
 * Names, meanings and order are runc's; `--trace` and `spec --plan` are ours.
 * A command's entry is made when it is asked for: a program that runs one command needs no other. Long ones have a file of their own in table/.
 */

import type { Command, Option } from './option.ts';
import { birth } from './table/birth.ts';
import { checkpointOptions, restoreOptions } from './table/criu.ts';
import { exec } from './table/exec.ts';
import { bundle, container, detach, format, help, newContainer, regex } from './table/shared.ts';
import { limits } from './table/update.ts';

/** Options before the command. */
export const globals = [
  { name: 'debug', kind: 'flag', summary: 'enable debug logging' },
  {
    name: 'log',
    kind: 'text',
    value: 'FILE',
    complete: 'file',
    fallback: '/dev/stderr',
    summary: 'the file to append log lines to',
  },
  {
    name: 'log-format',
    kind: 'text',
    value: 'FORMAT',
    complete: ['text', 'json'],
    fallback: 'text',
    summary: "the log format ('text' or 'json')",
  },
  {
    name: 'root',
    kind: 'text',
    value: 'DIR',
    complete: 'folder',
    fallback: '/run/hoist, or $XDG_RUNTIME_DIR/hoist when rootless',
    summary: 'directory for the state of containers (this should be located in tmpfs)',
  },
  {
    name: 'systemd-cgroup',
    kind: 'flag',
    summary: 'enable systemd cgroup support, expects cgroupsPath to be of form "slice:prefix:name"',
  },
  {
    name: 'cgroup-manager',
    kind: 'text',
    value: 'MANAGER',
    complete: ['cgroupfs', 'systemd', 'disabled'],
    fallback: 'cgroupfs',
    summary: "who makes cgroups ('cgroupfs', 'systemd', or 'disabled': nobody, there are no limits then)",
  },
  {
    name: 'rootless',
    kind: 'text',
    value: 'BOOL',
    complete: ['true', 'false', 'auto'],
    fallback: 'auto',
    summary: "ignore cgroup permission errors ('true', 'false', or 'auto')",
  },
  {
    name: 'trace',
    kind: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'write what is done, step by step, as Chrome trace events',
  },
  help,
  { name: 'version', short: 'v', kind: 'flag', summary: 'print the version' },
] as const satisfies readonly Option[];

/** The commands, in the order of the help. */
export const commands = {
  get checkpoint() {
    return {
      summary: 'checkpoint a running container',
      options: checkpointOptions(),
      arguments: [container],
    } as const;
  },
  get create() {
    return { summary: 'create a container', options: [...birth(), help], arguments: [newContainer] } as const;
  },
  get delete() {
    return {
      summary: 'delete any resources held by the container often used with detached container',
      options: [
        {
          name: 'force',
          short: 'f',
          kind: 'flag',
          summary: 'forcibly delete the container if it is still running (uses SIGKILL)',
        },
        regex,
        help,
      ],
      arguments: [container],
    } as const;
  },
  get events() {
    return {
      summary: 'display container events such as OOM notifications, cpu, memory, and IO usage statistics',
      options: [
        {
          name: 'interval',
          kind: 'text',
          value: 'DURATION',
          fallback: '5s',
          summary: 'set the stats collection interval',
        },
        { name: 'stats', kind: 'flag', summary: "display the container's stats then exit" },
        help,
      ],
      arguments: [container],
    } as const;
  },
  get exec() {
    return exec();
  },
  get kill() {
    return {
      summary: "kill sends the specified signal (default: SIGTERM) to the container's init process",
      options: [
        {
          name: 'all',
          short: 'a',
          kind: 'flag',
          hidden: true,
          summary: 'send the specified signal to all processes inside the container',
        },
        regex,
        help,
      ],
      arguments: [
        container,
        { name: 'signal', optional: true, complete: ['TERM', 'KILL', 'INT', 'HUP', 'USR1', 'USR2'] },
      ],
      stopsAtArgument: true,
    } as const;
  },
  get list() {
    return {
      summary: 'lists containers started by hoist with the given root',
      options: [format, { name: 'quiet', short: 'q', kind: 'flag', summary: 'display only container IDs' }, help],
      arguments: [],
    } as const;
  },
  get mounts() {
    return {
      summary: 'adds mounts to a running container, or removes some (as crun does)',
      options: [help],
      arguments: [{ name: 'action', complete: ['add', 'remove'] }, container, { name: 'file' }],
    } as const;
  },
  get pause() {
    return {
      summary: 'pause suspends all processes inside the container',
      options: [help],
      arguments: [container],
    } as const;
  },
  get ps() {
    return {
      summary: 'ps displays the processes running inside a container',
      options: [format, help],
      arguments: [container, { name: 'ps-options', optional: true, rest: true }],
      stopsAtArgument: true,
    } as const;
  },
  get resume() {
    return {
      summary: 'resumes all processes that have been previously paused',
      options: [help],
      arguments: [container],
    } as const;
  },
  get restore() {
    return {
      summary: 'restore a container from a previous checkpoint',
      options: restoreOptions(),
      arguments: [newContainer],
    } as const;
  },
  get run() {
    return {
      summary: 'create and run a container',
      options: [
        ...birth(),
        detach,
        { name: 'keep', kind: 'flag', summary: 'do not delete the container after it exits' },
        {
          name: 'no-subreaper',
          kind: 'flag',
          summary: 'disable the use of the subreaper used to reap reparented processes',
        },
        help,
      ],
      arguments: [newContainer],
    } as const;
  },
  get spec() {
    return {
      summary: 'create a new specification file',
      options: [
        { ...bundle, summary: 'path to the root of the bundle directory' },
        { name: 'rootless', kind: 'flag', summary: 'generate a configuration for a rootless container' },
        {
          name: 'plan',
          kind: 'flag',
          summary:
            "print what would be done inside the container of the bundle's config.json, as JSON, and write nothing",
        },
        help,
      ],
      arguments: [],
    } as const;
  },
  get start() {
    return {
      summary: 'executes the user defined process in a created container',
      options: [help],
      arguments: [container],
    } as const;
  },
  get state() {
    return { summary: 'output the state of a container', options: [help], arguments: [container] } as const;
  },
  get update() {
    return {
      summary: 'update container resource constraints',
      options: [...limits(), help],
      arguments: [container],
    } as const;
  },
  get features() {
    return { summary: 'show the enabled features', options: [help], arguments: [] } as const;
  },
  get completion() {
    return {
      summary: 'print the completion script of a shell',
      options: [help],
      arguments: [{ name: 'shell', complete: ['bash', 'zsh', 'fish'] }],
    } as const;
  },
} satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

/** True for the name of a command of the table; `help` is not one, main.ts treats it like a flag. */
export function isCommand(name: string): name is CommandName {
  for (const each of Object.keys(commands)) if (each === name) return true;
  return false;
}
