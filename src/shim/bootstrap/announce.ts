/**
 * Experimental: a shim that speaks gRPC to containerd 1.7, when HOIST_SHIM_PROTOCOL=grpc stands in its environment. Other versions refuse
 * it or break it, and 1.7 ends a container that nobody has called for half an hour (docs/shim.md): never the default.
 */

import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { RuntimeError } from '../../errors.ts';
import { Any } from '../../proto/types.js';

const VERSION = '/containerd.services.version.v1.Version/Version';
const TIMEOUT_MS = 10_000;

/** @throws RuntimeError unless the containerd that started us takes it. @param address of its gRPC socket, a path */
export async function demandGrpcTaker(address: string): Promise<void> {
  const version = await versionOf(address);
  if (/^v?1\.7\./.test(version)) return;
  const text = `HOIST_SHIM_PROTOCOL=grpc is for containerd 1.7 alone, and this is ${version}`;
  throw new RuntimeError('FailedPrecondition', text, { hint: 'take it out of the environment of containerd' });
}

/** What `start` answers. @param path of the socket: bare, as 1.7 wants it */
export function grpcAnswer(path: string): string {
  return JSON.stringify({ version: 2, address: path, protocol: 'grpc' });
}

function versionOf(address: string): Promise<string> {
  const client = new GrpcClient(`unix:${address}`, credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      VERSION,
      () => Buffer.alloc(0),
      firstText,
      undefined,
      { deadline: Date.now() + TIMEOUT_MS },
      (error, version) => {
        client.close();
        if (error) reject(new RuntimeError('Unavailable', `cannot ask containerd for its version: ${error.message}`));
        else resolve(version ?? '');
      },
    );
  });
}

/** A VersionResponse has two texts, as an Any has a text and bytes: the first one is the version. */
function firstText(bytes: Uint8Array): string {
  return Any.decode(bytes).typeUrl;
}
