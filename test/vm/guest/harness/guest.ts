/**
 * The guest itself as the machine of the tests: its real cgroups, its systemd as the first process, no namespaces. A
 * setup file of vitest: the harness of the container tests finds itself here.
 */
import { mkdirSync, symlinkSync } from 'node:fs';
import { files, folders, type Inventory } from '../../../integration/harness/leaks.ts';
import { Machine } from '../../../integration/harness/machine.ts';
import { happenAt, type Scene, useScene } from '../../../integration/harness/scene.ts';
import { subject } from '../../../integration/harness/subject.ts';
import { tools } from '../../../integration/harness/tools.ts';

class Guest extends Machine {
  override async start(): Promise<void> {
    this.tools = tools();
    mkdirSync('/run/output', { recursive: true });
    link('/run/tools', this.tools);
    link('/run/runtime', subject.folder);
  }

  override async stop(): Promise<void> {
    // The guest goes on: the next file's tests happen in it as well.
  }

  override path(inside: string): string {
    return inside;
  }

  protected override entrance(): readonly string[] {
    return ['-g', '1'];
  }
}

function link(path: string, target: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // an earlier file's
  }
}

/** What a runtime makes and should take away; processes, and systemd's own groups, come and go. */
function look(machine: Machine): Inventory {
  const passing =
    /^\/sys\/fs\/cgroup(\/[^/]+)?\/(init\.scope|system\.slice(\/.*\.(service|socket|mount))?|user\.slice.*)$/;
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

happenAt(() => ({ machine: new Guest(), look }));

/** To be called once, at the top of a file of guest tests. */
export function useGuest(file: string): Scene {
  return useScene(file);
}
