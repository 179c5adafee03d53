/**
 * What the launcher (addon/launcher) wrote down before the engine started, and the caller's environment as it was.
 *
 * The engine raises the soft limit of open files, opens descriptors of its own and marks every inherited descriptor from 4 on
 * close-on-exec, all before the first line of JavaScript; and a container, a hook or `--preserve-fds` is owed what the caller gave.
 */

/** The caller's process state. */
export interface Launch {
  /** RLIMIT_NOFILE of the caller, soft and hard; 2^64-1 is "unlimited". */
  readonly openFiles: readonly [soft: bigint, hard: bigint];
  /** Inherited descriptors above 2 as ascending, inclusive ranges. */
  readonly descriptors: readonly (readonly [first: number, last: number])[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const variable = '_HOIST_LAUNCH';
const shimVariable = '_HOIST_SHIM';
const engine = ['BUN_', 'NODE_', 'JSC_', 'WTF_', 'MIMALLOC_', 'UV_', 'SIMDUTF_', 'Malloc'];

/**
 * Reads `_HOIST_LAUNCH=<soft>:<hard>:<ranges>`, for example `1024:20000:3-5,9`. The launcher always writes it itself.
 * @returns undefined when the program did not come through the launcher (as a library in Node)
 */
export function readLaunch(environment: Environment): Launch | undefined {
  const [soft = '', hard = '', ranges, more] = (environment[variable] ?? '').split(':');
  if (ranges === undefined || more !== undefined || !isNumber(soft) || !isNumber(hard)) return undefined;
  const descriptors: (readonly [number, number])[] = [];
  for (const range of ranges === '' ? [] : ranges.split(',')) {
    const [first = '', last = first] = range.split('-');
    if (!isNumber(first) || !isNumber(last)) return undefined;
    descriptors.push([Number(first), Number(last)]);
  }
  return { openFiles: [BigInt(soft), BigInt(hard)], descriptors };
}

/**
 * Reads `_HOIST_SHIM=start:<number>`: the pipe to a launcher that waits for us to become a daemon, and takes one byte, the exit code.
 * @returns undefined when nobody waits
 */
export function reportPipe(environment: Environment): number | undefined {
  const [verb, descriptor = ''] = (environment[shimVariable] ?? '').split(':');
  return verb === 'start' && isNumber(descriptor) ? Number(descriptor) : undefined;
}

/** Digits only; a regular expression would take 60 µs of every start. */
function isNumber(text: string): boolean {
  for (const letter of text) if (letter < '0' || letter > '9') return false;
  return text !== '';
}

/** Whether the caller gave us this descriptor; the engine's own carry other numbers. */
export function isInherited(launch: Launch, descriptor: number): boolean {
  return launch.descriptors.some(([first, last]) => first <= descriptor && descriptor <= last);
}

/**
 * The environment that the caller gave us, as `NAME=value`: for hooks without an environment of their own, which inherit ours.
 * Undoes what the launcher did: it hides variables that steer the engine by turning their first letter into a dot.
 */
export function callerEnvironment(environment: Environment): string[] {
  if (environment[variable] === undefined)
    return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const hidden = engine.map((prefix) => `.${prefix.slice(1)}`);
  const result: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (name === variable || name === shimVariable || engine.some((prefix) => name.startsWith(prefix))) continue;
    const place = hidden.findIndex((prefix) => name.startsWith(prefix));
    result.push(`${place < 0 ? name : engine[place]?.slice(0, 1) + name.slice(1)}=${value}`);
  }
  return result;
}
