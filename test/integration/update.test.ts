import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../src/spec/types.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import type { Result } from './harness/machine.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const MIB = 1 << 20;

const started = (resources: Resources = {}): Promise<Container> =>
  root().started((config) => {
    config.process.args = probe(['stay']);
    config.linux.resources = { ...config.linux.resources, ...resources };
  });

const value = ({ id }: Container, file: string) =>
  readFileSync(scene.machine.path(`/sys/fs/cgroup/${file.slice(0, file.indexOf('.'))}/${id}/${file}`), 'utf8').trim();

const update = (container: Container, ...flags: string[]): Promise<Result> =>
  root().runtime(['update', ...flags, container.id]);

async function updated(container: Container, ...flags: string[]): Promise<void> {
  const { code, stderr, stdout } = await update(container, ...flags);
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: '' });
}

/** `--resources -`. */
async function piped(container: Container, resources: unknown): Promise<Result> {
  const command = root().spawn(['update', '--resources', '-', container.id], { input: JSON.stringify(resources) });
  command.child.stdin?.end();
  return command.result();
}

describe('update writes', () => {
  it.each([
    [['--memory', '128m'], { 'memory.limit_in_bytes': 128 * MIB }],
    [['--memory', String(96 * MIB)], { 'memory.limit_in_bytes': 96 * MIB }],
    [['--memory', '1.5GiB'], { 'memory.limit_in_bytes': 1536 * MIB }],
    [['--memory-reservation', '32mb'], { 'memory.soft_limit_in_bytes': 32 * MIB }],
    [
      ['--memory', '32m', '--memory-swap', '96m'],
      { 'memory.limit_in_bytes': 32 * MIB, 'memory.memsw.limit_in_bytes': 96 * MIB },
    ],
    [
      ['--memory', '256m', '--memory-swap', '512m'],
      { 'memory.limit_in_bytes': 256 * MIB, 'memory.memsw.limit_in_bytes': 512 * MIB },
    ],
    [
      ['--memory', '-1'],
      { 'memory.limit_in_bytes': '9223372036854771712', 'memory.memsw.limit_in_bytes': '9223372036854771712' },
    ],
    [['--pids-limit', '42'], { 'pids.max': 42 }],
    [['--pids-limit', '-1'], { 'pids.max': 'max' }],
    [['--cpu-share', '200'], { 'cpu.shares': 200 }],
    [['--cpu-quota', '60000'], { 'cpu.cfs_quota_us': 60000, 'cpu.cfs_period_us': 100000 }],
    [['--cpu-period', '200000'], { 'cpu.cfs_quota_us': 50000, 'cpu.cfs_period_us': 200000 }],
    [['--cpu-quota', '-1'], { 'cpu.cfs_quota_us': -1 }],
    [['--cpuset-cpus', '1', '--cpuset-mems', '0'], { 'cpuset.cpus': 1, 'cpuset.mems': 0 }],
  ] as [string[], Record<string, string | number>][])('%j', async (flags, files) => {
    const container = await started({
      memory: { limit: 64 * MIB, swap: 2 ** 31 },
      cpu: { quota: 50000, period: 100000 },
      pids: { limit: 20 },
    });
    await updated(container, ...flags);
    for (const [file, wanted] of Object.entries(files)) expect(value(container, file), file).toBe(String(wanted));
  });

  it.for([
    [['--cpu-burst', '1000'], { 'cpu.cfs_burst_us': 1000 }],
    [['--cpu-idle', '1'], { 'cpu.idle': 1 }],
  ] as [string[], Record<string, number>][])('%j', async ([flags, files], context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'does not know it');
    const container = await started({ cpu: { quota: 50000, period: 100000 } });
    await updated(container, ...flags);
    for (const [file, wanted] of Object.entries(files)) expect(value(container, file), file).toBe(String(wanted));
  });

  it('what comes on standard input, and leaves the rest as it is', async () => {
    const container = await started({ pids: { limit: 20 }, memory: { limit: 64 * MIB } });
    const { code, stderr } = await piped(container, { memory: { limit: 80 * MIB }, cpu: { shares: 300 } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(value(container, 'memory.limit_in_bytes')).toBe(String(80 * MIB));
    expect(value(container, 'cpu.shares')).toBe('300');
    if (isHoist) expect(value(container, 'pids.max')).toBe('20');
  });

  it('what a file says; other options do not count then', async () => {
    const container = await started({ pids: { limit: 20 } });
    writeFileSync(scene.machine.path('/tmp/limits.json'), '{"pids": {"limit": 33}}');
    scene.later(() => scene.machine.must(['rm', '/tmp/limits.json']));
    await updated(container, '-r', '/tmp/limits.json', '--pids-limit', '44');
    expect(value(container, 'pids.max')).toBe('33');
  });

  it('limits of devices, one by one', async (context) => {
    notOn(context, { runc: '1.3', crun: 'never' }, 'does not update them');
    const [major, minor] = await blockDevice();
    const rate = (more: object) => [{ major, minor, ...more }];
    const container = await started({ blockIO: { throttleReadBpsDevice: rate({ rate: 1000000 }) } });
    const { code, stderr } = await piped(container, {
      blockIO: { throttleReadBpsDevice: rate({ rate: 2000000 }), throttleWriteIOPSDevice: rate({ rate: 500 }) },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(value(container, 'blkio.throttle.read_bps_device')).toBe(`${major}:${minor} 2000000`);
    expect(value(container, 'blkio.throttle.write_iops_device')).toBe(`${major}:${minor} 500`);
  });

  it.each(['created', 'paused'])('limits of a %s container', async (status) => {
    const container = await root().create((config) => {
      config.process.args = probe(['stay']);
    });
    if (status === 'paused') await root().runtime(['pause', container.id]);
    await updated(container, '--pids-limit', '7');
    expect(value(container, 'pids.max')).toBe('7');
    expect((await container.state()).status).toBe(status);
  });

  it('nothing, when nothing is asked', async () => {
    const container = await started({ pids: { limit: 20 } });
    await updated(container);
  });
});

async function blockDevice(): Promise<[number, number]> {
  const [first = ''] = (await scene.machine.must(['sh', '-c', 'cat /sys/block/*/dev'])).split('\n');
  return first.split(':').map(Number) as [number, number];
}

describe('update changes nothing when one limit is refused', () => {
  it('whatever was written before', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'sets back what it has recorded, if anything');
    const container = await started({ memory: { limit: 64 * MIB, swap: 64 * MIB } });
    const files = [
      'memory.limit_in_bytes',
      'memory.memsw.limit_in_bytes',
      'memory.soft_limit_in_bytes',
      'cpu.shares',
      'cpu.cfs_period_us',
      'cpu.cfs_quota_us',
      'pids.max',
      'blkio.throttle.read_bps_device',
    ];
    const [major, minor] = await blockDevice();
    const before = files.map((file) => value(container, file));
    const { code, stderr } = await piped(container, {
      memory: { limit: 128 * MIB, swap: 256 * MIB, reservation: 1 * MIB },
      cpu: { shares: 99, quota: 20000, period: 50000 },
      pids: { limit: 5 },
      blockIO: {
        throttleReadBpsDevice: [{ major, minor, rate: 1000 }],
        throttleWriteBpsDevice: [{ major: 4000, minor: 0, rate: 1 }],
      },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('write_bps_device: no such device')]);
    expect(files.map((file) => value(container, file))).toEqual(before);
  });

  it.for([
    [['--memory', '1k'], /./],
    [['--cpu-share', '1'], /minimum allowed cpu-shares is 2/],
    [['--cpuset-cpus', '4000'], /cpuset\.cpus/],
    [['--cpu-period', '1'], /cpu\.cfs_period_us/],
  ] as [string[], RegExp][])('%j', async ([flags, words], context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const { code, stderr } = await update(await started(), ...flags);
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
  });
});

describe('update refuses', () => {
  it('a container that has stopped', async (context) => {
    notOn(context, { crun: 'never' }, 'does not look');
    const container = await started();
    await container.kill('KILL');
    await container.reaches('stopped');
    const { code, stderr } = await update(container, '--pids-limit', '7');
    expect([code, stderr]).toEqual([1, expect.stringContaining('container not running')]);
  });

  it('one that is not there, before anything else', async () => {
    const { code, stderr } = await root().runtime(['update', '--memory', 'nonsense', 'nobody']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not exist')]);
  });

  it.for([[{ unified: { 'memory.high': '1' } }, 'invalid configuration: cannot use unified on cgroup v1']])(
    '%j: %s',
    async ([resources, words], context) => {
      notOn(context, { runc: '1.2', crun: 'never' }, 'has words of its own');
      const { code, stderr } = await piped(await started(), resources);
      expect([code, stderr]).toEqual([1, expect.stringContaining(words as string)]);
    },
  );

  it('resources with mistakes, naming all of them', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'stops at the first, or takes them');
    const mistakes = {
      memory: { limit: 'much' },
      cpu: { shares: -1 },
      hugepageLimits: [{ pageSize: '../x', limit: 1 }],
    };
    const { code, stderr } = await piped(await started(), mistakes);
    expect(code).toBe(1);
    for (const path of ['memory.limit', 'cpu.shares']) expect(stderr).toContain(path);
    const second = await piped(await started(), { hugepageLimits: mistakes.hugepageLimits });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('hugepageLimits[0].pageSize') });
  });

  it.for([
    [['--pids-limit', 'many'], 'invalid value "many" for flag -pids-limit: parse error'],
    [['--memory', 'much'], "invalid value for memory: invalid size: 'much'"],
    [['--cpu-quota', '1.5'], 'invalid value for cpu-quota: strconv.ParseInt: parsing "1.5": invalid syntax'],
  ] as [string[], string][])('%j: %s', async ([flags, words], context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'has words of its own');
    const { code, stderr } = await update(await started(), ...flags);
    expect([code, stderr.replaceAll('\\"', '"')]).toEqual([1, expect.stringContaining(words)]);
  });
});

describe('kernel memory', () => {
  it('is ignored with a warning', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'tries');
    const { code, stderr } = await update(await started(), '--kernel-memory', '50m', '--kernel-memory-tcp', '50m');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('Kernel memory settings are ignored and will be removed'),
    ]);
  });
});

describe('Intel RDT, which this machine does not have,', () => {
  it.for([
    [['--l3-cache-schema', 'L3:0=f'], 'Intel RDT/CAT: l3 cache schema is not enabled'],
    [['--mem-bw-schema', 'MB:0=20'], 'Intel RDT/MBA: memory bandwidth schema is not enabled'],
  ] as [string[], string][])('is refused: %j', async ([flags, words], context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await started({ pids: { limit: 20 } });
    const { code, stderr } = await update(container, ...flags, '--pids-limit', '7');
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(value(container, 'pids.max')).toBe('20');
  });

  it('is refused by create', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'has words of its own');
    const { code, stderr } = await root().tryCreate((config) => {
      config.linux.intelRdt = { closID: 'gold' };
    });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('intelRdt is specified in config, but Intel RDT is not enabled'),
    ]);
  });
});

describe('a rootless container without cgroups', () => {
  it('has no limits to change', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const rootless = scene.as('rootless');
    const container = await rootless.started((config) => {
      config.process.args = probe(['stay']);
    });
    const { code, stderr } = await rootless.runtime(['update', '--pids-limit', '10', container.id]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('cannot set pids limit: container could not join or create cgroup'),
    ]);
  });
});
