/** The tasks of all namespaces: a service for each, which is made when it is first asked for. */

import type { Log } from '../../log.ts';
import { ShutdownRequest } from '../../proto/task.js';
import type { Ground } from '../ground.ts';
import type { Service } from '../rpc.ts';
import { taskMethods } from '../service/methods.ts';
import { type ServiceSetup, TaskService } from '../service/task-service.ts';
import type { Broadcast } from './broadcast.ts';
import { adopt, undo } from './journal/adopt.ts';
import { FileJournal, namespacesIn } from './journal/file-journal.ts';
import type { TaskRecord } from './journal/record.ts';

const EMPTY = new Uint8Array();

export interface TasksSetup {
  /** Where each namespace has a folder for its journal. */
  readonly folder: string;
  readonly ground: Ground;
  readonly broadcast: Broadcast;
  readonly contextFor: (namespace: string) => ServiceSetup['contextFor'];
  readonly log: Log;
  /** Shutdown was called with `now`, and no task is left anywhere. */
  readonly onShutdown: () => void;
}

interface Namespace {
  readonly service: TaskService;
  readonly methods: Service;
  readonly journal: FileJournal;
}

export class Tasks {
  private readonly setup: TasksSetup;
  private readonly namespaces = new Map<string, Namespace>();

  constructor(setup: TasksSetup) {
    this.setup = setup;
  }

  /** @param namespace a valid name */
  methods(namespace: string): Service {
    return this.in(namespace).methods;
  }

  /** Takes up what a predecessor has left. What cannot be taken up stays written down, and the log says so. */
  async recover(): Promise<void> {
    const { folder, log } = this.setup;
    for (const name of namespacesIn(folder)) {
      const { journal } = this.in(name);
      for (const record of journal.records()) {
        try {
          await this.take(name, record);
        } catch (error) {
          log.error(
            `task ${record.id} of namespace ${name} is not taken up: ${error instanceof Error ? error.message : error}`,
          );
        }
      }
    }
  }

  private async take(namespace: string, record: TaskRecord): Promise<void> {
    const { ground, contextFor } = this.setup;
    const { service, journal } = this.in(namespace);
    const facts = { ...record, namespace, context: contextFor(namespace)(record.options), ground, journal };
    if (record.created) return service.take((events) => adopt(record, facts, events));
    await undo(facts);
    journal.forget(record.id);
  }

  private in(namespace: string): Namespace {
    const known = this.namespaces.get(namespace);
    if (known) return known;
    const { ground, broadcast, contextFor, folder, log } = this.setup;
    const journal = new FileJournal(`${folder}/${namespace}`, log);
    const events = broadcast.sink(namespace);
    const onShutdown = () => {};
    const service = new TaskService({
      namespace,
      ground,
      events,
      contextFor: contextFor(namespace),
      onShutdown,
      journal,
    });
    const made = {
      service,
      journal,
      methods: { ...taskMethods(service), Shutdown: (request: Uint8Array) => this.shutdown(request) },
    };
    this.namespaces.set(namespace, made);
    return made;
  }

  /**
   * Engines send it to the shim of a container that they have deleted. This server is there for many: without `now` it is none of its
   * business, and with it as long as there are tasks.
   */
  private shutdown(request: Uint8Array): Uint8Array {
    const isIdle = Array.from(this.namespaces.values()).every(({ service }) => service.isIdle);
    // Behind the answer.
    if (ShutdownRequest.decode(request).now && isIdle) setTimeout(this.setup.onShutdown, 0);
    return EMPTY;
  }
}
