import { RuntimeError } from '../../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM = 'unix:path=/run/dbus/system_bus_socket';

/** The system's bus. The socket that systemd has for root alone (/run/systemd/private) is none of ours: it is not meant for others. */
export function systemAddress(environment: Environment): string {
  return environment.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM;
}

/**
 * The bus of the user's own systemd, as runc finds it.
 *
 * @param exists whether there is such a file
 * @throws RuntimeError Unavailable in runc's words
 */
export function userAddress(environment: Environment, exists: (path: string) => boolean): string {
  if (environment.DBUS_SESSION_BUS_ADDRESS) return environment.DBUS_SESSION_BUS_ADDRESS;
  const folder = environment.XDG_RUNTIME_DIR;
  if (folder && exists(`${folder}/bus`)) return `unix:path=${escapeAddress(`${folder}/bus`)}`;
  throw new RuntimeError(
    'Unavailable',
    'could not detect DBUS_SESSION_BUS_ADDRESS from the environment; make sure you have installed the dbus-user-session or ' +
      'dbus-daemon package; note you may need to re-login',
    { stage: 'cgroup' },
  );
}

/** D-Bus specification, Server Addresses: everything but these is written as %xx, byte by byte. */
function escapeAddress(path: string): string {
  let result = '';
  for (const byte of new TextEncoder().encode(path)) {
    const letter = String.fromCharCode(byte);
    result += /[-0-9A-Za-z_/.*\\]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return result;
}
