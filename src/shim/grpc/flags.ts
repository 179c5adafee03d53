/** The command line of `serve`, by the rules of Go's `flag` package, as the rest of the shim's: one dash or two, `-x=y` or `-x y`. */

import { RuntimeError } from '../../errors.ts';

export interface ServeFlags {
  /** Absolute path of the socket to listen on. */
  readonly socket: string;
  /** Absolute path of the folder for what a successor must know. */
  readonly state: string;
  /** Absolute path of the runtime's state root, for tasks whose options name none. */
  readonly root: string;
  /** For tasks whose options do not ask for it. */
  readonly systemdCgroup: boolean;
  readonly debug: boolean;
  /** Where the log goes; empty: standard error. */
  readonly log: string;
}

export const USAGE = `Usage: containerd-shim-hoist-v1 serve --socket PATH [flags]

Serves containers over gRPC (containerd.task.v3.Task, events, reflection) without containerd, until SIGTERM. Containers run on
without it, and the next serve with the same state folder takes them up.

  --socket PATH      the unix socket to listen on; only its owner and root can connect
  --state FOLDER     what the next serve must know (default: the socket's path with .state behind it)
  --root FOLDER      state root of the runtime (default: runtime in the state folder); hoist --root FOLDER/NAMESPACE shows the containers
  --systemd-cgroup   cgroups are made by systemd
  --log FILE         the log is appended to a file (default: standard error)
  --debug            the log says more
`;

/** sockaddr_un.sun_path, less the NUL at its end. */
const LONGEST_SOCKET = 107;
const SWITCHES = ['systemd-cgroup', 'debug'];
const TEXTS = ['socket', 'state', 'root', 'log'];

/**
 * @param argv what follows `serve`
 * @returns undefined when the help was asked for
 * @throws RuntimeError InvalidArgument
 */
export function parseServeFlags(argv: readonly string[]): ServeFlags | undefined {
  const given = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const [, name = '', value] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? [];
    if (name === 'h' || name === 'help') return undefined;
    if (SWITCHES.includes(name)) given.set(name, truth(name, value));
    else if (TEXTS.includes(name)) given.set(name, text(name, value ?? argv[++at]));
    else throw wrong(`serve does not know ${JSON.stringify(argv[at])}`);
  }
  const socket = given.get('socket') ?? '';
  if (socket === '') throw wrong('serve needs a socket');
  if (new TextEncoder().encode(socket).length > LONGEST_SOCKET)
    throw wrong(`the path of the socket is longer than ${LONGEST_SOCKET} bytes, the kernel's limit`);
  const state = given.get('state') ?? `${socket}.state`;
  return {
    socket,
    state,
    root: given.get('root') ?? `${state}/runtime`,
    systemdCgroup: given.get('systemd-cgroup') === 'true',
    debug: given.get('debug') === 'true',
    log: given.get('log') ?? '',
  };
}

function truth(name: string, value = 'true'): string {
  if (value === 'true' || value === 'false') return value;
  throw wrong(`--${name} is a switch: ${JSON.stringify(value)} is neither true nor false`);
}

/** Paths must not depend on where `serve` was started: a successor may be started elsewhere. */
function text(name: string, value: string | undefined): string {
  if (value?.startsWith('/')) return value;
  throw wrong(
    value === undefined ? `--${name} needs a path` : `--${name} must be an absolute path, not ${JSON.stringify(value)}`,
  );
}

function wrong(words: string): RuntimeError {
  return new RuntimeError('InvalidArgument', words, {
    stage: 'serve',
    hint: 'see containerd-shim-hoist-v1 serve --help',
  });
}
