/** A container's cgroups as the host sees them: where they are, whose, and what every file of settings says. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../test/integration/harness/machine.ts';

/** Files that count or list what happens, and do not say what was asked for. */
const counters =
  /usage|stat$|stat\.local$|_stat|failcnt|numa|pressure|schedule|recursive$|serviced?(_bytes)?$|merged|queued|time$|wait|events|\.current$|\.peak|procs$|tasks$|threads$|event_control|force_empty|sectors|reset$|state$|parent_freezing|self_freezing|rsvd\.max|kmem\.slabinfo|ifpriomap|memory\.pressure|memory_pressure|cpuacct|effective|prioidx/;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** The groups that a process is in: `cpu /box`, one for each hierarchy, below the machine's own. */
export async function groupsOf(machine: Machine, pid: number): Promise<[string, string][]> {
  // Asked from inside: the kernel names groups as whoever asks sees them.
  const lines = await machine.must(['cat', `/proc/${pid}/cgroup`]);
  return lines
    .trimEnd()
    .split('\n')
    .map((line): [string, string] => {
      const [, controllers = '', ...path] = line.split(':');
      return [controllers === '' ? 'unified' : controllers.replace('name=', ''), path.join(':')];
    })
    .sort();
}

/** One line for each folder and each file of settings. */
export function settings(machine: Machine, groups: readonly [string, string][]): string {
  const lines: string[] = [];
  for (const [hierarchy, path] of groups) {
    const folder = machine.path(join('/sys/fs/cgroup', hierarchy, path));
    const { mode, uid, gid } = statSync(folder);
    lines.push(`${hierarchy} ${path} ${(mode & 0o7777).toString(8)} ${uid}:${gid}`);
    if (path === '/') continue;
    for (const file of readdirSync(folder).sort()) {
      if (counters.test(file) || statSync(join(folder, file)).isDirectory()) continue;
      const text = read(join(folder, file));
      if (text !== undefined) for (const line of text.split('\n')) lines.push(`${hierarchy} ${file} ${line}`);
    }
  }
  return lines.join('\n');
}

/** Every group of the machine but its own. */
export function allGroups(machine: Machine): string {
  const below = (path: string): string[] =>
    readdirSync(machine.path(path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => [join(path, entry.name), ...below(join(path, entry.name))]);
  const top = '/sys/fs/cgroup';
  return below(top)
    .filter((path) => path.split('/').length > 5)
    .sort()
    .join('\n');
}
