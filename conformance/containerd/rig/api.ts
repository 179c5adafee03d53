/**
 * containerd's own gRPC interface, for the few things that `ctr` has no words for. No .proto files: the requests have two or three
 * fields each (api/services/tasks/v1/tasks.proto), and no answer is looked at.
 */
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';

const tasks = '/containerd.services.tasks.v1.Tasks/';

export class TasksClient {
  readonly #client: Client;
  readonly #namespace: string;

  /** @param socket containerd's, as seen from here */
  constructor(socket: string, namespace: string) {
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure());
    this.#namespace = namespace;
  }

  /** Changes limits. @param resources LinuxResources of the runtime specification */
  async update(container: string, resources: object): Promise<void> {
    const any = protobuf.Writer.create()
      .uint32(10)
      .string('types.containerd.io/opencontainers/runtime-spec/1/LinuxResources')
      .uint32(18)
      .bytes(Buffer.from(JSON.stringify(resources)))
      .finish();
    await this.#call('Update', protobuf.Writer.create().uint32(10).string(container).uint32(18).bytes(any).finish());
  }

  /** @throws Error with containerd's message */
  async start(container: string): Promise<void> {
    await this.#call('Start', protobuf.Writer.create().uint32(10).string(container).finish());
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: Uint8Array): Promise<Buffer> {
    const metadata = new Metadata();
    metadata.set('containerd-namespace', this.#namespace);
    const deadline = Date.now() + 20_000;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `${tasks}${method}`,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes: Buffer) => bytes,
        request,
        metadata,
        { deadline },
        (error, answer) => (error ? reject(error) : resolve(answer ?? Buffer.alloc(0))),
      );
    });
  }
}
