import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probe } from '../../../integration/harness/caller.ts';
import { drivers, started } from '../harness/drivers.ts';
import { count, groupOf, value } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

describe.each(drivers)('a container on cgroup v2, driver $driver', (driver) => {
  it('is paused and resumed', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
    });
    const pause = await root().runtime(['pause', container.id]);
    expect(pause.code, pause.stderr).toBe(0);
    expect(value(container, 'cgroup.freeze')).toBe('1');
    await expect.poll(() => count(container, 'cgroup.events', 'frozen')).toBe(1);
    expect((await container.state()).status).toBe('paused');
    const resume = await root().runtime(['resume', container.id]);
    expect(resume.code, resume.stderr).toBe(0);
    expect(count(container, 'cgroup.events', 'frozen')).toBe(0);
    expect((await container.state()).status).toBe('running');
  });

  it('can be deleted while it is paused', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
    });
    const group = groupOf(container.pid);
    await root().runtime(['pause', container.id]);
    const { code, stderr } = await container.delete('--force');
    expect(code, stderr).toBe(0);
    expect(existsSync(group)).toBe(false);
  });

  it('ends with all its processes, in groups below it too, when it shares the process namespace', async () => {
    const container = await started(driver, root(), (config) => {
      config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'pid') ?? [];
      config.process.args = ['/bin/sh', '-c', 'trap "" TERM; sleep 1000 & echo $!; sleep 1000'];
    });
    await expect.poll(() => Number(container.stdout)).toBeGreaterThan(0);
    const child = Number(container.stdout);
    const group = groupOf(container.pid);
    mkdirSync(`${group}/below`);
    await guest.machine.must(['sh', '-c', `echo ${child} >${group}/below/cgroup.procs`]);
    const { code, stderr } = await container.delete('--force');
    expect(code, stderr).toBe(0);
    expect(existsSync(`/proc/${child}/cmdline`)).toBe(false);
    expect(existsSync(group)).toBe(false);
  });

  it('runs more processes in its group', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
    });
    const { code, stdout, stderr } = await root().runtime(['exec', container.id, '/bin/cat', '/proc/self/cgroup']);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('0::/\n');
  });

  it('is told about in numbers', async () => {
    const container = await started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
      config.linux.resources = { ...config.linux.resources, pids: { limit: 77 }, memory: { limit: 64 << 20 } };
    });
    const { code, stdout, stderr } = await root().runtime(['events', '--stats', container.id]);
    expect(code, stderr).toBe(0);
    const { type, id, data } = JSON.parse(stdout);
    expect({ type, id, pids: data.pids }).toEqual({ type: 'stats', id: container.id, pids: { current: 1, limit: 77 } });
    expect(data.memory.usage.limit).toBe(64 << 20);
    expect(data.cpu.usage.total).toBeGreaterThan(0);
  });
});
