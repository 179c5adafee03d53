/** `containerd-shim-hoist-v1 serve`: containers over gRPC, without containerd, for any number of them. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { explain, type Log, printable } from '../../log.ts';
import { contexts, openLog } from '../contexts.ts';
import { type Ground, openGround } from '../ground.ts';
import { DEFAULT_ROOT, type ShimOptions } from '../options.ts';
import { Rest } from '../rest.ts';
import { Broadcast } from './broadcast.ts';
import { streamOf } from './connection.ts';
import { parseServeFlags, type ServeFlags, USAGE } from './flags.ts';
import { type GrpcServer, openServer } from './server.ts';
import { claimSocket } from './socket.ts';
import { claimState } from './state-folder.ts';
import { Tasks } from './tasks.ts';

const STDOUT = 1;
const STDERR = 2;
const LOG_MODE = 0o600;
const ENDS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** @param argv what follows `serve`. Returns when it serves; the program ends by a signal, or by Shutdown */
export async function serve(argv: readonly string[]): Promise<void> {
  try {
    const flags = parseServeFlags(argv);
    if (flags) return await run(flags);
    native.write(STDOUT, USAGE);
    native.exit(0);
  } catch (error) {
    complain(error);
    native.exit(1);
  }
}

async function run(flags: ServeFlags): Promise<void> {
  const log = openLog(flags.debug, writer(flags.log));
  await claimState(flags.state);
  const listener = claimSocket(flags.socket);
  const ground = openGround(log);
  const broadcast = new Broadcast();
  let end = () => {};
  const folder = `${flags.state}/tasks`;
  const tasks = new Tasks({
    folder,
    ground,
    broadcast,
    contextFor: contextsFor(flags, log),
    log,
    onShutdown: () => end(),
  });
  // Clients that connect meanwhile wait.
  await tasks.recover();
  const rest = new Rest();
  const server = openServer((namespace) => {
    rest.disturb();
    return tasks.methods(namespace);
  }, broadcast);
  end = once(() => finish(flags.socket, server, log));
  for (const signal of ENDS) process.on(signal, end);
  ground.listen(listener, (socket) => accept(ground, socket, server, log));
  rest.disturb();
  log.info(`serving at ${flags.socket}`);
}

/** Each namespace has a state root of its own. */
function contextsFor(flags: ServeFlags, log: Log) {
  const context = contexts(log);
  return (namespace: string) =>
    ({ root, systemdCgroup }: ShimOptions) => {
      const chosen = root === DEFAULT_ROOT ? flags.root : root;
      return context({ root: `${chosen}/${namespace}`, systemdCgroup: systemdCgroup || flags.systemdCgroup });
    };
}

/** Whoever commands this server commands containers as its user: only that user and root may. */
function accept(ground: Ground, socket: number, server: GrpcServer, log: Log): void {
  const { uid, pid } = native.peer(socket);
  if (uid === native.ids().euid || uid === 0) return server.accept(streamOf((onData) => ground.attach(socket, onData)));
  log.warn(`a connection of user ${uid} (process ${pid}) was refused`);
  native.close(socket);
}

async function finish(path: string, server: GrpcServer, log: Log): Promise<void> {
  // Who connects from now on is told that nobody is there.
  native.unlink(path);
  await server.end();
  log.info('the server has ended; its containers run on');
  native.exit(0);
}

function once(action: () => Promise<void>): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    action().catch((error) => {
      complain(error);
      native.exit(1);
    });
  };
}

/** @param path empty: standard error */
function writer(path: string): (line: string) => void {
  // Tried at once: a log that cannot be written is said before anything is served.
  if (path !== '') native.appendFile(path, '', LOG_MODE);
  return (line) => {
    try {
      if (path === '') native.write(STDERR, line);
      else native.appendFile(path, line, LOG_MODE);
    } catch {
      // Nobody reads it, or the disk is full: containers go on.
    }
  };
}

function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const hint = error instanceof RuntimeError ? explain(error.detail) : undefined;
  const known = error instanceof RuntimeError || isSystemError(error);
  const lines = [`containerd-shim-hoist-v1: ${text}`, ...(hint === undefined ? [] : [hint])];
  if (!known && error instanceof Error && error.stack) lines.push(error.stack);
  native.write(STDERR, lines.map((line) => `${printable(line)}\n`).join(''));
}
