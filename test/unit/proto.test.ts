import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { criu_req as Request, criu_resp as Response, criu_req_type as Type } from '../../src/proto/criu.js';

const root = new URL('../../', import.meta.url).pathname;

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

it("a request has criu's numbers on the wire", () => {
  const opts = { imagesDirFd: 5, pid: 300, leaveRunning: true, logFile: 'dump.log' };
  // Field and type, then the value, as protoc has it (protobuf.dev, Encoding).
  const inner = [0x08, 5, 0x10, 0xac, 0x02, 0x18, 1, 0x52, 8, ...new TextEncoder().encode('dump.log')];
  expect([...Request.encode({ type: Type.DUMP, opts }).finish()]).toEqual([0x08, 1, 0x12, inner.length, ...inner]);
});

it('an answer without what it must have is refused', () => {
  expect(Response.decode(Uint8Array.of(0x08, 10, 0x10, 1))).toMatchObject({ type: Type.VERSION, success: true });
  expect(() => Response.decode(Uint8Array.of(0x08, 10))).toThrow(/missing required/);
  expect(() => Response.decode(Uint8Array.of(0x0a, 200, 1))).toThrow();
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
