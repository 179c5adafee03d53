import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../../../src/spec/types.ts';
import { probe } from '../../../integration/harness/caller.ts';
import type { Container } from '../../../integration/harness/container.ts';
import { notOn } from '../../../integration/harness/scene.ts';
import { until } from '../../../integration/harness/until.ts';
import { drivers, started } from '../harness/drivers.ts';
import { count, value } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');
const MIB = 1 << 20;
const [major = 0, minor = 0] = readFileSync('/sys/block/vda/dev', 'utf8').trim().split(':').map(Number);

const values = (container: Container, files: readonly string[]) =>
  Object.fromEntries(files.map((file) => [file, value(container, file)]));

async function piped(container: Container, resources: Resources) {
  const command = root().spawn(['update', '-r', '-', container.id], { input: JSON.stringify(resources) });
  command.child.stdin?.end();
  return command.result();
}

describe.each(drivers)('update on cgroup v2, driver $driver', (driver) => {
  const limited = (resources: Resources, args = probe(['stay'])) =>
    started(driver, root(), (config) => {
      config.process.args = args;
      config.linux.resources = { ...config.linux.resources, ...resources };
    });

  it('leaves the other half of a file as it is', async () => {
    const container = await limited({ cpu: { quota: 50_000, period: 200_000 } });
    for (const [flags, wanted] of [
      [['--cpu-quota', '20000'], '20000 200000'],
      [['--cpu-period', '100000'], '20000 100000'],
      [['--cpu-quota', '-1'], 'max 100000'],
    ] as const) {
      const { code, stderr } = await root().runtime(['update', ...flags, container.id]);
      expect(code, stderr).toBe(0);
      expect(value(container, 'cpu.max'), flags.join(' ')).toBe(wanted);
    }
  });

  it('keeps memory and swap together what they were', async () => {
    const container = await limited({ memory: { limit: 64 * MIB, swap: 96 * MIB } });
    for (const [flags, memory, swap] of [
      [['--memory', '48m'], 48, 48],
      [['--memory-swap', '64m'], 48, 16],
      [['--memory', '128m', '--memory-swap', '128m'], 128, 0],
    ] as const) {
      const { code, stderr } = await root().runtime(['update', ...flags, container.id]);
      expect(code, stderr).toBe(0);
      const wanted = { 'memory.max': String(memory * MIB), 'memory.swap.max': String(swap * MIB) };
      expect(values(container, ['memory.max', 'memory.swap.max']), flags.join(' ')).toEqual(wanted);
    }
  });

  it('rejects what is below the usage, when it is to look', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await limited({ memory: { limit: 64 * MIB } });
    const { code, stderr } = await piped(container, { memory: { limit: 4096, checkBeforeUpdate: true } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/rejecting memory limit 4096 <= usage \d+/)]);
    expect(value(container, 'memory.max')).toBe(String(64 * MIB));
  });
});

describe('update on cgroup v2', () => {
  const [cgroupfs] = drivers;
  if (cgroupfs === undefined) throw new Error('no driver');

  it('changes nothing when one limit is refused', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'sets back what it has recorded, if anything');
    const container = await started(cgroupfs, root(), (config) => {
      config.process.args = probe(['stay']);
      config.linux.resources = { ...config.linux.resources, memory: { limit: 64 * MIB } };
    });
    const files = [
      'memory.max',
      'memory.swap.max',
      'memory.low',
      'memory.high',
      'pids.max',
      'cpu.max',
      'cpu.weight',
      'io.max',
    ];
    const before = values(container, files);
    const { code, stderr } = await piped(container, {
      memory: { limit: 128 * MIB, swap: 256 * MIB, reservation: MIB },
      pids: { limit: 5 },
      cpu: { shares: 99, quota: 20_000, period: 50_000 },
      blockIO: { throttleReadBpsDevice: [{ major, minor, rate: 1_000_000 }] },
      unified: { 'memory.high': String(32 * MIB), 'memory.max': 'nonsense' },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('unable to set unified resource')]);
    expect(values(container, files)).toEqual(before);
  });

  it('events tell of a process that was killed for memory, once', async () => {
    const container = await started(cgroupfs, root(), (config) => {
      const script =
        'trap go=1 USR1; echo ready; while [ -z "$go" ]; do sleep 0.1; done; /bin/probe eat 67108864; exec sleep 1000';
      config.process.args = ['/bin/sh', '-c', script];
      config.linux.resources = { ...config.linux.resources, memory: { limit: 16 * MIB, swap: 16 * MIB } };
    });
    await container.says('ready');
    const command = root().spawn(['events', '--interval', '1h', container.id], { timeout: 100_000 });
    await new Promise((resolve) => setTimeout(resolve, 5000)); // it says nothing of being ready
    await container.kill('USR1');
    await until('the kill', () => (count(container, 'memory.events', 'oom_kill') > 0 ? true : undefined), 60_000);
    await until('the event', () => (command.stdout.includes('oom') ? true : undefined), 60_000);
    await container.kill('KILL');
    expect(await command.result()).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ type: 'oom', id: container.id })}\n`,
      stderr: '',
    });
  });
});
