/**
 * What `start` is told, in either of two ways: containerd up to 2.2 uses flags, variables and the bare options on standard input, later ones
 * a BootstrapParams there (api/runtime/bootstrap/v1). Nothing says which one it is. Both begin with fields 1 and 2 as bytes, so both can be
 * read as an Any, and in BootstrapParams these are what the flags say too: the id and the namespace.
 */

import { RuntimeError } from '../../errors.ts';
import { Any } from '../../proto/types.js';
import type { Flags } from '../flags.ts';
import { type AnyMessage, isOptions } from '../options.ts';

export interface StartParams {
  readonly id: string;
  readonly namespace: string;
  readonly debug: boolean;
  /** containerd's sockets: one takes calls by gRPC, the other events by ttrpc. */
  readonly grpcAddress: string;
  readonly ttrpcAddress: string;
  /** For our own socket. */
  readonly socketFolder: string;
  readonly options: AnyMessage | undefined;
  /** The answer is a BootstrapResult. */
  readonly structured: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SOCKET_FOLDER = '/run/containerd/s';
const LOG_LEVEL_DEBUG = -4;

/**
 * @param input everything that came on standard input
 * @throws RuntimeError InvalidArgument when it is no message of protocol buffers
 */
export async function readParams(input: Uint8Array, flags: Flags, environment: Environment): Promise<StartParams> {
  const { id, namespace } = flags;
  const any = decode(() => Any.decode(input));
  if (input.length > 0 && any.typeUrl === id && new TextDecoder().decode(any.value) === namespace)
    return await fromMessage(input, flags);
  return {
    id,
    namespace,
    debug: flags.debug,
    grpcAddress: flags.address,
    ttrpcAddress: environment.TTRPC_ADDRESS ?? '',
    socketFolder: SOCKET_FOLDER,
    options: input.length === 0 ? undefined : any,
    structured: false,
  };
}

async function fromMessage(input: Uint8Array, { id, namespace, debug }: Flags): Promise<StartParams> {
  const { BootstrapParams } = await import('../../proto/bootstrap.js');
  const params = decode(() => BootstrapParams.decode(input));
  return {
    id,
    namespace,
    debug: debug || params.logLevel <= LOG_LEVEL_DEBUG,
    grpcAddress: params.containerdGrpcAddress,
    ttrpcAddress: params.containerdTtrpcAddress,
    socketFolder: params.socketDir || SOCKET_FOLDER,
    options: params.extensions.find(({ value }) => isOptions(value))?.value ?? undefined,
    structured: true,
  };
}

function decode<Message>(read: () => Message): Message {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot decode what containerd sent on standard input: ${reason}`;
    throw new RuntimeError('InvalidArgument', message, { stage: 'start' });
  }
}

/**
 * The answer, as containerd up to 2.2 takes it, or a message of which later ones are certain what it is.
 * @param version of the protocol: 2 is an address and nothing else
 */
export async function startAnswer(address: string, structured: boolean, version: 2 | 3): Promise<string | Uint8Array> {
  const answer = { version, address, protocol: 'ttrpc' };
  if (!structured) return version === 2 ? address : JSON.stringify(answer);
  const { BootstrapResult } = await import('../../proto/bootstrap.js');
  return BootstrapResult.encode(answer).finish();
}
