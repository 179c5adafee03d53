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
    listenFds: listenFds(process.env),
    listenNames: process.env.LISTEN_FDNAMES,
    notifySocket: process.env.NOTIFY_SOCKET || undefined,
    noPivot: values['no-pivot'],
    noNewKeyring: values['no-new-keyring'],
  };
}

/** How many sockets a service manager left for us, and not for another process that inherited its word (sd_listen_fds(3)). */
function listenFds({ LISTEN_FDS: count = '', LISTEN_PID: pid }: Readonly<Record<string, string | undefined>>): number {
  return /^[1-9]\d{0,3}$/.test(count) && pid === String(process.pid) ? Number(count) : 0;
}
