/** What a person waits for: `ctr run` and `ctr task exec`. */
import { shims } from '../../conformance/containerd/rig/shims.ts';
import type { Bench, Sample } from './machine.ts';

const NAMES = ['hoist', 'runc', 'crun'] as const;

export type Times = ReadonlyMap<string, readonly number[]>;

function flagsOf(name: string): readonly string[] {
  return shims[name]?.flags ?? [];
}

/** Interleaved, the order turning round each time. */
function interleaved(rounds: number, sample: (name: string, round: number) => Sample): Sample[] {
  return Array.from({ length: rounds }, (_, round) => {
    const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
    return order.map((name) => sample(name, round));
  }).flat();
}

export async function timeRun(bench: Bench, rounds: number): Promise<Times> {
  const sample = (name: string, round: number): Sample => {
    const run = bench.rig.runArguments(['--rm', ...flagsOf(name)], `run-${name}-${round}`, ['/bin/true']);
    return { label: name, timed: bench.ctr(...run) };
  };
  await bench.time(interleaved(1, (name) => sample(name, rounds)));
  return bench.time(interleaved(rounds, sample));
}

export async function timeExec(bench: Bench, rounds: number): Promise<Times> {
  const { rig } = bench;
  for (const name of NAMES)
    await rig.mustCtr(rig.runArguments(['--detach', ...flagsOf(name)], `exec-${name}`, ['sleep', '100000']));
  const sample = (name: string, round: number): Sample => {
    return { label: name, timed: bench.ctr('task', 'exec', '--exec-id', `x${round}`, `exec-${name}`, '/bin/true') };
  };
  await bench.time(interleaved(1, (name) => sample(name, rounds)));
  const times = await bench.time(interleaved(rounds, sample));
  for (const name of NAMES) await remove(bench, `exec-${name}`);
  return times;
}

/** 200 MB through standard output, read by ctr. */
export async function timeOutput(bench: Bench, rounds: number): Promise<Times> {
  const sample = (name: string, round: number): Sample => {
    const dd = ['dd', 'if=/dev/zero', 'bs=64k', 'count=3200'];
    const run = bench.rig.runArguments(['--rm', ...flagsOf(name)], `output-${name}-${round}`, dd);
    return { label: name, timed: bench.ctr(...run) };
  };
  return bench.time(interleaved(rounds, sample));
}

export async function remove({ rig }: Bench, id: string): Promise<void> {
  await rig.mustCtr(['task', 'kill', '--signal', 'KILL', id]);
  await rig.ctr(['task', 'wait', id]);
  await rig.mustCtr(['task', 'rm', id]);
  await rig.mustCtr(['container', 'rm', id]);
}
