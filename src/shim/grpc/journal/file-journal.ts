/** The journal of a namespace's tasks: a folder with a file for each, which is replaced as a whole. */

import { isSystemError, RuntimeError } from '../../../errors.ts';
import { type DirectoryEntry, native } from '../../../host/native.ts';
import type { Log } from '../../../log.ts';
import { parse } from '../../../spec/parse.ts';
import { stringify } from '../../../spec/stringify.ts';
import type { Container } from '../../service/container.ts';
import type { InitFacts } from '../../service/init.ts';
import type { Journal } from '../../service/journal.ts';
import { announced, described } from './describe.ts';
import type { TaskRecord } from './record.ts';

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const SUFFIX = '.json';
/** The runtime's rule: what is no name of a container is no name of a file. */
const FORM = /^[\w+.-]{1,250}$/;

export class FileJournal implements Journal {
  private readonly folder: string;
  private readonly log: Log;

  /** @param folder made when it is needed */
  constructor(folder: string, log: Log) {
    this.folder = folder;
    this.log = log;
  }

  announce(facts: InitFacts): void {
    native.mkdirAll(this.folder, PRIVATE_FOLDER);
    this.write(announced(facts));
  }

  note(container: Container): void {
    this.survive(container.id, () => this.write(described(container)));
  }

  forget(id: string): void {
    this.survive(id, () => native.unlink(this.path(id)));
  }

  /** What a predecessor has left. What cannot be read stays where it is, and the log says so. */
  records(): TaskRecord[] {
    const found: TaskRecord[] = [];
    for (const { name } of entries(this.folder)) {
      if (!name.endsWith(SUFFIX)) continue;
      const id = name.slice(0, -SUFFIX.length);
      this.survive(id, () => found.push(this.read(id)));
    }
    return found;
  }

  private read(id: string): TaskRecord {
    const record = parse(native.readFile(this.path(id))) as unknown as TaskRecord;
    if (record.version === 1 && record.id === id) return record;
    throw new RuntimeError('Internal', `${this.path(id)} is not of this version, or of another task`);
  }

  private write(record: TaskRecord): void {
    native.replaceFile(this.path(record.id), stringify(record), PRIVATE_FILE);
  }

  private path(id: string): string {
    if (FORM.test(id)) return `${this.folder}/${id}${SUFFIX}`;
    const words = `invalid container ID format: ${JSON.stringify(id).slice(0, 80)}`;
    throw new RuntimeError('InvalidArgument', words);
  }

  private survive(id: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.log.error(`the record of task ${id}: ${text}`, { stage: 'shim' });
    }
  }
}

/** The names of the folders in a folder of journals. */
export function namespacesIn(folder: string): string[] {
  return entries(folder).flatMap(({ name, kind }) => (kind === 'directory' ? [name] : []));
}

function entries(folder: string): DirectoryEntry[] {
  try {
    return native.readDirectory(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
