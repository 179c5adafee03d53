/** containerd.services.events.v1.Events: what containerd offers its clients, for the tasks of this server. */

import { type handleServerStreamingCall, type handleUnaryCall, Metadata, type Server } from '@grpc/grpc-js';
import { RuntimeError } from '../../errors.ts';
import { SubscribeRequest } from '../../proto/subscription.js';
import { failure } from './answer.ts';
import type { Broadcast } from './broadcast.ts';
import { bytesMethod } from './definition.ts';
import { parseFilters } from './filter.ts';
import { Subscriber } from './subscriber.ts';

export const EVENTS_SERVICE = 'containerd.services.events.v1.Events';
const ONLY_OURS = failure(
  new RuntimeError(
    'Unimplemented',
    'the events of this server are those of its own tasks: nobody else can publish here',
  ),
);

export function addEvents(server: Server, broadcast: Broadcast): void {
  const definition = {
    Publish: bytesMethod(EVENTS_SERVICE, 'Publish'),
    Forward: bytesMethod(EVENTS_SERVICE, 'Forward'),
    Subscribe: bytesMethod(EVENTS_SERVICE, 'Subscribe', { response: true }),
  };
  const Publish: handleUnaryCall<Buffer, Uint8Array> = (_call, answer) => answer(ONLY_OURS);
  const Subscribe: handleServerStreamingCall<Buffer, Uint8Array> = (stream) => {
    try {
      const filter = parseFilters(SubscribeRequest.decode(stream.request).filters);
      const subscriber = new Subscriber(stream, filter, () => broadcast.remove(subscriber));
      broadcast.add(subscriber);
      // Whoever has these has subscribed: what happens from now on will come.
      stream.sendMetadata(new Metadata());
    } catch (error) {
      stream.emit('error', failure(error));
    }
  };
  server.addService(definition, { Publish, Forward: Publish, Subscribe });
}
