/** The messages that both sides know, by their full names: those of src/proto that have a decoder. */
import type { Writer } from 'protobufjs/minimal.js';
import * as bootstrap from '../../src/proto/bootstrap.js';
import * as events from '../../src/proto/events.js';
import * as info from '../../src/proto/info.js';
import * as options from '../../src/proto/options.js';
import * as subscription from '../../src/proto/subscription.js';
import * as task from '../../src/proto/task.js';
import * as types from '../../src/proto/types.js';

export interface Codec {
  decode(data: Uint8Array): object;
  encode(message: object): { finish: Writer['finish'] };
}

const { Envelope, ForwardRequest, TaskIO, ...taskEvents } = events;
const { RuntimeOptions, ...runcOptions } = options;
const { Any, Timestamp, Mount } = types;
const { ProcessInfo, ...service } = task;

/** By package. */
const PACKAGES: Record<string, Record<string, unknown>> = {
  'google.protobuf': { Any, Timestamp },
  'containerd.types': { Mount, Envelope, ...info },
  'containerd.v1.types': { ProcessInfo },
  'containerd.task.v2': service,
  'containerd.task.v3': service,
  'containerd.events': { TaskIO, ...taskEvents },
  'containerd.services.events.ttrpc.v1': { ForwardRequest },
  'containerd.services.events.v1': { ForwardRequest, ...subscription },
  'containerd.runc.v1': runcOptions,
  'runtimeoptions.v1': { Options: RuntimeOptions },
  'containerd.runtime.bootstrap.v1': { ...bootstrap },
};

export const MESSAGES: ReadonlyMap<string, Codec> = new Map(
  Object.entries(PACKAGES).flatMap(([name, members]) =>
    Object.entries(members)
      .filter(([, member]) => typeof member === 'function')
      .map(([member, codec]) => [`${name}.${member}`, codec as Codec] as const),
  ),
);
