/** From the parsed command line to the one module that does it; the others are never loaded. */

import { callerEnvironment, readLaunch } from '../host/launch.ts';
import type { Context } from '../runtime/context.ts';
import type { CommandModule, Invocation } from './command.ts';
import { describe } from './failure.ts';
import type { Globals, LogOutput } from './globals.ts';
import { stateRoot } from './globals.ts';
import type { Parsed } from './parse.ts';
import { parseRootless } from './rootless.ts';
import type { CommandName } from './table.ts';

const modules: { readonly [Name in CommandName]: () => Promise<CommandModule<Name>> } = {
  create: () => import('./commands/create.ts'),
  delete: () => import('./commands/delete.ts'),
  kill: () => import('./commands/kill.ts'),
  list: () => import('./commands/list.ts'),
  run: () => import('./commands/run.ts'),
  spec: () => import('./commands/spec.ts'),
  start: () => import('./commands/start.ts'),
  state: () => import('./commands/state.ts'),
  features: () => import('./commands/features.ts'),
  completion: () => import('./commands/completion.ts'),
};

/**
 * Runs a command whose options and arguments have been checked against the table.
 * @returns the exit code
 */
export async function dispatch<Name extends CommandName>(
  name: Name,
  { values, args }: Parsed,
  globals: Globals,
  output: LogOutput,
): Promise<number> {
  const trace = globals.trace ? new (await import('../runtime/trace.ts')).Trace(globals.trace) : undefined;
  const context = createContext(globals, output, trace);
  const module = await modules[name]();
  // The parser fills in every option of the command's table entry with its type.
  const typed = values as Invocation<Name>['values'];
  try {
    return await module.run({ values: typed, args, context, ownRoot: globals.root !== undefined });
  } finally {
    if (trace !== undefined) writeTrace(context);
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
    systemdCgroup: globals['systemd-cgroup'],
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
