/** Attacks that have no CVE number: what a hostile image, volume, user or neighbour tries, and what must come of it. */
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { USER } from './harness/bundle.ts';
import { answers, probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

describe('a startContainer hook', () => {
  it.each([true, false])(
    'runs behind the seccomp filter: its program comes from the image (no_new_privs: %s)',
    async (nnp) => {
      const { stdout, stderr, code } = await root().run((config) => {
        config.process.noNewPrivileges = nnp;
        config.process.args = probe(['lstat', '/dev/shm/made-by-hook'], ['lstat', '/dev/shm/hook-was-here']);
        config.linux.seccomp = {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 5 }],
        };
        const script = 'mkdir /dev/shm/made-by-hook; echo >/dev/shm/hook-was-here';
        config.hooks = { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/bin'] }] };
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(answers(stdout)).toEqual(['error: ENOENT', expect.stringMatching(/^file /)]);
    },
  );
});

describe('a file of the host as standard input', () => {
  it('does not become the property of the container, which would make it writable', async () => {
    const bundle = root().newBundle();
    const file = `${bundle.outside.path}/input`;
    writeFileSync(file, 'secret of the host\n', { mode: 0o644 });
    const wrapper = ['sh', '-c', `exec "$@" <${bundle.path}/input`, '-'];
    const result = await root().run(
      (config) => {
        config.process.user = { uid: 1000, gid: 1000 };
        config.process.args = ['/bin/sh', '-c', 'echo broken >/proc/self/fd/0'];
      },
      { bundle, wrapper },
    );
    expect(readFileSync(file, 'utf8'), result.stderr).toBe('secret of the host\n');
    expect(statSync(file).uid).toBe(0);
  });
});

describe('a state folder that somebody else can write', () => {
  it.for([
    ['start', 'forged'],
    ['kill', 'forged', 'KILL'],
    ['delete', '--force', 'forged'],
    ['exec', 'forged', '/bin/sh', '-c', 'echo >/run/output/escalated'],
    ['checkpoint', '--image-path', '/run/output/images', 'forged'],
    ['mounts', 'remove', 'forged', '/run/output/mounts.json'],
  ])('is not obeyed by root: %s', async (args, context) => {
    if (args[0] === 'mounts') notOn(context, { runc: 'never', crun: 'never' }, 'has no such command');
    const caller = root();
    const folder = caller.stateFolder('forged');
    const proof = scene.machine.path('/run/output/escalated');
    writeFileSync(scene.machine.path('/run/output/mounts.json'), '[{ "destination": "/nowhere" }]');
    const victim = scene.machine.spawn(['sh', '-c', 'echo $$; exec sleep 60']);
    const pid = await until('the victim', () => Number(victim.stdout) || undefined);
    const stat = scene.machine.read(`/proc/${pid}/stat`);
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    mkdirSync(folder, { recursive: true });
    const hook = { path: '/bin/sh', args: ['sh', '-c', 'echo >/run/output/escalated'] };
    writeFileSync(
      `${folder}/state.json`,
      JSON.stringify({
        version: 1,
        id: 'forged',
        init_process_pid: pid,
        init_process_start: start,
        created: new Date().toISOString(),
        bundle: '/',
        rootfs: '/',
        owner: 0,
        rootless: false,
        cgroup_paths: {},
        shares_pid_namespace: false,
        joining: { namespaces: ['mount'], keyring: false, setgroupsDenied: false, process: {} },
        hooks: { poststart: [hook], poststop: [hook] },
      }),
    );
    chownSync(`${folder}/state.json`, USER, USER);
    chownSync(folder, USER, USER);
    const { code, stderr } = await caller.runtime(args);
    const alive = existsSync(scene.machine.path(`/proc/${pid}/fd/0`));
    await scene.machine.run(['kill', '-KILL', String(pid)]);
    await scene.machine.run(['rm', '-rf', `${caller.root}/forged`]);
    expect(existsSync(proof), 'a hook was executed').toBe(false);
    expect(alive, 'somebody else was killed').toBe(true);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`belongs to user ${USER}`);
  });
});

describe("groups that a stranger's state.json names", () => {
  it.each([
    ['pause', 'THAWED'],
    ['resume', 'FROZEN'],
    ['update --pids-limit 7', 'THAWED'],
    ['events --interval 50ms', 'THAWED'],
  ])('%s writes into none of their files', async (words, content) => {
    const caller = root();
    const folder = caller.stateFolder('forged');
    const other = scene.machine.spawn(['sh', '-c', 'echo $$; exec sleep 60']);
    const pid = await until('the process', () => Number(other.stdout) || undefined);
    const start = scene.machine.read(`/proc/${pid}/stat`).split(' ')[21];
    mkdirSync(folder);
    writeFileSync(scene.machine.path('/run/output/victim'), content);
    const files = ['freezer.state', 'pids.max', 'memory.oom_control', 'cgroup.event_control', 'cgroup.procs'];
    for (const file of files) symlinkSync('/run/output/victim', `${folder}/${file}`);
    const group = `${caller.root}/forged`;
    const state = {
      version: 1,
      id: 'forged',
      init_process_pid: pid,
      init_process_start: start,
      bundle: '/',
      rootfs: '/',
      owner: 0,
      rootless: false,
      cgroup_paths: { freezer: group, pids: group, memory: group },
      shares_pid_namespace: false,
    };
    writeFileSync(`${folder}/state.json`, JSON.stringify(state));
    for (const path of ['', '/state.json']) chownSync(`${folder}${path}`, USER, USER);
    const { code, stderr } = await caller.runtime([...words.split(' '), 'forged'], { timeout: 3000 });
    const victim = scene.machine.read('/run/output/victim');
    await scene.machine.run(['kill', '-KILL', String(pid)]);
    await other.result();
    await scene.machine.run(['rm', '-rf', group, '/run/output/victim']);
    expect(victim).toBe(content);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`belongs to user ${USER}`)]);
  });
});

describe('kernel parameters of the network', () => {
  it('are not written in the network namespace of the host, by whatever path it is joined', async () => {
    const name = 'net.ipv4.conf.lo.log_martians';
    const { code, stderr } = await root().run((config) => {
      config.linux.namespaces = (config.linux.namespaces ?? []).map((namespace) =>
        namespace.type === 'network' ? { type: 'network', path: '/proc/1/ns/net' } : namespace,
      );
      config.linux.sysctl = { [name]: '1' };
      config.process.args = ['/bin/true'];
    });
    expect(await scene.machine.must(['cat', '/proc/sys/net/ipv4/conf/lo/log_martians'])).toBe('0\n');
    expect(code).toBe(1);
    expect(stderr).toContain('not allowed in host network namespace');
  });
});

describe('a root file system that is exchanged for a link', () => {
  it('is not followed', async () => {
    const bundle = root().newBundle();
    const script = `mount -t tmpfs tmpfs ${bundle.path} && ln -s / ${bundle.path}/rootfs && echo $$ && exec sleep 60`;
    const holder = scene.machine.spawn(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script]);
    const pid = await until('the other mount namespace', () => Number(holder.stdout) || undefined);
    const { code, stderr, stdout } = await root().run(
      (config) => {
        config.linux.namespaces = (config.linux.namespaces ?? []).map((namespace) =>
          namespace.type === 'mount' ? { type: 'mount', path: `/proc/${pid}/ns/mnt` } : namespace,
        );
        config.process.args = ['/bin/ls', '/'];
      },
      { bundle },
    );
    await scene.machine.run(['kill', '-KILL', String(pid)]);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(stderr).toMatch(/rootfs .*rootfs: .*too many levels of symbolic links/);
  });
});

describe('masked and read-only paths of /proc', () => {
  it('stay so when the folder below the mount is renamed from outside', async () => {
    const bundle = root().newBundle();
    const script = `cd ${bundle.path}/rootfs && mv proc p2 && mkdir proc`;
    const { stdout, stderr, code } = await root().run(
      (config) => {
        config.root.readonly = false;
        config.hooks = {
          createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/bin:/usr/bin'] }],
        };
        config.process.args = probe(
          ['lstat', '/p2/keys'],
          ['write', '/p2/sys/kernel/domainname', 'x'],
          ['statfs', '/p2'],
        );
      },
      { bundle },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(answers(stdout)).toEqual([
      expect.stringMatching(/^char .* dev 1:3 /),
      'EROFS',
      expect.stringMatching(/^type 0x9fa0 /),
    ]);
  });
});

describe('a /dev/null that is something else', () => {
  it.each(['file', 'link'])('is not bound over masked paths: a %s', async (kind) => {
    // The runtime's own /dev, in a mount namespace of its own.
    const put = kind === 'file' ? 'echo visible >/dev/null' : 'rm /dev/null; ln -s /etc/passwd /dev/null';
    const script = `mount -t tmpfs tmpfs /dev && touch /dev/null && ${put}; exec "$@"`;
    const { code, stdout, stderr } = await root().run(
      (config) => {
        config.linux.devices = [];
        config.linux.maskedPaths = ['/etc/passwd'];
        config.process.args = probe(['read', '/etc/passwd']);
      },
      { wrapper: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, '-'] },
    );
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(stderr).toContain('mask /etc/passwd: wrong device');
  });
});

describe('a terminal', () => {
  it.each([
    [
      'over a link at /dev/console',
      'ln -s /etc/passwd dev/console',
      ['/dev', '/dev/shm', '/dev/mqueue'],
      'is a symlink',
    ],
    [
      'from a ptmx of the image',
      'mkdir -p dev/pts && mknod dev/pts/ptmx c 5 2',
      ['/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'],
      'not a devpts',
    ],
  ])('is not made %s', async (_, prepare, unmounted, words) => {
    const bundle = root().newBundle();
    await scene.machine.must(['sh', '-c', `cd ${bundle.rootfs} && ${prepare}`]);
    const { code, stderr } = await root().tryCreate(
      (config) => {
        config.mounts = config.mounts.filter(({ destination }) => !unmounted.includes(destination));
        config.root.readonly = false;
        config.process.terminal = true;
      },
      { bundle, flags: ['--console-socket', '/run/nobody-listens'] },
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`console: ${words}`);
  });
});

describe('a shared mount as root file system', () => {
  it('keeps the mounts of the container to itself, even where two-way propagation is asked for', async () => {
    const bundle = root().newBundle();
    await scene.machine.must(['mount', '--bind', bundle.rootfs, bundle.rootfs]);
    scene.later(() => scene.machine.must(['umount', '--recursive', bundle.rootfs]));
    await scene.machine.must(['mount', '--make-shared', bundle.rootfs]);
    const container = await root().create(
      (config) => {
        config.linux.rootfsPropagation = 'shared';
        config.process.args = probe(['stay']);
      },
      { bundle },
    );
    expect(scene.machine.read('/proc/1/mountinfo')).not.toContain(`${bundle.rootfs}/`);
    await container.delete('--force');
  });
});

describe('the session keyring', () => {
  it('is not one that another user has made under its name', async () => {
    const number = process.arch === 'arm64' ? 219 : 250;
    const id = root().newId();
    // keyctl(KEYCTL_JOIN_SESSION_KEYRING), keyctl(KEYCTL_SETPERM): everybody may do everything.
    const script = `my $n = "_ses.${id}"; my $k = syscall(${number}, 1, $n); syscall(${number}, 5, $k, 0x3f3f3f3f); $| = 1; print "$$\n"; sleep 60`;
    const stranger = scene.machine.spawn(['perl', '-e', script], { uid: USER });
    const pid = await until('the keyring of the other user', () => Number(stranger.stdout) || undefined);
    const { stdout, stderr, code } = await root().run(
      (config) => {
        config.process.args = probe(['keyring']);
      },
      { id },
    );
    await scene.machine.run(['kill', '-KILL', String(pid)]);
    expect(answers(stdout)).toEqual(['_ses']);
    expect(code).toBe(0);
    expect(stderr).toContain(`keyring _ses.${id}: keyctl: operation not permitted`);
  });
});
