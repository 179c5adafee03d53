import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Patch } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const stay: Patch = (config) => {
  config.process.args = probe(['stay']);
};
const withChild: Patch = (config) => {
  config.process.args = ['/bin/sh', '-c', 'sleep 1000 & echo ready; wait'];
};

const list = async ({ id }: Container): Promise<number[]> => {
  const { code, stdout, stderr } = await root().runtime(['ps', '--format', 'json', id]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) ?? [];
};

async function parent(): Promise<Container> {
  const container = await root().started(withChild);
  await container.says('ready');
  return container;
}

describe('ps --format json', () => {
  it('lists the pids of the host', async () => {
    const container = await parent();
    const pids = await list(container);
    expect(pids).toHaveLength(2);
    expect(pids).toContain(container.pid);
  });

  it('lists the processes of a paused container', async () => {
    const container = await parent();
    await root().runtime(['pause', container.id]);
    expect(await list(container)).toHaveLength(2);
  });

  it('lists those in groups below', async () => {
    const container = await parent();
    const [child = 0] = (await list(container)).filter((pid) => pid !== container.pid);
    for (const hierarchy of ['devices', 'freezer', 'pids', 'memory']) {
      const nested = `/sys/fs/cgroup/${hierarchy}/${container.id}/below`;
      mkdirSync(scene.machine.path(nested));
      await scene.machine.must(['sh', '-c', `echo ${child} > ${nested}/cgroup.procs`]);
    }
    expect((await list(container)).sort()).toEqual([container.pid, child].sort());
  });

  it('lists nothing of a stopped container, as Go writes it', async (context) => {
    notOn(context, { crun: 'never' }, 'writes []');
    const container = await root().started(stay);
    await container.kill('KILL');
    await container.reaches('stopped');
    expect(await root().runtime(['ps', '-f', 'json', container.id])).toMatchObject({ code: 0, stdout: 'null\n' });
  });
});

describe('ps', () => {
  it('shows the lines of ps -ef that are of the container', async (context) => {
    notOn(context, { crun: 'never' }, 'shows pids only');
    const container = await parent();
    const { code, stdout } = await root().runtime(['ps', container.id]);
    const [heading = '', ...lines] = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(heading).toMatch(/^UID +PID +PPID +C STIME TTY +TIME CMD$/);
    const wanted = (await scene.machine.must(['ps', '-ef']))
      .split('\n')
      .filter((line) => /sleep 1000|sh -c sleep/.test(line));
    expect(wanted).toHaveLength(2);
    // The time of processor use aside.
    const still = (line: string) => line.replace(/ \d+:\d\d:\d\d | +\d+ \d\d:\d\d /g, ' ');
    expect(lines.map(still)).toEqual(wanted.map(still));
  });

  it('needs no ps for that, and writes odd words as ps does', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'calls ps');
    const container = await root().started((config) => {
      config.process.user = { uid: 54321, gid: 1 };
      config.process.args = ['/bin/sh', '-c', 'sleep 1000; :', 'tab\there', 'line\nhere', ''];
    });
    await until('two processes', async () => ((await list(container)).length === 2 ? true : undefined));
    const { code, stdout } = await root().runtime(['ps', container.id], { env: { PATH: '/nowhere' } });
    expect(code).toBe(0);
    const wanted = (await scene.machine.must(['ps', '-ef'])).split('\n').filter((line) => line.startsWith('54321'));
    expect(wanted).toHaveLength(2);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual(wanted.map((line) => line.trimEnd()));
  });

  it('writes nothing that steers a terminal', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'calls ps');
    const container = await root().started((config) => {
      config.process.args = ['/bin/sh', '-c', 'sleep 1000; :', '\x1b[31m', '\u009b31m', 'a\u202eb', 'é'];
    });
    const { stdout } = await root().runtime(['ps', container.id]);
    expect(stdout).toContain('.[31m .31m a.b é\n');
  });

  it('hands what follows the id to ps', async (context) => {
    notOn(context, { crun: 'never' }, 'shows pids only');
    const container = await parent();
    const { stdout } = await root().runtime(['ps', container.id, '-e', '-o', 'ppid,pid,comm']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ +/));
    expect(lines[0]).toEqual(['PPID', 'PID', 'COMMAND']);
    expect(
      lines
        .slice(1)
        .map(([, , name]) => name)
        .sort(),
    ).toEqual(['sh', 'sleep']);
    expect(lines.slice(1).map(([, pid]) => pid)).toContain(String(container.pid));
  });

  it.for([
    [['-e', '-o', 'comm'], "couldn't find PID field in ps output"],
    [['--no-such-option'], 'exit status 1'],
  ] as const)('%j: %s', async ([options, words], context) => {
    notOn(context, { crun: 'never' }, 'shows pids only');
    const container = await root().started(stay);
    const { code, stderr } = await root().runtime(['ps', container.id, ...options]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
  });

  it('says that ps is not there', async (context) => {
    notOn(context, { crun: 'never' }, 'needs none');
    const container = await root().started(stay);
    const env = { PATH: '/nowhere' };
    const { code, stderr } = await root().runtime(['ps', container.id, '-ef'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('executable file not found in $PATH');
    expect(await root().runtime(['ps', '-f', 'json', container.id], { env })).toMatchObject({ code: 0 });
  });

  it('knows two formats', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await root().started(stay);
    const { code, stderr } = await root().runtime(['ps', '--format', 'yaml', container.id]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('invalid format option')]);
  });

  it('cannot tell the processes of a rootless container without cgroups', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await scene.as('rootless').started(stay);
    const { code, stderr } = await scene.as('rootless').runtime(['ps', container.id]);
    expect(code).toBe(1);
    if (isHoist) expect(stderr).toContain('unable to get all container pids: cgroups not configured for container');
  });
});
