/** What callers get wrong, and what they are told: one command each, its exit code, what it prints and what it logs. */
import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Bundle, Config } from '../../test/integration/harness/bundle.ts';
import { defaults } from './configs.ts';
import { allGroups } from './groups.ts';
import type { Seen } from './lives.ts';
import { type Subject, write } from './subject.ts';
import { lastError, logged, plain } from './words.ts';

interface Mistake {
  /** Arguments; `run` of the bundle when missing. BUNDLE stands for its path. */
  readonly args?: readonly string[];
  /** Before the command. */
  readonly globals?: readonly string[];
  /** Changes the configuration, which runs `true` otherwise; a text it returns is written instead. */
  readonly config?: (config: Config) => unknown;
  /** Changes the bundle. */
  readonly prepare?: (bundle: Bundle, subject: Subject) => void;
}

/** A member of config.json set to any value, by its path. */
const set =
  (path: string, value: unknown) =>
  (config: Config): void => {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let place = config as unknown as Record<string, unknown>;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = value;
  };

const text = (content: string) => (): string => content;

const program =
  (content: string, mode = 0o755) =>
  ({ outside }: Bundle): void => {
    writeFileSync(`${outside.rootfs}/bin/x`, content);
    chmodSync(`${outside.rootfs}/bin/x`, mode);
  };

const mount =
  (destination: string, type: string, source: string, options: string[]) =>
  (config: Config): void => {
    config.mounts.push({ destination, type, source, options });
  };

const hook = (kind: string, args: string[], timeout?: number) =>
  set(`hooks.${kind}`, [{ path: args[0], args, ...(timeout ? { timeout } : {}) }]);

const create = ['create', '--bundle', 'BUNDLE', 'x'];

export const mistakes: Readonly<Record<string, Mistake>> = {
  // The command line.
  'no command': { args: [] },
  'unknown command': { args: ['frobnicate'] },
  'unknown option': { args: ['state', '--frobnicate', 'x'] },
  'unknown global option': { globals: ['--frobnicate'], args: ['list'] },
  'an option without its value': { args: ['create', '--bundle'] },
  'create without an id': { args: ['create', '--bundle', 'BUNDLE'] },
  'create with two ids': { args: ['create', '--bundle', 'BUNDLE', 'x', 'y'] },
  'run without an id': { args: ['run', '--bundle', 'BUNDLE'] },
  'start without an id': { args: ['start'] },
  'state without an id': { args: ['state'] },
  'state with two ids': { args: ['state', 'x', 'y'] },
  'kill without an id': { args: ['kill'] },
  'delete without an id': { args: ['delete'] },
  'list with an argument': { args: ['list', 'x'] },
  'spec with an argument': { args: ['spec', 'x'] },
  'list in an unknown format': { args: ['list', '--format', 'xml'] },
  'an unknown log format': { globals: ['--log-format', 'xml'], args: ['list'] },
  'an unknown value of rootless': { globals: ['--rootless', 'maybe'], args: ['list'] },
  'list of a root that is not there': { globals: ['--root', '/nowhere'], args: ['list'] },
  'a log that cannot be written': { globals: ['--log', '/nowhere/log'], args: ['list'] },
  'an id with a slash': { args: ['create', '--bundle', 'BUNDLE', 'a/b'] },
  'an id with a blank': { args: ['create', '--bundle', 'BUNDLE', 'a b'] },
  'an id of two dots': { args: ['create', '--bundle', 'BUNDLE', '..'] },
  'an empty id': { args: ['create', '--bundle', 'BUNDLE', ''] },
  'state of nothing': { args: ['state', 'nothing'] },
  'start of nothing': { args: ['start', 'nothing'] },
  'kill of nothing': { args: ['kill', 'nothing', 'KILL'] },
  'kill with an unknown signal': { args: ['kill', 'nothing', 'SIGFOO'] },
  'delete of nothing': { args: ['delete', 'nothing'] },
  'delete --force of nothing': { args: ['delete', '--force', 'nothing'] },
  'state of a bad id': { args: ['state', 'a/b'] },
  'a bundle that is not there': { args: ['create', '--bundle', '/nowhere', 'x'] },
  'spec where one is': { args: ['spec', '--bundle', 'BUNDLE'] },
  'a console socket without a terminal': {
    args: ['create', '--bundle', 'BUNDLE', '--console-socket', '/nowhere', 'x'],
  },
  'a terminal without a console socket': { args: create, config: set('process.terminal', true) },
  'a console socket that is not there': {
    args: ['create', '--bundle', 'BUNDLE', '--console-socket', '/nowhere', 'x'],
    config: set('process.terminal', true),
  },
  'a pid file that cannot be written': { args: ['create', '--bundle', 'BUNDLE', '--pid-file', '/nowhere/pid', 'x'] },
  'descriptors that are not there': { args: ['run', '--bundle', 'BUNDLE', '--preserve-fds', '5', 'x'] },
  'descriptors that are no number': { args: ['run', '--bundle', 'BUNDLE', '--preserve-fds', 'many', 'x'] },
  // What config.json is.
  'no config.json': { prepare: ({ outside }) => rmSync(`${outside.path}/config.json`) },
  'an empty config.json': { config: text('') },
  'broken JSON': { config: text('{"ociVersion": "1.0.2", ') },
  'a list as config.json': { config: text('[]') },
  'a text as args': { config: set('process.args', 'sh') },
  'a number as args': { config: set('process.args', [1]) },
  'no args': { config: set('process.args', []) },
  'no cwd': { config: set('process.cwd', '') },
  'a relative cwd': { config: set('process.cwd', 'etc') },
  'a uid that is a text': { config: set('process.user.uid', 'root') },
  'a negative uid': { config: set('process.user.uid', -1) },
  'no process': { config: set('process', undefined) },
  'no root': { config: set('root', undefined) },
  'no version': { config: set('ociVersion', '') },
  'a version that is none': { config: set('ociVersion', 'one') },
  'a version of the future': { config: set('ociVersion', '2.0.0') },
  'a rootfs that is not there': { config: set('root.path', 'nothing') },
  'a rootfs that is a file': {
    config: set('root.path', 'file'),
    prepare: ({ outside }) => writeFileSync(`${outside.path}/file`, ''),
  },
  'an unknown namespace': { config: (config) => config.linux.namespaces?.push({ type: 'frob' as never }) },
  'a namespace twice': { config: (config) => config.linux.namespaces?.push({ type: 'pid' }) },
  'a namespace that is not there': {
    config: (config) => {
      for (const space of config.linux.namespaces ?? [])
        if (space.type === 'network') space.path = '/proc/1/ns/nothing';
    },
  },
  'a namespace of another type': {
    config: (config) => {
      for (const space of config.linux.namespaces ?? []) if (space.type === 'network') space.path = '/proc/1/ns/uts';
    },
  },
  'a host name without a uts namespace': {
    config: (config) => {
      config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'uts') ?? [];
    },
  },
  'mappings without a user namespace': {
    config: set('linux.uidMappings', [{ containerID: 0, hostID: 1000, size: 1 }]),
  },
  'a user namespace without mappings': { config: (config) => config.linux.namespaces?.push({ type: 'user' }) },
  'an unknown capability': {
    config: (config) => {
      config.process.capabilities = { bounding: ['CAP_FROB'], effective: ['CAP_FROB'], permitted: ['CAP_FROB'] };
    },
  },
  'an unknown limit': { config: set('process.rlimits', [{ type: 'RLIMIT_FROB', hard: 1, soft: 1 }]) },
  'a limit twice': {
    config: set('process.rlimits', [
      { type: 'RLIMIT_CORE', hard: 1, soft: 1 },
      { type: 'RLIMIT_CORE', hard: 1, soft: 1 },
    ]),
  },
  'a soft limit above the hard one': { config: set('process.rlimits', [{ type: 'RLIMIT_CORE', hard: 1, soft: 2 }]) },
  'an environment without =': { config: set('process.env', ['PATH']) },
  'an unknown rootfs propagation': { config: set('linux.rootfsPropagation', 'frob') },
  'an unknown scheduler': { config: set('process.scheduler', { policy: 'SCHED_FROB' }) },
  'a nice value out of range': { config: set('process.scheduler', { policy: 'SCHED_OTHER', nice: 70 }) },
  'an unknown class of I/O priority': { config: set('process.ioPriority', { class: 'IOPRIO_FROB', priority: 1 }) },
  'an I/O priority out of range': { config: set('process.ioPriority', { class: 'IOPRIO_CLASS_BE', priority: 9 }) },
  'an oom score out of range': { config: set('process.oomScoreAdj', 2000) },
  'an unknown personality': { config: set('linux.personality', { domain: 'FROB' }) },
  'an unknown seccomp action': { config: set('linux.seccomp', { defaultAction: 'SCMP_ACT_FROB' }) },
  'an unknown seccomp architecture': {
    config: set('linux.seccomp', { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_FROB'] }),
  },
  'an unknown seccomp operator': {
    config: set('linux.seccomp', {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['getcwd'], action: 'SCMP_ACT_ERRNO', args: [{ index: 0, value: 1, op: 'SCMP_CMP_FROB' }] }],
    }),
  },
  'a sysctl that is not namespaced': { config: set('linux.sysctl', { 'vm.swappiness': '1' }) },
  'a sysctl that is not there': { config: set('linux.sysctl', { 'net.nothing': '1' }) },
  'a sysctl with a bad value': { config: set('linux.sysctl', { 'net.ipv4.ip_forward': 'x' }) },
  'the host name as a sysctl': { config: set('linux.sysctl', { 'kernel.hostname': 'x' }) },
  'a sysctl of the network without a namespace': {
    config: (config) => {
      config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'network') ?? [];
      config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
    },
  },
  // Mounts.
  'a source that is not there': { config: mount('/x', 'bind', '/nowhere', ['rbind']) },
  'a file mounted on a folder': { config: mount('/tmp', 'bind', '/etc/passwd', ['bind']) },
  'a folder mounted on a file': { config: mount('/etc/passwd', 'bind', '/etc', ['bind']) },
  'an unknown file system': { config: mount('/tmp', 'frobfs', 'x', []) },
  'an unknown option of a file system': { config: mount('/tmp', 'tmpfs', 'tmpfs', ['frob']) },
  'a bad size': { config: mount('/tmp', 'tmpfs', 'tmpfs', ['size=much']) },
  'an unknown option of a bind mount': { config: mount('/tmp', 'bind', '/etc', ['bind', 'frob']) },
  'a mount inside /proc': { config: mount('/proc/sys', 'bind', '/etc', ['bind']) },
  'a mount over /proc': { config: mount('/proc', 'bind', '/etc', ['bind']) },
  'a mount without a destination': { config: mount('', 'tmpfs', 'tmpfs', []) },
  'a mount in a read-only rootfs': { config: mount('/new/folder', 'tmpfs', 'tmpfs', []) },
  'a destination in a loop of links': {
    config: mount('/loop', 'tmpfs', 'tmpfs', []),
    prepare: ({ outside }) => symlinkSync('loop', `${outside.rootfs}/loop`),
  },
  'a loop of links as /proc': {
    prepare: ({ outside }) => {
      rmSync(`${outside.rootfs}/proc`, { recursive: true });
      symlinkSync('proc', `${outside.rootfs}/proc`);
    },
  },
  // Devices and limits.
  'an unknown type of device': { config: set('linux.devices', [{ path: '/dev/x', type: 'q', major: 1, minor: 3 }]) },
  'a device without a path': { config: set('linux.devices', [{ path: '', type: 'c', major: 1, minor: 3 }]) },
  'a device where a file is': {
    config: set('linux.devices', [{ path: '/etc/passwd', type: 'c', major: 1, minor: 3 }]),
  },
  'a memory limit above its swap': { config: set('linux.resources.memory', { limit: 1 << 24, swap: 1 << 23 }) },
  'a cpuset that is not there': { config: set('linux.resources.cpu', { cpus: '4096' }) },
  'a cpuset that is none': { config: set('linux.resources.cpu', { cpus: 'one' }) },
  'a quota below the least': { config: set('linux.resources.cpu', { quota: 1, period: 100000 }) },
  'a period out of range': { config: set('linux.resources.cpu', { quota: 10000, period: 1 }) },
  'an unknown page size': { config: set('linux.resources.hugepageLimits', [{ pageSize: '3MB', limit: 1 }]) },
  'a device rule without access': { config: set('linux.resources.devices', [{ allow: true, access: 'q' }]) },
  'files of cgroup v2 on v1': { config: set('linux.resources.unified', { 'memory.max': '1' }) },
  'a group that is the top': { config: set('linux.cgroupsPath', '/') },
  // The process.
  'a program that is not in PATH': { config: set('process.args', ['nothing']) },
  'a program that is not there': { config: set('process.args', ['/bin/nothing']) },
  'a program that may not be executed': { config: set('process.args', ['/etc/passwd']) },
  'a folder as program': { config: set('process.args', ['/etc']) },
  'a program of no known format': { config: set('process.args', ['/bin/x']), prepare: program('hello\n') },
  'a script without its interpreter': { config: set('process.args', ['/bin/x']), prepare: program('#!/nowhere\n') },
  'an empty program': { config: set('process.args', ['']) },
  'a cwd that is a file': { config: set('process.cwd', '/etc/passwd') },
  'a cwd in a read-only rootfs': { config: set('process.cwd', '/new') },
  'an exit code': { config: set('process.args', ['/bin/sh', '-c', 'exit 7']) },
  'an end by a signal': { config: set('process.args', ['/bin/sh', '-c', 'kill -9 $$']) },
  // Hooks.
  'a prestart hook that fails': { config: hook('prestart', ['/bin/sh', '-c', 'echo out; echo err >&2; exit 3']) },
  'a createRuntime hook that fails': { config: hook('createRuntime', ['/bin/false']) },
  'a createContainer hook that fails': { config: hook('createContainer', ['/bin/false']) },
  'a startContainer hook that fails': { config: hook('startContainer', ['/bin/false']) },
  'a poststart hook that fails': { config: hook('poststart', ['/bin/false']) },
  'a poststop hook that fails': { config: hook('poststop', ['/bin/false']) },
  'a hook that is not there': { config: hook('createRuntime', ['/nowhere']) },
  'a hook that takes too long': { config: hook('createRuntime', ['/bin/sleep', '30'], 1) },
  'a hook with a relative path': { config: hook('createRuntime', ['sleep']) },
};

/** Makes one mistake, with a text log on stderr and with a JSON log in a file. */
export async function err(subject: Subject, mistake: Mistake): Promise<Seen> {
  const { name, machine } = subject;
  const { args = ['run', '--bundle', 'BUNDLE', 'x'], globals = [], config: change, prepare } = mistake;
  const seen: Seen = {};
  for (const json of [false, true]) {
    const bundle = subject.bundle('root');
    const config = defaults('root');
    config.process.args = ['/bin/true'];
    const changed = change?.(config);
    write(bundle, typeof changed === 'string' ? changed : config);
    prepare?.(bundle, subject);
    const log = `${bundle.path}/log`;
    const before = json ? ['--log', log, '--log-format', 'json'] : [];
    const argv = args.map((arg) => arg.replace('BUNDLE', bundle.path));
    const result = await subject.run([...before, ...globals, ...argv], 'root', { timeout: 20_000 });
    const same = (words: string) => words.replaceAll(bundle.path, '/BUNDLE');
    if (json) {
      const lines = same(logged(read(machine.path(log)), name));
      const message = lines.endsWith(`error: ${seen.message}`) ? 'the message of the text log' : '';
      seen['JSON log'] = message || (seen.message === '' && lines === '' ? 'nothing' : lines);
    } else {
      seen['exit code'] = String(result.code);
      seen.stdout = same(plain(result.stdout.replace(/^ +/gm, '').split('\n').slice(0, 2).join('\n'), name));
      seen.message = same(lastError(result.stderr, name));
    }
    await subject.run(['delete', '--force', 'x'], 'root');
  }
  seen['groups left'] = allGroups(machine);
  return seen;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
