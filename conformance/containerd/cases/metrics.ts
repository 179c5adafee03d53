/** What containers use, as `ctr task metrics` shows it: io.containerd.cgroups.v1.Metrics in JSON. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

interface Metrics {
  readonly pids: { readonly current: number; readonly limit?: number };
  readonly cpu: { readonly usage: { readonly total: number; readonly per_cpu: readonly number[] } };
  readonly memory: { readonly usage: { readonly usage: number; readonly limit: number }; readonly rss: number };
}

const mebibyte = 1024 * 1024;

/** A shell variable of 8 MiB, a second process, and some work. */
const busy =
  'x=$(head -c 8388608 /dev/zero | tr "\\0" x); sleep 100 & i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo up; wait';

const plausible: Case = async (scene) => {
  const id = scene.id();
  const command = scene.spawn(['sh', '-c', busy], { id, flags: ['--memory-limit', String(64 * mebibyte)] });
  await until('the container', () => command.stdout.includes('up') || undefined);
  const { pids, cpu, memory } = JSON.parse(await scene.task('metrics', '--format', 'json', id)) as Metrics;
  assert.equal(pids.current, 2);
  assert.equal(memory.usage.limit, 64 * mebibyte);
  assert.ok(memory.rss > 8 * mebibyte && memory.rss < 64 * mebibyte, `rss ${memory.rss}`);
  assert.ok(memory.usage.usage >= memory.rss && memory.usage.usage < 64 * mebibyte, `usage ${memory.usage.usage}`);
  assert.ok(cpu.usage.total > 5e6 && cpu.usage.total < 30e9, `${cpu.usage.total} ns of processor time`);
  const sum = cpu.usage.per_cpu.reduce((total, one) => total + one, 0);
  assert.ok(
    Math.abs(sum - cpu.usage.total) < 0.01 * cpu.usage.total,
    `${sum} on all processors, ${cpu.usage.total} in all`,
  );
  const text = await scene.task('metrics', id);
  for (const name of ['memory.usage_in_bytes', 'cpuacct.usage_percpu', 'pids.current'])
    assert.ok(text.includes(name), text);
  await scene.task('kill', '--signal', 'KILL', id);
  await command.result();
};

/** `ctr task ps`: all processes of the container, and which of them is an exec. */
const processes: Case = async (scene) => {
  const id = await scene.background(['sh', '-c', 'sleep 100 & wait']);
  const exec = scene.spawnExec(id, ['sh', '-c', 'echo up; exec sleep 100'], { id: 'named' });
  await until('the exec', () => exec.stdout.includes('up') || undefined);
  const text = await scene.task('ps', id);
  const rows = text.trim().split('\n').slice(1);
  assert.equal(rows.length, 3, text);
  assert.equal(rows.filter((row) => row.includes('named')).length, 1, text);
  const pid = await scene.pid(id);
  assert.ok(
    rows.some((row) => row.startsWith(`${pid} `)),
    text,
  );
  await scene.end(id);
  await exec.result();
};

export const metrics: Readonly<Record<string, Case>> = { metrics: plausible, 'processes of a task': processes };
