/** What containerd tells its subscribers, as `ctr events` prints it. */
import type { Command } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';
import type { Rig } from './rig.ts';

/** `2026-01-01 12:00:00.123456789 +0000 UTC NAMESPACE /tasks/exit {"container_id":…}` */
export interface Event {
  readonly topic: string;
  /** As containerd's JSON has it: `container_id`, `exec_id`, `exit_status`, `exited_at`, … */
  readonly fields: Readonly<Record<string, unknown>>;
}

const line = /^\S+ \S+ \S+ \S+ \S* ?(\/\S+) (\{.*\})$/;

export class EventLog {
  readonly #rig: Rig;
  #process: Command | undefined;
  #probes = 0;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  /** Subscribes; returns once events arrive. To be called again after a restart of containerd: what was seen is forgotten. */
  async start(): Promise<void> {
    this.#process?.child.kill('SIGKILL');
    const process = this.#rig.spawnCtr(['events'], { timeout: 0 });
    this.#process = process;
    await until('the first event', async () => {
      const probe = `probe-${++this.#probes}`;
      await this.#rig.mustCtr(['namespaces', 'create', probe]);
      await this.#rig.mustCtr(['namespaces', 'remove', probe]);
      return process.stdout.includes('/namespaces/') ? true : undefined;
    });
  }

  #all(): Event[] {
    const lines = (this.#process?.stdout ?? '').split('\n').slice(0, -1);
    return lines.flatMap((text) => {
      const [, topic, json] = line.exec(text) ?? [];
      return topic && json ? [{ topic, fields: JSON.parse(json) as Event['fields'] }] : [];
    });
  }

  /** Those of the tasks of a container so far, in the order in which they came. */
  of(container: string): Event[] {
    return this.#all().filter(({ topic, fields }) => topic.startsWith('/tasks/') && fields.container_id === container);
  }

  /** Waits for one of a container's, and returns all up to now. @param patience in milliseconds */
  async until(container: string, topic: string, patience?: number): Promise<Event[]> {
    const look = () => {
      const seen = this.of(container);
      return seen.some((event) => event.topic === topic) ? seen : undefined;
    };
    return until(`${topic} of ${container}`, look, patience);
  }
}
