import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../../../src/spec/types.ts';
import { answers, probe, type Questions } from '../../../integration/harness/caller.ts';
import { by, drivers, started } from '../harness/drivers.ts';
import { count } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');
const MIB = 1 << 20;

describe.each(drivers)('a limit holds, driver $driver', (driver) => {
  const run = (resources: Resources, ...questions: Questions) =>
    root().run(
      ...by(driver, root(), (config) => {
        config.process.args = probe(...questions);
        config.linux.resources = { ...config.linux.resources, ...resources };
      }),
    );

  it('of memory: the kernel kills what wants more', async () => {
    const { code, stdout } = await run(
      { memory: { limit: 32 * MIB } },
      ['eat', String(8 * MIB)],
      ['eat', String(64 * MIB)],
    );
    expect({ code, answers: answers(stdout) }).toEqual({ code: 137, answers: ['ok'] });
  });

  it('of processes: no more can be made', async () => {
    const { code, stdout, stderr } = await run({ pids: { limit: 60 } }, ['forks', '100']);
    expect(code, stderr).toBe(0);
    const [made, why] = (answers(stdout)[0] ?? '').split(' ');
    expect(why).toBe('EAGAIN');
    expect(Number(made)).toBeLessThan(60);
  });

  it('of processors: no other one is seen', async () => {
    const { stdout } = await run({ cpu: { cpus: '1' } }, ['affinity']);
    expect(answers(stdout)[0]?.trim()).toBe('1');
  });

  it('of processor time: who wants more has to wait', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = ['/bin/sh', '-c', 'while :; do :; done'];
      config.linux.resources = { ...config.linux.resources, cpu: { quota: 5_000, period: 100_000 } };
    });
    await expect.poll(() => count(container, 'cpu.stat', 'nr_throttled'), { timeout: 20_000 }).toBeGreaterThan(2);
  });

  it('of writing to a disk: it takes as long as that', async () => {
    const [major = 0, minor = 0] = readFileSync('/sys/block/vda/dev', 'utf8').trim().split(':').map(Number);
    guest.later(() => guest.machine.run(['rm', '-f', '/var/tmp/throttled']));
    const write = 'dd if=/dev/zero of=/disk/throttled bs=512k count=6 oflag=direct';
    const { code, stdout, stderr } = await root().run(
      ...by(driver, root(), (config) => {
        config.process.args = ['/bin/sh', '-c', `cat /proc/uptime; ${write}; cat /proc/uptime`];
        config.mounts.push({ type: 'bind', source: '/var/tmp', destination: '/disk', options: ['bind', 'rw'] });
        config.linux.resources = {
          ...config.linux.resources,
          blockIO: { throttleWriteBpsDevice: [{ major, minor, rate: MIB }] },
        };
      }),
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('6+0 records out');
    const [begin = 0, end = 0] = stdout.split('\n').map(Number.parseFloat);
    // Without the limit it is a tenth of a second.
    expect(end - begin).toBeGreaterThan(1.8);
  });
});
