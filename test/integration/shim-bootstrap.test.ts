/** `start`: what containerd sees of it, and what it leaves behind. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootstrapParams, BootstrapResult } from '../../src/proto/bootstrap.js';
import { RuntimeInfo } from '../../src/proto/info.js';
import { Options, RuntimeOptions } from '../../src/proto/options.js';
import { CreateTaskRequest, CreateTaskResponse, DeleteRequest } from '../../src/proto/task.js';
import { Any } from '../../src/proto/types.js';
import { useScene } from './harness/scene.ts';
import { CONTAINERD, NAMESPACE, type Output, SHIM, ShimBundle, ShimClient } from './harness/shim.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const { machine } = scene;
const PLAIN = /^unix:\/\/\/run\/containerd\/s\/[0-9a-f]{64}$/;
const FOLDER = '/run/containerd/s';

beforeAll(() => {
  mkdirSync(machine.path(FOLDER), { recursive: true, mode: 0o700 });
});

/** @param config null: there is none */
function bundle(id: string, config: string | null = '{}'): ShimBundle {
  const made = new ShimBundle(machine, id, config ?? undefined);
  scene.later(async () => made.remove());
  return made;
}

/** The address that was answered; the shim behind it ends after the test. */
function served(output: Output): string {
  expect(output).toMatchObject({ code: 0, stderr: '' });
  const address = output.stdout.toString();
  expect(address).toMatch(PLAIN);
  endLater(address);
  return address;
}

function endLater(address: string): void {
  scene.later(async () => {
    const client = new ShimClient(machine, address);
    await client.shutdown().catch(() => undefined);
    client.close();
  });
}

async function pidOf(address: string): Promise<number> {
  const client = new ShimClient(machine, address);
  const pid = await client.pid();
  client.close();
  return pid;
}

function shims(): string[] {
  const pids = readdirSync(machine.path('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(machine.path(`/proc/${pid}/cmdline`), 'utf8').startsWith(SHIM);
    } catch {
      return false;
    }
  });
}

/** What the descriptors of a process are, by their numbers. */
function descriptorsOf(pid: number): string[] {
  const folder = machine.path(`/proc/${pid}/fd`);
  const numbers = readdirSync(folder).sort((one, other) => Number(one) - Number(other));
  return numbers.flatMap((number) => {
    try {
      return [readlinkSync(`${folder}/${number}`)];
    } catch {
      // Closed meanwhile: our own connection.
      return [];
    }
  });
}

const modeOf = (path: string) => (lstatSync(machine.path(path)).mode & 0o7777).toString(8);
const pathOf = (address: string) => address.replace('unix://', '');

describe.runIf(isHoist)('start', () => {
  it('answers with an address, and nothing else, at which a shim serves', async () => {
    const one = bundle('one');
    one.openLog();
    const address = served(await one.call('start'));
    expect(readFileSync(one.outside('address'), 'utf8')).toBe(address);
    expect([FOLDER, pathOf(address)].map(modeOf)).toEqual(['700', '600']);
    const pid = await pidOf(address);
    expect(shims()).toEqual([String(pid)]);
  });

  it('leaves a process that depends on nobody and holds nothing of the caller', async () => {
    const one = bundle('one');
    const before = 'exec 3</dev/null 7</etc/passwd; echo 10 >/proc/self/oom_score_adj;';
    const pid = await pidOf(served(await one.call('start', { before })));
    const [, state = ''] = machine.read(`/proc/${pid}/stat`).split(') ');
    const [, parent, group] = state.split(' ');
    expect({ parent, group }).toEqual({ parent: '1', group: String(pid) });
    expect(machine.read(`/proc/${pid}/oom_score_adj`)).toBe('11\n');
    const links = descriptorsOf(pid);
    expect(links.slice(0, 3)).toEqual(['/dev/null', '/dev/null', '/dev/null']);
    expect(links.slice(3).filter((link) => !/^socket:|^anon_inode:/.test(link))).toEqual([]);
  });

  it('does not go beyond the highest oom_score_adj', async () => {
    const one = bundle('one');
    const address = served(await one.call('start', { before: 'echo 1000 >/proc/self/oom_score_adj;' }));
    expect(machine.read(`/proc/${await pidOf(address)}/oom_score_adj`)).toBe('1000\n');
  });

  it('ends on Shutdown, and takes its socket along', async () => {
    const one = bundle('one');
    const address = served(await one.call('start'));
    const client = new ShimClient(machine, address);
    await client.shutdown();
    await until('the shim to end', () => shims().length === 0 || undefined);
    expect(readdirSync(machine.path(FOLDER))).toEqual([]);
  });

  it('takes a BootstrapParams, and answers with a BootstrapResult', async () => {
    const one = bundle('one');
    const message = {
      instanceId: 'one',
      namespace: NAMESPACE,
      containerdGrpcAddress: CONTAINERD,
      socketDir: '/run/sockets',
    };
    const { code, stdout, stderr } = await one.call('start', { input: BootstrapParams.encode(message).finish() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { version, protocol, address } = BootstrapResult.decode(stdout);
    expect({ version, protocol }).toEqual({ version: 2, protocol: 'ttrpc' });
    scene.later(async () => machine.must(['rm', '-r', '/run/sockets']));
    endLater(address);
    expect(address).toMatch(/^unix:\/\/\/run\/sockets\/[0-9a-f]{64}$/);
    expect(modeOf('/run/sockets')).toBe('700');
    expect(readFileSync(one.outside('address'), 'utf8')).toBe(address);
    expect(await pidOf(address)).toBeGreaterThan(1);
  });

  it('goes into the ShimCgroup of the options', async () => {
    const groups = ['cpu', 'memory'].map((name) => `/sys/fs/cgroup/${name}/shims`);
    await machine.must(['mkdir', ...groups]);
    scene.later(async () => {
      await until('the shim to leave its groups', () => shims().length === 0 || undefined);
      await machine.must(['rmdir', ...groups]);
    });
    const one = bundle('one');
    const value = Options.encode({ shimCgroup: '/shims' }).finish();
    const input = Any.encode({ typeUrl: 'containerd.runc.v1.Options', value }).finish();
    const pid = await pidOf(served(await one.call('start', { input })));
    const lines = machine.read(`/proc/${pid}/cgroup`).split('\n');
    const entered = lines.filter((line) => line.endsWith('/shims')).map((line) => line.split(':')[1]);
    expect(entered.sort()).toEqual(['cpu', 'memory']);
  });
});

describe.runIf(isHoist)('start that fails', () => {
  it.each<[string, string | null, Parameters<ShimBundle['call']>[1], string]>([
    [
      'without a configuration',
      null,
      {},
      'io.containerd.hoist.v1: open /run/bundles/one/config.json: no such file or directory',
    ],
    [
      'with a grouping that is none',
      '{}',
      { env: { HOIST_SHIM_GROUPING: 'all' } },
      'io.containerd.hoist.v1: HOIST_SHIM_GROUPING must be container, pod or namespace, not "all"',
    ],
    [
      'with a ShimCgroup that is not there',
      '{}',
      {
        input: Any.encode({
          typeUrl: 'containerd.runc.v1.Options',
          value: Options.encode({ shimCgroup: '/nowhere' }).finish(),
        }).finish(),
      },
      'io.containerd.hoist.v1: failed to join cgroup /nowhere: cgroup deleted (the ShimCgroup of the options must exist)',
    ],
  ])('%s says why, and leaves nothing', async (_, config, options, stderr) => {
    const one = bundle('one', config);
    expect(await one.call('start', options)).toEqual({ code: 1, stdout: Buffer.alloc(0), stderr });
    expect(shims()).toEqual([]);
    expect(lstatSync(one.outside('address'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('when containerd no longer waits undoes everything', async () => {
    const one = bundle('one');
    one.openLog();
    const argv = [SHIM, '-namespace', NAMESPACE, '-address', CONTAINERD, '-id', 'one', 'start'];
    // It waits for the end of its standard input.
    const command = machine.spawn(argv, { cwd: one.path });
    const launcher = await until('the daemon', waitingLauncher);
    await machine.must(['kill', '-9', launcher]);
    command.child.stdin?.end();
    expect(await command.result()).toMatchObject({ code: 137, stderr: '' });
    await until('the shim to give up', () => shims().length === 0 || undefined);
    expect(one.readLog()).toContain('level=error msg="the shim does not start: write: broken pipe"');
    expect(readdirSync(machine.path(FOLDER))).toEqual([]);
    expect(lstatSync(one.outside('address'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

/** The launcher's pid, once its child is the program. */
function waitingLauncher(): string | undefined {
  const launchers = shims().filter((pid) => readlinkSync(machine.path(`/proc/${pid}/exe`)) === SHIM);
  return launchers.length === 1 && shims().length === 2 ? launchers[0] : undefined;
}

describe.runIf(isHoist)('the log', () => {
  it('has a line for what the shim has to say', async () => {
    const one = bundle('one');
    one.openLog();
    one.openLog();
    const value = Options.encode({ binaryName: 'crun' }).finish();
    const input = Any.encode({ typeUrl: 'containerd.runc.v1.Options', value }).finish();
    served(await one.call('start', { input, flags: ['-debug'] }));
    const words = 'option without effect: BinaryName crun: containers run in this program';
    expect(one.readLog()).toMatch(new RegExp(`^time="[^"]+" level=debug msg="${words}"\\n`));
  });

  it('may be full, or have no reader, or not be there', async () => {
    const one = bundle('one');
    const value = RuntimeOptions.encode({ configBody: new TextEncoder().encode('Nonsense = 1') }).finish();
    const input = Any.encode({ typeUrl: 'runtimeoptions.v1.Options', value }).finish();
    const options = { input, flags: ['-debug'] };
    const address = served(await one.call('start', options));
    const two = bundle('two');
    two.openLog();
    await machine.run(['sh', '-c', 'dd if=/dev/zero of=log bs=4096 count=100 oflag=nonblock 2>/dev/null'], {
      cwd: two.path,
    });
    served(await two.call('start', options));
    const three = bundle('three');
    await machine.must(['rm', 'log'], { cwd: three.path });
    expect(served(await three.call('start', options))).not.toBe(address);
  });
});

describe.runIf(isHoist)('the limit of open files', () => {
  it('is raised for the shim, and the caller’s for its containers', async () => {
    const source = scene.as('root').bundle(() => undefined);
    const one = bundle('one', readFileSync(`${source.outside.path}/config.json`, 'utf8').replace(/"rlimits"/, '"_"'));
    const { stdout } = await one.call('start', { before: 'ulimit -n 900; ulimit -Sn 700;' });
    const client = new ShimClient(machine, stdout.toString());
    // It would wait for a containerd that takes its events.
    const shim = await client.pid();
    scene.later(async () => machine.must(['sh', '-c', `kill -9 ${shim}; rm -r ${FOLDER}/* /run/containerd/hoist`]));
    const rootfs = [{ type: 'bind', source: source.rootfs, options: ['rbind'] }];
    const request = CreateTaskRequest.encode({ id: 'one', bundle: one.path, rootfs }).finish();
    const { pid } = CreateTaskResponse.decode(await client.call('Create', request));
    expect([pid, shim].map(openFiles)).toEqual(['700 900', '900 900']);
    await client.call('Delete', DeleteRequest.encode({ id: 'one' }).finish());
    client.close();
  });
});

/** Soft and hard. */
function openFiles(pid: number): string | undefined {
  const line = /^Max open files +(\d+) +(\d+)/m.exec(machine.read(`/proc/${pid}/limits`));
  return line?.slice(1).join(' ');
}

describe.runIf(isHoist)('-info, -v and the rest', () => {
  it('-info tells what the shim is and can do', async () => {
    const one = bundle('one');
    const options = { typeUrl: 'containerd.runc.v1.Options', value: Options.encode({ root: '/r' }).finish() };
    const given = await one.call('', { flags: ['-info'], input: Any.encode(options).finish() });
    expect(given).toMatchObject({ code: 0, stderr: '' });
    const info = RuntimeInfo.decode(given.stdout);
    expect(info.name).toBe('io.containerd.hoist.v1');
    expect(info.version?.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Options.decode(info.options?.value ?? new Uint8Array()).root).toBe('/r');
    expect(info.features?.typeUrl).toBe('types.containerd.io/opencontainers/runtime-spec/1/features/Features');
    const features = JSON.parse(await machine.must(['/run/runtime/hoist', 'features']));
    expect(JSON.parse(new TextDecoder().decode(info.features?.value))).toEqual(features);
    const bare = await one.call('', { flags: ['-info'] });
    expect(RuntimeInfo.decode(bare.stdout)).toMatchObject({ name: info.name, options: null });
  });

  it('-info takes no options of other runtimes', async () => {
    const input = Any.encode({ typeUrl: 'windows.Options', value: new Uint8Array([1]) }).finish();
    const { code, stdout, stderr } = await bundle('one').call('', { flags: ['-info'], input });
    expect({ code, stdout: stdout.length, stderr }).toEqual({
      code: 1,
      stdout: 0,
      stderr: 'io.containerd.hoist.v1: type with url windows.Options: not found',
    });
  });

  it('-v is for people', async () => {
    expect(await machine.must([SHIM, '-v'])).toMatch(
      /^containerd-shim-hoist-v1:\n {2}Version: {2}\d+\.\d+\.\d+\n {2}Revision: \S*\n {2}Bun version: [\d.]+\n\n$/,
    );
  });

  it.each([
    [['-namespace', 'x', '-id', 'y'], 1, 'io.containerd.hoist.v1: no such command: ""'],
    [['start'], 1, 'io.containerd.hoist.v1: shim namespace cannot be empty'],
    [['-namespace', 'x', 'delete'], 1, 'io.containerd.hoist.v1: shim id cannot be empty'],
    [['-nope'], 2, 'flag provided but not defined: -nope\n'],
    [['-h'], 0, 'Usage of containerd-shim-hoist-v1:\n'],
  ])('%j is answered in words', async (argv, code, words) => {
    const result = await machine.run([SHIM, ...argv]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
    expect(result.stderr.slice(0, words.length)).toBe(words);
  });
});
