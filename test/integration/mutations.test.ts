// Broken configurations on their way through the real program: one line that names the field, and nothing left behind (scene.ts looks).
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from '../../src/spec/stringify.ts';
import type { Spec } from '../../src/spec/types.ts';
import { garble, mutate, shortened } from '../unit/spec/damage.ts';
import { fixtureNames, fixtureText } from '../unit/spec/fixtures.ts';
import { random } from '../unit/spec/random.ts';
import { useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const COUNT = 12;

/** `prefix: field: reason`, or a cause further down the road; never an accident of ours. */
function expectOneLine(code: number, stderr: string, failure: RegExp): void {
  if (!isHoist) return;
  if (code === 0) return;
  expect(stderr.match(/level=error/g), stderr).toHaveLength(1);
  expect(stderr).toMatch(failure);
  expect(stderr).not.toMatch(/internal error|is a bug|TypeError|RangeError|undefined|BigInt/i);
}

/** A real configuration that would run here, but for what is broken then. */
function runnable(name: string): Spec {
  const spec = shortened(fixtureText(name)) as Spec;
  spec.root = { path: 'rootfs' };
  delete spec.hooks;
  // Of a machine that is another: what is not there is no mistake of the configuration.
  spec.mounts = (spec.mounts ?? []).filter(({ type }) => type === 'tmpfs' || type === 'proc');
  const { namespaces = [], cgroupsPath: _, intelRdt: __, netDevices: ___, ...linux } = spec.linux ?? {};
  spec.linux = { ...linux, namespaces: namespaces.filter(({ path, type }) => path === undefined && type !== 'user') };
  delete spec.linux.resources;
  if (spec.process) {
    spec.process.terminal = false;
    spec.process.args = ['true'];
  }
  return spec;
}

/** Without a mount namespace of its own the mounts of a container stay, as docs/compat.md says. */
function isIsolated(spec: unknown): boolean {
  const namespaces = (spec as Partial<Spec>).linux?.namespaces;
  if (!Array.isArray(namespaces)) return namespaces !== undefined;
  return namespaces.some((one) => one?.type === 'mount' && one.path === undefined);
}

describe.each(fixtureNames)('%s, broken', (name) => {
  const seed = fixtureNames.indexOf(name) + 5001;

  it('is created, or refused in one line, and leaves nothing', { timeout: 120_000 }, async () => {
    const next = random(seed);
    for (let i = 0; i < COUNT; i++) {
      const spec = runnable(name);
      for (let breaks = 0; breaks <= i % 3; breaks++) mutate(spec, next);
      if (!isIsolated(spec)) continue;
      const text = stringify(spec);
      const id = root().newId();
      const { code, stderr } = await root().tryCreate(() => (i % 4 === 3 ? garble(text, next) : text), { id });
      expectOneLine(code, stderr, /create failed: .+/);
      const state = await root().runtime(['state', id]);
      expect(state.code === 0, `${stderr}${state.stderr}${text}`).toBe(code === 0);
      if (code === 0) expect((await root().runtime(['delete', '--force', id])).code).toBe(0);
    }
  });
});

describe('a process.json, broken', () => {
  it('is executed, or refused in one line, and the container lives on', { timeout: 120_000 }, async () => {
    const next = random(6001);
    const container = await root().started((config) => {
      config.process.args = ['sleep', '1000'];
    });
    const file = `${container.bundle.outside.path}/process.json`;
    for (let i = 0; i < 100; i++) {
      const name = fixtureNames[i % fixtureNames.length] ?? '';
      const process = runnable(name).process;
      for (let breaks = 0; breaks <= i % 3; breaks++) mutate(process, next);
      const text = stringify(process);
      writeFileSync(file, i % 4 === 3 ? garble(text, next) : text);
      const args = ['exec', '--process', `${container.bundle.path}/process.json`, container.id];
      const { code, stderr } = await root().runtime(args, { timeout: 10_000 });
      if (code === 255) expectOneLine(code, stderr, /exec failed: .+/);
      else expect([0, 1], `${stderr}${text}`).toContain(code);
    }
    expect((await container.state()).status).toBe('running');
  });
});
