/** One column of a table: cases one after the other, in a machine that is as clean after a case as before. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, SetupError } from './cache.ts';
import { type Cell, type Column as Judged, sums, table } from './report.ts';

/** A case that cannot run here: the message says why. */
export class Skip extends Error {}

/** Milliseconds that a case may take. */
const limit = 240_000;

/** A column that has been run. */
export interface Done extends Judged {
  readonly durations: ReadonlyMap<string, number>;
}

export abstract class Column<Scene> implements Done {
  abstract readonly name: string;
  abstract readonly version: string;
  readonly verdicts = new Map<string, Cell>();
  /** Milliseconds of each case. */
  readonly durations = new Map<string, number>();
  /** A folder of the cache for what is known of cases that failed. */
  protected abstract readonly logs: string;

  /** What a case gets; makes the machine when there is none. */
  protected abstract scene(test: string): Promise<Scene>;
  /** Takes away what the case may leave. @returns what else it has left */
  protected abstract tidy(scene: Scene): Promise<string[]>;
  /** What the daemon has logged. */
  protected abstract get log(): string;
  /** Takes the machine away, if there is one. */
  protected abstract stop(): Promise<void>;

  /** Told of each verdict as it comes. @param took milliseconds */
  onVerdict: (test: string, verdict: Cell, took: number) => void = () => undefined;

  /** Runs the cases. */
  async run(cases: Readonly<Record<string, (scene: Scene) => Promise<void>>>): Promise<void> {
    try {
      for (const [name, body] of Object.entries(cases)) {
        const begin = Date.now();
        const verdict = await this.#judge(name, body);
        this.verdicts.set(name, verdict);
        const took = Date.now() - begin;
        this.durations.set(name, took);
        this.onVerdict(name, verdict, took);
        if (verdict.result === 'fail') await this.#discard(name, verdict.reason);
      }
    } finally {
      await this.stop();
    }
  }

  /** A machine that a case has failed in is not used again: the next case gets a new one. */
  async #discard(name: string, reason: string): Promise<void> {
    const folder = join(cacheFolder, 'logs', this.logs);
    mkdirSync(folder, { recursive: true });
    const file = `${this.name} ${name}.log`.replaceAll(/[^\w.]+/g, '-');
    writeFileSync(join(folder, file), `${reason}\n\n${this.log}`);
    await this.stop();
  }

  async #judge(name: string, body: (scene: Scene) => Promise<void>): Promise<Cell> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const scene = await this.scene(name);
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`took more than ${limit / 1000} s`)), limit);
      });
      await Promise.race([body(scene), late]);
      const left = await this.tidy(scene);
      return left.length > 0 ? { result: 'fail', reason: left.slice(0, 5).join('; ') } : { result: 'pass', reason: '' };
    } catch (error) {
      if (error instanceof SetupError) throw error;
      if (error instanceof Skip) return { result: 'skip', reason: error.message };
      return { result: 'fail', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The cases whose names contain one of the texts; all without any. @throws {SetupError} when there is none */
export function choose<Case>(cases: Readonly<Record<string, Case>>, only: readonly string[]): Record<string, Case> {
  const chosen = Object.entries(cases).filter(
    ([name]) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  if (chosen.length === 0) throw new SetupError(`no case is called so; there are:\n${Object.keys(cases).join('\n')}`);
  return Object.fromEntries(chosen);
}

/** Runs tasks, as many at once. */
export async function inParallel(tasks: readonly (() => Promise<void>)[], jobs: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task; task = tasks[next++]) await task();
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function slowest(columns: readonly Done[]): string {
  const all = columns.flatMap((column) => [...column.durations].map(([name, took]) => ({ name, took, column })));
  const top = all.sort((a, b) => b.took - a.took).slice(0, 5);
  return top.map(({ name, took, column }) => `${column.name}, ${name}: ${(took / 1000).toFixed(1)} s`).join('\n  ');
}

/** Prints the table of columns with the same cases. */
export function printTable(columns: readonly Done[], full: boolean): void {
  const tests = [...new Set(columns.flatMap(({ verdicts }) => [...verdicts.keys()]))];
  console.log(`${table(tests, columns, full)}\n`);
}

/** Prints what took long, the sums of each column, and of all. @returns whether all is well */
export function printSums(columns: readonly Done[], begin: number): boolean {
  console.log(`${((Date.now() - begin) / 1000).toFixed(0)} s; the slowest:\n  ${slowest(columns)}\n`);
  for (const column of columns) console.log(sums(column));
  const results = columns.flatMap((column) => [...column.verdicts.values()].map(({ result }) => result));
  const count = (wanted: string) => results.filter((result) => result === wanted).length;
  console.log(`${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
  return count('fail') === 0 && results.length > 0;
}
