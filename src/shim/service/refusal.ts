import { RuntimeError } from '../../errors.ts';

/** What a process in this state cannot do, in the words of containerd's shim. */
export function refusal(text: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', text, { stage: 'shim' });
}

/**
 * A failure of the runtime as clients of containerd know it: `OCI runtime create failed: …`, which docker searches for words. Its code is
 * `Unknown`, whatever it was: the others are facts about the task to containerd.
 */
export function failed(what: string, error: unknown): RuntimeError {
  const detail = error instanceof RuntimeError ? error.detail : { stage: 'shim' };
  return new RuntimeError('Internal', `${what}: ${error instanceof Error ? error.message : error}`, detail, error);
}
