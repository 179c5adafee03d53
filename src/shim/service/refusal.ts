import { type ErrorCode, RuntimeError } from '../../errors.ts';

/** What a process in this state cannot do, in the words of containerd's shim. */
export function refusal(text: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', text, { stage: 'shim' });
}

/** A failure of the runtime as clients of containerd know it: `OCI runtime create failed: …`, which docker searches for words. */
export function failed(what: string, error: unknown): RuntimeError {
  const code: ErrorCode = error instanceof RuntimeError ? error.code : 'Internal';
  const detail = error instanceof RuntimeError ? error.detail : { stage: 'shim' };
  const text = error instanceof Error ? error.message : String(error);
  // containerd takes NotFound and AlreadyExists for facts about the task; only `Unknown` is neutral.
  const neutral = code === 'NotFound' || code === 'AlreadyExists' ? 'Internal' : code;
  return new RuntimeError(neutral, `${what}: ${text}`, detail, error);
}
