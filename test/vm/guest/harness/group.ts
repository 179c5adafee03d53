/** A container's group in cgroup v2, as the guest's kernel shows it. */
import { readFileSync } from 'node:fs';
import type { Container } from '../../../integration/harness/container.ts';

/** The folder of the group that a process is in. */
export function groupOf(pid: number): string {
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`process ${pid} is in no group of cgroup v2`);
  return `/sys/fs/cgroup${path}`;
}

/** A file of a container's group. */
export function value(container: Pick<Container, 'pid'>, file: string): string {
  return readFileSync(`${groupOf(container.pid)}/${file}`, 'utf8').trim();
}

/** A number of a file of `name number` lines. */
export function count(container: Container, file: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(value(container, file))?.[1]);
}
