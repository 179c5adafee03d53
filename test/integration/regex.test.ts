import { describe, expect, it } from 'vitest';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const started = (id: string) =>
  root().create(
    (config) => {
      config.process.args = probe(['stay']);
    },
    { id },
  );

const ids = async () => (await root().runtime(['list', '-q'])).stdout.split('\n').filter(Boolean);

describe('--regex', () => {
  it('of delete takes every container whose name the expression finds', async (context) => {
    notOn(context, { runc: 'never' }, 'has no such option');
    for (const id of ['web-1', 'web-2', 'db']) await started(id);
    expect(await root().runtime(['delete', '--force', '--regex', '^web-[[:digit:]]$'])).toMatchObject({ code: 0 });
    expect(await ids()).toEqual(['db']);
  });

  it('of delete warns of those that run, and goes on', async (context) => {
    notOn(context, { runc: 'never' }, 'has no such option');
    const [first, second] = [await started('web-1'), await started('web-2')];
    await first.start();
    const { code, stderr } = await root().runtime(['delete', '--regex', 'web']);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/web-1/)]);
    expect(await ids()).toEqual(['web-1']);
    expect(second.id).toBe('web-2');
  });

  it('of kill sends the signal to all of them', async (context) => {
    notOn(context, { runc: 'never' }, 'has no such option');
    const containers = [await started('web-1'), await started('web-2'), await started('db')];
    for (const container of containers) await container.start();
    expect((await root().runtime(['kill', '--regex', 'web|none', 'KILL'])).code).toBe(0);
    await containers[0]?.reaches('stopped');
    await containers[1]?.reaches('stopped');
    expect((await containers[2]?.state())?.status).toBe('running');
  });

  it('that finds none is no failure; one that is none is', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such option, or other words');
    expect(await root().runtime(['delete', '--regex', 'nobody'])).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stderr } = await root().runtime(['kill', '--regex', 'web(']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('invalid regular expression')]);
  });
});
