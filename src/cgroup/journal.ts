import { type GroupNative, read } from './files.ts';

/** A write that takes another one back. */
interface Step {
  readonly path: string;
  readonly text: string;
}

/**
 * What the files of a group held before they were changed. The kernel is asked, not a record of what was configured once: somebody
 * else may have changed a limit since.
 */
export class Journal {
  readonly #native: GroupNative;
  readonly #steps: Step[] = [];

  constructor(native: GroupNative) {
    this.#native = native;
  }

  /** Writes a file and remembers what it held. @throws SystemError when it cannot be written; nothing has changed then */
  write(path: string, value: string): void {
    const before = this.#before(path);
    this.#native.writeFile(path, value);
    const text = before === undefined ? undefined : restoring(before, value);
    if (text !== undefined) this.#steps.push({ path, text });
  }

  /**
   * Takes the writes back, the last one first: every state on the way has been one before, so the kernel takes it.
   *
   * @returns the files that could not be set back.
   */
  undo(): string[] {
    const failed: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        this.#native.writeFile(step.path, step.text);
      } catch {
        failed.push(step.path);
      }
    }
    return failed;
  }

  #before(path: string): string | undefined {
    try {
      return read(this.#native, path);
    } catch {
      return undefined; // files that can only be written have nothing to go back to
    }
  }
}

/**
 * What to write into a file of a group so that it is again as before `value` was written.
 *
 * @param before what the file held. Most hold one value; block and network files a line for each device, whose absence means "no limit".
 * @returns undefined when nothing can be said
 */
export function restoring(before: string, value: string): string | undefined {
  const lines = before.trim().split('\n');
  const [key = ''] = value.split(' ');
  const keyed = value.includes(' ') && (/^\d+:\d+$/.test(key) || lines.some((line) => line.startsWith(`${key} `)));
  // cpu.max has two numbers and no key.
  if (keyed && lines.length + Number(key.includes(':')) > 1) return lineOf(lines, key) ?? lifted(key, value);
  if (lines.length <= 1) return `${before.trim()}\n`;
  const general = lines.find((line) => line.startsWith('default '));
  // memory.oom_control of v1: only its first line can be written.
  return general ?? /^oom_kill_disable (\d)/.exec(before)?.[1];
}

function lineOf(lines: readonly string[], key: string): string | undefined {
  return lines.find((line) => line.startsWith(`${key} `));
}

/** No limit, as each kind of file says it. */
function lifted(key: string, value: string): string {
  const rest = value.slice(key.length + 1);
  if (!rest.includes('=')) return `${key} 0`; // blkio.throttle.*, blkio.weight_device
  const names = rest.split(' ').map((part) => part.slice(0, part.indexOf('=')));
  return [key, ...names.map((name) => `${name}=max`)].join(' '); // io.max, rdma.max
}
