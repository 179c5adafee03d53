import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** One clear line and exit 1; the look around every test says that nothing is left. */
function expectOneLine({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): void {
  expect(code, stderr).toBe(1);
  if (!isHoist) return;
  expect(stdout).toBe('');
  expect(stderr.length).toBeGreaterThan(20);
  expect(stderr.length).toBeLessThan(4096);
  expect(stderr.match(/level=error/g)).toHaveLength(1);
  expect(stderr).not.toMatch(/internal error|is a bug|TypeError|RangeError|undefined/);
}

const deep = (depth: number) =>
  `{"ociVersion":"1.0.2","root":{"path":"rootfs"},"annotations":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

describe('config.json', () => {
  it.for([
    ['empty', () => ''],
    ['broken JSON', () => '{"ociVersion": "1.0.2", '],
    ['no JSON at all', () => 'hello'],
    ['binary', () => '\u0000\u0001\u0002'],
    ['a number', () => '7'],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['an empty object', () => '{}'],
    ['nested 100,000 deep', () => deep(100_000)],
    ['without arguments', (config: Config) => JSON.stringify({ ...config, process: { ...config.process, args: [] } })],
    [
      'args of the wrong type',
      (config: Config) => JSON.stringify({ ...config, process: { ...config.process, args: 'sh' } }),
    ],
    ['args of numbers', (config: Config) => JSON.stringify({ ...config, process: { ...config.process, args: [1] } })],
    ['mounts of the wrong type', (config: Config) => JSON.stringify({ ...config, mounts: { a: 1 } })],
    ['a mount without a destination', (config: Config) => JSON.stringify({ ...config, mounts: [{ type: 'tmpfs' }] })],
    ['root of the wrong type', (config: Config) => JSON.stringify({ ...config, root: 'rootfs' })],
    ['namespaces of the wrong type', (config: Config) => JSON.stringify({ ...config, linux: { namespaces: ['pid'] } })],
    [
      'an unknown rlimit',
      (config: Config) =>
        JSON.stringify({
          ...config,
          process: { ...config.process, rlimits: [{ type: 'RLIMIT_NO', soft: 1, hard: 1 }] },
        }),
    ],
  ] as [string, (config: Config) => string][])('that is %s is refused', async ([name, text], context) => {
    if (['null', 'nested 100,000 deep'].includes(name))
      notOn(context, { runc: 'never', crun: 'never' }, 'takes it or fails otherwise');
    if (name.startsWith('args of')) notOn(context, { crun: '1.9' }, 'takes it');
    expectOneLine(await root().tryCreate(text));
  });

  it('without a process runs nothing', async () => {
    // runc refuses it at once; runtime-tools wants to create it, and to start it without an error.
    const patch = (config: Config) => JSON.stringify({ ...config, process: undefined });
    const { code, stdout } = await root().run(patch);
    expect(code).toBe(isHoist ? 0 : 1);
    expect(stdout).toBe('');
  });

  it('that is missing is named', async () => {
    const bundle = root().newBundle();
    const result = await root().runtime(['create', '--bundle', bundle.path, 'x']);
    expectOneLine(result);
    expect(result.stderr).toMatch(/config\.json/);
  });

  it('that is a fifo does not hang', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'hangs');
    const bundle = root().newBundle();
    await scene.machine.must(['mkfifo', `${bundle.path}/config.json`]);
    expectOneLine(await root().runtime(['create', '--bundle', bundle.path, 'x'], { timeout: 5000 }));
  });

  it.for([
    ['a folder', 'mkdir'],
    ['a device without end', 'mknod'],
  ])('that is %s is refused', async ([, how], context) => {
    if (how === 'mknod') notOn(context, { runc: 'never', crun: 'never' }, 'reads on and on');
    const bundle = root().newBundle();
    await scene.machine.must(
      how === 'mkdir'
        ? ['mkdir', `${bundle.path}/config.json`]
        : ['mknod', `${bundle.path}/config.json`, 'c', '1', '5'],
    );
    expectOneLine(await root().runtime(['create', '--bundle', bundle.path, 'x'], { timeout: 10_000 }));
  });

  it('of 100 MB is refused', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'reads it all');
    expectOneLine(
      await root().tryCreate((config) => JSON.stringify({ ...config, annotations: { big: 'x'.repeat(100 << 20) } })),
    );
  });

  it('with 200,000 mounts ends, one way or the other', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'takes minutes');
    const result = await root().tryCreate((config) => {
      config.process.args = probe(['cwd']);
      for (let i = 0; i < 200_000; i++) config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
    });
    expectOneLine(result);
  });

  it('may have what nobody knows', async () => {
    const { code } = await root().run((config) => {
      config.process.args = probe(['cwd']);
      return JSON.stringify({ ...config, unknown: { deep: [1] }, linux: { ...config.linux, alsoUnknown: true } });
    });
    expect(code).toBe(0);
  });
});

describe('the rootfs', () => {
  it.each([
    ['that is missing', '/run/no-such-rootfs'],
    ['that is a file', '/etc/passwd'],
  ])('%s is refused', async (_name, path) => {
    expectOneLine(
      await root().tryCreate((config) => {
        config.root.path = path;
      }),
    );
  });

  it('that is empty is refused with the reason', async () => {
    const bundle = root().newBundle();
    rmSync(bundle.outside.rootfs, { recursive: true });
    mkdirSync(bundle.outside.rootfs);
    const result = await root().run(() => undefined, { bundle });
    expect(result.code).toBe(1);
  });
});

describe('an id', () => {
  const strange = ['../x', '..', '.', 'a/b', '', 'a b', 'a\nb', 'x'.repeat(2000), 'ä', '$(id)', '*'];

  it.for(strange)('%j is refused by every command', async (id, context) => {
    notOn(context, { crun: 'never' }, 'takes it, and removes what is above its state root');
    const bundle = root().bundle((config) => {
      config.process.args = probe(['cwd']);
    });
    const birth = ['--bundle', bundle.path];
    for (const verb of [['create', ...birth], ['run', ...birth], ['state'], ['start'], ['kill'], ['delete']]) {
      const { code } = await root().runtime([...verb, id]);
      expect(code, verb[0]).not.toBe(0);
    }
  });

  it('that leaves the state root deletes nothing', async (context) => {
    notOn(context, { crun: 'never' }, 'removes it');
    writeFileSync(scene.machine.path('/run/state/../victim'), 'here');
    scene.later(() => scene.machine.run(['rm', '/run/victim']));
    await root().runtime(['delete', '--force', '../victim']);
    expect(scene.machine.read('/run/victim')).toBe('here');
  });
});

describe('numbers', () => {
  it.for([
    '4294967295',
    '-1',
    '4294967296',
    '"0x0"',
    '"0"',
    '1.5',
    '1e3',
    '18446744073709551616',
    'true',
    'null',
    '[]',
  ])('uid %s is refused (CVE-2024-40635, CVE-2026-46680)', async (uid, context) => {
    // Catches: a parser that rounds, wraps (bit operators) or falls back to 0, which is root.
    notOn(context, { crun: 'never' }, 'takes most of them');
    if (['4294967295', '1e3', 'null'].includes(uid)) notOn(context, { runc: 'never' }, 'has another opinion');
    const result = await root().run((config) => {
      config.process.args = probe(['ids']);
      const user = { uid: 'UID', gid: 0 };
      return JSON.stringify({ ...config, process: { ...config.process, user } }).replace('"UID"', uid);
    });
    if (uid === 'null' && result.code === 0) return expect(result.stdout).toMatch(/^uid 0 /);
    if (uid === '1e3' && result.code === 0) return expect(result.stdout).toMatch(/^uid 1000 /);
    expect(result.code).toBe(1);
    expect(result.stdout).toBe('');
  });
});
