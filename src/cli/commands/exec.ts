import { RuntimeError } from '../../errors.ts';
import { exec } from '../../runtime/exec.ts';
import type { Changes, ProcessSource } from '../../runtime/exec-source.ts';
import { containerId, type Invocation } from '../command.ts';
import { prefixed } from '../failure.ts';
import { absolute } from '../path.ts';

/** 2^32-1 means "leave it" to the kernel. */
const MOST_ID = 4_294_967_294;

/** @returns the exit code of the process, or 0 when detached. */
export async function run({ context, values, args }: Invocation<'exec'>): Promise<number> {
  const path = (value: string | undefined) => (value ? absolute(value) : undefined);
  try {
    return await exec(context, {
      id: containerId(args),
      process: source(values, args),
      detach: values.detach,
      consoleSocket: path(values['console-socket']),
      pidfdSocket: path(values['pidfd-socket']),
      pidFile: path(values['pid-file']),
      preserveFds: values['preserve-fds'],
      cgroup: values.cgroup,
      ignorePaused: values['ignore-paused'],
    });
  } catch (error) {
    throw prefixed('exec failed', error);
  }
}

function source(values: Invocation<'exec'>['values'], args: readonly string[]): ProcessSource {
  return values.process ? { file: values.process } : { changes: changes(values, args) };
}

function changes(values: Invocation<'exec'>['values'], args: readonly string[]): Changes {
  if (args.length < 2) throw new RuntimeError('InvalidArgument', 'exec args cannot be empty');
  const { uid, gid } = parseUser(values.user);
  const additionalGids: number[] = [];
  for (const word of values['additional-gids']) additionalGids.push(parseId(word, 'additional-gids'));
  return {
    args: args.slice(1),
    cwd: values.cwd,
    env: values.env,
    terminal: values.tty,
    uid,
    gid,
    additionalGids,
    capabilities: values.cap,
    apparmorProfile: values.apparmor,
    selinuxLabel: values['process-label'],
    noNewPrivileges: values['no-new-privs'],
  };
}

function parseUser(text: string | undefined): { uid?: number; gid?: number } {
  if (!text) return {};
  const colon = text.indexOf(':');
  if (colon < 0) return { uid: parseId(text, 'uid') };
  return { gid: parseId(text.slice(colon + 1), 'gid'), uid: parseId(text.slice(0, colon), 'uid') };
}

/**
 * The whole text must be a number that can be an id (CVE-2026-30892: `-u 1` was taken for 0:0).
 * @throws RuntimeError InvalidArgument
 */
function parseId(text: string, what: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= MOST_ID) return value;
  throw new RuntimeError(
    'InvalidArgument',
    `bad ${what}: ${JSON.stringify(text)} is not a number from 0 to ${MOST_ID}`,
    {
      hint: 'names of users and groups are not looked up: use numbers',
    },
  );
}
