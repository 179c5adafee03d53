import { readFileSync } from 'node:fs';

export const X86_64 = 0xc000003e;
export const I386 = 0x40000003;
export const AARCH64 = 0xc00000b7;
export const X32_BIT = 0x40000000;

/** Calls that are newer than the headers of Debian 12 (arch/x86/entry/syscalls); one number in all ABIs, where the ABI has it. */
const NEWER = {
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
};

/** Names of system calls to their numbers, from the kernel's own headers (linux-libc-dev): a source that libseccomp knows nothing of. */
function table(file: string): Map<string, number> {
  const numbers = new Map<string, number>();
  const text = readFileSync(`/usr/include/x86_64-linux-gnu/asm/${file}`, 'utf8');
  for (const [, name = '', x32, number] of text.matchAll(
    /^#define __NR_(\w+) \(?(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm,
  )) {
    numbers.set(name, Number(number) + (x32 === undefined ? 0 : X32_BIT));
  }
  for (const [name, number] of Object.entries(NEWER)) {
    if (file !== 'unistd_x32.h') numbers.set(name, number);
    else if (name !== 'map_shadow_stack') numbers.set(name, number + X32_BIT);
  }
  return numbers;
}

export const ABIS = [
  { name: 'x86_64', arch: X86_64, numbers: table('unistd_64.h') },
  { name: 'x86', arch: I386, numbers: table('unistd_32.h') },
  { name: 'x32', arch: X86_64, numbers: table('unistd_x32.h') },
] as const;
