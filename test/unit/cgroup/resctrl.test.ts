import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { change, classOfService, enter, join, leave, resctrlMount } from '../../../src/cgroup/resctrl.ts';
import { resctrlStats } from '../../../src/cgroup/resctrl-stats.ts';
import { native } from '../../../src/host/native.ts';

// No machine of ours has resctrl: a folder with its files shows what is read and written, not what a kernel makes of it.
const folder = mkdtempSync(joinPath(tmpdir(), 'hoist-resctrl-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root = '';
const text = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

/** What the kernel puts into a directory that is made. */
function group(path: string): void {
  mkdirSync(`${root}/${path}`, { recursive: true });
  for (const file of ['tasks', 'schemata']) writeFileSync(`${root}/${path}/${file}`, '');
}

beforeEach(() => {
  root = mkdtempSync(joinPath(folder, 'root-'));
  group('');
  writeFileSync(`${root}/schemata`, '    MB:0=100;1=100\n    L3:0=fff;1=fff\n');
  const info = {
    'L3/cbm_mask': 'fff',
    'L3/min_cbm_bits': '2',
    'L3/num_closids': '16',
    'MB/bandwidth_gran': '10',
    'MB/delay_linear': '1',
    'MB/min_bandwidth': '10',
    'MB/num_closids': '8',
    'L3_MON/mon_features': 'llc_occupancy\nmbm_total_bytes\nmbm_local_bytes',
  };
  for (const [name, value] of Object.entries(info)) {
    mkdirSync(`${root}/info/${name.split('/')[0]}`, { recursive: true });
    writeFileSync(`${root}/info/${name}`, `${value}\n`);
  }
});

describe('the class of service of a container', () => {
  it('is found in mountinfo, wherever it is mounted', () => {
    const lines = [
      '24 1 0:22 / /sys rw shared:7 - sysfs sysfs rw',
      '31 24 0:27 / /mnt/re\\040sctrl rw,nosuid shared:9 - resctrl resctrl rw,mba_MBps',
    ];
    expect(resctrlMount(lines.join('\n'))).toBe('/mnt/re sctrl');
    expect(resctrlMount(lines[0] ?? '')).toBeUndefined();
  });

  it.each([
    [{}, { path: '/box', made: true }],
    [{ l3CacheSchema: 'L3:0=f' }, { path: '/box', made: true }],
    [
      { closID: 'gold', schemata: ['L3:0=f'] },
      { path: '/gold', made: false },
    ],
    [{ closID: '/' }, { path: '', made: false }],
    [{ enableMonitoring: true }, { path: '/box', monitor: '/box/mon_groups/box', made: true }],
    [
      { closID: '/', enableMonitoring: true },
      { path: '', monitor: '/mon_groups/box', made: false },
    ],
  ])('%j: %j', (rdt, expected) => {
    const { path, monitor, made } = classOfService(native, root, 'box', rdt);
    const inside = (place: string | undefined) => place?.slice(root.length);
    expect({ path: inside(path), monitor: inside(monitor), made }).toEqual({ monitor: undefined, ...expected });
  });

  it('that was there is not ours to remove', () => {
    group('box');
    expect(classOfService(native, root, 'box', {}).made).toBe(false);
  });

  it.each([
    [undefined, {}, 'intelRdt is specified in config, but Intel RDT is not enabled'],
    [
      'L3',
      { l3CacheSchema: 'L3:0=f' },
      'intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled',
    ],
    ['MB', { memBwSchema: 'MB:0=9' }, 'intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled'],
    ['none', { closID: 'gold' }, /^clos dir not accessible \(must be pre-created when schemata, l3CacheSchema and/],
  ])('without %s: %j', (missing, rdt, words) => {
    if (missing !== undefined) rmSync(`${root}/info/${missing}`, { recursive: true, force: true });
    expect(() => classOfService(native, missing === undefined ? undefined : root, 'box', rdt)).toThrow(words);
  });
});

describe('a container', () => {
  it('enters a class that is there, and writes its lines at once', () => {
    group('gold');
    const rdt = { closID: 'gold', l3CacheSchema: 'L3:0=7f0', memBwSchema: 'MB:0=20', schemata: ['L2:0=f'] };
    const place = classOfService(native, root, 'box', rdt);
    enter(native, place, rdt, 4711);
    expect([text('gold/tasks'), text('gold/schemata')]).toEqual(['4711', 'L3:0=7f0\nMB:0=20\nL2:0=f\n']);
    leave(native, place);
    expect(existsSync(`${root}/gold`)).toBe(true);
  });

  it('has a monitoring group of its own in a class that it shares', () => {
    group('gold');
    group('gold/mon_groups/box');
    const rdt = { closID: 'gold', enableMonitoring: true };
    const place = classOfService(native, root, 'box', rdt);
    enter(native, place, rdt, 4711);
    join(native, place, 4712);
    expect([text('gold/tasks'), text('gold/mon_groups/box/tasks')]).toEqual(['4712', '4712']);
    for (const file of ['tasks', 'schemata']) rmSync(`${root}/gold/mon_groups/box/${file}`);
    leave(native, place);
    expect([existsSync(`${root}/gold/mon_groups/box`), existsSync(`${root}/gold`)]).toEqual([false, true]);
  });

  it('makes its class, and removes it', () => {
    const place = classOfService(native, root, 'box', {});
    // A plain folder gets no tasks: the failure tells what was tried, and leaves the directory for `leave`.
    expect(() => enter(native, place, {}, 4711)).toThrow(
      /^intelrdt: unable to add pid 4711: open .*\/box\/tasks: no such file/,
    );
    expect(existsSync(`${root}/box`)).toBe(true);
    leave(native, place);
    expect(existsSync(`${root}/box`)).toBe(false);
    leave(native, place);
  });

  it('gets new lines, and its old ones back', () => {
    group('gold');
    writeFileSync(`${root}/gold/schemata`, 'L3:0=f\nMB:0=50\n');
    const place = classOfService(native, root, 'box', { closID: 'gold' });
    const setBack = change(native, place, { l3CacheSchema: 'L3:0=3', memBwSchema: undefined });
    expect(text('gold/schemata')).toContain('L3:0=3\n'); // a plain file keeps what was behind, too
    setBack();
    expect(text('gold/schemata')).toBe('L3:0=f\nMB:0=50\n');
  });
});

describe('statistics', () => {
  it('are what runc prints', () => {
    group('gold');
    writeFileSync(`${root}/gold/schemata`, '    MB:0=20;1=20\n    L3:0=00f;1=00f\n');
    for (const [domain, used] of [
      ['mon_L3_00', 1],
      ['mon_L3_01', 2],
    ] as const) {
      mkdirSync(`${root}/gold/mon_data/${domain}`, { recursive: true });
      const values = { llc_occupancy: used, mbm_total_bytes: used * 10, mbm_local_bytes: used * 5 };
      for (const [name, value] of Object.entries(values))
        writeFileSync(`${root}/gold/mon_data/${domain}/${name}`, `${value}\n`);
    }
    expect(resctrlStats(native, root, { path: `${root}/gold`, made: false })).toEqual({
      l3_cache_info: { cbm_mask: 'fff', min_cbm_bits: 2, num_closids: 16 },
      l3_cache_schema_root: 'L3:0=fff;1=fff',
      l3_cache_schema: 'L3:0=00f;1=00f',
      mem_bw_info: { bandwidth_gran: 10, delay_linear: 1, min_bandwidth: 10, num_closids: 8 },
      mem_bw_schema_root: 'MB:0=100;1=100',
      mem_bw_schema: 'MB:0=20;1=20',
      schemata: ['MB:0=20;1=20', 'L3:0=00f;1=00f'],
      mbm_stats: [
        { mbm_total_bytes: 10, mbm_local_bytes: 5 },
        { mbm_total_bytes: 20, mbm_local_bytes: 10 },
      ],
      cmt_stats: [{ llc_occupancy: 1 }, { llc_occupancy: 2 }],
    });
  });

  it('leave out what the host does not have', () => {
    rmSync(`${root}/info`, { recursive: true });
    group('gold');
    expect(resctrlStats(native, root, { path: `${root}/gold`, made: false })).toEqual({ schemata: [] });
  });
});
