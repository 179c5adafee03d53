/** What travels as an Any about processes: the process of an Exec, and which exec a pid belongs to. */

import { RuntimeError } from '../../errors.ts';
import { ProcessDetails } from '../../proto/options.js';
import type { Any } from '../../proto/types.js';
import { JsonError, parse } from '../../spec/parse.ts';
import type { Process } from '../../spec/types.ts';

/**
 * @param json a process of the OCI specification; what it says of a terminal does not count. Validated when it is started.
 * @throws RuntimeError InvalidArgument
 */
export function parseProcess(json: Uint8Array | undefined, terminal: boolean): Process {
  try {
    const value = parse(new TextDecoder().decode(json));
    if (typeof value === 'object' && value !== null) return { ...(value as Process), terminal };
    throw invalid('not an object');
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw invalid(error.message);
  }
}

function invalid(why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `the process is no valid JSON: ${why}`, { stage: 'config' });
}

/** containerd.runc.v1.ProcessDetails. */
export function details(execId: string | undefined): Any.$Properties | undefined {
  if (execId === undefined) return undefined;
  return { typeUrl: 'containerd.runc.v1.ProcessDetails', value: ProcessDetails.encode({ execId }).finish() };
}
