import { ALL_ACCESS, ANY, type DeviceException, type DevicePolicy } from './device-rules.ts';

// eBPF opcodes (linux/bpf.h, linux/bpf_common.h).
const LOAD_WORD = 0x61; // BPF_LDX | BPF_MEM | BPF_W
const MOVE_32 = 0xb4; // BPF_ALU | BPF_MOV | BPF_K: zero-extends
const MOVE_REGISTER_32 = 0xbc;
const AND_32 = 0x54;
const SHIFT_RIGHT_32 = 0x74;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_NOT_EQUAL = 0x55;
const JUMP_NOT_EQUAL_REGISTER = 0x5d;
const EXIT = 0x95;

// What struct bpf_cgroup_dev_ctx holds, once loaded, and two registers for work.
const RESULT = 0;
const CONTEXT = 1;
const TYPE = 2;
const ACCESS_BITS = 3;
const MAJOR = 4;
const MINOR = 5;
const WORK = 1; // the context is not needed once its members are loaded

const KERNEL_TYPE = { b: 1, c: 2 } as const; // BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR

interface Instruction {
  readonly code: number;
  readonly to?: number;
  readonly from?: number;
  readonly offset?: number;
  readonly value?: number;
}

/**
 * A BPF_PROG_TYPE_CGROUP_DEVICE program that answers 1 (allowed) or 0 (EPERM) as the policy does.
 *
 * An allowing exception must cover all the access that is asked for; a denying one bites when it covers any of it, as the
 * devices controller of cgroup v1 has it: `deny w` must not be passed by an open for reading and writing.
 *
 * @returns struct bpf_insn, 8 bytes each, in this machine's byte order.
 */
export function deviceProgram(policy: DevicePolicy): Uint8Array {
  const program: Instruction[] = [
    { code: LOAD_WORD, to: TYPE, from: CONTEXT, offset: 0 },
    { code: MOVE_REGISTER_32, to: ACCESS_BITS, from: TYPE },
    { code: AND_32, to: TYPE, value: 0xffff },
    { code: SHIFT_RIGHT_32, to: ACCESS_BITS, value: 16 },
    { code: LOAD_WORD, to: MAJOR, from: CONTEXT, offset: 4 },
    { code: LOAD_WORD, to: MINOR, from: CONTEXT, offset: 8 },
  ];
  for (const exception of policy.exceptions) program.push(...exceptionBlock(exception, !policy.allowAll));
  program.push({ code: MOVE_32, to: RESULT, value: policy.allowAll ? 1 : 0 }, { code: EXIT });
  return assemble(program);
}

/** Tests that jump over the block when the exception is not about this access, then the answer. */
function exceptionBlock(exception: DeviceException, allow: boolean): Instruction[] {
  const tests: Instruction[] = [{ code: JUMP_NOT_EQUAL, to: TYPE, value: KERNEL_TYPE[exception.type] }];
  const needed = allow ? ALL_ACCESS - exception.access : exception.access;
  if (needed !== 0 && needed !== ALL_ACCESS) {
    tests.push({ code: MOVE_REGISTER_32, to: WORK, from: ACCESS_BITS }, { code: AND_32, to: WORK, value: needed });
    tests.push({ code: allow ? JUMP_NOT_EQUAL : JUMP_EQUAL, to: WORK, value: 0 });
  }
  for (const [register, number] of [
    [MAJOR, exception.major],
    [MINOR, exception.minor],
  ] as const) {
    // Through a register: an immediate is sign-extended to 64 bits, and numbers from 2^31 on would never match.
    if (number !== ANY)
      tests.push(
        { code: MOVE_32, to: RESULT, value: number },
        { code: JUMP_NOT_EQUAL_REGISTER, to: register, from: RESULT },
      );
  }
  const answer: Instruction[] = [{ code: MOVE_32, to: RESULT, value: allow ? 1 : 0 }, { code: EXIT }];
  const length = tests.length + answer.length;
  const jumps = tests.map((test, index) => (isJump(test) ? { ...test, offset: length - index - 1 } : test));
  return [...jumps, ...answer];
}

const isJump = ({ code }: Instruction) => code % 8 === JUMP && code !== EXIT;

function assemble(program: readonly Instruction[]): Uint8Array {
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, to = 0, from = 0, offset = 0, value = 0 }, index) => {
    view.setUint8(index * 8, code);
    view.setUint8(index * 8 + 1, little ? to + from * 16 : to * 16 + from);
    view.setInt16(index * 8 + 2, offset, little);
    view.setUint32(index * 8 + 4, value, little);
  });
  return bytes;
}
