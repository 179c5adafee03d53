/** A container's unit: its name and its place, from linux.cgroupsPath (`slice:prefix:name`). */

import { RuntimeError } from '../../errors.ts';

export interface Unit {
  /** `prefix-name.scope`, or a name that ends in `.slice` as it is. */
  readonly name: string;
  /** The container's name, for the description. */
  readonly container: string;
  /** The slice that it is in, as systemd names it; '' is the default. */
  readonly slice: string;
}

const SLICE = '.slice';
/** UNIT_NAME_MAX of systemd. */
const LONGEST = 255;

/**
 * @param path linux.cgroupsPath: `slice:prefix:name`; absent or '' means the default slice, `runc` and the id
 * @throws RuntimeError InvalidArgument in runc's words
 */
export function parseUnit(path: string | undefined, id: string): Unit {
  if (!path) return unit('', 'runc', id);
  const [slice, prefix, name, ...more] = path.split(':');
  if (slice === undefined || prefix === undefined || name === undefined || more.length > 0) {
    const words = `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got ${JSON.stringify(path)} instead`;
    throw new RuntimeError('InvalidArgument', words, {
      stage: 'cgroup',
      hint: 'for example "system.slice:docker:1234"; without --systemd-cgroup it is a path',
    });
  }
  return unit(slice, prefix, name);
}

function unit(slice: string, prefix: string, container: string): Unit {
  const name = container.endsWith(SLICE) ? container : `${prefix}-${container}.scope`;
  // It is part of a path below.
  if (name.includes('/') || name.length > LONGEST || container === '') {
    throw new RuntimeError('InvalidArgument', `unit name ${JSON.stringify(name)} is not valid`, { stage: 'cgroup' });
  }
  return { name, container, slice };
}

export const isSlice = ({ name }: Unit) => name.endsWith(SLICE);

/**
 * Where a slice is in the tree: `a-b.slice` is `/a.slice/a-b.slice`, `-.slice` the top (systemd.slice(5)).
 * @throws RuntimeError InvalidArgument `invalid slice name: …`
 */
export function expandSlice(slice: string): string {
  if (slice === `-${SLICE}`) return '';
  const parts = slice.slice(0, -SLICE.length).split('-');
  if (!slice.endsWith(SLICE) || slice.includes('/') || parts.includes('')) {
    throw new RuntimeError('InvalidArgument', `invalid slice name: ${slice}`, { stage: 'cgroup' });
  }
  let path = '';
  let prefix = '';
  for (const part of parts) {
    path += `/${prefix}${part}${SLICE}`;
    prefix += `${part}-`;
  }
  return path;
}
