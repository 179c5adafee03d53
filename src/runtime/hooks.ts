/** Hooks of the runtime's side: prestart, createRuntime, poststart, poststop (spec: config.md, POSIX-platform Hooks). */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Hook } from '../spec/types.ts';
import type { Context } from './context.ts';
import { closeHookOutputs, type HookOutputs, openHookOutputs } from './hook-outputs.ts';
import { signalText } from './signal-text.ts';
import { readable } from './sync.ts';

const MILLISECONDS = 1000;
const OUTPUT_SHOWN = 4096;
const SIGKILL = 9;

/**
 * Runs hooks in order with the state JSON on stdin.
 *
 * @param name for messages: `createRuntime` …
 * @param annotations of the container: they may name files for what the hooks write
 * @throws RuntimeError at the first that fails, with runc's words: `error running createRuntime hook #0: exit status 1, stdout: …`
 */
export async function runHooks(
  context: Context,
  name: string,
  hooks: readonly Hook[],
  state: string,
  cwd: string,
  annotations: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  if (hooks.length === 0) return;
  const outputs = openHookOutputs(annotations);
  try {
    for (const [index, hook] of hooks.entries()) {
      const failure = await runHook(context, hook, state, cwd, outputs);
      if (failure === undefined) continue;
      throw new RuntimeError('FailedPrecondition', `error running ${name} hook #${index}: ${failure}`, {
        stage: 'hook',
        operation: `${name} hook #${index}`,
        path: hook.path,
      });
    }
  } finally {
    closeHookOutputs(outputs);
  }
}

/** undefined when the hook succeeded, else what went wrong. */
async function runHook(
  context: Context,
  hook: Hook,
  state: string,
  cwd: string,
  outputs: HookOutputs,
): Promise<string | undefined> {
  const argv = hook.args && hook.args.length > 0 ? hook.args : [hook.path];
  let child: ReturnType<typeof native.spawnProcess>;
  try {
    const env = hook.env ?? context.environment;
    child = native.spawnProcess({ path: hook.path, argv, env, cwd, input: state, outputs });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  try {
    const timeout = hook.timeout === undefined ? -1 : hook.timeout * MILLISECONDS;
    const status = await waitFor(context, child.pidfd, timeout);
    if (status === undefined) {
      native.pidfdSignal(child.pidfd, SIGKILL);
      native.waitProcess(child.pidfd, -1);
      return `hook ran past specified timeout of ${hook.timeout}.0s`;
    }
    if (status.code === 0) return undefined;
    const how = status.signal === undefined ? `exit status ${status.code}` : `signal: ${signalText(status.signal)}`;
    return `${how}, stdout: , stderr: ${native.readTail(child.output, OUTPUT_SHOWN).trimEnd()}`;
  } finally {
    native.close(child.pidfd);
    native.close(child.output);
  }
}

async function waitFor(context: Context, pidfd: number, timeoutMs: number) {
  if (context.blocking) return native.waitProcess(pidfd, timeoutMs);
  await readable(pidfd, timeoutMs);
  return native.waitProcess(pidfd, 0);
}
