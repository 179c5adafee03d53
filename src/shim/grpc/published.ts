/** An event on its way to subscribers, and what filters can ask of it. */

import { Envelope, TaskExecAdded, TaskExit } from '../../proto/events.js';

export interface Published {
  readonly namespace: string;
  readonly topic: string;
  /** Of the value: `containerd.events.TaskExit` … */
  readonly type: string;
  readonly value: Uint8Array;
}

/** Encoded once, for all subscribers. @param at milliseconds since 1970 */
export function envelopeOf({ namespace, topic, type, value }: Published, at: number): Uint8Array {
  const seconds = Math.floor(at / 1000);
  const timestamp = { seconds, nanos: (at - seconds * 1000) * 1_000_000 };
  return Envelope.encode({ timestamp, namespace, topic, event: { typeUrl: type, value } }).finish();
}

/** The strings of an event that a filter may name; absent ones are empty. In the events of tasks, `container_id` is always the first field. */
const FIELDS: Readonly<Record<string, (event: Published) => string>> = {
  topic: ({ topic }) => topic,
  namespace: ({ namespace }) => namespace,
  'event.container_id': ({ value }) => TaskExit.decode(value).containerId,
  'event.id': ({ type, value }) => (type === 'containerd.events.TaskExit' ? TaskExit.decode(value).id : ''),
  'event.exec_id': ({ type, value }) => (EXECS.includes(type) ? TaskExecAdded.decode(value).execId : ''),
};
const EXECS = ['containerd.events.TaskExecAdded', 'containerd.events.TaskExecStarted'];

/** How to read a field; undefined when there is none of this name. */
export function fieldReader(path: string): ((event: Published) => string) | undefined {
  return Object.hasOwn(FIELDS, path) ? FIELDS[path] : undefined;
}

export const FIELD_NAMES = Object.keys(FIELDS).join(', ');
