/** Who answers for the system calls of a container whose filter asks (SCMP_ACT_NOTIFY). */

import { ANNOTATIONS } from '../spec/annotations.ts';
import type { Spec } from '../spec/types.ts';

export interface Agent {
  /** Of a unix socket; `@name` is an abstract one. */
  readonly path: string;
  readonly metadata?: string;
}

/** @param spec validated: a profile that asks has an agent */
export function agentOf({ linux, annotations }: Spec): Agent {
  const { listenerPath, listenerMetadata: metadata } = linux?.seccomp ?? {};
  const path = listenerPath || annotations?.[ANNOTATIONS.seccompReceiver] || '';
  return metadata ? { path, metadata } : { path };
}
