import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { MemoryPolicy } from '../../src/spec/types.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

/** Runs the runtime by way of a shell that changes what it inherits. */
const inherits = (command: string) => ({ wrapper: ['sh', '-c', `${command}; exec "$@"`, '-'] });

/** CAP_AUDIT_WRITE, CAP_KILL, CAP_NET_BIND_SERVICE: those of the default configuration. */
const DEFAULT_CAPABILITIES = '0000000020000420';
const NONE = '0000000000000000';

describe.each(['root', 'rootless', 'userns'] as const)('a process, runtime called by %s', (mode) => {
  const facts: ReturnType<typeof scene.as>['facts'] = (...given) => scene.as(mode).facts(...given);

  it('gets its arguments as they are, the empty one too', async () => {
    const [args] = await facts([['args', 'a', 'b c', '', "d'e\n"]]);
    expect(args).toBe("[a]\n[b c]\n[]\n[d'e\n]");
  });

  it('gets the environment of the configuration and nothing of the caller', async () => {
    const change = { env: { SECRET_OF_THE_CALLER: 'x', LD_PRELOAD: '' } };
    const patch = (config: { process: { env?: string[] } }) => {
      config.process.env = ['PATH=/bin', 'HOME=/here', 'EMPTY=', 'WITH=a=b'];
    };
    const [environment] = await facts([['env']], patch, change);
    expect(environment).toBe('PATH=/bin\nHOME=/here\nEMPTY=\nWITH=a=b');
  });

  it('sees the last of several values of a variable, once', async (context) => {
    notOn(context, { runc: '1.3', crun: 'never' }, 'passes both on');
    const [environment = ''] = await facts([['env']], (config) => {
      config.process.env = ['PATH=/bin', 'A=1', 'HOME=/', 'A=2'];
    });
    expect(environment.split('\n').filter((one) => one.startsWith('A='))).toEqual(['A=2']);
  });

  it("gets HOME from the container's passwd", async () => {
    const [environment = ''] = await facts([['env']]);
    expect(environment.split('\n')).toContain('HOME=/root');
  });

  it('starts in its working directory, which is made if need be', async () => {
    const [cwd, made] = await facts([['cwd'], ['lstat', '/made/on/the/way']], (config) => {
      config.root.readonly = false;
      config.process.cwd = '/made/on/the/way';
    });
    expect(cwd).toBe('/made/on/the/way');
    expect(made).toMatch(/^directory 0755 0:0/);
  });

  it('has umask 0022, whatever the caller has', async () => {
    expect(await facts([['umask']], undefined, inherits('umask 0'))).toEqual(['0022']);
  });

  it('has the umask of the configuration', async () => {
    const [umask] = await facts([['umask']], (config) => {
      config.process.user = { uid: 0, gid: 0, umask: 0o27 };
    });
    expect(umask).toBe('0027');
  });

  it('has the capabilities of the configuration in three sets and none in the others', async () => {
    const [sets] = await facts([['capabilities']]);
    expect(sets).toBe(
      `inheritable ${NONE}\npermitted ${DEFAULT_CAPABILITIES}\neffective ${DEFAULT_CAPABILITIES}\nbounding ${DEFAULT_CAPABILITIES}\nambient ${NONE}`,
    );
  });

  it('has no capability without a list', async () => {
    const [sets] = await facts([['capabilities']], (config) => {
      config.process.capabilities = {};
    });
    expect(sets).toBe(
      ['inheritable', 'permitted', 'effective', 'bounding', 'ambient'].map((set) => `${set} ${NONE}`).join('\n'),
    );
  });

  it('has ambient and inheritable capabilities when they are asked for', async () => {
    const [sets] = await facts([['capabilities']], (config) => {
      const list = ['CAP_NET_BIND_SERVICE'];
      config.process.capabilities = {
        bounding: list,
        effective: list,
        permitted: list,
        inheritable: list,
        ambient: list,
      };
    });
    expect(sets).toBe(
      ['inheritable', 'permitted', 'effective', 'bounding', 'ambient']
        .map((set) => `${set} 0000000000000400`)
        .join('\n'),
    );
  });

  it('has no_new_privs only when asked for', async () => {
    const dumpable = ' dumpable 1 seccomp 0';
    expect(await facts([['privileges']])).toEqual([`no_new_privs 1${dumpable}`]);
    const without = await facts([['privileges']], (config) => {
      config.process.noNewPrivileges = false;
    });
    expect(without).toEqual([`no_new_privs 0${dumpable}`]);
  });

  it('has the limits of the configuration', async () => {
    const [files, core] = await facts(
      [
        ['rlimits', 'NOFILE'],
        ['rlimits', 'CORE'],
      ],
      (config) => {
        config.process.rlimits = [
          { type: 'RLIMIT_NOFILE', soft: 100, hard: 200 },
          { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
        ];
      },
    );
    expect([files, core]).toEqual(['NOFILE 100 200', 'CORE 0 0']);
  });

  it("keeps the caller's limit of open files", async (context) => {
    notOn(context, { runc: '1.2' }, 'Go raises the limit and hands it on');
    const [files] = await facts(
      [['rlimits', 'NOFILE']],
      (config) => {
        config.process.rlimits = [];
      },
      inherits('ulimit -Sn 1024; ulimit -Hn 4096'),
    );
    expect(files).toBe('NOFILE 1024 4096');
  });

  it('has no signal ignored or blocked, whatever the caller has', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'hands some of the caller on');
    const wrapper = ['env', '--ignore-signal=PIPE,HUP,XFSZ', '--block-signal=USR1,CHLD'];
    const [signals] = await facts([['signals']], undefined, { wrapper });
    expect(signals).toBe('blocked\nignored');
  });

  it('has stdin, stdout and stderr open and nothing else', async () => {
    const [descriptors = ''] = await facts([['fds']], undefined, inherits('exec 5</etc/passwd 9</'));
    expect(descriptors.split('\n').map((line) => line.split(' ')[0])).toEqual(['0', '1', '2']);
  });

  it('is the first process and leads its session', async () => {
    const [pids, signal] = await facts([['pids'], ['pdeathsig']]);
    expect([pids, signal]).toEqual(['pid 1 ppid 0 session 1 group 1', '0']);
  });

  it('has the OOM score of the configuration', async () => {
    const [score] = await facts([['read', '/proc/self/oom_score_adj']], (config) => {
      config.process.oomScoreAdj = 321;
    });
    expect(score).toBe('321');
  });

  it('has a scheduling policy', async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'does not know process.scheduler');
    const [scheduler] = await facts([['scheduler']], (config) => {
      config.process.scheduler = { policy: 'SCHED_BATCH', nice: 17 };
    });
    expect(scheduler).toMatch(/^policy 3 flags 0 nice 17 priority 0 /);
  });

  it('has an I/O priority', async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'does not know process.ioPriority');
    const [priority] = await facts([['ioprio']], (config) => {
      config.process.ioPriority = { class: 'IOPRIO_CLASS_BE', priority: 6 };
    });
    expect(priority).toBe('class 2 priority 6');
  });

  it('has a personality', async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'does not know linux.personality');
    const [personality] = await facts([['personality']], (config) => {
      config.linux.personality = { domain: 'LINUX32' };
    });
    expect(personality).toMatch(/^0x8 (i686|armv8l)$/);
  });

  it('has a memory policy', async (context) => {
    const crun = mode === 'root' ? '1.26' : 'never';
    notOn(context, { runc: '1.4', crun }, 'does not know linux.memoryPolicy, or fails with it when rootless');
    const of = async (memoryPolicy: MemoryPolicy) => {
      const [maps = ''] = await facts([['read', '/proc/self/numa_maps']], (config) => {
        config.ociVersion = '1.3.0';
        config.linux.memoryPolicy = memoryPolicy;
      });
      return maps.split(' ')[1];
    };
    expect(await of({ mode: 'MPOL_INTERLEAVE', nodes: '0' })).toBe('interleave:0');
    expect(await of({ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] })).toBe('bind=static:0');
    expect(await of({ mode: 'MPOL_PREFERRED', nodes: '0', flags: ['MPOL_F_RELATIVE_NODES'] })).toBe(
      'prefer=relative:0',
    );
    expect(await of({ mode: 'MPOL_DEFAULT' })).toBe('default');
  });

  it('has the memory policy of the container when it joins one', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'does not know linux.memoryPolicy, or for the first process only');
    const container = await scene.as(mode).started((config) => {
      config.ociVersion = '1.3.0';
      config.linux.memoryPolicy = { mode: 'MPOL_PREFERRED', nodes: '0' };
      config.process.args = ['sleep', '60'];
    });
    const { stdout } = await scene.as(mode).runtime(['exec', container.id, 'head', '-n', '1', '/proc/self/numa_maps']);
    expect(stdout.split(' ')[1]).toBe('prefer:0');
  });

  it('is told of a memory policy that the kernel does not take', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'does not know linux.memoryPolicy, or says it differently');
    const { code, stderr } = await scene.as(mode).tryCreate((config) => {
      config.linux.memoryPolicy = { mode: 'MPOL_BIND', nodes: '900' };
    });
    expect(code).toBe(1);
    expect(stderr).toContain('set_mempolicy: invalid argument');
  });

  it('has a session keyring named after the container', async (context) => {
    notOn(context, { crun: 'never' }, 'names it without a prefix');
    const [keyring] = await facts([['keyring']], undefined, { id: `keys-${mode}` });
    expect(keyring).toBe(`_ses.keys-${mode}`);
  });

  it("has the caller's keyring with --no-new-keyring", async () => {
    const [keyring] = await facts([['keyring']], undefined, { id: `keys-${mode}`, flags: ['--no-new-keyring'] });
    expect(keyring).not.toContain('_ses.keys');
  });

  it('may use every processor, whichever the runtime was bound to', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'hands its own affinity on');
    const [affinity = ''] = await facts([['affinity']], undefined, { wrapper: ['taskset', '--cpu-list', '0'] });
    expect(affinity.trim().split(' ')).toHaveLength(availableParallelism());
  });
});

describe('the user of a process', () => {
  const root = () => scene.as('root');

  it('has ids and groups of the configuration, and no others', async () => {
    const [ids] = await root().facts([['ids']], (config) => {
      config.process.user = { uid: 1000, gid: 1001, additionalGids: [5, 77777] };
    });
    expect(ids).toBe('uid 1000 1000 1000 1000\ngid 1001 1001 1001 1001\ngroups 5 77777');
  });

  it("keeps the caller's groups when the annotation says so, in a user namespace too, and in exec", async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such annotation, or none for exec');
    const groups = async (annotations: Record<string, string>, inNamespace: boolean) => {
      const container = await root().started(
        (config) => {
          config.process.user = { uid: 7, gid: 8, additionalGids: [5] };
          config.process.args = ['/bin/sh', '-c', 'id -G; sleep 60'];
          config.annotations = annotations;
          if (!inNamespace) return;
          config.linux.namespaces?.push({ type: 'user' });
          config.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
          config.linux.gidMappings = [{ containerID: 0, hostID: 0, size: 1000 }];
        },
        { wrapper: ['setpriv', '--groups', '77,88'] },
      );
      await container.says('\n');
      const wrapper = { wrapper: ['setpriv', '--groups', '77,88'] };
      const joined = await root().runtime(['exec', '--user', '7:8', container.id, 'id', '-G'], wrapper);
      return [container.stdout.trim(), joined.stdout.trim()];
    };
    const keep = { 'run.oci.keep_original_groups': '1' };
    expect(await groups({}, false)).toEqual(['8 5', '8 5']);
    expect(await groups(keep, false)).toEqual(['8 77 88', '8 77 88']);
    expect(await groups(keep, true)).toEqual(['8 77 88', '8 77 88']);
  });

  it('takes the largest ids there are', async (context) => {
    notOn(context, { runc: 'never' }, 'knows ids up to 2147483647 only');
    const [ids] = await root().facts([['ids']], (config) => {
      config.process.user = { uid: 4294967294, gid: 4294967294 };
    });
    expect(ids).toMatch(/^uid 4294967294 4294967294 4294967294 4294967294\ngid 4294967294 /);
  });

  it('has no groups of the caller', async () => {
    const [ids] = await root().facts([['ids']], undefined, { wrapper: ['setpriv', '--groups', '4,24'] });
    expect(ids).toBe('uid 0 0 0 0\ngid 0 0 0 0\ngroups');
  });

  it('keeps only the bounding set when it is not root, as execve says, and ambient capabilities', async () => {
    const [sets] = await root().facts([['capabilities']], (config) => {
      config.process.user = { uid: 1000, gid: 1000 };
      config.process.capabilities = {
        ...config.process.capabilities,
        inheritable: ['CAP_KILL'],
        ambient: ['CAP_KILL'],
      };
    });
    const kill = '0000000000000020';
    expect(sets).toBe(
      `inheritable ${kill}\npermitted ${kill}\neffective ${kill}\nbounding ${DEFAULT_CAPABILITIES}\nambient ${kill}`,
    );
  });

  it('finds its HOME in the passwd of the container', async () => {
    const [environment = ''] = await root().facts([['env']], (config) => {
      config.process.user = { uid: 1000, gid: 1000 };
    });
    expect(environment.split('\n')).toContain('HOME=/home/user');
  });

  it('has HOME / when no passwd knows it', async (context) => {
    notOn(context, { crun: '1.9' }, 'sets no HOME');
    const [environment = ''] = await root().facts([['env']], (config) => {
      config.process.user = { uid: 4000, gid: 1000 };
    });
    expect(environment.split('\n')).toContain('HOME=/');
  });

  it('cannot be one that the user namespace does not have', async () => {
    const { code, stderr } = await scene.as('rootless').run((config) => {
      config.process.user = { uid: 5, gid: 5 };
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/user|uid|setgid|setuid|gid/i);
  });

  it('needs a privilege to raise a hard limit', async () => {
    const { code, stderr } = await scene.as('rootless').run((config) => {
      config.process.rlimits = [{ type: 'RLIMIT_CORE', soft: 1000, hard: 1000 }];
    }, inherits('ulimit -c 0'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/operation not permitted/i);
  });
});
