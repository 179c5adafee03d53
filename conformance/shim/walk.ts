/** A random sequence of calls, the model asked before each. */

import { CODE, type Program, SKIP, TaskModel, UNSURE } from './model.ts';
import type { Rng } from './random.ts';
import type { Shim } from './shim.ts';

/** How much is asked for on average before everything is taken away again. */
const CALLS = 14;
const EXECS = ['', 'e1', 'e2', 'e3'];
const PROGRAMS: readonly Program[] = ['true', 'sleep', 'sleep', 'missing'];
const SIGNALS = [9, 9, 15, 0];
const STATUS = { created: 1, running: 2, stopped: 3, paused: 4 } as const;

interface Step {
  readonly name: string;
  readonly expected: number;
  readonly call: () => Promise<{ readonly code: number; readonly answer?: unknown }>;
}

/**
 * One run on tasks of its own.
 * @throws Error with the sequence so far when an answer is not the model's
 */
export async function walk(shim: Shim, rng: Rng, name: string): Promise<number> {
  const tasks = new Map([`${name}a`, `${name}b`].map((id) => [id, new TaskModel()]));
  const trace: string[] = [];
  let calls = 0;
  try {
    for (let left = rng.below(2 * CALLS) + 2; left > 0; left--) {
      const [id, model] = rng.pick([...tasks]);
      const step = chooseStep(shim, rng, id, model);
      if (step.expected === SKIP) continue;
      calls++;
      await perform(step, trace);
      await settle(shim, id, model, trace);
    }
    for (const [id, model] of tasks) calls += await takeAway(shim, id, model, trace);
    return calls;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n  ${trace.join('\n  ')}`);
  }
}

async function perform({ name, expected, call }: Step, trace: string[]): Promise<void> {
  const { code, message = '' } = (await call()) as { code: number; message?: string };
  trace.push(`${name} → ${code}`);
  if (expected === UNSURE ? code === CODE.ok : code !== expected)
    throw new Error(`${name}: code ${code} (${message}), expected ${expected === UNSURE ? 'a failure' : expected}`);
}

/** What ends by itself is waited for; then State must say what the model says. */
async function settle(shim: Shim, id: string, model: TaskModel, trace: string[]): Promise<void> {
  for (const exec of ['', ...model.execs.keys()]) {
    const process = model.process(exec);
    if (!process) continue;
    if (process.status === 'stopped') {
      const { exitStatus } = await shim.wait(id, exec);
      if (exitStatus !== process.exit) throw new Error(`Wait ${id} ${exec}: ${exitStatus}, expected ${process.exit}`);
    }
    const { status } = await shim.state(id, exec);
    trace.push(`State ${id} ${exec} → ${status}`);
    if (status !== STATUS[process.status])
      throw new Error(`State ${id} ${exec}: ${status}, expected ${process.status}`);
  }
}

async function takeAway(shim: Shim, id: string, model: TaskModel, trace: string[]): Promise<number> {
  if (!model.init) return 0;
  const { status } = model.init;
  if (status === 'running' || status === 'paused') {
    await perform({ name: `Kill ${id}`, expected: model.kill(9), call: () => shim.kill(id, '', 9) }, trace);
    await settle(shim, id, model, trace);
  }
  await perform({ name: `Delete ${id}`, expected: model.delete(), call: () => shim.delete(id, '') }, trace);
  return 2;
}

function chooseStep(shim: Shim, rng: Rng, id: string, model: TaskModel): Step {
  const exec = rng.pick(EXECS);
  const program = rng.pick(PROGRAMS);
  const signal = rng.pick(SIGNALS);
  const steps: readonly (() => Step)[] = [
    () => ({ name: `Create ${id} ${program}`, expected: model.create(program), call: () => shim.create(id, program) }),
    () => start(shim, id, exec, model),
    () => start(shim, id, '', model),
    () => add(shim, id, exec, program, model),
    () => kill(shim, id, exec, signal, model),
    () => remove(shim, id, exec, model),
    () => ({ name: `Pause ${id}`, expected: model.pause(), call: () => shim.pause(id) }),
    () => ({ name: `Resume ${id}`, expected: model.resume(), call: () => shim.resume(id) }),
    () => ({ name: `Update ${id}`, expected: model.update(), call: () => shim.update(id) }),
    () => ({ name: `Pids ${id}`, expected: model.look(''), call: () => shim.pids(id) }),
    () => ({ name: `ResizePty ${id} ${exec}`, expected: model.resize(exec), call: () => shim.resize(id, exec) }),
    () => ({ name: `CloseIO ${id} ${exec}`, expected: model.look(exec), call: () => shim.closeIO(id, exec) }),
    () => ({ name: `Connect ${id}`, expected: CODE.ok, call: () => shim.connect(id) }),
    () => ({ name: 'Shutdown', expected: model.init ? CODE.ok : SKIP, call: () => shim.shutdown() }),
  ];
  return rng.pick(steps)();
}

function start(shim: Shim, id: string, exec: string, model: TaskModel): Step {
  const expected = exec === '' ? model.start() : model.startExec(exec);
  return { name: `Start ${id} ${exec}`, expected, call: () => shim.start(id, exec) };
}

function add(shim: Shim, id: string, exec: string, program: Program, model: TaskModel): Step {
  if (exec === '') return { name: '', expected: SKIP, call: () => shim.connect(id) };
  return {
    name: `Exec ${id} ${exec} ${program}`,
    expected: model.addExec(exec, program),
    call: () => shim.exec(id, exec, program),
  };
}

function kill(shim: Shim, id: string, exec: string, signal: number, model: TaskModel): Step {
  const expected = exec === '' ? model.kill(signal) : model.killExec(exec, signal);
  return { name: `Kill ${id} ${exec} ${signal}`, expected, call: () => shim.kill(id, exec, signal) };
}

function remove(shim: Shim, id: string, exec: string, model: TaskModel): Step {
  const expected = exec === '' ? model.delete() : model.deleteExec(exec);
  return { name: `Delete ${id} ${exec}`, expected, call: () => shim.delete(id, exec) };
}
