/** A container from `create` to `delete`, and everything that can be seen of it on the way. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Result } from '../../test/integration/harness/machine.ts';
import type { Wish } from './configs.ts';
import { allGroups, groupsOf, settings } from './groups.ts';
import { facts } from './inside.ts';
import { type Subject, write } from './subject.ts';
import { lastError, plain } from './words.ts';

/** What was seen, by its name. */
export type Seen = Record<string, string>;

function outcome({ code, stdout, stderr }: Result, name: string): string {
  return [`exit ${code}`, plain(stdout, name), lastError(stderr, name)].filter((line) => line !== '').join('\n');
}

/** The state JSON, with the pid as 0 or PID and the moment left out. */
const state = (result: Result, name: string) =>
  outcome(result, name).replace(/"(pid|init_process_pid)": ?[1-9]\d*/g, '"$1": PID');

async function waitFor(look: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 10) {
    if (look()) return true;
    await pause(10);
  }
  return false;
}

/** Lives one life. */
export async function live(subject: Subject, title: string, { who, make }: Wish): Promise<Seen> {
  const id = title.replace(/[^\w.-]/g, '-');
  const { name, machine } = subject;
  const bundle = subject.bundle(who);
  write(bundle, make(subject, bundle));
  const run = (...args: string[]) => subject.run(args, who);
  const seen: Seen = {};

  const command = subject.spawn(['create', '--bundle', bundle.path, '--pid-file', `${bundle.path}/pid`, id], who);
  command.child.stdin?.end();
  const created = await command.result();
  seen.create = outcome({ ...created, stdout: '' }, name);
  if (created.code !== 0) {
    seen['state of none'] = outcome(await run('state', id), name);
    seen['groups left'] = allGroups(machine);
    return seen;
  }
  const pid = Number(readFileSync(`${bundle.outside.path}/pid`, 'utf8'));
  seen['state created'] = state(await run('state', id), name);
  seen.groups = settings(machine, await groupsOf(machine, pid));
  seen.start = outcome(await run('start', id), name);
  await waitFor(() => command.stdout.endsWith('waiting\n') || !alive(subject, pid));
  if (!command.stdout.endsWith('waiting\n')) seen.output = plain(command.stdout.slice(-300), name);
  seen.stderr = plain(command.stderr, name);
  for (const [fact, text] of Object.entries(facts(command.stdout, subject.namespaces()))) seen[`inside ${fact}`] = text;
  seen['state running'] = state(await run('state', id), name);
  seen['start again'] = outcome(await run('start', id), name);
  seen['delete running'] = outcome(await run('delete', id), name);
  seen.kill = outcome(await run('kill', id, 'KILL'), name);
  await waitFor(() => !alive(subject, pid));
  seen['state stopped'] = state(await run('state', id), name);
  seen['kill stopped'] = outcome(await run('kill', id, 'TERM'), name);
  seen['start stopped'] = outcome(await run('start', id), name);
  seen.delete = outcome(await run('delete', id), name);
  seen['state deleted'] = outcome(await run('state', id), name);
  seen['groups left'] = allGroups(machine);
  return seen;
}

function alive(subject: Subject, pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(subject.machine.read(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
