/** The shim's own socket, spoken to in gRPC: experimental, for containerd 1.7 (bootstrap/announce.ts). */

import type { Ground } from '../ground.ts';
import type { Service } from '../rpc.ts';
import { Broadcast } from './broadcast.ts';
import { streamOf } from './connection.ts';
import { openServer } from './server.ts';

/** @returns what takes the connections. Events go to containerd as ever, so nobody subscribes here */
export function openGrpcDoor(ground: Ground, methods: Service): (socket: number) => void {
  const server = openServer(() => methods, new Broadcast());
  return (socket) => server.accept(streamOf((onData) => ground.attach(socket, onData)));
}
