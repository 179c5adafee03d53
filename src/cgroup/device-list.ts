import { RuntimeError } from '../errors.ts';
import { ANY, accessBits, type DeviceException, type DevicePolicy, exceptionLine, find } from './device-rules.ts';

/** One write to `devices.allow` or `devices.deny` of cgroup v1. */
export interface DeviceLine {
  readonly file: 'devices.allow' | 'devices.deny';
  readonly line: string;
}

/**
 * The writes that take a devices group of cgroup v1 from one policy to another.
 *
 * @param current what the group has (parseDeviceList); undefined for a group just made, which has its parent's.
 * A group with "everything" cannot list its exceptions, so it is always begun anew; one with a list only gets the
 * difference, so that a running container never loses a device for a moment.
 */
export function deviceLines(target: DevicePolicy, current?: DevicePolicy): DeviceLine[] {
  const lines: DeviceLine[] = [];
  const other = target.allowAll ? 'devices.deny' : 'devices.allow';
  const same = target.allowAll ? 'devices.allow' : 'devices.deny';
  const restart = current === undefined || current.allowAll || current.allowAll !== target.allowAll;
  if (restart) lines.push({ file: same, line: 'a *:* rwm' });
  const old = restart ? [] : current.exceptions;
  const push = (file: DeviceLine['file'], from: readonly DeviceException[], minus: readonly DeviceException[]) => {
    for (const one of from) {
      const access = one.access & ~accessOf(minus, one);
      if (access !== 0) lines.push({ file, line: exceptionLine({ ...one, access }) });
    }
  };
  push(same, old, target.exceptions);
  push(other, target.exceptions, old);
  return lines;
}

/** True when two policies are the same (the order of exceptions does not count). */
export function samePolicy(a: DevicePolicy, b: DevicePolicy): boolean {
  if (a.allowAll !== b.allowAll || a.exceptions.length !== b.exceptions.length) return false;
  for (const one of a.exceptions) if (accessOf(b.exceptions, one) !== one.access) return false;
  return true;
}

/**
 * `devices.list` of cgroup v1. A line that begins with `a` means that the group allows everything but what was denied,
 * which the kernel does not list.
 *
 * @throws RuntimeError Internal for a line that the kernel cannot have written.
 */
export function parseDeviceList(text: string): DevicePolicy {
  const exceptions: DeviceException[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [type, numbers = '', access = '', ...rest] = line.split(' ');
    const colon = numbers.indexOf(':');
    const major = numberOf(numbers.slice(0, Math.max(colon, 0)));
    const minor = numberOf(numbers.slice(colon + 1));
    const known = type === 'a' || type === 'b' || type === 'c';
    if (!known || major === undefined || minor === undefined || !letters(access) || rest.length > 0) {
      throw new RuntimeError('Internal', `error parsing devices.list: malformed line ${JSON.stringify(line)}`);
    }
    if (type === 'a') return { allowAll: true, exceptions: [] };
    exceptions.push({ type, major, minor, access: accessBits(access, exceptions.length) });
  }
  return { allowAll: false, exceptions };
}

function numberOf(text: string): number | undefined {
  if (text === '*') return ANY;
  const number = Number(text);
  return text !== '' && String(number) === text && number >= 0 && number < 2 ** 32 ? number : undefined;
}

function letters(access: string): boolean {
  for (let at = 0; at < access.length; at++) if (!'rwm'.includes(access[at] as string)) return false;
  return access !== '';
}

function accessOf(exceptions: readonly DeviceException[], { type, major, minor }: DeviceException): number {
  return exceptions[find(exceptions, type, major, minor)]?.access ?? 0;
}
