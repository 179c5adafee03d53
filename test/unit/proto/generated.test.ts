import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url).pathname;

it('src/proto is what `npm run generate` writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoist-proto-'));
  try {
    execFileSync('node', [join(root, '.ci/proto.mjs'), folder]);
    const files = readdirSync(folder).sort();
    expect(files).toEqual(readdirSync(join(root, 'src/proto')).sort());
    for (const file of files) {
      expect(readFileSync(join(root, 'src/proto', file), 'utf8')).toBe(readFileSync(join(folder, file), 'utf8'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);

it("containerd's Task service of version 2 is that of version 3 under another name", () => {
  const text = (version: string) =>
    readFileSync(join(root, `proto/containerd/runtime/task/${version}/shim.proto`), 'utf8').replaceAll(version, 'vX');
  expect(text('v2')).toBe(text('v3'));
});

it("the two Events services' requests to forward are the same", () => {
  const message = (folder: string) =>
    /^message ForwardRequest \{[^}]*\}/m.exec(readFileSync(join(root, `proto/containerd/${folder}`), 'utf8'))?.[0];
  expect(message('services/ttrpc/events/v1/events.proto')).toMatch(/Envelope envelope = 1/);
  expect(message('services/ttrpc/events/v1/events.proto')).toBe(message('services/events/v1/events.proto'));
});

it('is loaded by those who ask for it only', () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)';/gms))
      visit(join(file, '..', path));
  };
  for (const entry of ['cli/main.ts', 'index.ts', 'runtime/delete.ts', 'runtime/run.ts'])
    visit(join(root, 'src', entry));
  expect(seen.size).toBeGreaterThan(50);
  expect([...seen].filter((file) => file.includes('/proto/') || file.includes('/runtime/criu/'))).toEqual([]);
});
