import { describe, expect, it } from 'vitest';
import type { DeviceRule } from '../../../../src/spec/types.ts';
import { answers, probe } from '../../../integration/harness/caller.ts';
import { by, drivers, started } from '../harness/drivers.ts';
import { groupOf } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

/** Makes and opens these. */
const QUESTIONS = probe(
  ['open', '/dev/null'],
  ['open', '/dev/null', 'w'],
  ['mknod', '/dev/kmsg', '1', '11'],
  ['mknod', '/dev/fuse', '10', '229'],
  ['mknod', '/dev/nvram', '10', '144'],
);

describe.each(drivers)('device rules are a program in the kernel, driver $driver', (driver) => {
  const tried = async (devices: DeviceRule[]): Promise<string[]> => {
    const { code, stdout, stderr } = await root().run(
      ...by(driver, root(), (config) => {
        config.process.args = QUESTIONS;
        config.process.capabilities?.bounding?.push('CAP_MKNOD');
        config.process.capabilities?.effective?.push('CAP_MKNOD');
        config.process.capabilities?.permitted?.push('CAP_MKNOD');
        config.linux.resources = { devices };
      }),
    );
    expect(code, stderr).toBe(0);
    return answers(stdout);
  };
  const DENIED = { allow: false, access: 'rwm' };

  it('that lets through what every container has, and nothing else', async () => {
    expect(await tried([DENIED])).toEqual(['ok', 'ok', 'EPERM', 'EPERM', 'EPERM']);
  });

  it('that lets through what the configuration names', async () => {
    // Nobody answers at 10:144: past the program, the kernel says ENXIO or ENODEV.
    const answer = await tried([DENIED, { allow: true, type: 'c', major: 10, access: 'rwm' }]);
    expect(answer.slice(0, 3)).toEqual(['ok', 'ok', 'EPERM']);
    for (const one of answer.slice(3)) expect(one).not.toBe('EPERM');
  });

  it('for each kind of access', async () => {
    // Made, but not opened.
    const made = await tried([DENIED, { allow: true, type: 'c', major: 10, minor: 144, access: 'm' }]);
    expect(made.slice(3)).toEqual(['EPERM', 'EPERM']);
    const opened = await tried([DENIED, { allow: true, type: 'c', major: 10, minor: 144, access: 'mr' }]);
    expect(opened[3]).toBe('EPERM');
    expect(opened[4]).not.toBe('EPERM');
  });

  it('that bpftool shows, that exec is under, and that update keeps', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
      config.process.capabilities?.bounding?.push('CAP_MKNOD');
    });
    const programs = async () =>
      JSON.parse(await guest.machine.must(['bpftool', '-j', 'cgroup', 'list', groupOf(container.pid)])) as {
        attach_type: string;
      }[];
    const attached = async () => (await programs()).map((one) => one.attach_type);
    expect(await attached()).toContainEqual(expect.stringMatching(/device$/));
    const update = await root().runtime(['update', '--pids-limit', '99', container.id]);
    expect(update.code, update.stderr).toBe(0);
    expect(await attached()).toContainEqual(expect.stringMatching(/device$/));
    const exec = ['exec', '--cap', 'CAP_MKNOD', container.id, ...probe(['mknod', '/dev/kmsg', '1', '11'])];
    const { code, stdout, stderr } = await root().runtime(exec);
    expect(code, stderr).toBe(0);
    expect(answers(stdout)).toEqual(['EPERM']);
  });
});
