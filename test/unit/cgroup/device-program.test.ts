import { describe, expect, it } from 'vitest';
import { deviceProgram } from '../../../src/cgroup/device-program.ts';
import { ANY, containerRules, type DeviceException, devicePolicy } from '../../../src/cgroup/device-rules.ts';
import type { DeviceRule } from '../../../src/spec/types.ts';

interface Access {
  type: 1 | 2;
  access: number;
  major: number;
  minor: number;
}

/** Runs eBPF instructions as the kernel would, the few kinds that the programs use; throws where the verifier would refuse. */
function run(program: Uint8Array, { type, access, major, minor }: Access): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const registers = new Array<bigint | 'context' | undefined>(11).fill(undefined);
  registers[1] = 'context';
  const context = [(access << 16) | type, major, minor];
  const number = (register: number) => {
    const value = registers[register];
    if (typeof value !== 'bigint') throw new Error(`r${register} is not a number`);
    return value;
  };
  for (let pc = 0, steps = 0; steps < 100000; pc++, steps++) {
    if (pc < 0 || pc * 8 >= program.length) throw new Error('jump out of range');
    const code = view.getUint8(pc * 8);
    const [to, from] = [view.getUint8(pc * 8 + 1) & 15, view.getUint8(pc * 8 + 1) >> 4];
    const offset = view.getInt16(pc * 8 + 2, true);
    const value = view.getInt32(pc * 8 + 4, true);
    const jump = (taken: boolean) => {
      if (offset < 0) throw new Error('backward jump');
      if (taken) pc += offset;
    };
    switch (code) {
      case 0x61:
        if (registers[from] !== 'context' || offset % 4 !== 0 || offset > 8) throw new Error('bad load');
        registers[to] = BigInt(context[offset / 4] ?? 0) & 0xffffffffn;
        break;
      case 0xb4:
        registers[to] = BigInt.asUintN(32, BigInt(value));
        break;
      case 0xbc:
        registers[to] = number(from) & 0xffffffffn;
        break;
      case 0x54:
        registers[to] = number(to) & BigInt.asUintN(32, BigInt(value));
        break;
      case 0x74:
        registers[to] = (number(to) & 0xffffffffn) >> BigInt(value);
        break;
      case 0x15:
        jump(number(to) === BigInt.asUintN(64, BigInt(value)));
        break;
      case 0x55:
        jump(number(to) !== BigInt.asUintN(64, BigInt(value)));
        break;
      case 0x5d:
        jump(number(to) !== number(from));
        break;
      case 0x95:
        return Number(number(0));
      default:
        throw new Error(`opcode ${code.toString(16)}`);
    }
  }
  throw new Error('no end');
}

/** What the rules mean, one by one, as the comments of security/device_cgroup.c have it. */
function reference(rules: readonly DeviceRule[], asked: Access): number {
  const { allowAll, exceptions } = devicePolicy(rules);
  const matches = (one: DeviceException) =>
    (one.type === 'b' ? 1 : 2) === asked.type &&
    (one.major === ANY || one.major === asked.major) &&
    (one.minor === ANY || one.minor === asked.minor);
  if (allowAll) return exceptions.some((one) => matches(one) && (one.access & asked.access) !== 0) ? 0 : 1;
  return exceptions.some((one) => matches(one) && (asked.access & ~one.access) === 0) ? 1 : 0;
}

/** A small generator with a fixed seed: the same accesses in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NUMBERS = [0, 1, 2, 3, 5, 8, 10, 136, 200, 255, 4095, 1048575, 2147483647, 2147483648, 4294967295];
const ACCESSES = ['r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm'];

function randomRules(next: (below: number) => number): DeviceRule[] {
  const number = () => (next(3) === 0 ? ANY : (NUMBERS[next(NUMBERS.length)] ?? 0));
  const rules: DeviceRule[] = [{ allow: next(2) === 0, type: 'a', access: 'rwm' }];
  for (let count = next(12); count > 0; count--) {
    const access = ACCESSES[next(ACCESSES.length)] ?? 'r';
    rules.push({
      allow: rules[0]?.allow === false,
      type: next(2) === 0 ? 'b' : 'c',
      major: number(),
      minor: number(),
      access,
    });
  }
  return rules;
}

describe('deviceProgram', () => {
  it('answers 200 random rule lists as the rules one by one do, on 400 accesses each', () => {
    const next = random(20261123);
    const answers = [0, 0];
    for (let list = 0; list < 200; list++) {
      const rules = randomRules(next);
      const program = deviceProgram(devicePolicy(rules));
      for (let count = 0; count < 400; count++) {
        const asked: Access = {
          type: next(2) === 0 ? 1 : 2,
          access: 1 + next(7),
          major: NUMBERS[next(NUMBERS.length)] ?? 0,
          minor: NUMBERS[next(NUMBERS.length)] ?? 0,
        };
        const answer = run(program, asked);
        expect([answer, asked, rules]).toEqual([reference(rules, asked), asked, rules]);
        answers[answer] = (answers[answer] ?? 0) + 1;
      }
    }
    expect(Math.min(...answers)).toBeGreaterThan(10000); // both answers were really seen
  });

  it.each([
    ['open /dev/null', 2, 6, 1, 3, 1],
    ['open /dev/pts/70000', 2, 6, 136, 70000, 1],
    ['open /dev/net/tun', 2, 6, 10, 200, 1],
    ['open /dev/sda', 1, 2, 8, 0, 0],
    ['make a node of /dev/sda', 1, 1, 8, 0, 1],
    ['open /dev/mem', 2, 2, 1, 1, 0],
    ['make and open /dev/mem at once', 2, 3, 1, 1, 0],
    ['open a block device with the number of null', 1, 2, 1, 3, 0],
  ] as const)('by default: %s', (_, type, access, major, minor, answer) => {
    const program = deviceProgram(devicePolicy(containerRules([{ allow: false, access: 'rwm' }])));
    expect(run(program, { type, access, major, minor })).toBe(answer);
  });

  it('does not let a denied write through an open for both', () => {
    const program = deviceProgram(
      devicePolicy([
        { allow: true, access: 'rwm' },
        { allow: false, type: 'c', major: 1, minor: 1, access: 'w' },
      ]),
    );
    expect([2, 4, 6].map((access) => run(program, { type: 2, access, major: 1, minor: 1 }))).toEqual([1, 0, 0]);
  });

  it('is 8 bytes per instruction, with a limit that the kernel takes', () => {
    const program = deviceProgram(devicePolicy(containerRules()));
    expect(program.length % 8).toBe(0);
    expect(program.length / 8).toBeLessThan(4096);
  });
});
