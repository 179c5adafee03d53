/** Files for what hooks write, which else shows up only when one fails. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ANNOTATIONS } from '../spec/annotations.ts';

/** O_WRONLY, O_CREAT, O_APPEND */
const APPEND = 0o1 + 0o100 + 0o2000;
const PRIVATE_FILE = 0o600;

/** Descriptors for standard output and standard error; -1 where the runtime keeps it for an error. */
export type HookOutputs = readonly [stdout: number, stderr: number];

/** @throws RuntimeError for a file that cannot be opened; nothing stays open then */
export function openHookOutputs(annotations: Readonly<Record<string, string>> = {}): HookOutputs {
  const stdout = openOutput(annotations[ANNOTATIONS.hooksStdout]);
  try {
    return [stdout, openOutput(annotations[ANNOTATIONS.hooksStderr])];
  } catch (error) {
    closeHookOutputs([stdout, -1]);
    throw error;
  }
}

export function closeHookOutputs(outputs: HookOutputs): void {
  for (const descriptor of outputs) if (descriptor >= 0) native.close(descriptor);
}

function openOutput(path: string | undefined): number {
  if (!path) return -1;
  try {
    return native.open(path, APPEND, PRIVATE_FILE);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { syscall, code: errno } = error;
    const detail = { stage: 'hook', syscall, errno, path };
    throw new RuntimeError(
      'InvalidArgument',
      `cannot open the file for what hooks write: ${error.message}`,
      detail,
      error,
    );
  }
}
