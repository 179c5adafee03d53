import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Patch } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const stay: Patch = (config) => {
  config.process.args = probe(['stay']);
};

/** Says `tick` ten times a second, and `TERM` when it is asked to end. */
const ticking: Patch = (config) => {
  config.process.args = ['/bin/sh', '-c', 'trap "echo TERM; exit 0" TERM; while :; do echo tick; sleep 0.1; done'];
};

const ticks = (text: string) => text.split('tick').length - 1;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const freezerOf = (id: string) =>
  readFileSync(scene.machine.path(`/sys/fs/cgroup/freezer/${id}/freezer.state`), 'utf8').trim();

describe('pause and resume', () => {
  it('stop the processes where they are, and let them go on', async () => {
    const container = await root().started(ticking);
    await container.says('tick');
    expect(await root().runtime(['pause', container.id])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await container.state()).status).toBe('paused');
    expect(freezerOf(container.id)).toBe('FROZEN');
    await pause(50);
    const before = ticks(container.stdout);
    await pause(400);
    expect(ticks(container.stdout)).toBe(before);
    expect(await root().runtime(['resume', container.id])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await container.state()).status).toBe('running');
    await until('another tick', () => ticks(container.stdout) > before || undefined);
  });

  it.for([
    ['a stopped container', ['pause'], /container not running/],
    ['a running container', ['resume'], /container not paused/],
    ['a paused container', ['pause'], /container not running/],
  ] as const)('%s: %j is refused', async ([which, [command], words], context) => {
    notOn(context, { crun: 'never' }, 'has words of its own, or none');
    const container = await root().started(stay);
    if (which === 'a stopped container') {
      await container.kill('KILL');
      await container.reaches('stopped');
    }
    if (which === 'a paused container') await root().runtime(['pause', container.id]);
    const { code, stderr } = await root().runtime([command, container.id]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
  });

  it('say when there is no such container', async () => {
    for (const command of ['pause', 'resume', 'ps']) {
      const { code, stderr } = await root().runtime([command, 'nobody']);
      expect([code, stderr], command).toEqual([1, expect.stringContaining('does not exist')]);
    }
  });

  it('work before the start; what is paused does not start', async (context) => {
    notOn(context, { crun: 'never' }, 'does not look');
    const container = await root().create(stay);
    expect((await root().runtime(['pause', container.id])).code).toBe(0);
    expect((await container.state()).status).toBe('paused');
    const { code, stderr } = await container.start();
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot start a container in the paused state')]);
    expect((await root().runtime(['resume', container.id])).code).toBe(0);
    expect((await container.state()).status).toBe('created');
    expect((await container.start()).code).toBe(0);
  });

  it('reach the processes in groups that the container made', async (context) => {
    notOn(context, { crun: '1.9' }, 'leaves them alone');
    const container = await root().started(ticking);
    const nested = `/sys/fs/cgroup/freezer/${container.id}/below`;
    mkdirSync(scene.machine.path(nested));
    await scene.machine.must(['sh', '-c', `echo ${container.pid} > ${nested}/cgroup.procs`]);
    expect((await root().runtime(['pause', container.id])).code).toBe(0);
    expect(freezerOf(`${container.id}/below`)).toBe('FROZEN');
  });

  it('a signal waits for the end of the pause', async () => {
    const container = await root().started(ticking);
    await container.says('tick');
    await root().runtime(['pause', container.id]);
    expect((await container.kill('TERM')).code).toBe(0);
    await pause(200);
    expect(container.stdout).not.toContain('TERM');
    expect((await container.state()).status).toBe('paused');
    await root().runtime(['resume', container.id]);
    await container.says('TERM');
  });

  it('a signal for all leaves a paused container paused', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'lets it go on');
    const container = await root().started(ticking);
    await root().runtime(['pause', container.id]);
    expect((await root().runtime(['kill', '--all', container.id, 'TERM'])).code).toBe(0);
    expect((await container.state()).status).toBe('paused');
  });

  it.each([['kill'], ['kill', '--all']])('%s KILL ends a paused container at once', async (...command) => {
    const container = await root().started(stay);
    await root().runtime(['pause', container.id]);
    expect((await root().runtime([...command, container.id, 'KILL'])).code).toBe(0);
    await container.reaches('stopped');
    expect((await container.delete()).code).toBe(0);
  });

  it('a paused container is deleted by force only', async () => {
    const container = await root().started(stay);
    await root().runtime(['pause', container.id]);
    const { code, stderr } = await container.delete();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not stopped: paused|is in state 'paused'|not stopped/)]);
    expect((await container.delete('--force')).code).toBe(0);
  });

  it('need a group to freeze: a rootless container has none here', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await scene.as('rootless').started(stay);
    const { code, stderr } = await scene.as('rootless').runtime(['pause', container.id]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot toggle freezer: cgroups not configured')]);
  });
});
