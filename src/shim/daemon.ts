/** The long-lived part of the shim: a socket, the Task service behind it, events for containerd. It ends by Shutdown. */

import { native } from '../host/native.ts';
import type { Log } from '../log.ts';
import { Client } from '../ttrpc/client.ts';
import { type Handler, type Methods, Server } from '../ttrpc/server.ts';
import { contexts, openLog } from './contexts.ts';
import { Forwarder } from './forwarder.ts';
import { type Ground, openGround } from './ground.ts';
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
  readonly debug: boolean;
  /** Takes one line of the log with its line break. */
  readonly log: (line: string) => void;
}

/** The same messages under both names. */
const SERVICES = ['containerd.task.v2.Task', 'containerd.task.v3.Task'];
const NAMESPACE = 'containerd-namespace-ttrpc';

/** Serves from now on; returns at once. */
export function serveTasks(setup: DaemonSetup): void {
  const { namespace, socketPath } = setup;
  const log = openLog(setup.debug, setup.log);
  const context = contexts(log);
  const contextFor = ({ root, systemdCgroup }: ShimOptions) => context({ root: `${root}/${namespace}`, systemdCgroup });
  const ground = openGround(log);
  const containerd = new Client((onData) => ground.connect(setup.ttrpcAddress, onData));
  const events = new Forwarder(containerd, namespace, log);
  const onShutdown = () => {
    events.flush().then(() => {
      native.unlink(socketPath);
      native.exit(0);
    });
  };
  const service = new TaskService({ namespace, ground, events, contextFor, onShutdown });
  const server = new Server(serving(taskMethods(service), namespace), statusOf);
  const rest = new Rest();
  ground.listen(setup.listener, (socket) => accept(ground, socket, server, log, rest));
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
function accept(ground: Ground, socket: number, server: Server, log: Log, rest: Rest): void {
  const { uid } = native.peer(socket);
  if (uid !== native.ids().euid) {
    log.warn(`a connection of user ${uid} was refused`);
    native.close(socket);
    return;
  }
  let receive: ((data: Uint8Array | undefined) => void) | undefined;
  const transport = ground.attach(socket, (data) => {
    rest.disturb();
    receive?.(data);
  });
  receive = server.connect(transport);
}
