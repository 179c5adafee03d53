/** Ours and Go's, both ways round: messages, statuses, time, sizes, many calls at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Handler, Server } from '../../src/ttrpc/server.ts';
import { Code, StatusError } from '../../src/ttrpc/status.ts';
import { filled, reflect } from '../../test/unit/proto/reflected.ts';
import { SERVICE } from './frames.ts';
import { MESSAGES } from './messages.ts';
import { goClient, ourClient, withGoServer, withOurServer, withSocket } from './peer.ts';

const NOTHING = new Uint8Array(0);
/** A UInt32Value: milliseconds for Sleep. */
const MINUTE = Uint8Array.of(8, 0xe0, 0xd4, 3);
const FILES = [
  'containerd/runtime/task/v2/shim.proto',
  'containerd/runtime/task/v3/shim.proto',
  'containerd/runtime/bootstrap/v1/bootstrap.proto',
  'containerd/types/introspection.proto',
  'containerd/types/runc/options/oci.proto',
  'containerd/types/runtimeoptions/v1/api.proto',
  'containerd/events/task.proto',
  'containerd/services/ttrpc/events/v1/events.proto',
  'containerd/services/events/v1/events.proto',
];

/** google.protobuf.UInt32Value, StringValue and BytesValue have one field. */
const integer = (payload: Uint8Array): number =>
  payload.slice(1).reduceRight((value, byte) => value * 128 + (byte & 127), 0);

/** The server that peer.go's client expects. */
function server(): Server {
  const methods: Record<string, Handler> = {
    Ping: () => NOTHING,
    Throw: () => Promise.reject(new StatusError(Code.NotFound, 'thrown')),
    Large: () => new Uint8Array(4 << 20),
    Sleep: async (payload, { signal }) => {
      await sleep(integer(payload), undefined, { signal });
      return payload;
    },
    Metadata: (_, { metadata }) => {
      const text = new TextEncoder().encode(metadata?.get('a')?.join(',') ?? '');
      return Uint8Array.of(0x0a, text.length, ...text);
    },
  };
  const own = new Map(Object.entries(methods));
  const recode = (name: string): Handler | undefined => {
    if (name === 'google.protobuf.BytesValue') return (payload) => payload;
    const codec = MESSAGES.get(name);
    return codec && ((payload) => codec.encode(codec.decode(payload)).finish());
  };
  return new Server(
    (service) => ({ [SERVICE]: (name: string) => own.get(name), 'recode.Service': recode })[service],
    (error) => ({ code: Code.Unknown, message: String(error) }),
  );
}

/** Go's client on our server. @returns what is wrong */
export async function goCallsUs(): Promise<string[]> {
  const { output, fine } = await withSocket((path) =>
    withOurServer(server(), path, () => goClient(path, [...MESSAGES.keys()])),
  );
  console.log(output.trimEnd());
  return fine ? [] : [output];
}

/** Our client on Go's server, which dies in between. @returns what is wrong */
export async function weCallGo(): Promise<string[]> {
  const types = [...MESSAGES.keys(), 'google.protobuf.BytesValue'];
  return withSocket(async (path) => {
    const client = ourClient(path);
    let waits: Promise<Uint8Array> | undefined;
    const problems = await withGoServer(path, types, async () => {
      const found = [...(await statuses(client)), ...(await messages(client)), ...(await manyAtOnce(client))];
      waits = client.call(SERVICE, 'Sleep', MINUTE);
      waits.catch(() => {});
      return [...found, ...(await is('the last', client.call(SERVICE, 'Ping', NOTHING), Code.OK))];
    });
    if (waits) problems.push(...(await is('the server has gone', waits, Code.Unavailable)));
    problems.push(...(await is('no server', client.call(SERVICE, 'Ping', NOTHING), Code.Unavailable)));
    await withGoServer(path, types, async () => {
      problems.push(...(await is('the server is back', client.call(SERVICE, 'Ping', NOTHING), Code.OK)));
    });
    client.close();
    return problems;
  });
}

type OurClient = ReturnType<typeof ourClient>;

async function is(what: string, call: Promise<Uint8Array>, code: number, message?: string): Promise<string[]> {
  const got = await call.then(
    (payload) => ({ code: Code.OK as number, message: Buffer.from(payload).toString() }),
    (error: StatusError) => error,
  );
  const right = got.code === code && (message === undefined || got.message === message);
  return right ? [] : [`${what}: ${got.code} ${got.message}`];
}

async function statuses(client: OurClient): Promise<string[]> {
  const call = (method: string, payload = NOTHING, options = {}) => client.call(SERVICE, method, payload, options);
  const large = new Uint8Array(4 << 20);
  const nearly = new Uint8Array(5 + (4 << 20) - 100);
  nearly.set([0x0a, 0x9c, 0xff, 0xff, 0x01]);
  const checks = [
    is('Ping', call('Ping'), Code.OK, ''),
    is('Throw', call('Throw'), Code.NotFound, 'thrown'),
    is('Nope', call('Nope'), Code.Unimplemented, 'method Nope'),
    is('no.Service', client.call('no.Service', 'Ping', NOTHING), Code.Unimplemented, 'service no.Service'),
    is('Metadata', call('Metadata', NOTHING, { metadata: { a: 'zwei €' } }), Code.OK, '\n\bzwei €'),
    is('time', call('Sleep', MINUTE, { timeoutMs: 20 }), Code.DeadlineExceeded),
    is('too long', call('Ping', large), Code.ResourceExhausted),
    is('nearly too long', client.call('recode.Service', 'google.protobuf.BytesValue', nearly), Code.OK),
  ];
  return (await Promise.all(checks)).flat();
}

/** What we encode Go decodes, encodes again and has lost nothing of. */
async function messages(client: OurClient): Promise<string[]> {
  const root = reflect(...FILES);
  const problems: string[] = [];
  for (const [name, codec] of MESSAGES) {
    const bytes = codec.encode(filled(root.lookupType(name))).finish();
    const answer = await client.call('recode.Service', name, bytes);
    const again = codec.encode(codec.decode(answer)).finish();
    // Of a map Go writes the entries in any order.
    if (Buffer.compare(sorted(again), sorted(bytes)) !== 0) problems.push(`${name} came back otherwise`);
  }
  return problems;
}

const sorted = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).sort();

async function manyAtOnce(client: OurClient): Promise<string[]> {
  const calls = Array.from({ length: 100 }, async (_, i) => {
    const payload = Uint8Array.of(8, 100 - i);
    const answer = await client.call(SERVICE, 'Sleep', payload);
    return Buffer.compare(answer, payload) === 0 ? [] : [`call ${i} of 100 got another's answer`];
  });
  return (await Promise.all(calls)).flat();
}
