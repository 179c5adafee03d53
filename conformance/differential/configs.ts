/** The configurations of the lives: real ones, made to run on this machine, and runc's default with one thing changed. */
import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec } from '../../src/spec/defaults.ts';
import { parse } from '../../src/spec/parse.ts';
import type { Linux, Mount, NamespaceType, Process, Spec } from '../../src/spec/types.ts';
import { type Bundle, type Config, USER } from '../../test/integration/harness/bundle.ts';
import { probe } from './probe.ts';
import type { Subject, Who } from './subject.ts';

const fixtures = new URL('../../test/fixtures/configs/', import.meta.url);

/** A configuration for one bundle. */
export type Make = (subject: Subject, bundle: Bundle) => Spec;

export interface Wish {
  readonly who: Who;
  readonly make: Make;
}

/** runc's default. */
export function defaults(who: Who): Config {
  const wish = { cgroupNamespace: false, ...(who === 'rootless' ? { rootless: { uid: USER, gid: USER } } : {}) };
  const { process, mounts = [], linux = {}, ...rest } = defaultSpec(wish);
  if (!process) throw new Error('the default configuration has a process');
  process.terminal = false;
  process.args = probe;
  return { ...rest, process, mounts, linux };
}

const changed = (change: (config: Config, subject: Subject, bundle: Bundle) => unknown, who: Who = 'root'): Wish => ({
  who,
  make: (subject, bundle) => {
    const config = defaults(who);
    change(config, subject, bundle);
    return config;
  },
});

/** Limits of this process: nothing started from here can have higher ones. */
function hardLimit(name: string): bigint {
  const names: Record<string, string> = { RLIMIT_NOFILE: 'Max open files', RLIMIT_NPROC: 'Max processes' };
  const label = names[name] ?? '';
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((one) => label !== '' && one.startsWith(label));
  const value = line?.slice(label.length).trim().split(/\s+/)[1] ?? 'unlimited';
  return value === 'unlimited' ? 2n ** 64n : BigInt(value);
}

function fitProcess(process: Process): void {
  process.args = probe;
  process.terminal = false;
  if (process.rlimits) process.rlimits = process.rlimits.filter(({ type, hard }) => BigInt(hard) <= hardLimit(type));
  const current = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
  if (process.oomScoreAdj !== undefined) process.oomScoreAdj = Math.max(process.oomScoreAdj, current);
  const missing = (name: string) => ['CAP_SYS_RESOURCE'].includes(name);
  for (const set of Object.values(process.capabilities ?? {}) as string[][])
    set.splice(0, set.length, ...set.filter((name) => !missing(name)));
}

/** Sources of the engine's machine become files and folders of the bundle. */
function fitMounts(mounts: Mount[], bundle: Bundle): void {
  mkdirSync(join(bundle.outside.path, 'sources'));
  mounts.forEach((mount, index) => {
    const { source, destination, type, options = [] } = mount;
    if (type !== 'bind' && !options.includes('bind') && !options.includes('rbind')) return;
    if (source === undefined || ['/', '/sys', '/dev/shm', '/sys/fs/cgroup/systemd'].includes(source)) return;
    const name = `sources/${index}`;
    mount.source = `${bundle.path}/${name}`;
    if (/shm$|serviceaccount$|^\/data$|^\/src$/.test(destination)) mkdirSync(join(bundle.outside.path, name));
    else writeFileSync(join(bundle.outside.path, name), `${destination}\n`);
    chmodSync(join(bundle.outside.path, name), 0o755);
  });
}

function fitLinux(linux: Linux, subject: Subject, bundle: Bundle): void {
  const links: Record<string, string> = { network: 'net', ipc: 'ipc', uts: 'uts' };
  // A joined user namespace would have to own the others: then all are made.
  const makesAll = linux.namespaces?.some(({ type, path }) => type === 'user' && path !== undefined);
  for (const space of linux.namespaces ?? []) {
    if (space.path === undefined) continue;
    if (makesAll) delete space.path;
    else space.path = `/proc/${subject.holder}/ns/${links[space.type]}`;
  }
  // Files of cgroup v2, on a machine with v1.
  delete linux.resources?.unified;
  const [first] = linux.uidMappings ?? [];
  if (first !== undefined && first.containerID === 0 && first.hostID !== 0) chown(bundle.outside.rootfs, first.hostID);
  if (linux.cgroupsPath?.includes(':')) linux.cgroupsPath = '/kubepods/burstable/pod1f2e/crio-8d3b';
}

/** A real configuration on this machine. */
function real(name: string): Wish {
  const who = name.includes('rootless') ? 'rootless' : 'root';
  const make: Make = (subject, bundle) => {
    const spec = parse(readFileSync(new URL(name, fixtures), 'utf8')) as Spec;
    spec.root = { ...spec.root, path: 'rootfs' };
    delete spec.hooks;
    if (spec.process) fitProcess(spec.process);
    if (spec.mounts) fitMounts(spec.mounts, bundle);
    if (spec.linux) fitLinux(spec.linux, subject, bundle);
    if (who === 'rootless' && spec.linux) mapOneUser(spec.linux);
    return spec;
  };
  return { who, make };
}

function mapOneUser(linux: Linux): void {
  linux.uidMappings = [{ containerID: 0, hostID: USER, size: 1 }];
  linux.gidMappings = [{ containerID: 0, hostID: USER, size: 1 }];
}

/** All but `everything`, which wants more than any machine has. */
const reals = readdirSync(fixtures).filter((name) => name.endsWith('.json') && name !== 'everything.json');

const spaces = (config: Config, change: (types: string[]) => string[]) => {
  const types = change((config.linux.namespaces ?? []).map(({ type }) => type));
  config.linux.namespaces = types.map((type) => ({ type: type as NamespaceType }));
};

/** The rootfs of a container with a user namespace of its own must belong to its root. */
function mapped(config: Config, bundle: Bundle, first: number): void {
  spaces(config, (types) => [...types, 'user']);
  config.linux.uidMappings = [{ containerID: 0, hostID: first, size: 65536 }];
  config.linux.gidMappings = [{ containerID: 0, hostID: first, size: 65536 }];
  chown(bundle.outside.rootfs, first);
}

function chown(path: string, owner: number): void {
  lchownSync(path, owner, owner);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) if (name !== 'busybox' && name !== 'probe') chown(join(path, name), owner);
}

const GIBI = 2 ** 30;

const own: Record<string, Wish> = {
  default: changed(() => undefined),
  'a rootless default': changed(() => undefined, 'rootless'),
  'a writable root': changed((config) => {
    config.root.readonly = false;
  }),
  'another user': changed((config) => {
    config.process.user = { uid: 1000, gid: 1000, umask: 0o77, additionalGids: [5, 10, 1000] };
    config.process.capabilities = {};
  }),
  'a user with capabilities': changed((config) => {
    const names = ['CAP_CHOWN', 'CAP_NET_RAW'];
    config.process.user = { uid: 1000, gid: 1000 };
    config.process.capabilities = {
      bounding: names,
      effective: names,
      permitted: names,
      inheritable: names,
      ambient: names,
    };
  }),
  'no capabilities object': changed((config) => {
    delete config.process.capabilities;
  }),
  'new privileges': changed((config) => {
    config.process.noNewPrivileges = false;
  }),
  'a user namespace': changed((config, _, bundle) => mapped(config, bundle, 100_000)),
  'a user namespace and a cgroup namespace': changed((config, _, bundle) => {
    mapped(config, bundle, 100_000);
    spaces(config, (types) => [...types, 'cgroup']);
    config.linux.uidMappings = config.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65536 }];
  }),
  'another user in a user namespace': changed((config, _, bundle) => {
    mapped(config, bundle, 100_000);
    config.process.user = { uid: 5, gid: 6, additionalGids: [7] };
  }),
  'a cgroup namespace': changed((config) => spaces(config, (types) => [...types, 'cgroup'])),
  'a time namespace': changed((config) => {
    spaces(config, (types) => [...types, 'time']);
    config.linux.timeOffsets = { boottime: { secs: 1000, nanosecs: 5 }, monotonic: { secs: 7 } };
  }),
  "the host's pid namespace": changed((config) => spaces(config, (types) => types.filter((type) => type !== 'pid'))),
  "the host's network": changed((config) => spaces(config, (types) => types.filter((type) => type !== 'network'))),
  "the host's ipc and names": changed((config) => {
    spaces(config, (types) => types.filter((type) => type !== 'ipc' && type !== 'uts'));
    delete config.hostname;
  }),
  'joined namespaces': changed((config, subject) => {
    const links: Record<string, string> = { network: 'net', ipc: 'ipc', uts: 'uts' };
    for (const space of config.linux.namespaces ?? [])
      if (links[space.type]) space.path = `/proc/${subject.holder}/ns/${links[space.type]}`;
  }),
  'names and kernel parameters': changed((config) => {
    config.hostname = 'outside';
    config.domainname = 'example';
    config.linux.sysctl = { 'net.ipv4.ip_forward': '1', 'kernel.shmmax': '4096', 'kernel/msgmax': '5000' };
  }),
  scheduling: changed((config) => {
    config.process.scheduler = { policy: 'SCHED_BATCH', nice: 5 };
    config.process.ioPriority = { class: 'IOPRIO_CLASS_IDLE', priority: 0 };
    config.process.oomScoreAdj = 700;
    config.linux.personality = { domain: 'LINUX32' };
  }),
  'limits of the process': changed((config) => {
    config.process.rlimits = [
      { type: 'RLIMIT_NOFILE', soft: 100, hard: 200 },
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      { type: 'RLIMIT_STACK', soft: 1 << 20, hard: 1 << 22 },
    ];
  }),
  environment: changed((config) => {
    config.process.env = ['A=1', 'B=', 'A=2', 'PATH=/bin', 'HOME=', 'C=a b\nc'];
    config.process.cwd = '/tmp';
  }),
  'a home of another user': changed((config) => {
    config.process.user = { uid: 1000, gid: 1000 };
    config.process.env = ['PATH=/bin'];
  }),
  devices: changed((config) => {
    config.linux.devices = [
      { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o640, uid: 3, gid: 4 },
      { path: '/dev/deep/block', type: 'b', major: 7, minor: 300 },
      { path: '/dev/pipe', type: 'p', fileMode: 0o622 },
    ];
    config.linux.resources = {
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'r' },
      ],
    };
  }),
  'all devices': changed((config) => {
    config.linux.resources = { devices: [{ allow: true, access: 'rwm' }] };
  }),
  limits: changed((config) => {
    config.linux.cgroupsPath = '/limits/deeper/box';
    config.linux.resources = {
      devices: [{ allow: false, access: 'rwm' }],
      memory: { limit: GIBI, reservation: GIBI / 2, swap: 2 * GIBI, swappiness: 7, disableOOMKiller: true },
      cpu: { shares: 100, quota: 20_000, period: 50_000, cpus: '0', mems: '0', burst: 1000 },
      pids: { limit: 50 },
      blockIO: { weight: 300 },
      hugepageLimits: [{ pageSize: '2MB', limit: 4 << 20 }],
      network: { classID: 1048577 },
    };
  }),
  'limits of nothing': changed((config) => {
    config.linux.resources = { memory: { limit: -1, swap: -1 }, cpu: { shares: 0, quota: -1 }, pids: { limit: 0 } };
  }),
  'an idle processor': changed((config) => {
    config.linux.resources = { cpu: { idle: 1 }, pids: { limit: -1 } };
  }),
  'a relative group': changed((config) => {
    config.linux.cgroupsPath = 'relative/box';
  }),
  'paths masked and read-only': changed((config) => {
    config.root.readonly = false;
    config.linux.maskedPaths = ['/proc/kcore', '/etc/passwd', '/tmp', '/nothing', '/proc/sys/net'];
    config.linux.readonlyPaths = ['/root', '/proc/sys', '/etc/group', '/nothing'];
  }),
  mounts: changed((config, _, bundle) => {
    config.root.readonly = false;
    mkdirSync(join(bundle.outside.path, 'data/below'), { recursive: true });
    const source = `${bundle.path}/data`;
    config.mounts.push(
      { destination: '/bind', type: 'bind', source, options: ['rbind', 'ro', 'nosuid'] },
      { destination: '/shared', type: 'bind', source, options: ['bind', 'rshared'] },
      { destination: '/slave', type: 'none', source, options: ['bind', 'rslave', 'noexec'] },
      { destination: '/private', type: 'bind', source, options: ['bind', 'private', 'nodev', 'noatime'] },
      { destination: '/unbindable', type: 'bind', source, options: ['bind', 'unbindable'] },
      { destination: '/recursive', type: 'bind', source, options: ['rbind', 'rro', 'rnosuid'] },
      { destination: '/relative', type: 'bind', source: 'data', options: ['bind'] },
      { destination: '/a/file', type: 'bind', source: '/etc/passwd', options: ['bind', 'ro'] },
      { destination: '/etc', type: 'tmpfs', source: 'copied', options: ['tmpcopyup', 'size=64k', 'mode=700'] },
      {
        destination: '/times',
        type: 'tmpfs',
        source: 'x',
        options: ['strictatime', 'nodiratime', 'dirsync', 'lazytime'],
      },
      { destination: '/nothing', type: 'tmpfs', source: 'x', options: ['ro', 'nosymfollow', 'noexec'] },
      { destination: '/ram', type: 'ramfs', source: 'ram', options: [] },
      {
        destination: '/overlay',
        type: 'overlay',
        source: 'over',
        options: [`lowerdir=${source}:${bundle.path}/rootfs/etc`],
      },
      { destination: '/more/proc', type: 'proc', source: 'proc', options: ['ro', 'nosuid'] },
    );
  }),
  ...Object.fromEntries(
    ['shared', 'rshared', 'slave', 'private', 'rprivate', 'unbindable'].map((rootfsPropagation) => [
      `a ${rootfsPropagation} root`,
      changed((config) => {
        config.linux.rootfsPropagation = rootfsPropagation as never;
      }),
    ]),
  ),
  'no mounts': changed((config) => {
    config.mounts = [{ destination: '/proc', type: 'proc', source: 'proc' }];
    config.root.readonly = false;
  }),
  'a writable mount of cgroups': changed((config) => {
    for (const mount of config.mounts)
      if (mount.type === 'cgroup') mount.options = (mount.options ?? []).filter((option) => option !== 'ro');
  }),
  'cgroup v2 alone': changed((config) => {
    for (const mount of config.mounts) if (mount.type === 'cgroup') mount.type = 'cgroup2';
  }),
  'a seccomp profile': changed((config) => {
    config.process.noNewPrivileges = false;
    config.linux.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
      syscalls: [{ names: ['chroot', 'no_such_call'], action: 'SCMP_ACT_ERRNO', errnoRet: 5 }],
    };
  }),
  annotations: changed((config) => {
    config.annotations = { 'org.example': 'one', b: '', a: 'x "y"\n' };
  }),
};

/** Every life by its name. */
export const wishes: Readonly<Record<string, Wish>> = {
  ...own,
  ...Object.fromEntries(reals.map((name) => [name.replace('.json', ''), real(name)])),
};
