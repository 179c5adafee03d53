/**
 * Bundles and images made to break out, one for each advisory that concerns a runtime that creates and runs. Each test
 * says which line of defence it catches when that is taken out. Victims lie in /run/victim, outside of every rootfs; the
 * rest of the machine is read-only, and compared before and after like in all tests.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bundle, Config, Patch } from './harness/bundle.ts';
import { answers, probe } from './harness/caller.ts';
import type { Result } from './harness/machine.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const VICTIM = '/run/victim';

/** Files that no container may change; in each test anew. */
const before = { file: 'untouched\n', 'dir/inner': 'untouched\n', null: '', console: 'untouched\n' };

beforeEach(() => {
  for (const [name, text] of Object.entries(before)) {
    const path = scene.machine.path(`${VICTIM}/${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  scene.later(async () => rmSync(scene.machine.path(VICTIM), { recursive: true }));
});

/** Everything below the victim, with its content, type, mode and owner. */
async function victim(): Promise<string> {
  return scene.machine.must([
    'sh',
    '-c',
    `cd ${VICTIM} && find . | sort | while read -r f; do stat -c '%n %F %a %u:%g %t:%T' "$f"; done; cat file dir/inner console; grep ${VICTIM} /proc/1/mountinfo || true`,
  ]);
}

/** Replaces a path of the rootfs by a symbolic link. */
function plant(bundle: Bundle, path: string, target: string): void {
  const outside = `${bundle.outside.rootfs}${path}`;
  rmSync(outside, { recursive: true, force: true });
  mkdirSync(dirname(outside), { recursive: true });
  symlinkSync(target, outside);
}

/** Runs a bundle and says whether the victim is what it was. */
async function attack(
  prepare: (bundle: Bundle) => void,
  patch: Patch,
  flags: string[] = [],
): Promise<Result & { untouched: boolean }> {
  const bundle = root().newBundle();
  const healthy = await victim();
  prepare(bundle);
  const result = await root().run(patch, { bundle, flags });
  return { ...result, untouched: (await victim()) === healthy };
}

const without = (config: Config, ...destinations: string[]) => {
  config.mounts = config.mounts.filter((mount) => !destinations.includes(mount.destination));
};

const bind = (destination: string, source: string) => ({ destination, source, type: 'bind', options: ['bind'] });

describe('the program that runs inside before execve', () => {
  it('cannot be overwritten through /proc/PID/exe (CVE-2019-5736)', async (context) => {
    // Catches: executing hoist-init from a file, or from a memfd without all seals.
    notOn(context, { runc: 'never', crun: 'never' }, 'protects its program otherwise, or seals less');
    const container = await root().create((config) => {
      config.process.args = probe(['stay']);
    });
    const exe = `/proc/${container.pid}/exe`;
    const [seals = '', link, writable] = answers(
      await scene.machine.must(['/run/tools/probe', 'seals', exe, ',', 'readlink', exe, ',', 'open', exe, 'w']),
    );
    expect(seals.split(' ')).toEqual(expect.arrayContaining(['seal', 'shrink', 'grow', 'write']));
    expect(link).toMatch(/memfd:/);
    expect(writable).toMatch(/^(ETXTBSY|EPERM|EACCES)$/);
  });

  it('is not what a #!/proc/self/exe in the image gets (CVE-2019-5736)', async () => {
    // Catches: as above; the classic attack, whose script interpreter is the runtime itself.
    const { stdout, untouched } = await attack(
      (bundle) => writeFileSync(`${bundle.outside.rootfs}/bin/attack`, '#!/proc/self/exe\n', { mode: 0o755 }),
      (config) => {
        config.process.args = ['/bin/attack'];
      },
    );
    expect(untouched).toBe(true);
    expect(stdout).toBe('');
  });

  it('is not dumpable, so that nobody inside can trace it (CVE-2016-9962)', async (context) => {
    notOn(context, { runc: 'never' }, 'is dumpable again by then, without descriptors');
    // Catches: leaving out PR_SET_DUMPABLE 0. What /proc/PID/fd shows then is open to every root without CAP_SYS_PTRACE,
    // as root of another container in the same pid namespace is.
    const container = await root().create((config) => {
      config.process.args = probe(['stay']);
    });
    const peek = ['setpriv', '--bounding-set=-sys_ptrace', 'readlink', `/proc/${container.pid}/fd/1`];
    expect((await scene.machine.run(peek)).code).not.toBe(0);
    await container.start();
    await container.says('waiting');
    expect((await scene.machine.run(peek)).code).toBe(0);
  });
});

describe('/proc and /sys of the image', () => {
  it.each([
    ['/proc', `${VICTIM}/dir`],
    ['/proc', '/tmp'],
    ['/sys', `${VICTIM}/dir`],
  ])(
    '%s that is a link to %s is refused (CVE-2019-16884, 2019-19921, 2023-27561, 2025-54867)',
    async (path, target) => {
      // Catches: mounting over whatever the path leads to, instead of an ordinary directory.
      const { code, untouched, stderr } = await attack(
        (bundle) => plant(bundle, path, target),
        (config) => {
          config.process.args = probe(['cwd']);
        },
      );
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/proc|sys/);
      expect(untouched).toBe(true);
    },
  );

  it('that is a file is refused (CVE-2019-19921)', async () => {
    const { code, untouched } = await attack(
      (bundle) => {
        rmSync(`${bundle.outside.rootfs}/proc`, { recursive: true });
        writeFileSync(`${bundle.outside.rootfs}/proc`, '');
      },
      (config) => {
        config.process.args = ['/bin/true'];
      },
    );
    expect(code).not.toBe(0);
    expect(untouched).toBe(true);
  });

  it('cannot be covered by a folder of a volume (CVE-2019-16884)', async (context) => {
    // Catches: allowing any bind mount over /proc; labels and kernel parameters would be written to a fake.
    notOn(context, { crun: 'never' }, 'mounts it');
    const { code, stderr } = await attack(
      (bundle) => mkdirSync(`${bundle.outside.path}/fake/self/attr`, { recursive: true }),
      (config) => {
        config.process.args = probe(['cwd']);
        config.mounts.push(bind('/proc', 'fake'));
      },
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/proc/);
  });

  it('that are faked do not redirect a kernel parameter (CVE-2025-52881)', async (context) => {
    // Catches: writing sysctls through /proc of the container instead of a private procfs: here another process of the
    // same mount would have turned it into a tmpfs with a link.
    notOn(context, { runc: '1.3', crun: '1.25' }, 'writes through the /proc of the container');
    const { untouched } = await attack(
      () => undefined,
      (config, bundle) => {
        config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
        const script = `mount -t tmpfs fake ${bundle.rootfs}/proc && mkdir -p ${bundle.rootfs}/proc/sys/net/ipv4 && ln -s ${VICTIM}/file ${bundle.rootfs}/proc/sys/net/ipv4/ip_forward && mkdir -p ${bundle.rootfs}/run/victim && mount --bind ${VICTIM} ${bundle.rootfs}/run/victim`;
        config.hooks = {
          createContainer: [{ path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/bin:/usr/bin'] }],
        };
        config.process.args = probe(['cwd']);
      },
    );
    expect(untouched).toBe(true);
  });
});

describe('links of the image under a mount', () => {
  it.for([
    ['absolute', VICTIM],
    ['climbing', `../../../../../..${VICTIM}`],
  ] as const)(
    'lead into the rootfs, not to the host: %s (CVE-2021-30465, 2019-18837, 2024-45310)',
    async ([, target], context) => {
      notOn(context, { crun: '1.9' }, 'cannot make the mount points');
      // Catches: resolving destinations by path on the host; without RESOLVE_IN_ROOT the mount or the new folder lands there.
      const { untouched, stdout } = await attack(
        (bundle) => plant(bundle, '/link', target),
        (config) => {
          config.process.args = probe(
            ['mounts', `${VICTIM}/dir`],
            ['mounts', `${VICTIM}/new/deep`],
            ['read', `${VICTIM}/file`],
          );
          config.mounts.push(
            { destination: '/link/dir', type: 'tmpfs', source: 'tmpfs' },
            { destination: '/link/new/deep', type: 'tmpfs', source: 'tmpfs' },
            bind('/link/file', '/etc/passwd'),
            bind('/link/new-file', '/etc/passwd'),
          );
        },
      );
      expect(untouched).toBe(true);
      const [dir, deep, file] = answers(stdout);
      expect([dir, deep]).toEqual([expect.stringContaining(' - tmpfs '), expect.stringContaining(' - tmpfs ')]);
      expect(file).toMatch(/^root:x:/);
      expect(readdirSync(scene.machine.path(VICTIM)).sort()).toEqual(['console', 'dir', 'file', 'null']);
    },
  );

  it('that change all the time never lead out (CVE-2021-30465)', async (context) => {
    // Catches: resolving once and mounting by path later. An accomplice swaps a folder and a link in a shared volume.
    notOn(context, { crun: 'never' }, 'is not what this is about');
    const bundle = root().newBundle();
    const shared = `${bundle.outside.path}/shared`;
    mkdirSync(`${shared}/folder`, { recursive: true });
    symlinkSync(VICTIM, `${shared}/link`);
    const script = `cd ${bundle.path}/shared; while :; do mv -T folder place; mv -T place folder; mv -T link place; mv -T place link; done 2>/dev/null`;
    const accomplice = scene.machine.spawn(['sh', '-c', script]);
    const healthy = await victim();
    for (let i = 0; i < 15; i++) {
      await root().run(
        (config) => {
          config.mounts.push(bind('/shared', 'shared'), {
            destination: '/shared/place/dir',
            type: 'tmpfs',
            source: 'swapped',
          });
          config.process.args = probe(['cwd']);
        },
        { bundle },
      );
      expect(await victim()).toBe(healthy);
    }
    accomplice.child.kill('SIGTERM');
    await accomplice.result();
  });

  it('do not decide where the working directory is made (CVE-2024-45310)', async () => {
    // Catches: mkdir -p by path.
    const { untouched } = await attack(
      (bundle) => plant(bundle, '/link', VICTIM),
      (config) => {
        config.root.readonly = false;
        config.process.cwd = '/link/made/by/runtime';
        config.process.args = probe(['cwd']);
      },
    );
    expect(untouched).toBe(true);
  });
});

describe('the working directory', () => {
  it.each([
    '/proc/self/fd/3',
    '/proc/self/fd/6',
    '/proc/self/fd/7',
    '/proc/self/fd/8',
    '/proc/self/fd/9',
    '/proc/self/fd/10',
    '/proc/1/root',
    '/proc/self/cwd',
  ])('%s leads nowhere outside (CVE-2024-21626)', async (cwd) => {
    // Catches: a descriptor of a folder of the host that is open when the directory is changed, and the check afterwards.
    const result = await root().run((config) => {
      config.process.cwd = cwd;
      config.process.args = probe(['cwd'], ['stat', '../../../../../../../run/victim/file'], ['list', '.']);
    });
    if (result.code !== 0) return;
    const [path, file] = answers(result.stdout);
    expect(path).toMatch(/^\//);
    expect(file).toBe('error: ENOENT');
  });

  it('has no descriptors to leave by (CVE-2024-21626)', async () => {
    // Catches: leaving out close_range before execve.
    const [open = ''] = await root().facts([['fds']], undefined, {
      wrapper: ['sh', '-c', `exec 3</ 7<${VICTIM} "$@"`, '-'],
    });
    expect(open.split('\n').map((line) => line.split(' ')[0])).toEqual(['0', '1', '2']);
  });
});

describe('/dev of the image', () => {
  const noDev = (config: Config) => {
    without(config, '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue');
    config.root.readonly = false;
    config.process.args = ['/bin/true'];
  };

  it('that is a link to the host gets no devices, links or ptmx there (CVE-2026-41579, 2026-47766)', async (context) => {
    notOn(context, { runc: '1.4', crun: '1.28' }, 'is vulnerable');
    // Catches: making what belongs into /dev by path instead of below the rootfs's descriptor.
    const { untouched } = await attack((bundle) => plant(bundle, '/dev', `${VICTIM}/dir`), noDev);
    expect(untouched).toBe(true);
    expect(readdirSync(scene.machine.path(`${VICTIM}/dir`))).toEqual(['inner']);
  });

  it.for([`${VICTIM}/dir`, `../../../..${VICTIM}/dir`])(
    'that is a link to %s does so under a mount too',
    async (target, context) => {
      notOn(context, { runc: '1.3' }, 'is vulnerable');
      const { untouched } = await attack(
        (bundle) => plant(bundle, '/dev', target),
        (config) => {
          config.process.args = ['/bin/true'];
        },
      );
      expect(untouched).toBe(true);
    },
  );

  it.each(['null', 'zero', 'tty', 'ptmx', 'stdin', 'fd'])(
    '/dev/%s that is a link changes nothing it leads to (CVE-2026-41579, 2026-88264)',
    async (name) => {
      // Catches: following links when a device is made, chowned, unlinked or checked.
      const { untouched } = await attack((bundle) => plant(bundle, `/dev/${name}`, `${VICTIM}/file`), noDev);
      expect(untouched).toBe(true);
    },
  );

  it('/dev/null that is a link is not bound over masked paths (CVE-2025-31133)', async (context) => {
    notOn(context, { runc: '1.3', crun: '1.25' }, 'is vulnerable');
    // Catches: masking with the container's /dev/null without looking at what it is: the link would show a file of the host
    // writable in place of the masked one.
    const { untouched, code, stdout } = await attack(
      (bundle) => {
        plant(bundle, '/dev/null', '/etc/group');
        writeFileSync(`${bundle.outside.rootfs}/etc/secret`, 'secret');
      },
      (config) => {
        noDev(config);
        config.linux.maskedPaths = ['/etc/secret'];
        config.process.args = probe(['lstat', '/etc/secret'], ['read', '/etc/secret']);
      },
    );
    expect(untouched).toBe(true);
    if (code === 0) expect(answers(stdout)[0]).toMatch(/^char .* dev 1:3/);
    expect(stdout).not.toContain('root:x');
  });

  it.each(['/dev/console', '/dev/pts/0', '/dev/ptmx', '/dev/pts'])(
    '%s that is a link does not redirect the terminal (CVE-2025-52565, 2026-88264)',
    async (path) => {
      // Catches: binding the terminal by path, or over a link; taking the slave's path for the slave.
      const bundle = root().newBundle();
      const healthy = await victim();
      plant(bundle, path, path === '/dev/pts' ? `${VICTIM}/dir` : `${VICTIM}/console`);
      const socket = `${bundle.path}/console.sock`;
      const relay = scene.machine.spawn(['/run/tools/machine', 'console', socket]);
      await until('the listener', () => (relay.stdout.includes('listening') ? true : undefined));
      const id = root().newId();
      const { code } = await root().tryCreate(
        (config) => {
          without(config, '/dev', '/dev/shm', '/dev/mqueue');
          config.root.readonly = false;
          config.process.terminal = true;
          config.process.args = probe(['tty']);
        },
        { bundle, id, flags: ['--console-socket', socket] },
      );
      if (code === 0) await root().runtime(['start', id]);
      expect(await victim()).toBe(healthy);
      await root().runtime(['delete', '--force', id]);
      relay.child.kill('SIGTERM');
      await relay.result();
    },
  );
});

describe('what the container gets', () => {
  it('has no inheritable capabilities (CVE-2022-24769, 2022-29162, 2022-27650)', async () => {
    // Catches: filling the inheritable set with the bounding one.
    const [sets] = await root().facts([['capabilities']]);
    expect(sets).toMatch(/^inheritable 0000000000000000$/m);
  });

  it('cannot write to the cgroups of the host when they are bound into it (CVE-2023-25809)', async () => {
    // Catches: mounting /sys/fs/cgroup of the host writable for a rootless container.
    const answers = await scene.as('rootless').facts([
      ['open', '/sys/fs/cgroup/unified/cgroup.procs', 'w'],
      ['mkdir', '/sys/fs/cgroup/memory/made-inside'],
      ['write', '/sys/fs/cgroup/cgroup.procs', '1'],
    ]);
    for (const answer of answers) expect(answer).toMatch(/^(EROFS|EACCES|ENOENT|EPERM)$/);
  });

  it('is complete whatever the length of its strings (CVE-2021-43784)', async () => {
    // Catches: sizes kept in 16 bits.
    const long = 'x'.repeat(70_000);
    const { code, stdout } = await root().run((config) => {
      config.process.env?.push(`LONG=${long}`);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      config.process.args = ['/bin/sh', '-c', 'echo ${#LONG}'];
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '70000\n' });
  });

  it.for(['args', 'env', 'cwd', 'path', 'id map'])(
    'has no NUL byte in its %s (CVE-2021-43784)',
    async (where, context) => {
      notOn(context, { crun: 'never' }, 'cuts them off');
      // Catches: strings that end earlier for C than for the checks.
      const { code, untouched } = await attack(
        () => undefined,
        (config) => {
          const evil = `/bin/true\0${VICTIM}`;
          if (where === 'args') config.process.args = [evil];
          if (where === 'env') config.process.env = [`A=${evil}`];
          if (where === 'cwd') config.process.cwd = `/\0${VICTIM}`;
          if (where === 'path') config.mounts.push(bind(`/tmp\0${VICTIM}`, '/etc/passwd'));
          if (where === 'id map') config.linux.sysctl = { 'net.ipv4.ip_forward\0': '1' };
        },
      );
      expect(code).toBe(1);
      expect(untouched).toBe(true);
    },
  );

  it('does not depend on what lies in the state root (links in place of folders)', async (context) => {
    // Catches: opening files of the state by path through a link that somebody else left there.
    if (!isHoist) context.skip('about our own files');
    const state = scene.machine.path('/run/state/linked');
    symlinkSync(VICTIM, state);
    scene.later(async () => rmSync(state, { force: true }));
    const healthy = await victim();
    await root().tryCreate(() => undefined, { id: 'linked' });
    await root().runtime(['delete', '--force', 'linked']);
    expect(await victim()).toBe(healthy);
    expect(existsSync(scene.machine.path(`${VICTIM}/file`))).toBe(true);
    expect(readFileSync(scene.machine.path(`${VICTIM}/file`), 'utf8')).toBe('untouched\n');
  });
});
