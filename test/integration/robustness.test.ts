/** Many containers, and runtimes that are killed on their way. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist, subject } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** A birth with every message of the protocol: id maps, a second stage, cgroups, hooks. */
const talkative = (config: Config) => {
  stay(config);
  config.linux.namespaces?.push({ type: 'user' });
  config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  config.linux.gidMappings = config.linux.uidMappings;
  config.hooks = { createRuntime: [{ path: '/bin/true' }], createContainer: [{ path: '/bin/true' }] };
};

const stay = (config: { process: { args: string[] } }) => {
  config.process.args = probe(['stay']);
};

/** How many in a row; THOUSAND=1 makes it the thousand of the promise. */
const MANY = isHoist || process.env.THOUSAND ? 1000 : 100;

describe('containers', () => {
  it(`${MANY} in a row leave nothing behind`, { timeout: 300_000 }, async () => {
    const bundle = root().bundle((config) => {
      config.process.args = ['/bin/true'];
    });
    const call = `${subject.program} --root ${root().root}`;
    const script = `i=0; while [ $i -lt ${MANY} ]; do i=$((i + 1)); ${call} create --bundle ${bundle.path} n$i && ${call} start n$i && ${call} delete --force n$i || exit 1; done; echo $i`;
    const { code, stdout, stderr } = await scene.machine.run(['sh', '-c', script], { timeout: 290_000 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim()).toBe(String(MANY));
  });

  it('50 at once do not get into each other’s way', { timeout: 120_000 }, async () => {
    const bundles = Array.from({ length: 50 }, () => root().bundle(stay));
    const all = await Promise.all(
      bundles.map((bundle, i) => root().runtime(['create', '--bundle', bundle.path, `p${i}`], { timeout: 100_000 })),
    );
    expect(all.filter(({ code }) => code !== 0)).toEqual([]);
    const started = await Promise.all(bundles.map((_, i) => root().runtime(['start', `p${i}`])));
    expect(started.filter(({ code }) => code !== 0)).toEqual([]);
    const list = JSON.parse((await root().runtime(['list', '--format', 'json'])).stdout) as { status: string }[];
    expect(list.map((one) => one.status)).toEqual(Array(50).fill('running'));
    const deleted = await Promise.all(bundles.map((_, i) => root().runtime(['delete', '--force', `p${i}`])));
    expect(deleted.filter(({ code }) => code !== 0)).toEqual([]);
  });

  it('of one name: exactly one of ten is created', async () => {
    const bundles = Array.from({ length: 10 }, () => root().bundle(stay));
    const all = await Promise.all(bundles.map((bundle) => root().runtime(['create', '--bundle', bundle.path, 'one'])));
    expect(all.filter(({ code }) => code === 0)).toHaveLength(1);
    expect((await root().runtime(['delete', '--force', 'one'])).code).toBe(0);
  });

  it('are started once, however many try', async () => {
    const container = await root().create(stay);
    const all = await Promise.all(Array.from({ length: 5 }, () => container.start()));
    expect(all.filter(({ code }) => code === 0)).toHaveLength(1);
  });
});

describe('create that is killed', () => {
  /** The system calls of the parent that move things along, and how often each occurs at most. */
  const messages = { sendmsg: 12, recvmsg: 20 };
  const steps = { mkdir: 18, openat: 60, write: 40, clone3: 1, rename: 3, mknodat: 2, poll: 4 };

  const cases = [
    ...Object.entries(messages).map(([call, most]) => [call, most, talkative] as const),
    ...Object.entries({ ...messages, ...steps }).map(([call, most]) => [call, most, stay] as const),
  ];

  it.for(cases)(
    'at any %s is cleaned up by delete --force',
    { timeout: 180_000 },
    async ([call, most, patch], context) => {
      notOn(context, { runc: 'never', crun: 'never' }, 'leaves what it made');
      const bundle = root().bundle(patch);
      let killed = 0;
      for (let n = 1; n <= most; n++) {
        const id = `killed-${call}-${n}`;
        const program = `${dirnameOf(subject.program)}/hoist`;
        const trace = [
          'strace',
          '-o',
          '/dev/null',
          '-e',
          `trace=${call}`,
          '-e',
          `inject=${call}:signal=KILL:when=${n}`,
          program,
        ];
        const { code } = await scene.machine.run(
          [...trace, '--root', root().root, 'create', '--bundle', bundle.path, id],
          { timeout: 20_000 },
        );
        if (code === 0) n = most;
        else killed++;
        const removed = await root().runtime(['delete', '--force', id]);
        expect(removed.code, `${call} ${n}: ${removed.stderr}`).toBe(0);
        expect(existsSync(root().stateFolder(id)), `${call} ${n}`).toBe(false);
        const groups = readdirSync(scene.machine.path('/sys/fs/cgroup')).filter((name) =>
          existsSync(scene.machine.path(`/sys/fs/cgroup/${name}/${id}`)),
        );
        expect(groups, `${call} ${n}`).toEqual([]);
      }
      expect(killed).toBeGreaterThan(0);
    },
  );
});

describe('memory', () => {
  it('of 512 KiB is enough for a container of the default configuration', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'needs more');
    const { code, stderr } = await root().run((config) => {
      config.linux.resources = { ...config.linux.resources, memory: { limit: 512 * 1024 } };
      config.process.args = ['/bin/true'];
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('of the program that waits for start is at most 1 MiB', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'needs more');
    const container = await root().create(stay);
    const status = readFileSync(scene.machine.path(`/proc/${container.pid}/status`), 'utf8');
    const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
    expect(resident).toBeGreaterThan(0);
    expect(resident).toBeLessThanOrEqual(1024);
  });
});

function dirnameOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
