/** The Container Runtime Interface of a containerd, as far as `cri.proto` has it: pods and the containers in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const { root } = protobuf.parse(readFileSync(join(import.meta.dirname, 'cri.proto'), 'utf8'), { keepCase: true });

/** A pod that runs, with what it was made of: containers have to repeat it. */
export interface Pod {
  readonly id: string;
  readonly config: object;
}

export class CriClient {
  readonly #client: Client;
  #count = 0;

  /** @param socket containerd's, as seen from here */
  constructor(socket: string) {
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure());
  }

  /** @param handler none: containerd's default. @throws Error with containerd's message */
  async runPod(handler = ''): Promise<Pod> {
    const name = `pod-${++this.#count}`;
    const config = {
      metadata: { name, uid: `${name}-${process.pid}`, namespace: 'hoist', attempt: 0 },
      log_directory: '/tmp',
      linux: { cgroup_parent: '/hoist' },
    };
    const answer = await this.#call('RunPodSandbox', { config, runtime_handler: handler });
    return { id: String(answer.pod_sandbox_id), config };
  }

  async stopPod({ id }: Pod): Promise<void> {
    await this.#call('StopPodSandbox', { pod_sandbox_id: id });
  }

  async removePod({ id }: Pod): Promise<void> {
    await this.#call('RemovePodSandbox', { pod_sandbox_id: id });
  }

  /** Ids of all there are, running or not. */
  async pods(): Promise<string[]> {
    const { items } = (await this.#call('ListPodSandbox', {})) as { items?: { id: string }[] };
    return (items ?? []).map(({ id }) => id);
  }

  /** @returns the container's id */
  async createContainer(pod: Pod, image: string, command: readonly string[]): Promise<string> {
    const name = `container-${++this.#count}`;
    const config = { metadata: { name, attempt: 0 }, image: { image }, command, log_path: `${name}.log` };
    const request = { pod_sandbox_id: pod.id, config, sandbox_config: pod.config };
    return String((await this.#call('CreateContainer', request)).container_id);
  }

  async startContainer(id: string): Promise<void> {
    await this.#call('StartContainer', { container_id: id });
  }

  /** @param timeout seconds until it is killed */
  async stopContainer(id: string, timeout: number): Promise<void> {
    await this.#call('StopContainer', { container_id: id, timeout });
  }

  async removeContainer(id: string): Promise<void> {
    await this.#call('RemoveContainer', { container_id: id });
  }

  async pullImage(image: string): Promise<void> {
    await this.#call('PullImage', { image: { image } }, 'ImageService');
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: object, service = 'RuntimeService'): Promise<Record<string, unknown>> {
    const { requestType, responseType } = root.lookupService(`runtime.v1.${service}`).methods[method] ?? {};
    if (!requestType || !responseType) throw new Error(`cri.proto has no ${method}`);
    const [question, answer] = [requestType, responseType].map((name) => root.lookupType(`runtime.v1.${name}`));
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/runtime.v1.${service}/${method}`,
        (value: object) => Buffer.from(question?.encode(value).finish() ?? []),
        (bytes: Buffer) => answer?.decode(bytes).toJSON() ?? {},
        request,
        { deadline: Date.now() + 60_000 },
        (error, value) => (error ? reject(error) : resolve(value ?? {})),
      );
    });
  }
}
