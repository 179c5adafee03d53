/** A client of `serve` that knows nothing but the .proto files, which it reads when it starts. */

import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A message as the .proto file has it: names with underscores, 64-bit numbers as strings, enumerations by name, all fields set. */
export type Message = Record<string, unknown>;

export interface Failed {
  readonly code: number;
  readonly details: string;
}

const proto = new URL('../../proto', import.meta.url).pathname;
const files = [
  'runtime/task/v3/shim.proto',
  'services/events/v1/events.proto',
  'events/task.proto',
  'grpc/reflection/v1/reflection.proto',
  'grpc/reflection/v1alpha/reflection.proto',
];
const definitions = loadSync(files, {
  includeDirs: [proto, `${proto}/containerd`],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
});

type AnyMethod = MethodDefinition<Message, Message>;

/** @param service its full name */
function methodOf(service: string, name: string): AnyMethod {
  const method = (definitions[service] as ServiceDefinition | undefined)?.[name];
  if (method === undefined) throw new Error(`the .proto files have no ${service}/${name}`);
  return method as AnyMethod;
}

/** The value of an Any, by its type. */
function unpack(any: Message): Message {
  const name = String(any.type_url).split('/').at(-1) ?? '';
  const type = definitions[name] as { deserialize?: (bytes: Buffer) => Message } | undefined;
  if (type?.deserialize === undefined) throw new Error(`the .proto files have no message ${name}`);
  return type.deserialize(any.value as Buffer);
}

export class GrpcClient {
  private readonly client: Client;
  private readonly metadata = new Metadata();

  /** @param namespace undefined: the call does not say */
  constructor(socket: string, namespace?: string) {
    // A connection of its own: else a stream that nobody reads would fill the window of all clients of this process.
    this.client = new Client(`unix:${socket}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    if (namespace !== undefined) this.metadata.set('containerd-namespace', namespace);
  }

  /** A call of containerd.task.v3.Task; fails with `Failed`. */
  task(method: string, request: Message = {}, deadlineMs = 30_000): Promise<Message> {
    return this.call('containerd.task.v3.Task', method, request, deadlineMs);
  }

  call(service: string, name: string, request: Message, deadlineMs = 30_000): Promise<Message> {
    const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
    const deadline = Date.now() + deadlineMs;
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: Message) =>
        error ? reject(error) : resolve(response ?? {});
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.metadata,
        { deadline },
        done,
      );
    });
  }

  /** @returns when the server has said that it listens. */
  async events(filters: readonly string[] = []): Promise<Events> {
    const { path, requestSerialize, responseDeserialize } = methodOf(
      'containerd.services.events.v1.Events',
      'Subscribe',
    );
    const stream = this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { filters });
    const events = new Events(stream);
    await new Promise((resolve, reject) => {
      stream.once('metadata', resolve);
      stream.once('error', reject);
    });
    return events;
  }

  /** Asks all and waits for all answers. @param version of grpc.reflection */
  reflection(version: 'v1' | 'v1alpha', requests: readonly Message[]): Promise<Message[]> {
    const service = `grpc.reflection.${version}.ServerReflection`;
    const { path, requestSerialize, responseDeserialize } = methodOf(service, 'ServerReflectionInfo');
    const stream = this.client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answers: Message[] = [];
    return new Promise((resolve, reject) => {
      stream.on('data', (answer: Message) => answers.push(answer));
      stream.on('error', reject);
      stream.on('end', () => resolve(answers));
      for (const request of requests) stream.write(request);
      stream.end();
    });
  }

  close(): void {
    this.client.close();
  }
}

/** What has come of a subscription so far. */
export class Events {
  readonly stream: ClientReadableStream<Message>;
  readonly all: { readonly topic: string; readonly namespace: string; readonly event: Message }[] = [];
  failed: Failed | undefined;

  constructor(stream: ClientReadableStream<Message>) {
    this.stream = stream;
    stream.on('data', ({ topic, namespace, event }: Message) => {
      this.all.push({ topic: String(topic), namespace: String(namespace), event: unpack(event as Message) });
    });
    stream.on('error', (error: ServiceError) => {
      this.failed = error;
    });
  }

  /** The topics of a container, in order; `/tasks/exit c1/x` for an event that is about an exec. */
  of(containerId: string): string[] {
    const found = this.all.filter(({ event }) => event.container_id === containerId);
    return found.map(({ topic, event }) => {
      const exec = event.exec_id ?? event.id;
      return exec && exec !== containerId ? `${topic} ${exec}` : topic;
    });
  }

  close(): void {
    this.stream.cancel();
  }
}
