/** The gRPC server: the Task service, events, reflection. It listens nowhere itself: connections are given to it. */

import type { Duplex } from 'node:stream';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Service } from '../rpc.ts';
import { GOING } from './answer.ts';
import type { Broadcast } from './broadcast.ts';
import { Calls } from './calls.ts';
import { addEvents, EVENTS_SERVICE } from './events-service.ts';
import { addReflection } from './reflection.ts';
import { addTasks, TASK_SERVICE } from './task.ts';

/** How long connections may take to be closed in good order. */
const GRACE_MS = 1000;
/** Statistics for a debugger of gRPC: they cost memory for each connection. */
const OPTIONS = { 'grpc.enable_channelz': 0 };

export interface GrpcServer {
  /** A client, from its first byte on. */
  accept(connection: Duplex): void;
  /** Open calls fail with Unavailable; until the connections are closed. */
  end(): Promise<void>;
}

/** @param serviceFor see addTasks. @param broadcast where subscribers are added */
export function openServer(serviceFor: (namespace: string) => Service, broadcast: Broadcast): GrpcServer {
  const server = new Server(OPTIONS);
  const calls = new Calls();
  addTasks(server, calls, serviceFor);
  addEvents(server, broadcast);
  addReflection(server, [TASK_SERVICE, EVENTS_SERVICE]);
  const door = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept: (connection) => door.injectConnection(connection),
    end: async () => {
      calls.end();
      await broadcast.end(GOING);
      await closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = () => {
      server.forceShutdown();
      resolve();
    };
    const timer = setTimeout(force, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
