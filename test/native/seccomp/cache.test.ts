import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { native } from '../../../src/host/native.ts';
import { cachedFilter, seccompFilter } from '../../../src/seccomp/cache.ts';
import type { Seccomp } from '../../../src/spec/types.ts';

const DOCKER: Seccomp = JSON.parse(
  readFileSync(new URL('../../fixtures/configs/docker-default.json', import.meta.url), 'utf8'),
).linux.seccomp;
const SMALL: Seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }] };

let root = '';
let compiled = 0;
/** The addon, with a count of real compilations. */
const counting = {
  ...native,
  compileSeccomp: (request: Parameters<typeof native.compileSeccomp>[0]) => {
    compiled++;
    return native.compileSeccomp(request);
  },
};
const get = (seccomp: Seccomp) => cachedFilter(counting, root, seccomp, () => undefined);
const folder = () => join(root, '.cache/seccomp');
const only = () => join(folder(), readdirSync(folder())[0] ?? 'nothing');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hoist-cache-'));
  compiled = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the seccomp cache', () => {
  it('compiles once, and finds the same bytes and flags again', () => {
    const first = get(DOCKER);
    const second = get(DOCKER);
    expect(compiled).toBe(1);
    expect(Buffer.from(second.filter).equals(Buffer.from(first.filter))).toBe(true);
    expect(second.flags).toBe(4);
  });

  it('keeps its files to their owner', () => {
    get(SMALL);
    expect([join(root, '.cache'), folder(), only()].map((path) => statSync(path).mode & 0o7777)).toEqual([
      0o700, 0o700, 0o600,
    ]);
  });

  it('tells profiles apart by any of their words, 64-bit values included', () => {
    const big = (value: bigint): Seccomp => ({
      ...SMALL,
      syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO', args: [{ index: 0, op: 'SCMP_CMP_EQ', value }] }],
    });
    const all: Seccomp[] = [
      SMALL,
      { ...SMALL, flags: [] },
      { ...SMALL, architectures: ['SCMP_ARCH_X86'] },
      big(2n ** 64n - 1n),
      big(2n ** 64n - 2n),
    ];
    for (const one of [...all, ...all]) get(one);
    expect(compiled).toBe(all.length);
    expect(get({ ...SMALL, flags: [] }).flags).toBe(0);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 8)],
    [
      'with one bit turned',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte))),
    ],
    ['for another key', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 64 ? byte ^ 1 : byte)))],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['larger than any filter', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(70000)])],
  ])('never loads an entry that is %s, and mends it', (_, damage) => {
    const good = get(SMALL);
    writeFileSync(only(), damage(readFileSync(only())));
    expect(get(SMALL)).toEqual(good);
    expect(compiled).toBe(2);
    get(SMALL);
    expect(compiled).toBe(2);
  });

  it.each([
    ['an entry that others may read', () => chmodSync(only(), 0o644)],
    ['a folder that others may enter', () => chmodSync(folder(), 0o755)],
    [
      'an entry that is a link',
      () => {
        const target = join(root, 'elsewhere');
        renameSync(only(), target);
        symlinkSync(target, join(folder(), native.hash('x')));
        renameSync(join(folder(), native.hash('x')), join(folder(), name));
      },
    ],
    [
      'a folder that is a link',
      () => {
        renameSync(folder(), join(root, 'moved'));
        symlinkSync(join(root, 'moved'), folder());
      },
    ],
    [
      'the entry of another profile under the name of this',
      () => {
        get({ ...SMALL, flags: [] });
        compiled--;
        const other = readdirSync(folder()).find((one) => one !== name) ?? '';
        renameSync(join(folder(), other), join(folder(), name));
      },
    ],
  ])('does not trust %s', (_, spoil) => {
    get(SMALL);
    name = readdirSync(folder())[0] ?? '';
    spoil();
    get(SMALL);
    expect(compiled).toBe(2);
  });

  it('starts containers from a root that cannot be written', () => {
    const nowhere = join(root, 'file');
    writeFileSync(nowhere, '');
    const lines: string[] = [];
    const { filter } = cachedFilter(counting, nowhere, SMALL, (line) => lines.push(line));
    expect(filter.length).toBeGreaterThan(0);
    expect(lines).toEqual([`the seccomp cache ${nowhere}/.cache/seccomp cannot be written`]);
  });

  it('keeps 64 entries, the youngest', () => {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    chmodSync(join(root, '.cache'), 0o700);
    for (let age = 0; age < 70; age++) {
      const path = join(folder(), `old-${age}`);
      writeFileSync(path, '');
      utimesSync(path, 1000 - age, 1000 - age);
    }
    get(SMALL);
    const left = readdirSync(folder());
    expect(left).toHaveLength(64);
    expect([left.includes('old-0'), left.includes('old-69')]).toEqual([true, false]);
    get(SMALL);
    expect(compiled).toBe(1);
  });

  it('tells which names are unknown', () => {
    const lines: string[] = [];
    const seccomp: Seccomp = { ...SMALL, syscalls: [{ names: ['no_such_call'], action: 'SCMP_ACT_ERRNO' }] };
    cachedFilter(native, root, seccomp, (line) => lines.push(line));
    expect(lines).toEqual(['unknown seccomp syscall or architecture "no_such_call" ignored']);
  });

  it('knows that a profile with NOTIFY has a listener, from the cache too', () => {
    const seccomp: Seccomp = { ...SMALL, flags: [], syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }] };
    const made = seccompFilter(root, seccomp);
    expect([made.listener, made.flags]).toEqual([true, 8]);
    expect(seccompFilter(root, seccomp)).toEqual(made);
    expect(readdirSync(folder())).toHaveLength(1);
  });
});

let name = '';

describe('hash', () => {
  it.each([0, 1, 63, 64, 65, 127, 128, 129, 4096, 100001])('is BLAKE2s-256 of %s bytes', (length) => {
    const data = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
    expect(native.hash(data)).toBe(createHash('blake2s256').update(data).digest('hex'));
  });

  it('takes text as UTF-8', () => {
    expect(native.hash('größer 🙂')).toBe(createHash('blake2s256').update('größer 🙂').digest('hex'));
  });
});
