/**
 * The table of `ps -ef` for a few processes, to the letter: what ps(1) itself would have to find among all processes of the host, at
 * many times the cost, and where it is installed only. Layout and rules are those of procps (src/ps/output.c, POSIX's full format).
 */

import { native } from '../host/native.ts';
import { ownerNames } from './owner-names.ts';

/** USER_HZ, which is 100 on every architecture we run on. */
const TICKS = 100;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const NAME_WIDTH = 8;

/** What is the same for every line. */
interface Host {
  readonly nameOf: (uid: number) => string;
  readonly pidWidth: number;
  /** Seconds since the host was booted. */
  readonly uptime: number;
  /** Seconds since 1970. */
  readonly now: number;
}

/** @returns heading and lines, by pid; processes that have gone meanwhile are left out. */
export function fullTable(pids: readonly number[]): string {
  const [uptime] = native.readFile('/proc/uptime').split(' ');
  const host: Host = {
    nameOf: ownerNames(() => native.readFile('/etc/passwd'), String),
    pidWidth: String(Number(native.readFile('/proc/sys/kernel/pid_max')) - 1).length,
    uptime: Math.floor(Number(uptime)),
    now: Math.floor(Date.now() / 1000),
  };
  const heading = lineOf(host, 'UID', 'PID', 'PPID', ' C', 'STIME', 'TTY', 'TIME', 'CMD');
  const lines = [...pids].sort((a, b) => a - b).map((pid) => processLine(pid, host));
  return [heading, ...lines].join('');
}

function processLine(pid: number, host: Host): string {
  const stat = native.readProcess(pid, 'stat');
  const status = native.readProcess(pid, 'status');
  const command = native.readProcess(pid, 'cmdline');
  if (stat === undefined || status === undefined || command === undefined) return '';
  // The name may hold anything, blanks and brackets too.
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index - 3]); // proc_pid_stat(5) counts from 1, the state is 3
  const used = Math.floor((number(14) + number(15)) / TICKS);
  const age = host.uptime - Math.floor(number(22) / TICKS);
  const share = age > 0 ? Math.min(Math.floor((used * 100) / age), 99) : 0;
  return lineOf(
    host,
    shortened(host.nameOf(Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1]))),
    String(pid),
    fields[1] ?? '',
    String(share).padStart(2),
    started(host.now - age, host.now),
    terminal(number(7)),
    elapsed(used),
    commandLine(command, name, fields[0] === 'Z'),
  );
}

function lineOf(
  { pidWidth }: Host,
  ...columns: [string, string, string, string, string, string, string, string]
): string {
  const [user, pid, parent, share, start, tty, time, command] = columns;
  const numbers = `${pid.padStart(pidWidth)} ${parent.padStart(pidWidth)} ${share} ${start.padStart(5)}`;
  return `${user.padEnd(NAME_WIDTH)} ${numbers} ${tty.padEnd(8)} ${time.padStart(8)} ${command}\n`;
}

const shortened = (name: string) => (name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}+` : name);

/** `13:37` today, `Jun06` this year, else the year; local time. */
function started(at: number, now: number): string {
  const then = local(at);
  const today = local(now);
  if (then.getUTCFullYear() !== today.getUTCFullYear()) return String(then.getUTCFullYear());
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${MONTHS[then.getUTCMonth()]}${two(then.getUTCDate())}`;
  const same = then.getUTCMonth() === today.getUTCMonth() && then.getUTCDate() === today.getUTCDate();
  return same ? `${two(then.getUTCHours())}:${two(then.getUTCMinutes())}` : day;
}

/** A moment whose UTC reads as local time: the engine's own local time costs 4 ms. */
function local(seconds: number): Date {
  return new Date((seconds + native.localOffset(seconds)) * 1000);
}

/** `00:00:07`, with days in front where there are any. */
function elapsed(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const time = [two((seconds / 3600) % 24), two((seconds / 60) % 60), two(seconds % 60)].join(':');
  return days > 0 ? `${days}-${time}` : time;
}

/** tty_nr: the minor number in bits 31 to 20 and 7 to 0, the major in 15 to 8. */
function terminal(number: number): string {
  const major = Math.floor(number / 256) % 4096;
  const minor = (number % 256) + Math.floor(number / 2 ** 20) * 256;
  if (major >= 136 && major <= 143) return `pts/${minor + (major - 136) * 256}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return major === 5 && minor === 1 ? 'console' : '?';
}

/** The arguments; the name in brackets of a process without any (a zombie, a thread of the kernel). What could steer a terminal is a dot. */
function commandLine(arguments_: string, name: string, zombie: boolean): string {
  const words = arguments_.replace(/\0+$/, '').replace(/[\0\n]/g, ' ');
  const text = words === '' || zombie ? `[${name}]${zombie ? ' <defunct>' : ''}` : words;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '.');
}
