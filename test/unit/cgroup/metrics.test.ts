import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { metricsV1 } from '../../../src/cgroup/metrics-v1.ts';
import { metricsV2 } from '../../../src/cgroup/metrics-v2.ts';
import { native } from '../../../src/host/native.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

function group(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

it('of cgroup v2 have every file in its place', () => {
  const directory = group('v2', {
    'pids.current': '3\n',
    'pids.max': 'max\n',
    'cpu.stat':
      'usage_usec 10\nuser_usec 6\nsystem_usec 4\nnr_periods 2\nnr_throttled 1\nthrottled_usec 5\nnr_bursts 0\nburst_usec 0\n',
    'cpu.pressure': 'some avg10=0.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n',
    'memory.stat':
      'anon 4096\nfile_mapped 8\nanon_thp 2\nworkingset_refault_anon 1\nworkingset_refault_file 9\nslab_reclaimable 5\n',
    'memory.current': '9007199254740993\n',
    'memory.max': 'max\n',
    'memory.events': 'low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 0\n',
    'io.stat': '253:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n',
    'hugetlb.2MB.current': '0\n',
    'hugetlb.2MB.max': '4\n',
    'hugetlb.2MB.events': 'max 6\n',
  });
  expect(metricsV2(native, directory)).toMatchObject({
    pids: { current: 3, limit: 2n ** 64n - 1n },
    cpu: { usageUsec: 10, userUsec: 6, systemUsec: 4, nrPeriods: 2, nrThrottled: 1, throttledUsec: 5 },
    memory: {
      anon: 4096,
      fileMapped: 8,
      anonThp: 2,
      workingsetRefault: 9,
      slabReclaimable: 5,
      usage: 9007199254740993n,
      usageLimit: 2n ** 64n - 1n,
      swapUsage: 0,
      psi: null,
    },
    memoryEvents: { low: 0, high: 1, max: 2, oom: 3, oomKill: 4 },
    io: { usage: [{ major: 253, minor: 0, rbytes: 1, wbytes: 2, rios: 3, wios: 4 }], psi: null },
    hugetlb: [{ current: 0, max: 4, pagesize: '2MB', failcnt: 6 }],
  });
  expect(metricsV2(native, directory).cpu?.psi).toEqual({
    some: { avg10: 0.5, avg60: 0.25, avg300: 0, total: 77 },
    full: { avg10: 0, avg60: 0, avg300: 0, total: 1 },
  });
});

it('of cgroup v1 have every file in its place', () => {
  const memory = group('memory', {
    'memory.stat': 'cache 1\nrss 2\npgpgin 3\nhierarchical_memory_limit 100\ntotal_cache 11\ntotal_pgpgin 13\n',
    'memory.usage_in_bytes': '4096\n',
    'memory.max_usage_in_bytes': '8192\n',
    'memory.limit_in_bytes': '65536\n',
    'memory.failcnt': '7\n',
    'memory.use_hierarchy': '1\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 1\noom_kill 5\n',
  });
  const pids = group('pids', { 'pids.current': '2\n', 'pids.max': '50\n' });
  expect(metricsV1(native, { memory, pids })).toMatchObject({
    pids: { current: 2, limit: 50 },
    memory: {
      cache: 1,
      rss: 2,
      pgPgIn: 3,
      hierarchicalMemoryLimit: 100,
      totalCache: 11,
      totalPgPgIn: 13,
      totalRss: 0,
      usage: { limit: 65536, usage: 4096, max: 8192, failcnt: 7 },
    },
    memoryOomControl: { oomKillDisable: 0, underOom: 1, oomKill: 5 },
  });
});
