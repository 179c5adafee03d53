import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Patch } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { subject } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const stay: Patch = (config) => {
  config.process.args = probe(['stay']);
};

/** One container in each state, by name. */
async function oneOfEach(): Promise<Record<string, number>> {
  const created = await root().create(stay, { id: 'created' });
  const running = await root().started(stay, { id: 'running' });
  const paused = await root().started(stay, { id: 'paused' });
  await root().runtime(['pause', 'paused']);
  const stopped = await root().started(stay, { id: 'stopped' });
  await stopped.kill('KILL');
  await stopped.reaches('stopped');
  return { created: created.pid, paused: paused.pid, running: running.pid, stopped: 0 };
}

describe('list', () => {
  it('shows containers in every state', async (context) => {
    notOn(context, { crun: 'never' }, 'has other columns');
    const pids = await oneOfEach();
    const { code, stdout, stderr } = await root().runtime(['list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [heading, ...lines] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(heading).toEqual(['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER']);
    expect(lines.map(([id, pid, status]) => [id, pid, status])).toEqual(
      Object.entries(pids).map(([id, pid]) => [id, String(pid), id]),
    );
    for (const [, , , bundle, created, owner] of lines) {
      expect([bundle, created, owner]).toEqual([
        expect.stringMatching(/^\//),
        expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        'root',
      ]);
    }
  });

  it('--quiet prints names alone', async () => {
    await oneOfEach();
    const { stdout } = await root().runtime(['list', '-q']);
    expect(stdout.split('\n').filter(Boolean).sort()).toEqual(['created', 'paused', 'running', 'stopped']);
  });

  it('--format json prints states with their owners', async (context) => {
    notOn(context, { crun: 'never' }, 'has other members');
    const pids = await oneOfEach();
    const states = JSON.parse((await root().runtime(['list', '--format', 'json'])).stdout);
    expect(states).toEqual(
      Object.entries(pids).map(([id, pid]) => expect.objectContaining({ id, pid, status: id, owner: 'root' })),
    );
    const members = ['ociVersion', 'id', 'pid', 'status', 'bundle', 'rootfs', 'created', 'owner'];
    expect(Object.keys(states[0])).toEqual(members);
  });

  it('of nothing is an empty table, no name, and null', async (context) => {
    notOn(context, { crun: 'never' }, 'writes [] and other columns');
    expect((await root().runtime(['list'])).stdout).toMatch(/^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n$/);
    expect((await root().runtime(['list', '-q'])).stdout).toBe('');
    expect((await root().runtime(['list', '-f', 'json'])).stdout).toBe('null\n');
  });

  it('names the owner of a container of somebody else', async (context) => {
    notOn(context, { crun: 'never' }, 'has other words');
    const container = await scene.as('rootless').create(stay);
    const theirs = scene.as('rootless').root;
    const stdout = await scene.machine.must([subject.program, '--root', theirs, 'list', '-f', 'json']);
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ id: container.id, owner: 'hoist-test' })]);
  });

  it('goes on over what is no container', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    await root().create(stay, { id: 'sound' });
    const place = (name: string) => root().stateFolder(name);
    scene.later(async () => {
      for (const name of ['empty', 'garbage', 'file']) rmSync(place(name), { recursive: true, force: true });
    });
    mkdirSync(place('empty'));
    mkdirSync(place('garbage'));
    writeFileSync(`${place('garbage')}/state.json`, '{"half');
    writeFileSync(place('file'), '');
    const { code, stdout, stderr } = await root().runtime(['list', '-q']);
    expect([code, stdout]).toEqual([0, 'sound\n']);
    expect(stderr).toContain('load container empty: container does not exist');
    expect(stderr).toContain('load container garbage: ');
    expect(stderr).not.toContain('file');
  });

  it('knows two formats', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const { code, stderr } = await root().runtime(['list', '--format', 'yaml']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('invalid format option')]);
  });
});
