/** Server reflection (grpc.reflection.v1 and v1alpha, which differ in their names only): clients without .proto files ask what there is. */

import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../../proto/reflection.js';
import { failure } from './answer.ts';
import { bytesMethod } from './definition.ts';

const SERVICES = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

type Stream = ServerDuplexStream<Buffer, Uint8Array>;
type Answer = Partial<ServerReflectionResponse.$Properties>;
type Index = typeof import('./descriptors.ts');

/** @param others the full names of the services that the server has beside */
export function addReflection(server: Server, others: readonly string[]): void {
  const names = [...others, ...SERVICES].sort();
  for (const service of SERVICES) {
    const definition = { Info: bytesMethod(service, 'ServerReflectionInfo', { request: true, response: true }) };
    server.addService(definition, {
      // 50 KB that a server without such a client never has. Nothing is read before.
      Info: (stream: Stream) => import('./descriptors.ts').then((index) => converse(stream, names, index)),
    });
  }
}

function converse(stream: Stream, names: readonly string[], index: Index): void {
  /** What the client of this stream has got. */
  const sent = new Set<string>();
  stream.on('data', (bytes: Buffer) => {
    try {
      const originalRequest = ServerReflectionRequest.decode(bytes);
      const answer = answerTo(originalRequest, names, index, sent);
      const { host: validHost } = originalRequest;
      stream.write(ServerReflectionResponse.encode({ validHost, originalRequest, ...answer }).finish());
    } catch (error) {
      stream.emit('error', failure(error));
    }
  });
  stream.on('end', () => stream.end());
}

function answerTo(request: ServerReflectionRequest, names: readonly string[], index: Index, sent: Set<string>): Answer {
  const { listServices, fileByFilename, fileContainingSymbol, fileContainingExtension, allExtensionNumbersOfType } =
    request;
  if (listServices != null) return { listServicesResponse: { service: names.map((name) => ({ name })) } };
  if (fileByFilename != null) return files(index.fileNamed(fileByFilename), fileByFilename, index, sent);
  if (fileContainingSymbol != null) return files(index.fileOf(fileContainingSymbol), fileContainingSymbol, index, sent);
  if (fileContainingExtension != null) {
    const { containingType = '', extensionNumber = 0 } = fileContainingExtension;
    const file = index.fileOfExtension(containingType ?? '', extensionNumber ?? 0);
    return files(file, `extension ${extensionNumber} of ${containingType}`, index, sent);
  }
  if (allExtensionNumbersOfType != null) {
    const extensionNumber = index.extensionsOf(allExtensionNumbersOfType);
    if (extensionNumber === undefined) return missing(allExtensionNumbersOfType);
    return { allExtensionNumbersResponse: { baseTypeName: allExtensionNumbersOfType, extensionNumber } };
  }
  return { errorResponse: { errorCode: INVALID_ARGUMENT, errorMessage: 'the request asks for nothing' } };
}

/** A file, and all that it imports, as far as the client does not have it yet. */
function files(name: string | undefined, wanted: string, index: Index, sent: Set<string>): Answer {
  if (name === undefined) return missing(wanted);
  const fileDescriptorProto = [index.descriptorOf(name)];
  for (const each of index.importsOf(name)) if (!sent.has(each)) fileDescriptorProto.push(index.descriptorOf(each));
  for (const each of [name, ...index.importsOf(name)]) sent.add(each);
  return { fileDescriptorResponse: { fileDescriptorProto } };
}

function missing(wanted: string): Answer {
  return { errorResponse: { errorCode: NOT_FOUND, errorMessage: `${wanted} is not here` } };
}
