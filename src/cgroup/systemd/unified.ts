import { RuntimeError } from '../../errors.ts';
import { allowed, cpuQuota, tasks } from './limits.ts';
import { big, INFINITE, type Property, text } from './property.ts';

/** Which version of systemd takes a CPUWeight of 0. */
export const IDLE_SINCE = 252;
const OOM_POLICY_SINCE = 253;
const DEFAULT_PERIOD = 100_000;

const MEMORY: Readonly<Record<string, string>> = {
  'memory.high': 'MemoryHigh',
  'memory.low': 'MemoryLow',
  'memory.min': 'MemoryMin',
  'memory.max': 'MemoryMax',
  'memory.swap.max': 'MemorySwapMax',
};

/**
 * linux.resources.unified as properties of a unit, where systemd has one; every file is written to the group anyway.
 *
 * @param warnings gets what cannot be told to systemd
 * @throws RuntimeError InvalidArgument in runc's words
 */
export function unifiedProperties(
  unified: Readonly<Record<string, string>>,
  systemd: number,
  warnings: string[],
): Property[] {
  const properties: Property[] = [];
  const idle = unified['cpu.idle']?.trim() === '1' && systemd >= IDLE_SINCE;
  for (const [file, untrimmed] of Object.entries(unified)) {
    checkName(file);
    const value = untrimmed.trim();
    const memory = MEMORY[file];
    if (memory !== undefined) properties.push(big(memory, limit(file, value)));
    else if (file === 'pids.max') properties.push(tasks(limit(file, value)));
    else if (file === 'cpu.max') properties.push(...quota(file, value, systemd));
    else if (file === 'cpuset.cpus') properties.push(...allowed('AllowedCPUs', value, named(file), systemd));
    else if (file === 'cpuset.mems') properties.push(...allowed('AllowedMemoryNodes', value, named(file), systemd));
    else if (file === 'cpu.idle' && idle) properties.push(big('CPUWeight', 0));
    else if (file === 'cpu.weight' && idle)
      warnings.push('unable to apply both cpu.weight and cpu.idle to systemd, ignoring cpu.weight');
    else if (file === 'cpu.weight') properties.push(big('CPUWeight', whole(file, value)));
  }
  return properties;
}

/** OOMPolicy of a scope, which can be said at its creation only. */
export function oomPolicy(unified: Readonly<Record<string, string>>, systemd: number): Property[] {
  const value = unified['memory.oom.group']?.trim();
  if (value === undefined || systemd < OOM_POLICY_SINCE) return [];
  const group = whole('memory.oom.group', value);
  if (group > 1n) return [];
  return [text('OOMPolicy', group === 1n ? 'kill' : 'continue')];
}

const named = (file: string) => `unified resource ${JSON.stringify(file)}`;

function checkName(file: string): void {
  if (file.includes('/')) throw invalid(`${named(file)} must be a file name (no slashes)`);
  if (file.indexOf('.') <= 0) throw invalid(`${named(file)} must be in the form CONTROLLER.PARAMETER`);
}

function limit(file: string, value: string): bigint {
  return value === 'max' ? INFINITE : whole(file, value);
}

function whole(file: string, value: string): bigint {
  const number = /^\d{1,20}$/.test(value) ? BigInt(value) : INFINITE + 1n;
  if (number > INFINITE)
    throw invalid(`${named(file)} value conversion error: ${JSON.stringify(value)} is not a number`);
  return number;
}

/** `cpu.max`: a quota or `max`, and a period. */
function quota(file: string, value: string, systemd: number): Property[] {
  const [first = '', second, ...more] = value.split(/\s+/);
  if (first === '' || more.length > 0) throw invalid(`${named(file)} value invalid: ${JSON.stringify(value)}`);
  const period = second === undefined ? DEFAULT_PERIOD : whole(file, second);
  return cpuQuota(first === 'max' ? 0 : whole(file, first), period, systemd).properties;
}

function invalid(words: string): RuntimeError {
  return new RuntimeError('InvalidArgument', words, { stage: 'cgroup' });
}
