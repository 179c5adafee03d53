import { describe, expect, it } from 'vitest';
import type { ResourcePlan } from '../../../src/cgroup/resources.ts';
import { planV1 } from '../../../src/cgroup/resources-v1.ts';
import { controllersOf, planV2, unifiedPlan } from '../../../src/cgroup/resources-v2.ts';
import type { Resources } from '../../../src/spec/types.ts';

const EVERYTHING: Resources = {
  memory: {
    limit: 536870912,
    reservation: 268435456,
    swap: 1073741824,
    kernel: 1,
    swappiness: 60,
    disableOOMKiller: true,
  },
  cpu: {
    shares: 1024,
    quota: 50000,
    period: 100000,
    burst: 10000,
    realtimeRuntime: 950000,
    realtimePeriod: 1000000,
    cpus: '0-1',
    mems: '0',
    idle: 0,
  },
  pids: { limit: 100 },
  blockIO: {
    weight: 500,
    leafWeight: 300,
    weightDevice: [{ major: 8, minor: 0, weight: 600, leafWeight: 200 }],
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1048576 }],
    throttleWriteBpsDevice: [{ major: 8, minor: 0, rate: 2097152 }],
    throttleReadIOPSDevice: [{ major: 8, minor: 16, rate: 100 }],
    throttleWriteIOPSDevice: [{ major: 8, minor: 16 }],
  },
  hugepageLimits: [{ pageSize: '2MB', limit: 9223372036854775807n }],
  network: { classID: 1048577, priorities: [{ name: 'eth0', priority: 500 }] },
  rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, mlx5_2: { hcaObjects: 5 } },
};

/** One line per write, as an eye reads it. */
const lines = (plan: ResourcePlan) =>
  plan.writes.map(({ controller, file, value, otherwise, optional, again }) => {
    const marks = [optional && 'optional', again && 'again', otherwise && `or ${otherwise.file}=${otherwise.value}`];
    return [`${controller} ${file}=${value}`, ...marks.filter(Boolean)].join(' | ');
  });

describe('planV1', () => {
  it('writes everything that config.json can ask for', () => {
    expect(lines(planV1(EVERYTHING))).toMatchInlineSnapshot(`
      [
        "cpuset cpuset.cpus=0-1",
        "cpuset cpuset.mems=0",
        "memory memory.limit_in_bytes=536870912",
        "memory memory.memsw.limit_in_bytes=1073741824",
        "memory memory.soft_limit_in_bytes=268435456",
        "memory memory.oom_control=1",
        "memory memory.swappiness=60",
        "cpu cpu.shares=1024",
        "cpu cpu.cfs_period_us=100000 | again",
        "cpu cpu.cfs_burst_us=10000 | optional | again",
        "cpu cpu.cfs_quota_us=50000",
        "cpu cpu.idle=0",
        "cpu cpu.rt_period_us=1000000 | again",
        "cpu cpu.rt_runtime_us=950000",
        "pids pids.max=100",
        "blkio blkio.weight=500 | or blkio.bfq.weight=500",
        "blkio blkio.leaf_weight=300",
        "blkio blkio.weight_device=8:0 600 | or blkio.bfq.weight_device=8:0 600",
        "blkio blkio.leaf_weight_device=8:0 200",
        "blkio blkio.throttle.read_bps_device=8:0 1048576",
        "blkio blkio.throttle.write_bps_device=8:0 2097152",
        "blkio blkio.throttle.read_iops_device=8:16 100",
        "blkio blkio.throttle.write_iops_device=8:16 0",
        "hugetlb hugetlb.2MB.limit_in_bytes=9223372036854775807",
        "hugetlb hugetlb.2MB.rsvd.limit_in_bytes=9223372036854775807 | optional",
        "net_cls net_cls.classid=1048577",
        "net_prio net_prio.ifpriomap=eth0 500",
        "rdma rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
        "rdma rdma.max=mlx5_2 hca_object=5",
      ]
    `);
  });

  it('warns that kernel memory is ignored', () => {
    expect(planV1(EVERYTHING).warnings).toEqual(['Kernel memory settings are ignored and will be removed']);
  });

  it('writes nothing for an empty block and for zeros, which mean "not set"', () => {
    expect(planV1({}).writes).toEqual([]);
    const zeros: Resources = {
      memory: { limit: 0, swap: 0, reservation: 0 },
      cpu: { shares: 0, quota: 0, period: 0, realtimePeriod: 0, realtimeRuntime: 0, cpus: '', mems: '' },
      blockIO: { weight: 0, leafWeight: 0, weightDevice: [{ major: 1, minor: 1, weight: 0 }] },
      network: { classID: 0 },
    };
    expect(planV1(zeros).writes).toEqual([]);
  });

  const memoryOrder = (memory: Resources['memory'], current?: bigint) =>
    lines(planV1({ memory: memory ?? {} }, current)).map((line) => line.replace('memory memory.', ''));

  it('lowers both limits of a fresh group limit first', () => {
    expect(memoryOrder({ limit: 100, swap: 200 })).toEqual(['limit_in_bytes=100', 'memsw.limit_in_bytes=200']);
  });

  it('raises both limits swap first, lowers them limit first', () => {
    expect(memoryOrder({ limit: 300, swap: 400 }, 100n)).toEqual(['memsw.limit_in_bytes=400', 'limit_in_bytes=300']);
    expect(memoryOrder({ limit: 30, swap: 40 }, 100n)).toEqual(['limit_in_bytes=30', 'memsw.limit_in_bytes=40']);
  });

  it('takes "no limit" on memory as no limit on swap, where there is swap accounting', () => {
    expect(memoryOrder({ limit: -1 }, 100n)).toEqual(['memsw.limit_in_bytes=-1 | optional', 'limit_in_bytes=-1']);
    expect(memoryOrder({ limit: 100, swap: -1 }, 100n)).toEqual(['memsw.limit_in_bytes=-1', 'limit_in_bytes=100']);
  });

  it.each([
    [{ unified: { 'memory.high': '1' } }, 'invalid configuration: cannot use unified on cgroup v1'],
    [{ memory: { swappiness: 101 } }, 'invalid memory swappiness value: 101 (valid range is 0-100)'],
    [{ cpu: { shares: 262145 } }, 'the maximum allowed cpu-shares is 262144'],
    [{ cpu: { shares: 1 } }, 'the minimum allowed cpu-shares is 2'],
  ] as [Resources, string][])('refuses %j', (resources, text) => expect(() => planV1(resources)).toThrow(text));

  it.each([
    [0, ['pids pids.max=1']],
    [-1, ['pids pids.max=max']],
    [7n, ['pids pids.max=7']],
  ])('pids limit %s', (limit, expected) => expect(lines(planV1({ pids: { limit } }))).toEqual(expected));
});

describe('planV2', () => {
  it('writes everything that config.json can ask for', () => {
    expect(lines(planV2(EVERYTHING))).toMatchInlineSnapshot(`
      [
        "pids pids.max=100",
        "memory memory.swap.max=536870912",
        "memory memory.max=536870912",
        "memory memory.low=268435456",
        "io io.bfq.weight=500 | or io.weight=4950",
        "io io.bfq.weight=8:0 600
       | optional",
        "io io.max=8:0 rbps=1048576",
        "io io.max=8:0 wbps=2097152",
        "io io.max=8:16 riops=100",
        "io io.max=8:16 wiops=max",
        "cpu cpu.idle=0",
        "cpu cpu.weight=100",
        "cpu cpu.max.burst=10000 | again",
        "cpu cpu.max=50000 100000",
        "cpuset cpuset.cpus=0-1",
        "cpuset cpuset.mems=0",
        "hugetlb hugetlb.2MB.max=9223372036854775807",
        "hugetlb hugetlb.2MB.rsvd.max=9223372036854775807 | optional",
        "rdma rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
        "rdma rdma.max=mlx5_2 hca_object=5",
      ]
    `);
  });

  it('says which settings version 2 does not have', () => {
    expect(planV2(EVERYTHING).warnings).toMatchInlineSnapshot(`
      [
        "Kernel memory settings are ignored and will be removed",
        "linux.resources.memory.swappiness is ignored: cgroup v2 has no such setting",
        "linux.resources.memory.disableOOMKiller is ignored: cgroup v2 has no such setting",
        "linux.resources.cpu.realtimePeriod is ignored: cgroup v2 has no such setting",
        "linux.resources.cpu.realtimeRuntime is ignored: cgroup v2 has no such setting",
        "linux.resources.network.classID is ignored: cgroup v2 has no such setting",
        "linux.resources.network.priorities is ignored: cgroup v2 has no such setting",
      ]
    `);
  });

  it('does not warn of what engines send by default', () => {
    expect(
      planV2({ memory: { swappiness: -1, disableOOMKiller: false }, network: { priorities: [] } }).warnings,
    ).toEqual([]);
  });

  it('writes cpu.max with the period alone, the quota alone, and without a limit', () => {
    const cpuMax = (cpu: NonNullable<Resources['cpu']>) => lines(planV2({ cpu }));
    expect(cpuMax({ period: 50000 })).toEqual(['cpu cpu.max=max 50000']);
    expect(cpuMax({ quota: 20000 })).toEqual(['cpu cpu.max=20000 100000']);
    expect(cpuMax({ quota: -1 })).toEqual(['cpu cpu.max=max 100000']);
    expect(cpuMax({ idle: 1 })).toEqual(['cpu cpu.idle=1']);
  });

  it('disables swap when both limits are the same, which needs no swap accounting', () => {
    expect(lines(planV2({ memory: { limit: 100, swap: 100 } }))).toEqual([
      'memory memory.swap.max=0 | optional',
      'memory memory.max=100',
    ]);
    expect(lines(planV2({ memory: { limit: -1 } }))).toEqual([
      'memory memory.swap.max=max | optional',
      'memory memory.max=max',
    ]);
  });

  it('names the controllers that limits need', () => {
    expect(controllersOf(EVERYTHING).sort()).toEqual(['cpu', 'cpuset', 'hugetlb', 'io', 'memory', 'pids', 'rdma']);
    expect(controllersOf({ devices: [{ allow: false, access: 'rwm' }] })).toEqual([]);
  });
});

describe('unifiedPlan', () => {
  it('writes files line by line', () => {
    expect(lines(unifiedPlan({ 'memory.high': '100', 'io.max': '8:0 rbps=1\n8:16 rbps=2' }))).toEqual([
      'memory memory.high=100',
      'io io.max=8:0 rbps=1\n',
      'io io.max=8:16 rbps=2',
    ]);
  });

  it.each(['../x', 'a/b', '', '.', '..', '/etc/passwd'])('refuses the name %j', (name) => {
    expect(() => unifiedPlan({ [name]: '1' })).toThrow(`unified resource "${name}" must be a file name (no slashes)`);
  });
});
