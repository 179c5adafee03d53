/** What `create` and `run` have in common: their options as the runtime wants them. */

import { containerId, type Invocation } from './command.ts';
import { absolute } from './path.ts';

/** Paths are made absolute lexically, as runc does; the bundle's is left to the kernel. */
export function birthRequest({ values, args }: Pick<Invocation<'create'>, 'values' | 'args'>) {
  const path = (value: string | undefined) => (value ? absolute(value) : undefined);
  return {
    id: containerId(args),
    bundle: values.bundle || '.',
    consoleSocket: path(values['console-socket']),
    pidFile: path(values['pid-file']),
    pidfdSocket: path(values['pidfd-socket']),
    preserveFds: values['preserve-fds'],
    noPivot: values['no-pivot'],
    noNewKeyring: values['no-new-keyring'],
  };
}
