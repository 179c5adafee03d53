import { RuntimeError } from '../errors.ts';
import type { Device, DeviceRule } from '../spec/types.ts';

/** Any number. */
export const ANY = -1;

/** Access bits as the kernel numbers them (BPF_DEVCG_ACC_*). */
const ACCESS = { m: 1, r: 2, w: 4 } as const;
export const ALL_ACCESS = 7;

export type NodeType = 'b' | 'c';

/** Devices of one type and number, and a set of ACCESS bits. */
export interface DeviceException {
  readonly type: NodeType;
  /** ANY or a number below 2^32; `minor` too. */
  readonly major: number;
  readonly minor: number;
  readonly access: number;
}

/** The normal form of a rule list: what everything gets, and the exceptions from it in the order of the rules (devices.list shows it). */
export interface DevicePolicy {
  readonly allowAll: boolean;
  readonly exceptions: readonly DeviceException[];
}

interface DefaultRule {
  readonly path?: string;
  readonly type: NodeType;
  readonly major: number;
  readonly minor: number;
  readonly access: string;
}

/** What every container may use, whatever its rules: runc's list. Making nodes is harmless, opening them is what counts. */
const DEFAULT_RULES: readonly DefaultRule[] = [
  { type: 'c', major: ANY, minor: ANY, access: 'm' },
  { type: 'b', major: ANY, minor: ANY, access: 'm' },
  { path: '/dev/null', type: 'c', major: 1, minor: 3, access: 'rwm' },
  { path: '/dev/random', type: 'c', major: 1, minor: 8, access: 'rwm' },
  { path: '/dev/full', type: 'c', major: 1, minor: 7, access: 'rwm' },
  { path: '/dev/tty', type: 'c', major: 5, minor: 0, access: 'rwm' },
  { path: '/dev/zero', type: 'c', major: 1, minor: 5, access: 'rwm' },
  { path: '/dev/urandom', type: 'c', major: 1, minor: 9, access: 'rwm' },
  // /dev/pts/N and the ptmx of the container's devpts
  { type: 'c', major: 136, minor: ANY, access: 'rwm' },
  { type: 'c', major: 5, minor: 2, access: 'rwm' },
  // /dev/net/tun: taken away in runc 1.2 and given back, VPN containers live on it (runc#3468)
  { type: 'c', major: 10, minor: 200, access: 'rwm' },
];

/**
 * The rules of a container: those of config.json, then the defaults.
 *
 * @param devices linux.devices: a node there replaces the default node of its path, and that node's rule.
 */
export function containerRules(rules: readonly DeviceRule[] = [], devices: readonly Device[] = []): DeviceRule[] {
  const all = [...rules];
  for (const { path, type, major, minor, access } of DEFAULT_RULES) {
    let replaced = false;
    for (const device of devices) if (path !== undefined && device.path === path) replaced = true;
    if (!replaced) all.push({ allow: true, type, major, minor, access });
  }
  return all;
}

/**
 * Brings rules into their normal form, as the devices controller of cgroup v1 would have after writing them one by one.
 *
 * @throws RuntimeError InvalidArgument when a rule takes back part of a wildcard that stays: v1 ignores that silently,
 * and someone would believe a device to be locked.
 */
export function devicePolicy(rules: readonly DeviceRule[]): DevicePolicy {
  let allowAll = false;
  let exceptions: DeviceException[] = [];
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index] as DeviceRule;
    const access = accessBits(rule.access, index);
    if (rule.type === undefined || rule.type === 'a') {
      allowAll = rule.allow;
      exceptions = [];
      continue;
    }
    const one = { type: rule.type, major: rule.major ?? ANY, minor: rule.minor ?? ANY, access };
    if (rule.allow !== allowAll) add(exceptions, one);
    else remove(exceptions, one, allowAll);
  }
  return { allowAll, exceptions };
}

/**
 * Letters of `rwm` to bits; empty and unknown letters are refused.
 *
 * @param index of the rule in config.json, for the message.
 */
export function accessBits(letters: string | undefined, index: number): number {
  if (!letters) throw badAccess(index, 'device access field cannot be empty');
  let bits = 0;
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at];
    if (letter === 'r') bits |= ACCESS.r;
    else if (letter === 'w') bits |= ACCESS.w;
    else if (letter === 'm') bits |= ACCESS.m;
    else throw badAccess(index, `unknown device access "${letter}"`);
  }
  return bits;
}

function badAccess(index: number, text: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `linux.resources.devices[${index}].access: ${text}`, { stage: 'cgroup' });
}

/** `c 136:* rwm`: an exception as the files of cgroup v1 have it. */
export function exceptionLine({ type, major, minor, access }: DeviceException): string {
  const letters = `${access & ACCESS.r ? 'r' : ''}${access & ACCESS.w ? 'w' : ''}${access & ACCESS.m ? 'm' : ''}`;
  return `${type} ${major === ANY ? '*' : major}:${minor === ANY ? '*' : minor} ${letters}`;
}

/** True when a kernel that cannot load the program (no bpf(2)) restricts nothing that these rules would not grant. */
export function grantsEverything(rules: readonly DeviceRule[]): boolean {
  return rules.every((rule, index) => rule.allow && accessBits(rule.access, index) === ALL_ACCESS);
}

/** Where the exception with these very numbers is in the list; -1 when it is not. */
export function find(exceptions: readonly DeviceException[], type: NodeType, major: number, minor: number): number {
  for (let at = 0; at < exceptions.length; at++) {
    const one = exceptions[at] as DeviceException;
    if (one.major === major && one.minor === minor && one.type === type) return at;
  }
  return -1;
}

function add(exceptions: DeviceException[], one: DeviceException): void {
  const at = find(exceptions, one.type, one.major, one.minor);
  if (at < 0) exceptions.push(one);
  else exceptions[at] = { ...one, access: one.access | (exceptions[at]?.access ?? 0) };
}

function remove(exceptions: DeviceException[], one: DeviceException, allowAll: boolean): void {
  const { type, major, minor } = one;
  for (const [wideMajor, wideMinor] of [
    [ANY, minor],
    [major, ANY],
    [ANY, ANY],
  ] as const) {
    const wide = exceptions[find(exceptions, type, wideMajor, wideMinor)];
    const same = wideMajor === major && wideMinor === minor;
    if (!same && wide !== undefined && (wide.access & one.access) !== 0) throw hole(one, wide, allowAll);
  }
  const at = find(exceptions, type, major, minor);
  if (at < 0) return;
  const access = (exceptions[at]?.access ?? 0) & ~one.access;
  if (access === 0) exceptions.splice(at, 1);
  else exceptions[at] = { ...one, access };
}

function hole(one: DeviceException, wide: DeviceException, allowAll: boolean): RuntimeError {
  return new RuntimeError(
    'InvalidArgument',
    `unable to remove '${allowAll ? 'deny' : 'allow'}' exception: requested rule [${exceptionLine(one)}] not ` +
      `supported by devices cgroupv1 (cannot punch hole in existing wildcard rule [${exceptionLine(wide)}])`,
    { stage: 'cgroup' },
  );
}
