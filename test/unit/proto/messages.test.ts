import type { Writer } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import * as bootstrap from '../../../src/proto/bootstrap.js';
import * as events from '../../../src/proto/events.js';
import * as info from '../../../src/proto/info.js';
import * as metricsV1 from '../../../src/proto/metrics-v1.js';
import * as metricsV2 from '../../../src/proto/metrics-v2.js';
import * as options from '../../../src/proto/options.js';
import * as reflection from '../../../src/proto/reflection.js';
import * as subscription from '../../../src/proto/subscription.js';
import * as task from '../../../src/proto/task.js';
import * as types from '../../../src/proto/types.js';
import { filled, reflect } from './reflected.ts';

interface Codec {
  encode(message: object): Writer;
  decode?(data: Uint8Array): object;
}

const packages: [string, object, string, string[]][] = [
  ['types', types, 'containerd/types/mount.proto google/protobuf/any.proto', ['google.protobuf', 'containerd.types']],
  ['task', task, 'containerd/runtime/task/v3/shim.proto', ['containerd.task.v3', 'containerd.v1.types']],
  ['task, version 2', task, 'containerd/runtime/task/v2/shim.proto', ['containerd.task.v2', 'containerd.v1.types']],
  [
    'events',
    events,
    'containerd/events/task.proto containerd/services/ttrpc/events/v1/events.proto',
    ['containerd.events', 'containerd.types', 'containerd.services.events.ttrpc.v1'],
  ],
  ['subscription', subscription, 'containerd/services/events/v1/events.proto', ['containerd.services.events.v1']],
  [
    'options',
    options,
    'containerd/types/runc/options/oci.proto containerd/types/runtimeoptions/v1/api.proto',
    ['containerd.runc.v1', 'runtimeoptions.v1'],
  ],
  ['bootstrap', bootstrap, 'containerd/runtime/bootstrap/v1/bootstrap.proto', ['containerd.runtime.bootstrap.v1']],
  ['info', info, 'containerd/types/introspection.proto', ['containerd.types']],
  ['metrics-v1', metricsV1, 'cgroups/v1/metrics.proto', ['io.containerd.cgroups.v1']],
  ['metrics-v2', metricsV2, 'cgroups/v2/metrics.proto', ['io.containerd.cgroups.v2']],
  ['reflection', reflection, 'grpc/reflection/v1/reflection.proto', ['grpc.reflection.v1']],
  ['reflection, older', reflection, 'grpc/reflection/v1alpha/reflection.proto', ['grpc.reflection.v1alpha']],
];

describe.each(packages)('%s', (_, module, files, names) => {
  const root = reflect(...files.split(' '));
  const codecs = Object.entries(module).filter(([, one]) => typeof one === 'function') as [string, Codec][];

  it.each(codecs)('%s is on the wire what protobuf.js makes of the .proto file', (name, codec) => {
    const own = name === 'RuntimeOptions' ? ['runtimeoptions.v1.Options'] : names.map((each) => `${each}.${name}`);
    const type = own.map((each) => root.lookup(`.${each}`)).find((each) => each) as Parameters<typeof filled>[0];
    const message = filled(type);
    const expected = type.encode(message).finish();
    expect([...codec.encode(message).finish()]).toEqual([...expected]);
    expect([...codec.encode({}).finish()]).toEqual([]);
    if (!codec.decode) return;
    // The generated decoder's prototypes hold the defaults; encoded again nothing is missing or too much.
    expect([...codec.encode(codec.decode(expected)).finish()]).toEqual([...expected]);
    expect([...codec.encode(codec.decode(Uint8Array.of())).finish()]).toEqual([]);
  });
});

it('what was not sent has its default', () => {
  expect(task.StateRequest.decode(Uint8Array.of())).toMatchObject({ id: '', execId: '' });
  const create = task.CreateTaskRequest.decode(Uint8Array.of());
  expect([create.id, create.terminal, create.rootfs, create.options]).toEqual(['', false, [], null]);
  expect(task.UpdateTaskRequest.decode(Uint8Array.of()).annotations).toEqual({});
  expect(types.Any.decode(Uint8Array.of()).value).toHaveLength(0);
  const { logLevel, socketDir, extensions } = bootstrap.BootstrapParams.decode(Uint8Array.of());
  expect([logLevel, socketDir, extensions]).toEqual([bootstrap.LogLevel.LOG_LEVEL_INFO, null, []]);
});

it('what is unknown is skipped: criu_path, which runc options had before containerd 2.0', () => {
  const criuPath = [0x42, 5, ...new TextEncoder().encode('/criu')];
  const decoded = options.Options.decode(Uint8Array.of(0x08, 1, ...criuPath, 0x48, 1));
  expect({ ...decoded }).toEqual({ noPivotRoot: true, systemdCgroup: true });
  expect([...options.Options.encode(decoded).finish()]).toEqual([0x08, 1, 0x48, 1]);
});

it("Go's zero time and the levels of logs, which are negative, survive", () => {
  const bytes = types.Timestamp.encode({ seconds: -62135596800 }).finish();
  expect([...bytes]).toEqual([0x08, 0x80, 0x92, 0xb8, 0xc3, 0x98, 0xfe, 0xff, 0xff, 0xff, 0x01]);
  expect(types.Timestamp.decode(bytes)).toMatchObject({ seconds: -62135596800, nanos: 0 });
  const debug = Uint8Array.of(0x18, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  expect(bootstrap.BootstrapParams.decode(debug).logLevel).toBe(bootstrap.LogLevel.LOG_LEVEL_DEBUG);
});

it('counters are exact up to the last bit', () => {
  const root = reflect('cgroups/v1/metrics.proto');
  const type = root.lookupType('io.containerd.cgroups.v1.Metrics');
  const usage = { total: 18446744073709551615n, kernel: 2n ** 53n + 1n, user: 7n, perCpu: [2n ** 63n, 3n, 4] };
  const decoded = type.decode(metricsV1.Metrics.encode({ cpu: { usage } }).finish());
  expect(type.toObject(decoded, { longs: String })).toEqual({
    cpu: {
      usage: {
        total: '18446744073709551615',
        kernel: '9007199254740993',
        user: '7',
        perCpu: ['9223372036854775808', '3', '4'],
      },
    },
  });
});

it.each([
  ['a length beyond the end', [0x0a, 5, 65]],
  ['a varint without an end', [0x0a, 0x80]],
  ['text that is not UTF-8', [0x0a, 2, 0xc3, 0x28]],
  ['the field number 0', [0x02, 1, 65]],
])('%s is refused', (_, bytes) => {
  expect(() => task.StateRequest.decode(Uint8Array.from(bytes))).toThrow();
});
