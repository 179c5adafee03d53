/** The long-lived part of the shim: a socket, the Task service behind it, events for containerd. It ends by Shutdown. */

import { native } from '../host/native.ts';
import type { Log } from '../log.ts';
import { Client } from '../ttrpc/client.ts';
import { type Handler, type Methods, Server } from '../ttrpc/server.ts';
import { contexts, openLog } from './contexts.ts';
import { Forwarder } from './forwarder.ts';
import { type Ground, openGround } from './ground.ts';
import { Lifetime } from './lifetime.ts';
import type { ShimOptions } from './options.ts';
import { Rest } from './rest.ts';
import type { Service } from './rpc.ts';
import { taskMethods } from './service/methods.ts';
import { TaskService } from './service/task-service.ts';
import { statusOf } from './status.ts';

/** What `start` has found out and made. */
export interface DaemonSetup {
  /** Bound and listening. */
  readonly listener: number;
  readonly socketPath: string;
  readonly namespace: string;
  /** Where containerd takes events over ttrpc; the path of a unix socket. */
  readonly ttrpcAddress: string;
  /** Experimental, containerd 1.7 alone: gRPC in place of ttrpc. */
  readonly speaksGrpc: boolean;
  readonly debug: boolean;
  /** Takes one line of the log with its line break. */
  readonly log: (line: string) => void;
}

/**
 * A shim ends by Shutdown alone: with it its containers would go, since containerd removes them when their shim is lost. Whoever stops
 * a service, or a session, signals all that belongs to it (containerd's own shims outlive these, too).
 */
const OUTLIVED = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
/** The same messages under both names. */
const SERVICES = ['containerd.task.v2.Task', 'containerd.task.v3.Task'];
const NAMESPACE = 'containerd-namespace-ttrpc';

/** What a connection is given to, once it is known to be ours. */
type Door = (socket: number) => void;

/** Serves from now on. */
export async function serveTasks(setup: DaemonSetup): Promise<void> {
  const { namespace, socketPath } = setup;
  const log = openLog(setup.debug, setup.log);
  for (const signal of OUTLIVED) process.on(signal, () => log.info(`${signal} is ignored: Shutdown ends a shim`));
  const context = contexts(log);
  const contextFor = ({ root, systemdCgroup }: ShimOptions) => context({ root: `${root}/${namespace}`, systemdCgroup });
  const ground = openGround(log);
  const containerd = new Client((onData) => ground.connect(setup.ttrpcAddress, onData));
  const events = new Forwarder(containerd, namespace, log);
  const life = new Lifetime(
    () => service.isIdle,
    () => {
      native.unlink(socketPath);
      events.flush().then(() => native.exit(0));
    },
  );
  const onShutdown = () => life.leave();
  const service = new TaskService({ namespace, ground, events, contextFor, onShutdown });
  const methods = life.watching(taskMethods(service));
  const open = setup.speaksGrpc
    ? (await import('./grpc/door.ts')).openGrpcDoor(ground, methods)
    : openDoor(ground, methods, namespace);
  ground.listen(setup.listener, (socket) => accept(socket, open, log));
}

function openDoor(ground: Ground, methods: Service, namespace: string): Door {
  const server = new Server(serving(methods, namespace), statusOf);
  const rest = new Rest();
  return (socket) => {
    let receive: ((data: Uint8Array | undefined) => void) | undefined;
    const transport = ground.attach(socket, (data) => {
      rest.disturb();
      receive?.(data);
    });
    receive = server.connect(transport);
  };
}

/** The methods of a service by its name. */
function serving(methods: Service, namespace: string): (service: string) => Methods | undefined {
  const find = (method: string): Handler | undefined => {
    const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (found === undefined) return undefined;
    return (payload, call) => found(payload, { namespace: call.metadata?.get(NAMESPACE)?.[0] ?? namespace });
  };
  return (service) => (SERVICES.includes(service) ? find : undefined);
}

/** Only our own user may command us; the folder of the socket keeps others out, and this does where it was opened to them. */
function accept(socket: number, open: Door, log: Log): void {
  const { uid } = native.peer(socket);
  if (uid === native.ids().euid) return open(socket);
  log.warn(`a connection of user ${uid} was refused`);
  native.close(socket);
}
