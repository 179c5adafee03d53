/** The guest itself as the machine of a test file: its real cgroups, its systemd as the first process, no namespaces. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { files, folders, type Inventory } from '../../../integration/harness/leaks.ts';
import { type CommandOptions, type Entry, Machine } from '../../../integration/harness/machine.ts';
import { type Scene, useScene } from '../../../integration/harness/scene.ts';
import { subject } from '../../../integration/harness/subject.ts';
import { tools } from '../../../integration/harness/tools.ts';

class Guest extends Machine {
  override async start(): Promise<void> {
    this.tools = tools();
    mkdirSync('/run/output', { recursive: true });
    for (const [path, target] of [
      ['/run/tools', this.tools],
      ['/run/runtime', subject.folder],
    ] as const)
      link(path, target);
  }

  override async stop(): Promise<void> {
    // The guest goes on: the next file's tests happen in it as well.
  }

  override path(inside: string): string {
    return inside;
  }

  protected override entry(argv: readonly string[], options: CommandOptions): Entry {
    const [program = '', ...args] = argv;
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    return { program, args, identity: { ...identity, cwd: options.cwd ?? '/' } };
  }
}

function link(path: string, target: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // an earlier file's
  }
}

/** systemd's own groups and kernel threads come and go: what a runtime makes are the others. */
function look(machine: Machine): Inventory {
  const passing = /^\/sys\/fs\/cgroup\/(init\.scope|system\.slice\/.*\.(service|socket|mount)|user\.slice.*)$/;
  return {
    processes: [],
    cgroups: folders(machine, '/sys/fs/cgroup')
      .filter((path) => !passing.test(path))
      .sort(),
    mounts: machine.read('/proc/1/mountinfo').trimEnd().split('\n').sort(),
    files: ['/run/state', '/run/user/4242/state'].flatMap((path) => files(machine, path)).sort(),
    descriptors: [],
  };
}

/** To be called once, at the top of a file of guest tests. */
export function useGuest(file: string): Scene {
  return useScene(file, { machine: new Guest(), modes: ['root', 'rootless'], look });
}
