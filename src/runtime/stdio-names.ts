/** Which pipes a container got as its standard streams: a later checkpoint must know them from those that it made itself. */

import { native } from '../host/native.ts';

const PREFIX = 'pipe:[';

/** What /proc/self/fd says of each (`pipe:[1234]`, a path), as criu and runc's state name them. */
export function stdioNames(stdio: readonly number[]): string[] {
  const names: string[] = [];
  for (const descriptor of stdio) names.push(native.readLink(`/proc/self/fd/${descriptor}`));
  return names;
}

export function isPipe(name: string): boolean {
  return name.startsWith(PREFIX) && /^\d+\]$/.test(name.slice(PREFIX.length));
}
