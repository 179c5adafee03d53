/**
 * Seccomp notify: whoever answers for the system calls of a container gets the listener of its filter, over a unix socket, with a
 * document that says whose it is (spec: config-linux.md, containerProcessState).
 */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Agent } from '../seccomp/agent.ts';
import type { State } from '../spec/types.ts';
import { OCI_VERSION } from '../spec/version.ts';

/** More does not fit into one packet; the descriptor travels with the first. */
const PACKET = 64 * 1024;

/** A connection to such a program: one for each listener, and nothing else is ever sent over it. */
export class SeccompAgent {
  private readonly socket: number;
  private readonly agent: Agent;

  /** @throws RuntimeError when nobody listens (runc's words) */
  constructor(agent: Agent) {
    this.agent = agent;
    this.socket = this.attempt('failed to connect with seccomp agent specified in the seccomp profile', () =>
      native.connectSocket(agent.path, false),
    );
  }

  /**
   * @param listener is closed in any case: nobody else must answer
   * @param pid the process under the filter: the container's first, or one of `exec`
   * @param state of the container
   */
  handOver(listener: number, pid: number, state: State): void {
    const { path, metadata } = this.agent;
    const document = { ociVersion: OCI_VERSION, fds: ['seccompFd'], pid, ...(metadata ? { metadata } : {}), state };
    const text = new TextEncoder().encode(JSON.stringify(document));
    try {
      this.attempt(`cannot send seccomp fd to ${path}`, () => {
        native.send(this.socket, text.subarray(0, PACKET), [listener]);
        if (text.length > PACKET) native.write(this.socket, text.subarray(PACKET));
      });
    } finally {
      native.close(listener);
    }
  }

  close(): void {
    native.close(this.socket);
  }

  private attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const text = `unable to start container process: ${what}: ${error.message}`;
      const { syscall, code: errno } = error;
      const hint = 'the program that answers SCMP_ACT_NOTIFY must listen there before the container is created';
      throw new RuntimeError(
        'FailedPrecondition',
        text,
        { stage: 'seccomp', syscall, errno, path: this.agent.path, hint },
        error,
      );
    }
  }
}
