/**
 * Log lines in the shape of logrus, which is what callers of runc read: containerd takes `msg` of the last line of the
 * JSON log whose level is `error`, podman the same, BuildKit searches the text.
 */

import type { ErrorDetail } from './errors.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';

/** Where lines go, and how they look. */
export interface LogTarget {
  readonly format: 'text' | 'json';
  /** Text for a person in front of a terminal: short and coloured. */
  terminal(): boolean;
  readonly debug: boolean;
  /** When the program began, in milliseconds since 1970. */
  readonly started: number;
  /** Seconds that local time is ahead of UTC at a Unix time. `Date` knows it too, but takes 6 ms to find out. */
  localOffset(seconds: number): number;
  /** Takes one line with its line break; must not throw. */
  write(line: string): void;
}

const detailKeys = ['stage', 'operation', 'syscall', 'errno', 'path', 'hint'] as const;
const shortNames = { debug: 'DEBU', info: 'INFO', warning: 'WARN', error: 'ERRO' };
const colors = { debug: 37, info: 36, warning: 33, error: 31 };

export class Log {
  readonly #target: LogTarget;
  #held: (() => void)[] | undefined;

  constructor(target: LogTarget) {
    this.#target = target;
  }

  debug(message: string, detail: ErrorDetail = {}): void {
    if (this.#target.debug) this.#add('debug', message, detail);
  }

  info(message: string, detail: ErrorDetail = {}): void {
    this.#add('info', message, detail);
  }

  warn(message: string, detail: ErrorDetail = {}): void {
    if (this.#held) this.#held.push(() => this.#add('warning', message, detail));
    else this.#add('warning', message, detail);
  }

  /**
   * From now on warnings wait for `release`, or for an error: a line takes 0.2 ms, for which a process that is being born would have to
   * wait. Whoever holds them must release them, whatever happens.
   */
  hold(): void {
    if (!this.#target.debug) this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const say of held) say();
  }

  /** What fails a command is logged at one place only, cli/exit.ts; this is for what the command survives. */
  error(message: string, detail: ErrorDetail = {}): void {
    this.release();
    this.#add('error', message, detail);
  }

  #add(level: Level, message: string, detail: ErrorDetail): void {
    const target = this.#target;
    const now = Date.now();
    if (target.format === 'json') target.write(jsonLine(level, message, this.#stamp(now), detail));
    else if (target.terminal()) target.write(terminalLine(level, message, now - target.started, detail));
    else target.write(textLine(level, message, this.#stamp(now), detail));
  }

  #stamp(now: number): string {
    return rfc3339(now, this.#target.localOffset(Math.floor(now / 1000)));
  }
}

/** `{"level":…,"msg":…,"time":…}` and then our keys, which logrus' readers skip. */
export function jsonLine(level: Level, message: string, time: string, detail: ErrorDetail): string {
  const entry: Record<string, string> = { level, msg: message, time };
  for (const key of detailKeys) if (detail[key] !== undefined) entry[key] = detail[key];
  return `${JSON.stringify(entry)}\n`;
}

/** `time="…" level=… msg=…` and, as logrus does with fields, `key=value`. */
export function textLine(level: Level, message: string, time: string, detail: ErrorDetail): string {
  return `time="${time}" level=${level} msg=${logfmt(message)}${fields(detail, '')}\n`;
}

/** `ERRO[0000] …` with the seconds since the start. */
export function terminalLine(level: Level, message: string, elapsedMs: number, detail: ErrorDetail): string {
  const seconds = String(Math.floor(elapsedMs / 1000)).padStart(4, '0');
  const name = `\x1b[${colors[level]}m${shortNames[level]}\x1b[0m`;
  return `${name}[${seconds}] ${printable(message).padEnd(44)} ${fields(detail, `\x1b[${colors[level]}m`)}\n`;
}

/** printable, and one line: a name with a line break in it must not pass for a message of ours. */
function oneLine(text: string): string {
  return printable(text)
    .replace(/[\n\u2028\u2029]/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** One line for a person: what to do, and which operation of the plan failed; undefined when neither is known. */
export function explain({ stage, operation, syscall, errno, path, hint }: ErrorDetail): string | undefined {
  if (operation === undefined) return hint === undefined ? undefined : oneLine(hint);
  const call = syscall === undefined ? errno : `${syscall}: ${errno ?? 'failed'}`;
  const where = `(${[stage, operation, call, path].filter((part) => part !== undefined).join(', ')})`;
  return oneLine(hint === undefined ? where : `${hint} ${where}`);
}

/** Control characters of names that a container chose must not reach a terminal; line breaks and tabs may. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, hexEscape);
}

function fields(detail: ErrorDetail, color: string): string {
  const end = color === '' ? '' : '\x1b[0m';
  return detailKeys
    .filter((key) => detail[key] !== undefined)
    .map((key) => ` ${color}${key}${end}=${logfmt(detail[key] ?? '')}`)
    .join('');
}

/** What stands for itself between quotes, and what needs none: a loop, as regular expressions cost 30 µs each at their first use. */
function looksOf(value: string): 'bare' | 'quoted' | 'escaped' {
  let bare = true;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 32 || code === 34 || code === 92 || (code >= 127 && code < 160)) return 'escaped';
    bare &&= code < 128 && (HARMLESS.includes(value[index] ?? '') || isAlphanumeric(code));
  }
  return bare ? 'bare' : 'quoted';
}

const HARMLESS = '_-./@^+';

function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code < 58) || (code >= 65 && code < 91) || (code >= 97 && code < 123);
}

/** logrus quotes a value, as Go's %q does, unless every character is harmless. */
function logfmt(value: string): string {
  const looks = looksOf(value);
  if (looks === 'bare') return value;
  if (looks === 'quoted') return `"${value}"`;
  const escapes: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\f': '\\f',
    '\v': '\\v',
    '\b': '\\b',
    '\x07': '\\a',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  return `"${value.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f\x7f-\x9f]/g, (each) => escapes[each] ?? hexEscape(each))}"`;
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/**
 * RFC 3339 with whole seconds and an offset, as logrus prints times.
 * @param now milliseconds since 1970
 * @param offset seconds east of UTC
 */
export function rfc3339(now: number, offset: number): string {
  const local = new Date(now + offset * 1000).toISOString().slice(0, 19);
  const minutes = Math.floor(Math.abs(offset) / 60);
  if (minutes === 0) return `${local}Z`;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
