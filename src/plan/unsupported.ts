/** What a configuration may ask for and this version does not do: an error, never silence. */

import { RuntimeError } from '../errors.ts';
import type { Spec } from '../spec/types.ts';

/** @throws RuntimeError Unimplemented, naming what cannot be had */
export function refuseUnsupported({ linux }: Spec): void {
  if (linux === undefined) return;
  for (const name in linux.netDevices) throw unsupported(`linux.netDevices.${name}`, 'moving network devices');
}

function unsupported(path: string, what: string): RuntimeError {
  return new RuntimeError('Unimplemented', `${what} is not supported yet: ${path}`, {
    stage: 'config',
    hint: `take ${path} out of config.json`,
  });
}
