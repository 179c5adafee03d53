/** Takes events in containerd's place, and checks the order in which they come. */

import { createServer } from 'node:net';
import * as events from '../../src/proto/events.js';
import { Server } from '../../src/ttrpc/server.ts';

const SERVICE = 'containerd.services.events.ttrpc.v1.Events';

const DECODERS = {
  '/tasks/create': events.TaskCreate,
  '/tasks/start': events.TaskStart,
  '/tasks/exec-added': events.TaskExecAdded,
  '/tasks/exec-started': events.TaskExecStarted,
  '/tasks/exit': events.TaskExit,
  '/tasks/delete': events.TaskDelete,
  '/tasks/paused': events.TaskPaused,
  '/tasks/resumed': events.TaskResumed,
  '/tasks/oom': events.TaskOOM,
} as const;

interface Happened {
  readonly topic: string;
  /** Of the process: its exec id, or empty. */
  readonly exec: string;
}

export class Events {
  readonly path: string;
  private readonly byTask = new Map<string, Happened[]>();

  /** @param path of the unix socket to listen on */
  static async listen(path: string): Promise<Events> {
    const taker = new Events(path);
    const forward = (method: string) => (method === 'Forward' ? (bytes: Uint8Array) => taker.take(bytes) : undefined);
    const server = new Server(
      (service) => (service === SERVICE ? forward : undefined),
      (error) => ({ code: 2, message: String(error) }),
    );
    const listener = createServer((socket) => {
      const receive = server.connect({ write: (data) => void socket.write(data), close: () => void socket.destroy() });
      socket.on('data', (data) => receive(data));
      socket.on('close', () => receive(undefined));
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => listener.listen(path, resolve));
    return taker;
  }

  private constructor(path: string) {
    this.path = path;
  }

  private take(bytes: Uint8Array): Uint8Array {
    const { envelope } = events.ForwardRequest.decode(bytes);
    const { topic = '', event } = envelope ?? {};
    const decoder = DECODERS[topic as keyof typeof DECODERS];
    if (!decoder) throw new Error(`an event of no known topic: ${topic}`);
    const value = decoder.decode(event?.value ?? new Uint8Array()) as {
      containerId: string;
      execId?: string;
      id?: string;
    };
    const { containerId, execId = '', id = '' } = value;
    const list = this.byTask.get(containerId) ?? [];
    this.byTask.set(containerId, list);
    list.push({ topic, exec: execId || (id === containerId ? '' : id) });
    return new Uint8Array();
  }

  /** Until nothing more is to come of a task that was deleted. */
  async settled(task: string): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      const list = this.byTask.get(task);
      if (list === undefined || list.at(-1)?.topic === '/tasks/delete') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no delete event of ${task}: ${this.describe(task)}`);
  }

  /** The topics so far. */
  topics(task: string): readonly string[] {
    return (this.byTask.get(task) ?? []).map(({ topic }) => topic);
  }

  /** Forgets a task, once what was told of it is in order. @throws Error */
  check(task: string): void {
    const list = this.byTask.get(task) ?? [];
    for (const life of lives(list)) checkLife(life, () => this.describe(task));
    this.byTask.delete(task);
  }

  private describe(task: string): string {
    return (this.byTask.get(task) ?? []).map(({ topic, exec }) => `${topic.slice(7)}${exec && `(${exec})`}`).join(' ');
  }
}

/** A name may be used again once its task has been deleted. */
function lives(list: readonly Happened[]): Happened[][] {
  const all: Happened[][] = [];
  for (const one of list) {
    if (one.topic === '/tasks/create') all.push([]);
    all.at(-1)?.push(one);
  }
  return all;
}

function checkLife(life: readonly Happened[], describe: () => string): void {
  const at = (topic: string, exec = '') => life.findIndex((one) => one.topic === topic && one.exec === exec);
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`events: ${what}: ${describe()}`);
  };
  const [start, exit, end] = [at('/tasks/start'), at('/tasks/exit'), at('/tasks/delete')];
  demand(exit >= 0, 'no exit of the first process');
  demand(start < exit, 'it exits before it starts');
  demand(end === life.length - 1, 'something comes after delete');
  const lastExit = life.findLastIndex((one) => one.topic === '/tasks/exit');
  demand(lastExit === exit, 'its exit is not the last one');
  for (const { exec } of life.filter((one) => one.topic === '/tasks/exec-started')) {
    demand(at('/tasks/exec-added', exec) < at('/tasks/exec-started', exec), `${exec} starts before it is added`);
    demand(
      life.some((one) => one.topic === '/tasks/exit' && one.exec === exec),
      `${exec} never exits`,
    );
  }
}
