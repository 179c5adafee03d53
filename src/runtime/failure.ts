/** The words for what went wrong in hoist-init: runc's text first, then what to do about it. */

import { RuntimeError } from '../errors.ts';
import { capabilityNames } from '../plan/capabilities.ts';
import { NO_SLOT, type Operation, STEPS } from '../plan/operations.ts';
import { errnoName, errnoText } from './errno.ts';
import { signalText } from './signal-text.ts';
import type { InitMessage } from './sync.ts';

type Step = (typeof STEPS)[number];

const EPERM = 1;
const ENOENT = 2;
const EACCES = 13;
const ENOTDIR = 20;
const EDQUOT = 122;
const HOOK_ENDS: readonly Step[] = ['hook exit', 'hook signal'];
const MILLISECONDS = 1000;
const HOOKS = ['', 'createContainer', 'startContainer'];

/** What an operation is about, in a few words: `mount proc at /proc`. */
export function describe(operation: Operation | undefined): string {
  if (!operation) return 'plan';
  const values = operation as unknown as Record<string, unknown>;
  if (operation.op === 'mount') return `mount ${operation.source} at ${operation.destination}`;
  const detail = ['path', 'destination', 'source', 'name', 'file']
    .map((key) => values[key])
    .find((value) => typeof value === 'string');
  return detail === undefined ? operation.op : `${operation.op} ${detail}`;
}

/** The error of a `failed` message. */
export function initFailure(message: InitMessage, operations: readonly Operation[]): RuntimeError {
  const operation = operations[message.op];
  const step: Step = STEPS[message.step] ?? 'unknown';
  const text = words(operation, step, message);
  const isSystemCall = STEPS.indexOf(step) > 0 && STEPS.indexOf(step) < STEPS.indexOf('not a directory');
  return new RuntimeError(codeOf(step, message.errno), `unable to start container process: ${text}`, {
    stage: 'init',
    operation: describe(operation),
    syscall: isSystemCall ? step : undefined,
    // A hook's exit code or signal is in its place.
    errno: message.errno > 0 && !HOOK_ENDS.includes(step) ? errnoName(message.errno) : undefined,
    path: message.text || undefined,
    hint: hintFor(operation, step, message),
  });
}

/** A tolerated failure as a line for the log; undefined for those that mean nothing to anybody. */
export function initWarning(message: InitMessage, operations: readonly Operation[]): string | undefined {
  const operation = operations[message.op];
  if (operation?.op === 'stdio' || operation?.op === 'directory') return undefined;
  if (operation?.op === 'capabilities' || operation?.op === 'bounding') {
    const names = /^(0x)?[0-9a-f]+$/.test(message.text)
      ? capabilityNames(BigInt(`0x${message.text.replace('0x', '')}`))
      : [message.text];
    return `cannot grant ${names.join(', ')}: the runtime does not have ${names.length === 1 ? 'it' : 'them'}`;
  }
  return `${describe(operation)}: ${reason(STEPS[message.step] ?? 'unknown', message)}`;
}

function words(operation: Operation | undefined, step: Step, message: InitMessage): string {
  const why = reason(step, message);
  switch (operation?.op) {
    case 'lookup':
      return lookupWords(operation.name, step, message.errno);
    case 'execute':
      return `exec ${operation.argv[0]}: ${execWords(step, message.errno)}`;
    case 'mount':
      return `error during container init: ${mountWords(operation, step, why)}`;
    case 'openSource':
      return `error during container init: ${sourceWords(operation, step, message, why)}`;
    case 'hook':
      return `error running ${HOOKS[Number(operation.when)]} hook #${operation.index}: ${hookWords(operation, step, message)}`;
    case 'cwd':
      return `error during container init: ${step === 'cwd outside' ? 'current working directory is outside of container mount namespace root -- possible container breakout detected' : `chdir to cwd (${JSON.stringify(operation.path)}) set in config.json failed: ${errnoText(message.errno)}`}`;
    case 'device':
      return `error during container init: ${deviceWords(operation, step, message) ?? `${describe(operation)}: ${why}`}`;
    case 'keyring':
      return `error during container init: unable to join session keyring: ${why}`;
    default:
      return `error during container init: ${describe(operation)}: ${why}`;
  }
}

/** Docker and podman tell 126 from 127 by these texts; of a folder docker 20.10 knows only what execve(2) would say. */
function lookupWords(name: string, step: Step, errno: number): string {
  const quoted = JSON.stringify(name);
  if (step === 'is a directory') return `exec: ${quoted}: is a directory: permission denied`;
  if (!name.includes('/')) return `exec: ${quoted}: executable file not found in $PATH`;
  if (step === 'not executable' || errno === EACCES) return `exec: ${quoted}: permission denied`;
  return `exec: ${quoted}: stat ${name}: ${errnoText(errno || ENOENT)}`;
}

function execWords(step: Step, errno: number): string {
  if (step === 'missing interpreter' || step === 'crlf interpreter' || step === 'missing loader')
    return errnoText(ENOENT);
  if (step === 'wrong architecture' || step === 'no exec format') return 'exec format error';
  return errnoText(errno);
}

function mountWords(operation: Operation & { op: 'mount' }, step: Step, why: string): string {
  const place = JSON.stringify(operation.destination);
  if (step === 'inside proc') return `${place} cannot be mounted because it is inside /proc`;
  if (step === 'not a procfs') return `${place} cannot be mounted because it is not of type proc`;
  const ordinary = operation.type === 'proc' || operation.type === 'sysfs';
  if (ordinary && (step === 'is a symlink' || step === 'not a directory')) {
    return `error mounting ${JSON.stringify(operation.source)} to rootfs at ${place}: filesystem ${JSON.stringify(operation.type)} must be mounted on ordinary directory`;
  }
  // A file on a directory or the other way round is one thing to mount(2), and docker explains it by these words.
  if (step === 'not a directory') {
    return `error mounting ${JSON.stringify(operation.source)} to rootfs at ${place}: ${errnoText(ENOTDIR)}`;
  }
  return `error mounting ${JSON.stringify(operation.source)} to rootfs at ${place}: ${why}`;
}

/** runc's words for a mapping that the file system does not take. */
function sourceWords(
  operation: Operation & { op: 'openSource' },
  step: Step,
  message: InitMessage,
  why: string,
): string {
  if (operation.mapping === NO_SLOT || step !== 'mount_setattr') return `${describe(operation)}: ${why}`;
  const maybe =
    errnoName(message.errno) === 'EINVAL'
      ? " (maybe the filesystem used doesn't support idmap mounts on this kernel?)"
      : '';
  return `failed to set MOUNT_ATTR_IDMAP on ${operation.source}: ${errnoText(message.errno)}${maybe}`;
}

/** undefined for what is no conflict with something that the image has there. */
function deviceWords(operation: Operation & { op: 'device' }, step: Step, message: InitMessage): string | undefined {
  if (step !== 'wrong device' || errnoName(message.errno) !== 'EEXIST') return undefined;
  const { path, major, minor } = operation;
  if (message.text === '') return `error creating device ${path}: ${path} has incorrect ftype`;
  return `error creating device ${path}: ${path} has incorrect major:minor: ${message.text} doesn't match expected ${major}:${minor}`;
}

function hookWords({ timeout }: Operation & { op: 'hook' }, step: Step, message: InitMessage): string {
  const output = `stdout: , stderr: ${message.text.trimEnd()}`;
  if (step === 'hook exit') return `exit status ${message.errno}, ${output}`;
  if (step === 'hook signal') return `signal: ${signalText(message.errno)}, ${output}`;
  if (step === 'hook timeout') return `hook ran past specified timeout of ${Number(timeout) / MILLISECONDS}.0s`;
  return `${step}: ${errnoText(message.errno)}`;
}

function reason(step: Step, message: InitMessage): string {
  const subject = message.text ? ` ${message.text}` : '';
  return message.errno > 0 ? `${step}${subject}: ${errnoText(message.errno)}` : `${step}${subject}`;
}

function codeOf(step: Step, errno: number): RuntimeError['code'] {
  if (errno === ENOENT || step === 'not found in path') return 'NotFound';
  if (errno === EACCES || errno === 1) return 'PermissionDenied';
  return step === 'plan' ? 'Internal' : 'FailedPrecondition';
}

const STEP_HINTS: Partial<Record<Step, (text: string) => string>> = {
  'missing interpreter': (text) =>
    `the interpreter ${text} in the first line of the script does not exist in the rootfs`,
  'crlf interpreter': (text) =>
    `the first line of the script ends in CRLF, so the kernel looks for ${JSON.stringify(text)}: save it with LF line ends`,
  'missing loader': (text) =>
    `the program needs the loader ${text}, which is not in the rootfs: add its libraries, or link it statically`,
  'wrong architecture': () => 'the program was built for another processor architecture than this machine has',
  'no exec format': () => 'the file is neither a program for this kernel nor a script with a #! line',
  'is a symlink': (text) => `${text} is a symbolic link in the rootfs; it must be an ordinary file or directory`,
  'inside proc': () => 'mount it elsewhere: only a few files of /proc may be mounted over',
  'not a devpts': () => 'a terminal needs a mount of type devpts at /dev/pts in config.json',
};

function hintFor(operation: Operation | undefined, step: Step, message: InitMessage): string | undefined {
  if (operation?.op === 'device' && step === 'wrong device')
    return `something else than the device stands at ${operation.path} in the rootfs`;
  if (operation?.op === 'mount' && step === 'not a directory') {
    const [source, there] =
      message.errno === ENOTDIR ? ['a directory', 'no directory'] : ['no directory', 'a directory'];
    return `${operation.source} is ${source}, ${operation.destination} in the rootfs is ${there}: both must be of one kind`;
  }
  const known = STEP_HINTS[step]?.(message.text);
  if (known !== undefined) return known;
  if (operation?.op === 'keyring' && message.errno === EDQUOT) {
    return 'the quota of kernel keys of this user is used up (/proc/sys/kernel/keys/maxkeys): raise it, or use --no-new-keyring';
  }
  if (operation?.op === 'scheduler' && message.errno === EPERM) {
    // sched_setattr(2), SCHED_DEADLINE: the process must be allowed on all processors.
    return "process scheduler can't be used together with AllowedCPUs (linux.resources.cpu.cpus), and takes CAP_SYS_NICE";
  }
  if (operation?.op === 'console' && message.errno === ENOENT) return STEP_HINTS['not a devpts']?.('');
  if (operation?.op === 'lookup' && !operation.name.includes('/')) {
    return `none of ${operation.paths.join(', ') || '(PATH is empty)'} in the rootfs holds it`;
  }
  return undefined;
}
