import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { statsV1 } from '../../../src/cgroup/stats-v1.ts';
import { statsV2 } from '../../../src/cgroup/stats-v2.ts';
import { native } from '../../../src/host/native.ts';
import { stringify } from '../../../src/spec/stringify.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-stats-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Texts as kernels write them, where this machine's has no such controller. */
function group(files: Record<string, string>): string {
  const path = mkdtempSync(join(folder, 'group-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

describe('statistics of cgroup v2', () => {
  const path = group({
    'pids.current': '7\n',
    'pids.max': 'max\n',
    'cpu.stat': 'usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 4\nnr_throttled 2\nthrottled_usec 9\n',
    'cpu.pressure':
      'some avg10=0.12 avg60=1.50 avg300=0.00 total=4711\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
    'memory.stat': 'file 4096\nanon 8192\n',
    'memory.current': '12288\n',
    'memory.max': '67108864\n',
    'memory.peak': '20480\n',
    'memory.swap.current': '4096\n',
    'memory.swap.max': 'max\n',
    'io.stat':
      '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n254:16 rbytes=0 wbytes=9 rios=0 wios=1 dbytes=5 dios=1\n',
    'hugetlb.2MB.current': '0\n',
    'hugetlb.2MB.rsvd.current': '2097152\n',
    'hugetlb.2MB.events': 'max 3\n',
  });

  it('are what runc prints', () => {
    expect(JSON.parse(stringify(statsV2(native, path, false)))).toEqual({
      cpu: {
        usage: { total: 1_500_000, kernel: 500_000, user: 1_000_000 },
        throttling: { periods: 4, throttledPeriods: 2, throttledTime: 9000 },
        psi: { some: { avg10: 0.12, avg60: 1.5, avg300: 0, total: 4711 } },
      },
      cpuset: expect.objectContaining({ cpu_exclusive: 0, sched_relax_domain_level: 0 }),
      memory: {
        cache: 4096,
        usage: { limit: 67108864, usage: 12288, max: 20480, failcnt: 0 },
        swap: { limit: 2 ** 64, usage: 16384, failcnt: 0 },
        raw: { anon: 8192, file: 4096 },
      },
      pids: { current: 7 },
      blkio: {
        ioServiceBytesRecursive: [
          { major: 8, op: 'Read', value: 1 },
          { major: 8, op: 'Write', value: 2 },
          { major: 254, minor: 16, op: 'Read' },
          { major: 254, minor: 16, op: 'Write', value: 9 },
        ],
        ioServicedRecursive: [
          { major: 8, op: 'Read', value: 3 },
          { major: 8, op: 'Write', value: 4 },
          { major: 254, minor: 16, op: 'Read' },
          { major: 254, minor: 16, op: 'Write', value: 1 },
        ],
      },
      hugetlb: { '2MB': { usage: 2097152, failcnt: 3 } },
      intel_rdt: {},
      network_interfaces: null,
    });
  });

  it('keep every digit', () => {
    expect(stringify(statsV2(native, path, false))).toContain('"swap":{"limit":18446744073709551615,"usage":16384');
  });
});

describe('statistics of blkio', () => {
  it.each([
    [
      { 'blkio.throttle.io_serviced': '8:0 Read 1\n8:0 Total 1\nTotal 1\n' },
      [
        { major: 8, op: 'Read', value: 1 },
        { major: 8, op: 'Total', value: 1 },
      ],
    ],
    [
      {
        'blkio.bfq.io_serviced_recursive': '8:16 Write 2\nTotal 2\n',
        'blkio.throttle.io_serviced': '8:16 Write 9\nTotal 9\n',
      },
      [{ major: 8, minor: 16, op: 'Write', value: 2 }],
    ],
    [
      { 'blkio.throttle.io_serviced_recursive': '', 'blkio.throttle.io_serviced': '8:0 Read 3\n' },
      [{ major: 8, op: 'Read', value: 3 }],
    ],
    [{}, undefined],
  ])('come from the best file that says something: %j', (files, expected) => {
    expect(statsV1(native, { blkio: group(files) }).blkio.ioServicedRecursive).toEqual(expected);
  });
});
