/** The options of `update` → a resources object: what was not given is not there. */

import { RuntimeError } from '../errors.ts';
import type { BlockIoResources, CpuResources, Int, MemoryResources, Resources } from '../spec/types.ts';
import { UsageError } from './parse.ts';
import { ramInBytes } from './size.ts';

type Given = Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>;

const UINT64 = { type: 'ParseUint', least: 0n, most: 2n ** 64n - 1n } as const;
const INT64 = { type: 'ParseInt', least: -(2n ** 63n), most: 2n ** 63n - 1n } as const;

/** @throws RuntimeError InvalidArgument `invalid value for cpu-period: …`; UsageError for what the option's type forbids */
export function resourcesFrom(given: Given): Resources {
  const text = (name: string) => (given[name] as string | undefined) || undefined;
  const parsed = <T>(name: string, read: (value: string) => T): T | undefined => {
    const value = text(name);
    return value === undefined ? undefined : named(name, () => read(value));
  };
  const cpu: CpuResources = defined({
    cpus: text('cpuset-cpus'),
    mems: text('cpuset-mems'),
    idle: parsed('cpu-idle', (value) => integer(value, INT64)),
    burst: parsed('cpu-burst', (value) => integer(value, UINT64)),
    period: parsed('cpu-period', (value) => integer(value, UINT64)),
    realtimePeriod: parsed('cpu-rt-period', (value) => integer(value, UINT64)),
    shares: parsed('cpu-share', (value) => integer(value, UINT64)),
    quota: parsed('cpu-quota', (value) => integer(value, INT64)),
    realtimeRuntime: parsed('cpu-rt-runtime', (value) => integer(value, INT64)),
  });
  const memory: MemoryResources = defined({
    limit: parsed('memory', memorySize),
    swap: parsed('memory-swap', memorySize),
    kernel: parsed('kernel-memory', memorySize),
    kernelTCP: parsed('kernel-memory-tcp', memorySize),
    reservation: parsed('memory-reservation', memorySize),
  });
  const weight = flagInteger(given, 'blkio-weight');
  const blockIO: BlockIoResources = defined({ weight: weight || undefined });
  const limit = flagInteger(given, 'pids-limit');
  return defined({
    cpu: filled(cpu),
    memory: filled(memory),
    blockIO: filled(blockIO),
    pids: limit === undefined ? undefined : { limit },
  });
}

const memorySize = (value: string): Int => (value === '-1' ? -1 : ramInBytes(value));

/** The options that are integers for the parser of the command line. Go takes `0x10` and `0b1` there too, as JavaScript does. */
function flagInteger(given: Given, name: string): number | undefined {
  const value = given[name] as string | undefined;
  if (value === undefined) return undefined;
  const number = /^-?(\d+|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(value) ? signed(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new UsageError(`invalid value ${JSON.stringify(value)} for flag -${name}: parse error`);
}

const signed = (value: string) => (value.startsWith('-') ? -Number(value.slice(1)) : Number(value));

function integer(value: string, { type, least, most }: typeof UINT64 | typeof INT64): Int {
  const failure = (why: string) =>
    new RuntimeError('InvalidArgument', `strconv.${type}: parsing ${JSON.stringify(value)}: ${why}`);
  if (!(type === 'ParseUint' ? /^\d+$/ : /^[+-]?\d+$/).test(value)) throw failure('invalid syntax');
  const exact = BigInt(value.replace('+', ''));
  if (exact < least || exact > most) throw failure('value out of range');
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw new RuntimeError(error.code, `invalid value for ${name}: ${error.message}`, error.detail);
  }
}

/** Without the members that are undefined: absent is what they mean. */
function defined<T extends object>(members: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function filled<T extends object>(section: T): T | undefined {
  return Object.keys(section).length === 0 ? undefined : section;
}
