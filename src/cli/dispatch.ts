/**
 * From the parsed command line to the one module that does it. `state`, `kill`, `pause` and `resume` are small, and what they need
 * others need too: they belong to the program's first part, and run without ever waiting. The others are loaded when they are asked for.
 */

import { callerEnvironment, readLaunch } from '../host/launch.ts';
import type { Context } from '../runtime/context.ts';
import { parseCgroupManager } from './cgroup-manager.ts';
import type { CommandModule, Invocation } from './command.ts';
import { run as kill } from './commands/kill.ts';
import { run as pause } from './commands/pause.ts';
import { run as resume } from './commands/resume.ts';
import { run as state } from './commands/state.ts';
import { describe } from './failure.ts';
import type { Globals, LogOutput } from './globals.ts';
import { stateRoot } from './globals.ts';
import type { Parsed } from './parse.ts';
import { parseRootless } from './rootless.ts';
import type { CommandName } from './table.ts';

const modules: { readonly [Name in CommandName]: () => CommandModule<Name> | Promise<CommandModule<Name>> } = {
  checkpoint: () => import('./commands/checkpoint.ts'),
  create: () => import('./commands/create.ts'),
  delete: () => import('./commands/delete.ts'),
  events: () => import('./commands/events.ts'),
  exec: () => import('./commands/exec.ts'),
  kill: () => ({ run: kill }),
  list: () => import('./commands/list.ts'),
  mounts: () => import('./commands/mounts.ts'),
  pause: () => ({ run: pause }),
  ps: () => import('./commands/ps.ts'),
  resume: () => ({ run: resume }),
  restore: () => import('./commands/restore.ts'),
  run: () => import('./commands/run.ts'),
  spec: () => import('./commands/spec.ts'),
  start: () => import('./commands/start.ts'),
  state: () => ({ run: state }),
  update: () => import('./commands/update.ts'),
  features: () => import('./commands/features.ts'),
  completion: () => import('./commands/completion.ts'),
};

/**
 * Runs a command whose options and arguments have been checked against the table.
 * @returns the exit code
 */
export function dispatch<Name extends CommandName>(
  name: Name,
  parsed: Parsed,
  globals: Globals,
  output: LogOutput,
): Promise<number> | number {
  if (globals.trace) return traced(name, parsed, globals, output, globals.trace);
  return perform(name, parsed, globals, createContext(globals, output, undefined));
}

function perform<Name extends CommandName>(name: Name, { values, args }: Parsed, globals: Globals, context: Context) {
  // The parser fills in every option of the command's table entry with its type.
  const typed = values as Invocation<Name>['values'];
  const invocation = { values: typed, args, context, ownRoot: globals.root !== undefined };
  const module = modules[name]();
  return module instanceof Promise ? module.then((loaded) => loaded.run(invocation)) : module.run(invocation);
}

async function traced(name: CommandName, parsed: Parsed, globals: Globals, output: LogOutput, path: string) {
  const { Trace } = await import('../runtime/trace.ts');
  const context = createContext(globals, output, new Trace(path));
  try {
    return await perform(name, parsed, globals, context);
  } finally {
    writeTrace(context);
  }
}

/** A trace that cannot be written must not hide how the command went. */
function writeTrace({ trace, log }: Context): void {
  try {
    trace?.write();
  } catch (error) {
    log.warn(`cannot write the trace: ${describe(error).message}`);
  }
}

function createContext(globals: Globals, output: LogOutput, trace: Context['trace']): Context {
  return {
    root: stateRoot(globals.root),
    rootless: parseRootless(globals.rootless),
    ...parseCgroupManager(globals['cgroup-manager'], globals['systemd-cgroup']),
    get log() {
      return output.log;
    },
    trace,
    // Only the birth of a container asks; the others save a tenth of a millisecond.
    get inherited() {
      return readLaunch(process.env);
    },
    get environment() {
      return callerEnvironment(process.env);
    },
    blocking: true,
  };
}
