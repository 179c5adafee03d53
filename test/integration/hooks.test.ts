import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Hook, Hooks } from '../../src/spec/types.ts';
import { OCI_VERSION } from '../../src/spec/version.ts';
import type { Bundle, Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist, subject } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const KINDS = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;

const shell = (script: string, more: Partial<Hook> = {}): Hook => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  env: ['PATH=/bin:/usr/bin'],
  ...more,
});

interface Entry {
  readonly kind: string;
  readonly state: {
    id: string;
    status: string;
    pid?: number;
    bundle: string;
    ociVersion: string;
    annotations?: Record<string, string>;
  };
}

/** A bundle whose folder `log` is /log inside, so that hooks of both sides can write to one file. */
function logged(bundle: Bundle, config: Config): void {
  mkdirSync(`${bundle.outside.path}/log`, { recursive: true });
  config.mounts.push({ destination: '/log', type: 'bind', source: 'log', options: ['bind'] });
}

function entries(bundle: Bundle): Entry[] {
  const file = `${bundle.outside.path}/log/hooks`;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return lines.map((line) => ({
    kind: line.slice(0, line.indexOf(' ')),
    state: JSON.parse(line.slice(line.indexOf(' '))),
  }));
}

/** Writes the hook's kind and what it got on stdin, in one line. */
const note = (kind: string, file: string) => shell(`state=$(cat | tr -d '\\n'); echo "${kind} $state" >>${file}`);

function everyHook(bundle: Bundle): Hooks {
  const outside = `${bundle.path}/log/hooks`;
  return Object.fromEntries(
    KINDS.map((kind) => [kind, [note(kind, kind === 'startContainer' ? '/log/hooks' : outside)]]),
  );
}

describe('hooks', () => {
  it('run in their order, with the state of the moment on stdin', async (context) => {
    notOn(
      context,
      { runc: '1.6', crun: 'never' },
      'runs poststart in create, or says created where the specification says creating',
    );
    const container = await root().create((config, bundle) => {
      logged(bundle, config);
      config.hooks = everyHook(bundle);
      config.annotations = { a: 'b' };
      config.process.args = probe(['stay']);
    });
    expect(entries(container.bundle).map((entry) => entry.kind)).toEqual([
      'prestart',
      'createRuntime',
      'createContainer',
    ]);
    await container.start();
    await container.says('waiting');
    await container.kill('KILL');
    await container.reaches('stopped');
    await container.delete();
    const all = entries(container.bundle);
    expect(all.map((entry) => entry.kind)).toEqual([...KINDS]);
    // prestart is told created, as ever before there was a creating.
    expect(all.map((entry) => entry.state.status)).toEqual([
      'created',
      'creating',
      'creating',
      'created',
      'running',
      'stopped',
    ]);
    for (const { kind, state } of all) {
      expect(state, kind).toMatchObject({
        id: container.id,
        bundle: container.bundle.path,
        // The version that the state follows, whatever config.json says; crun gives the latter.
        ociVersion: isHoist ? OCI_VERSION : expect.any(String),
        annotations: { a: 'b' },
      });
      // Hooks in the namespaces of the container see its pid as it does.
      const inside = kind === 'createContainer' || kind === 'startContainer';
      if (kind !== 'poststop') expect(state.pid, kind).toBe(inside ? 1 : container.pid);
    }
  });

  it('of one kind run in the order of the list', async () => {
    const bundle = root().newBundle();
    const say = (text: string) => shell(`echo ${text} >>${bundle.path}/said`);
    const { code } = await root().run(
      (config) => {
        config.hooks = { createRuntime: [say('one'), say('two'), say('three')] };
        config.process.args = probe(['cwd']);
      },
      { bundle },
    );
    expect(code).toBe(0);
    expect(readFileSync(`${bundle.outside.path}/said`, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('have the environment and the arguments of the configuration', async () => {
    const bundle = root().newBundle();
    await root().run(
      (config) => {
        const args = [
          'argv0',
          '-c',
          `printf '%s|' "$0" "$@" >${bundle.path}/said; env | grep -v -e PWD -e SHLVL -e _= >>${bundle.path}/said`,
          'name',
          'a b',
        ];
        config.hooks = { createRuntime: [{ path: '/bin/sh', args, env: ['ONLY=this'] }] };
        config.process.args = probe(['cwd']);
      },
      { bundle, env: { NOT: 'this' } },
    );
    expect(readFileSync(`${bundle.outside.path}/said`, 'utf8')).toBe('name|a b|ONLY=this\n');
  });

  it('have the environment of the caller when the configuration says nothing', async () => {
    const bundle = root().newBundle();
    const say = (kind: string, env?: string[]) => ({
      path: '/bin/sh',
      args: ['sh', '-c', `echo ${kind} $CALLER $NODE_NAME >>${bundle.path}/said`],
      ...(env && { env }),
    });
    const { code, stderr } = await root().run(
      (config) => {
        config.hooks = { prestart: [say('prestart')], createRuntime: [say('empty', [])], poststop: [say('poststop')] };
        config.process.args = probe(['cwd']);
      },
      { bundle, env: { CALLER: 'me', NODE_NAME: 'n1' } },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const said = readFileSync(`${bundle.outside.path}/said`, 'utf8');
    expect(said).toBe('prestart me n1\nempty\npoststop me n1\n');
  });

  it('createContainer runs in the mounts of the container, before the root changes', async () => {
    const bundle = root().newBundle();
    const { code, stderr } = await root().run(
      (config) => {
        config.hooks = {
          createContainer: [
            shell(`mount -t tmpfs hooked ${bundle.rootfs}/tmp && echo made >${bundle.rootfs}/tmp/by-hook`),
          ],
        };
        config.process.args = ['/bin/cat', '/tmp/by-hook'];
      },
      { bundle },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(`${bundle.outside.rootfs}/tmp/by-hook`)).toBe(false);
    expect(scene.machine.read('/proc/1/mountinfo')).not.toContain('hooked');
  });

  it('createRuntime runs in the namespaces of the runtime', async () => {
    const bundle = root().newBundle();
    await root().run(
      (config) => {
        config.hooks = { createRuntime: [shell(`readlink /proc/self/ns/net /proc/self/ns/mnt >${bundle.path}/said`)] };
        config.process.args = probe(['cwd']);
      },
      { bundle },
    );
    const outside = await scene.machine.must(['readlink', '/proc/self/ns/net', '/proc/self/ns/mnt']);
    expect(readFileSync(`${bundle.outside.path}/said`, 'utf8')).toBe(outside);
  });

  it('startContainer runs inside, with the environment of the process when it has none', async () => {
    const bundle = root().newBundle();
    const { stdout } = await root().run(
      (config) => {
        config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
        config.process.env = ['PATH=/bin', 'FROM=process'];
        config.hooks = { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', 'echo "$FROM" "$HOME" >/tmp/said'] }] };
        config.process.args = ['/bin/cat', '/tmp/said'];
      },
      { bundle },
    );
    // crun adds no HOME.
    expect(stdout).toBe(subject.name === 'crun' ? 'process \n' : 'process /root\n');
  });

  it('of a container that shares the pid namespace are told the pid that everybody sees', async () => {
    const container = await root().create((config, bundle) => {
      logged(bundle, config);
      config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'pid');
      config.hooks = { createContainer: [note('createContainer', `${bundle.path}/log/hooks`)] };
      config.process.args = probe(['stay']);
    });
    expect(entries(container.bundle)[0]?.state.pid).toBe(container.pid);
  });

  it('of a container that joins a pid namespace are told the pid that it has there', async () => {
    const first = await root().started((config) => {
      config.process.args = probe(['stay']);
    });
    const second = await root().create((config, bundle) => {
      logged(bundle, config);
      const path = `/proc/${first.pid}/ns/pid`;
      config.linux.namespaces = (config.linux.namespaces ?? []).map((one) =>
        one.type === 'pid' ? { ...one, path } : one,
      );
      config.hooks = { createContainer: [note('createContainer', `${bundle.path}/log/hooks`)] };
      config.process.args = probe(['stay']);
    });
    const status = scene.machine.read(`/proc/${second.pid}/status`);
    const inside = Number(/^NSpid:.*\t(\d+)$/m.exec(status)?.[1]);
    expect(inside).not.toBe(second.pid);
    expect(entries(second.bundle)[0]?.state.pid).toBe(inside);
  });

  it('have no descriptor but stdin, stdout and stderr', async () => {
    const bundle = root().newBundle();
    await root().run(
      (config) => {
        const list = (file: string) => ({ path: '/run/tools/probe', args: ['probe', 'fds'], env: [`FILE=${file}`] });
        config.hooks = { createRuntime: [shell(`/run/tools/probe fds >${bundle.path}/said`)], poststop: [list('')] };
        config.process.args = probe(['cwd']);
      },
      { bundle },
    );
    const numbers = readFileSync(`${bundle.outside.path}/said`, 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(numbers.filter((one) => /^\d+$/.test(one ?? ''))).toEqual(['0', '1', '2']);
  });
});

describe('run.oci.hooks.stdout and .stderr', () => {
  it('get what all hooks write, behind what is there', async (context) => {
    notOn(context, { runc: 'never', crun: '1.9' }, 'are not known');
    const bundle = root().newBundle();
    const [out, err] = [`${bundle.outside.path}/out`, `${bundle.outside.path}/err`];
    writeFileSync(out, 'before\n');
    const container = await root().started(
      (config) => {
        config.annotations = {
          'run.oci.hooks.stdout': `${bundle.path}/out`,
          'run.oci.hooks.stderr': `${bundle.path}/err`,
        };
        const say = (kind: string) => [{ path: '/bin/sh', args: ['sh', '-c', `echo ${kind}; echo not ${kind} >&2`] }];
        config.hooks = Object.fromEntries(KINDS.map((kind) => [kind, say(kind)]));
        config.process.args = ['/bin/true'];
      },
      { bundle },
    );
    await container.reaches('stopped');
    await container.delete();
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines.sort()).toEqual(['before', ...KINDS].sort());
    expect(readFileSync(err, 'utf8').trimEnd().split('\n').sort()).toEqual(KINDS.map((kind) => `not ${kind}`).sort());
  });

  it('each for itself: the other is in the error', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'says nothing of it');
    for (const kind of ['createRuntime', 'createContainer', 'startContainer'] as const) {
      const bundle = root().newBundle();
      const { stderr } = await root().run(
        (config) => {
          config.annotations = { 'run.oci.hooks.stdout': `${bundle.path}/out` };
          config.hooks = { [kind]: [shell('echo out; echo the reason >&2; exit 3')] };
        },
        { bundle },
      );
      expect(stderr).toMatch(/hook #0: exit status 3, .*the reason/);
      expect(stderr).not.toContain('stderr: out');
      expect(readFileSync(`${bundle.outside.path}/out`, 'utf8')).toBe('out\n');
    }
  });

  it('must be files that can be made', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'goes on');
    const { code, stderr } = await root().run((config) => {
      config.annotations = { 'run.oci.hooks.stderr': '/no/such/folder/err' };
      config.hooks = { createRuntime: [shell('exit 0')] };
    });
    expect(code).toBe(1);
    expect(stderr).toContain('cannot open the file for what hooks write: open /no/such/folder/err');
  });
});

describe('a hook that fails', () => {
  it.each(['prestart', 'createRuntime', 'createContainer'] as const)('%s undoes create', async (kind) => {
    const id = root().newId();
    const { code, stderr } = await root().tryCreate(
      (config) => {
        config.hooks = { [kind]: [shell('echo the reason >&2; exit 3')] };
        config.process.args = probe(['stay']);
      },
      { id },
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/hook/i);
    expect((await root().runtime(['state', id])).code).toBe(1);
  });

  it('says what it said', async (context) => {
    notOn(context, { crun: 'never' }, 'leaves that to an annotation');
    const { stderr } = await root().run((config) => {
      config.hooks = { createRuntime: [shell('exit 0'), shell('echo the reason >&2; exit 3')] };
    });
    expect(stderr).toMatch(/hook #1.*exit status 3.*the reason/);
  });

  it('startContainer: the process never runs', async () => {
    const { code, stdout } = await root().run((config) => {
      config.hooks = { startContainer: [shell('exit 3')] };
      config.process.args = probe(['args', 'ran']);
    });
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
  });

  it('poststart: start fails', async (context) => {
    notOn(context, { runc: '1.6', crun: '1.27' }, 'runs it in create, or goes on');
    const container = await root().create((config) => {
      config.hooks = { poststart: [shell('exit 3')] };
      config.process.args = probe(['stay']);
    });
    const { code, stderr } = await container.start();
    expect(code).toBe(1);
    expect(stderr).toMatch(/hook/);
  });

  it('poststop: delete goes on with the others and succeeds', async (context) => {
    notOn(context, { runc: 'never' }, 'stops at the first, or fails');
    const container = await root().started((config, bundle) => {
      config.hooks = { poststop: [shell('exit 3'), shell(`echo second >${bundle.path}/said`)] };
      config.process.args = probe(['cwd']);
    });
    await container.reaches('stopped');
    const { code } = await container.delete();
    expect(code).toBe(0);
    expect(readFileSync(`${container.bundle.outside.path}/said`, 'utf8')).toBe('second\n');
  });

  it.each(['createRuntime', 'createContainer'] as const)('%s that takes too long is killed', async (kind) => {
    const began = Date.now();
    const { code, stderr } = await root().run((config) => {
      config.hooks = { [kind]: [shell('exec sleep 30', { timeout: 1 })] };
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/timeout|time out|timed out|signal|exit code: -1/i);
    if (isHoist) expect(stderr).toContain(`error running ${kind} hook #0: hook ran past specified timeout of 1.0s`);
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it('that is not there is an error', async () => {
    const { code, stderr } = await root().run((config) => {
      config.hooks = { createRuntime: [{ path: '/no/such/hook' }] };
    });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/\/no\/such\/hook/);
  });
});
