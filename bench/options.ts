/** What the command line of the bench asks for. */
export interface Options {
  /** Measured rounds per operation; each holds one sample of every runtime. */
  readonly rounds: number;
  /** Names of operations or metrics to measure; empty means all, memory included. */
  readonly only: readonly string[];
  /** Exit 1 when a threshold is missed. */
  readonly check: boolean;
  /** Runtimes by name, in the order in which they are shown. */
  readonly runtimes: ReadonlyMap<string, string>;
  /** Folder that results.json and chart.svg are written to; null: not written. */
  readonly out: string | null;
  /** Set by the bench when it runs itself again inside its private namespaces. */
  readonly inside: boolean;
}

const usage = `usage: npm run bench -- [options]
  --rounds N            measured rounds per operation (default 40)
  --only A,B            operations to measure: version,run,lifecycle,state,kill,exec,pause,resume,update,ps,memory
  --runtime NAME=PATH   use this program as NAME, or add it (default hoist=dist/bin/hoist, crun and runc from PATH)
  --check               exit 1 when a threshold is missed
  --out DIR             where results.json and chart.svg go (default bench; 'none': nowhere)`;

/**
 * Reads the command line.
 * @param argv the arguments after the program's name
 * @param defaults runtimes to measure when nothing else is said
 * @throws Error with a message for people, when an option is unknown or malformed
 */
export function parseOptions(argv: readonly string[], defaults: ReadonlyMap<string, string>, out: string): Options {
  const runtimes = new Map(defaults);
  const result = { rounds: 40, only: [] as string[], check: false, out: out as string | null, inside: false };
  for (let i = 0; i < argv.length; i++) {
    const [name = '', inline] = splitOnce(argv[i] ?? '');
    const value = () => {
      const text = inline ?? argv[++i];
      if (text === undefined) throw new Error(`${name} needs a value`);
      return text;
    };
    if (name === '--check') result.check = true;
    else if (name === '--inside') result.inside = true;
    else if (name === '--rounds') result.rounds = parseRounds(value());
    else if (name === '--only') result.only = value().split(',');
    else if (name === '--out') result.out = noneAsNull(value());
    else if (name === '--runtime') addRuntime(runtimes, value());
    else throw new Error(name === '--help' ? usage : `unknown option ${name}\n${usage}`);
  }
  return { ...result, runtimes };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function noneAsNull(text: string): string | null {
  return text === 'none' ? null : text;
}

function parseRounds(text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) throw new Error(`--rounds: not a count: ${text}`);
  return Number(text);
}

function addRuntime(runtimes: Map<string, string>, text: string): void {
  const [name, path] = splitOnce(text);
  if (!/^[a-z0-9.-]+$/.test(name) || !path) throw new Error(`--runtime: expected NAME=PATH, got ${text}`);
  runtimes.set(name, path);
}
