import { Server, ServerCredentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FILES } from '../../../../src/proto/descriptors.js';
import { addReflection } from '../../../../src/shim/grpc/reflection.ts';
import { GrpcClient, type Message } from '../../../grpc/client.ts';
import { reflect } from '../../proto/reflected.ts';

const socket = `/tmp/hoist-reflection-${process.pid}.sock`;
const server = new Server();
let client: GrpcClient;

beforeAll(async () => {
  addReflection(server, ['containerd.task.v3.Task']);
  const credentials = ServerCredentials.createInsecure();
  await new Promise((resolve) => server.bindAsync(`unix:${socket}`, credentials, resolve));
  client = new GrpcClient(socket);
});

afterAll(() => {
  client.close();
  server.forceShutdown();
});

interface File {
  readonly name: string;
  readonly dependency: string[];
}

/** The files of an answer. */
function filesOf(answer: Message | undefined): File[] {
  if (answer === undefined) throw new Error('no answer came');
  const { file_descriptor_proto } = answer.file_descriptor_response as { file_descriptor_proto: Buffer[] };
  return file_descriptor_proto.map((bytes) => descriptor.FileDescriptorProto.decode(bytes) as unknown as File);
}

it.each(['v1', 'v1alpha'] as const)('%s lists what there is', async (version) => {
  const [answer] = await client.reflection(version, [{ list_services: '*', host: 'h' }]);
  const names = [
    'containerd.task.v3.Task',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
  ];
  expect(answer).toMatchObject({
    valid_host: 'h',
    original_request: { list_services: '*' },
    list_services_response: { service: names.map((name) => ({ name })) },
  });
});

it('each symbol comes with all that its file needs, once for a client', async () => {
  for (const { name, symbols } of FILES)
    for (const file_containing_symbol of symbols) {
      const [first, again] = await client.reflection('v1', [{ file_containing_symbol }, { file_by_filename: name }]);
      const files = filesOf(first);
      expect(files[0]?.name).toBe(name);
      const there = new Set(files.map((file) => file.name));
      expect(files.flatMap(({ dependency }) => dependency).filter((each) => !there.has(each))).toEqual([]);
      expect(filesOf(again).map((file) => file.name)).toEqual([name]);
    }
});

it('the services are there with their methods', async () => {
  const symbols = [
    'containerd.task.v3.Task.Create',
    'containerd.services.events.v1.Events',
    'containerd.events.TaskExit',
  ];
  const answers = await client.reflection(
    'v1',
    symbols.map((symbol) => ({ file_containing_symbol: symbol })),
  );
  expect(answers.map((answer) => filesOf(answer)[0]?.name)).toEqual([
    'runtime/task/v3/shim.proto',
    'services/events/v1/events.proto',
    'events/task.proto',
  ]);
});

it('extensions are found', async () => {
  const type = 'google.protobuf.FileOptions';
  const [numbers, file, none, unknown] = await client.reflection('v1', [
    { all_extension_numbers_of_type: type },
    { file_containing_extension: { containing_type: type, extension_number: 63300 } },
    { file_containing_extension: { containing_type: type, extension_number: 1 } },
    { all_extension_numbers_of_type: 'a.B' },
  ]);
  expect(numbers).toMatchObject({
    all_extension_numbers_response: { base_type_name: type, extension_number: [63300] },
  });
  expect(filesOf(file)[0]?.name).toBe('types/fieldpath.proto');
  expect(none).toMatchObject({
    error_response: { error_code: 5, error_message: `extension 1 of ${type} is not here` },
  });
  expect(unknown).toMatchObject({ error_response: { error_code: 5, error_message: 'a.B is not here' } });
});

it('what is not there is said, and the conversation goes on', async () => {
  const answers = await client.reflection('v1', [
    { file_containing_symbol: 'a.B' },
    { file_by_filename: 'x.proto' },
    {},
    { list_services: '' },
  ]);
  expect(answers.slice(0, 3).map(({ error_response }) => error_response)).toEqual([
    { error_code: 5, error_message: 'a.B is not here' },
    { error_code: 5, error_message: 'x.proto is not here' },
    { error_code: 3, error_message: 'the request asks for nothing' },
  ]);
  expect(answers[3]?.list_services_response).toBeTruthy();
});

it('descriptors mean what the .proto files do', () => {
  const file = FILES.map((each) => descriptor.FileDescriptorProto.decode(Buffer.from(each.descriptor, 'base64')));
  const told = protobuf.Root.fromDescriptor(descriptor.FileDescriptorSet.create({ file }) as never).resolveAll();
  const written = reflect(...FILES.map(({ name }) => name));
  for (const name of FILES.flatMap(({ symbols }) => symbols)) {
    // Options of descriptors themselves are no part of what they describe.
    if (name.startsWith('google.protobuf.') && !/(Any|Empty|Timestamp)$/.test(name)) continue;
    expect(shape(told.lookup(name)), name).toEqual(shape(written.lookup(name)));
  }
});

/** What matters on the wire and in JSON. */
function shape(one: protobuf.ReflectionObject | null): unknown {
  if (one instanceof protobuf.Type)
    return one.fieldsArray.map((field) => [
      field.name,
      field.id,
      field.resolvedType?.fullName ?? field.type,
      field.repeated,
      field.packed,
      field.map && field instanceof protobuf.MapField ? field.keyType : '',
      field.partOf?.fieldsArray.length,
    ]);
  if (one instanceof protobuf.Enum) return one.values;
  if (one instanceof protobuf.Service) return one.methodsArray.map(({ name }) => name);
  if (!(one instanceof protobuf.Method)) throw new Error(`${one?.fullName} is nothing that has a shape`);
  const { requestStream = false, responseStream = false, resolvedRequestType, resolvedResponseType } = one;
  return [resolvedRequestType?.fullName, resolvedResponseType?.fullName, !!requestStream, !!responseStream];
}
