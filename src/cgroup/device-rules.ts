import { RuntimeError } from '../errors.ts';
import type { Device, DeviceRule } from '../spec/types.ts';

/** Any number. */
export const ANY = -1;

/** Access bits as the kernel numbers them (BPF_DEVCG_ACC_*). */
export const ACCESS = { m: 1, r: 2, w: 4 } as const;
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
  const replaced = new Set(devices.map((device) => device.path));
  const defaults = DEFAULT_RULES.filter((rule) => rule.path === undefined || !replaced.has(rule.path));
  return [...rules, ...defaults.map(({ type, major, minor, access }) => ({ allow: true, type, major, minor, access }))];
}

/**
 * Brings rules into their normal form, as the devices controller of cgroup v1 would have after writing them one by one.
 *
 * @throws RuntimeError InvalidArgument when a rule takes back part of a wildcard that stays: v1 ignores that silently,
 * and someone would believe a device to be locked.
 */
export function devicePolicy(rules: readonly DeviceRule[]): DevicePolicy {
  let allowAll = false;
  let exceptions = new Map<string, DeviceException>();
  rules.forEach((rule, index) => {
    const access = accessBits(rule.access, `linux.resources.devices[${index}].access`);
    if (rule.type === undefined || rule.type === 'a') {
      allowAll = rule.allow;
      exceptions = new Map();
      return;
    }
    const type = rule.type === 'b' ? 'b' : 'c';
    const exception = { type, major: rule.major ?? ANY, minor: rule.minor ?? ANY, access } as const;
    if (rule.allow !== allowAll) add(exceptions, exception);
    else remove(exceptions, exception, allowAll);
  });
  return { allowAll, exceptions: [...exceptions.values()] };
}

/** `rwm` to bits, as for a rule's `access`; empty and unknown letters are refused. */
export function accessBits(letters: string | undefined, where: string): number {
  if (!letters) throw new RuntimeError('InvalidArgument', `${where}: device access field cannot be empty`);
  let bits = 0;
  for (const letter of letters) {
    const bit = letter === 'r' || letter === 'w' || letter === 'm' ? ACCESS[letter] : undefined;
    if (bit === undefined) throw new RuntimeError('InvalidArgument', `${where}: unknown device access "${letter}"`);
    bits |= bit;
  }
  return bits;
}

/** `c 136:* rwm`: an exception as the files of cgroup v1 have it. */
export function exceptionLine({ type, major, minor, access }: DeviceException): string {
  const letters = `${access & ACCESS.r ? 'r' : ''}${access & ACCESS.w ? 'w' : ''}${access & ACCESS.m ? 'm' : ''}`;
  return `${type} ${major === ANY ? '*' : major}:${minor === ANY ? '*' : minor} ${letters}`;
}

/** True when a kernel that cannot load the program (no bpf(2)) restricts nothing that these rules would not grant. */
export function grantsEverything(rules: readonly DeviceRule[]): boolean {
  return rules.every((rule, index) => rule.allow && accessBits(rule.access, `devices[${index}]`) === ALL_ACCESS);
}

const key = ({ type, major, minor }: DeviceException) => `${type} ${major}:${minor}`;

function add(exceptions: Map<string, DeviceException>, one: DeviceException): void {
  const access = one.access | (exceptions.get(key(one))?.access ?? 0);
  exceptions.set(key(one), { ...one, access });
}

function remove(exceptions: Map<string, DeviceException>, one: DeviceException, allowAll: boolean): void {
  const wider = [
    { ...one, major: ANY },
    { ...one, minor: ANY },
    { ...one, major: ANY, minor: ANY },
  ];
  for (const wildcard of wider) {
    const there = exceptions.get(key(wildcard));
    if (key(wildcard) === key(one) || there === undefined || (there.access & one.access) === 0) continue;
    throw new RuntimeError(
      'InvalidArgument',
      `unable to remove '${allowAll ? 'deny' : 'allow'}' exception: requested rule [${exceptionLine(one)}] not ` +
        `supported by devices cgroupv1 (cannot punch hole in existing wildcard rule [${exceptionLine(there)}])`,
    );
  }
  const access = (exceptions.get(key(one))?.access ?? 0) & ~one.access;
  if (access === 0) exceptions.delete(key(one));
  else exceptions.set(key(one), { ...one, access });
}
