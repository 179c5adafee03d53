/** What a test file starts with: a machine of its own, callers, and a look around each test for what it left behind. */
import { chownSync, mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext } from 'vitest';
import { type Mode, makeTemplate, USER } from './bundle.ts';
import { Caller } from './caller.ts';
import { difference, type Inventory, inventory } from './leaks.ts';
import { Machine } from './machine.ts';
import { subject } from './subject.ts';
import { until } from './until.ts';

export interface Scene {
  readonly machine: Machine;
  readonly as: (mode: Mode) => Caller;
  /** Runs after the test, before the look at what it left behind; the last one first. */
  readonly later: (action: () => Promise<unknown>) => void;
}

/** Where a file's tests happen, and what is looked at around each of them. */
export interface Place {
  readonly machine: Machine;
  readonly look: (machine: Machine) => Inventory;
}

let usualPlace = (): Place => ({ machine: new Machine(), look: inventory });

/** Takes the tests elsewhere: to a guest (test/vm). */
export function happenAt(place: () => Place): void {
  usualPlace = place;
}

/** To be called once, at the top of a file. */
export function useScene(file: string): Scene {
  const { machine, look } = usualPlace();
  const callers = new Map<Mode, Caller>();
  const actions: (() => Promise<unknown>)[] = [];
  let before: Inventory;

  beforeAll(async () => {
    await machine.start(basename(file, '.test.ts'));
    makeTemplate(machine);
    mkdirSync(machine.path('/run/user'), { recursive: true });
    mkdirSync(machine.path(`/run/user/${USER}`), { mode: 0o700, recursive: true });
    chownSync(machine.path(`/run/user/${USER}`), USER, USER);
    const holder = await userNamespace(machine);
    for (const mode of ['root', 'rootless', 'userns'] as const) {
      const caller = new Caller(machine, mode, holder);
      mkdirSync(machine.path(caller.root), { mode: 0o700, recursive: true });
      if (mode !== 'root') chownSync(machine.path(caller.root), USER, USER);
      callers.set(mode, caller);
    }
  });
  afterAll(() => machine.stop());

  beforeEach(() => {
    before = look(machine);
  });
  afterEach(async () => {
    for (const action of actions.splice(0).reverse()) await action();
    for (const caller of callers.values()) await caller.cleanUp();
    expect(await difference(before, () => look(machine))).toEqual([]);
  });

  const as = (mode: Mode) => {
    const caller = callers.get(mode);
    if (!caller) throw new Error('callers are there once the tests run');
    return caller;
  };
  return { machine, as, later: (action) => actions.push(action) };
}

/** A process that keeps the user namespace that `unshare -r` makes, until the machine ends. */
async function userNamespace(machine: Machine): Promise<number> {
  const holder = machine.spawn(['unshare', '--map-root-user', '/run/tools/machine', 'hold'], { uid: USER, timeout: 0 });
  return until('the user namespace', () => Number(holder.stdout) || undefined);
}

/**
 * Skips a test on peers of hoist that do it differently, or do not do it before a version; never on hoist.
 * @param peers the first version (major.minor) that does it, or `never`
 */
export function notOn(context: TestContext, peers: { runc?: string; crun?: string }, reason: string): void {
  const first = peers[subject.name as keyof typeof peers];
  if (first === undefined) return;
  const [major = 0, minor = 0] = first.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = subject.version;
  const able = first !== 'never' && (ourMajor > major || (ourMajor === major && ourMinor >= minor));
  if (!able) context.skip(`${subject.name} ${subject.version.join('.')}: ${reason}`);
}
