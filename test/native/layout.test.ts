import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const program = new URL('../../dist/bin/hoist.bin', import.meta.url).pathname;
const LARGE_PAGE = 2 * 1024 * 1024;

/** The segments of an ELF file that hold machine code (elf(5)). */
function codeSegments(path: string): { offset: number; address: number }[] {
  const header = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  readSync(file, header, 0, header.length, 0);
  closeSync(file);
  const first = Number(header.readBigUInt64LE(32));
  const starts = Array.from({ length: header.readUInt16LE(56) }, (_, index) => first + index * 56);
  const code = starts.filter((at) => header.readUInt32LE(at) === 1 && (header.readUInt32LE(at + 4) & 1) === 1);
  return code.map((at) => ({
    offset: Number(header.readBigUInt64LE(at + 8)),
    address: Number(header.readBigUInt64LE(at + 16)),
  }));
}

describe('the program', () => {
  it('has its machine code where the kernel can map large pages', () => {
    const segments = codeSegments(program);
    expect(segments).toHaveLength(1);
    for (const { offset, address } of segments) expect(offset % LARGE_PAGE).toBe(address % LARGE_PAGE);
  });

  it('begins, and finds its own parts behind the moved code', () => {
    expect(execFileSync(program, ['--version'], { encoding: 'utf8' })).toMatch(/^hoist version \d/);
    expect(execFileSync(program, ['spec', '--help'], { encoding: 'utf8' })).toContain('--plan');
  });
});
