/** containerd.task.v3.Task over gRPC: the same service that ttrpc carries. */

import type { Server } from '@grpc/grpc-js';
import { RuntimeError } from '../../errors.ts';
import type { Service } from '../rpc.ts';
import type { Calls } from './calls.ts';
import { bytesMethod } from './definition.ts';
import { namespaceOf } from './namespace.ts';

export const TASK_SERVICE = 'containerd.task.v3.Task';

/** api/runtime/task/v3/shim.proto. */
const METHODS = [
  'State',
  'Create',
  'Start',
  'Delete',
  'Pids',
  'Pause',
  'Resume',
  'Checkpoint',
  'Kill',
  'Exec',
  'ResizePty',
  'CloseIO',
  'Update',
  'Wait',
  'Stats',
  'Connect',
  'Shutdown',
];

/** @param serviceFor the service for the tasks of a namespace. It throws RuntimeError where there can be none */
export function addTasks(server: Server, calls: Calls, serviceFor: (namespace: string) => Service): void {
  for (const name of METHODS) {
    const handler = calls.unary((metadata) => {
      const namespace = namespaceOf(metadata);
      const method = serviceFor(namespace)[name];
      if (method === undefined) throw new RuntimeError('Unimplemented', `${TASK_SERVICE} has no ${name} here`);
      return { method, call: { namespace } };
    });
    server.addService({ [name]: bytesMethod(TASK_SERVICE, name) }, { [name]: handler });
  }
}
