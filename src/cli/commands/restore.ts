import { restore } from '../../runtime/restore.ts';
import type { Invocation } from '../command.ts';
import { criuRequest } from '../criu.ts';
import { absolute } from '../path.ts';

/** @returns the exit code of the container's process, or 0 when detached. */
export async function run(invocation: Invocation<'restore'>): Promise<number> {
  const { context, values } = invocation;
  const path = (value: string | undefined) => (value ? absolute(value) : undefined);
  return await restore(context, {
    ...criuRequest(invocation),
    bundle: values.bundle || '.',
    consoleSocket: path(values['console-socket']),
    pidFile: path(values['pid-file']),
    detach: values.detach,
    noSubreaper: values['no-subreaper'],
    lsmProfile: values['lsm-profile'],
    lsmMountContext: values['lsm-mount-context'],
  });
}
