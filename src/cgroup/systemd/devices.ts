import type { DeviceRule } from '../../spec/types.ts';
import { ALL_ACCESS, ANY, type DeviceException, devicePolicy } from '../device-rules.ts';
import type { Property } from './property.ts';
import { text } from './property.ts';

/** What systemd before 240 must be asked of the host. */
export interface DeviceFacts {
  readonly exists: (path: string) => boolean;
  /** /proc/devices. */
  readonly groups: () => string;
}

export interface DeviceProperties {
  readonly properties: readonly Property[];
  readonly warnings: readonly string[];
}

/** systemd 240 takes numbers for what older ones look up in the host's /dev and /proc/devices. */
const NUMBERS = 240;

/**
 * The device rules as systemd's own: whatever makes it apply a unit's settings again (`systemctl daemon-reload` and `set-property`) then
 * leaves the container what it has (runc#4859). Our own rules are written to the group too, and are exact.
 *
 * systemd only knows what is allowed, and no major number that is anything while the minor is not. What cannot be said is left out on
 * v1, where systemd writes the same list as we do (runc's rule: too little rather than too much). On v2 each has a program, and all of them
 * must allow an access: there systemd is told to have none, ours stays.
 *
 * @param rules config.json's and the defaults (containerRules)
 * @throws RuntimeError InvalidArgument for rules that cannot be
 */
export function deviceProperties(
  rules: readonly DeviceRule[],
  cgroup: 1 | 2,
  systemd: number,
  facts: DeviceFacts,
): DeviceProperties {
  const { allowAll, exceptions } = devicePolicy(rules);
  const warnings: string[] = [];
  if (allowAll && (cgroup === 2 || exceptions.length === 0)) return { properties: open(), warnings };
  if (allowAll) {
    warnings.push("systemd doesn't support blacklist device rules -- applying temporary deny-all rule");
    return { properties: strict([]), warnings };
  }
  const allowed: [string, string][] = [];
  for (const exception of exceptions) {
    if (exception.major === ANY && exception.minor !== ANY) {
      if (cgroup === 2) return { properties: open(), warnings };
      warnings.push(`systemd doesn't support '*:n' device rules -- temporarily ignoring *:${exception.minor}`);
      continue;
    }
    const name = deviceName(exception, systemd, facts);
    if (name !== undefined) allowed.push([name, letters(exception.access)]);
  }
  return { properties: strict(allowed), warnings };
}

/** An empty list first: systemd adds to the one that a unit has. */
function strict(allowed: readonly [string, string][]): Property[] {
  return [['DeviceAllow', ['a(ss)', []]], text('DevicePolicy', 'strict'), ['DeviceAllow', ['a(ss)', allowed]]];
}

function open(): Property[] {
  return [['DeviceAllow', ['a(ss)', []]], text('DevicePolicy', 'auto')];
}

/** How systemd calls devices (systemd.resource-control(5), DeviceAllow=); undefined for what an old one would not find. */
function deviceName({ type, major, minor }: DeviceException, systemd: number, facts: DeviceFacts): string | undefined {
  const kind = type === 'b' ? 'block' : 'char';
  if (major === ANY) return `${kind}-*`;
  if (minor !== ANY) {
    const path = `/dev/${kind}/${major}:${minor}`;
    return systemd >= NUMBERS || facts.exists(path) ? path : undefined;
  }
  if (systemd >= NUMBERS) return `${kind}-${major}`;
  const group = groupName(facts.groups(), kind, major);
  return group === undefined ? undefined : `${kind}-${group}`;
}

/** The second column of /proc/devices, which has a part for each kind. */
function groupName(groups: string, kind: 'block' | 'char', major: number): string | undefined {
  const start = groups.indexOf(kind === 'block' ? 'Block devices:' : 'Character devices:');
  const part = groups.slice(start).split('\n\n')[0] ?? '';
  for (const line of part.split('\n')) {
    const [number, name] = line.trim().split(/\s+/);
    if (name !== undefined && Number(number) === major) return name;
  }
  return undefined;
}

/** `rwm` for the kernel's bits (BPF_DEVCG_ACC_*). */
function letters(access: number): string {
  if (access === ALL_ACCESS) return 'rwm';
  const has = (bit: number) => Math.floor(access / bit) % 2 === 1;
  return `${has(2) ? 'r' : ''}${has(4) ? 'w' : ''}${has(1) ? 'm' : ''}`;
}
