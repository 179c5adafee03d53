/**
 * criu as a service: `criu swrk 3` answers requests over one SOCK_SEQPACKET socket, packets are protocol buffers (proto/criu).
 *
 *   hoist                              criu
 *   VERSION, FEATURE_CHECK         →                 as many as there are; it stays for the next one
 *                                  ←  the same
 *   DUMP, PRE_DUMP or RESTORE      →
 *                                  ←  NOTIFY         a step is reached; orphan-pts-master carries a terminal
 *   NOTIFY success                 →                 or not: then it undoes everything
 *                                  ←  the same       the end
 */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { type ExitStatus, native, type SpawnedProcess, type SpawnProcess } from '../../host/native.ts';
import { criu_req as Request, criu_resp as Response, criu_req_type as Type } from '../../proto/criu.js';
import type { Context } from '../context.ts';
import { signalText } from '../signal-text.ts';
import { readable } from '../sync.ts';
import { findProgram } from './program.ts';

/** The first version that can be asked for its version. */
const OLDEST = 30000;
const OUTPUT_SHOWN = 1024;
const SIGKILL = 9;

/** A step of criu's: its name, the pid of the first process where there is one, and descriptors, which are closed afterwards. */
export interface Notification {
  readonly script: string;
  readonly pid: number;
  readonly descriptors: readonly number[];
}

export class Criu {
  readonly pid: number;
  private readonly context: Context;
  private readonly process: SpawnedProcess;
  private ended = false;

  /**
   * Starts criu, with PATH and HOME and nothing else of the caller's environment.
   * @throws RuntimeError NotFound when there is none in PATH
   */
  constructor(context: Context, request: Pick<SpawnProcess, 'input' | 'stdio' | 'descriptors' | 'mount'>) {
    const { path, env } = findProgram(context.environment);
    const { openFiles } = context.inherited ?? {};
    this.context = context;
    this.process = native.spawnProcess({
      path,
      argv: ['criu', 'swrk', '3'],
      env,
      channel: true,
      openFiles,
      ...request,
    });
    this.pid = this.process.pid;
  }

  /**
   * major × 10000 + minor × 100 + patch; one between two releases counts as the next minor one (go-criu's rule).
   * @throws RuntimeError FailedPrecondition when it is too old for us
   */
  async version(): Promise<number> {
    const { version } = await this.exchange({ type: Type.VERSION, keepOpen: true }, ignore).catch((error) => {
      throw prefixed('CRIU version check failed', error);
    });
    const { majorNumber = 0, minorNumber = 0, sublevel, gitid } = version ?? {};
    const found = majorNumber * 10000 + (gitid ? minorNumber + 1 : minorNumber) * 100 + (gitid ? 0 : (sublevel ?? 0));
    if (found >= OLDEST) return found;
    throw new RuntimeError('FailedPrecondition', `CRIU version ${found} must be ${OLDEST} or higher`, tooOld());
  }

  /** @throws RuntimeError FailedPrecondition in runc's words when criu or the kernel lacks it */
  async demand(feature: 'memTrack' | 'lazyPages', name: string): Promise<void> {
    const { features } = await this.exchange(
      { type: Type.FEATURE_CHECK, features: { [feature]: true }, keepOpen: true },
      ignore,
    ).catch((error) => {
      throw prefixed('CRIU feature check failed', error);
    });
    if (features?.[feature]) return;
    const hint = 'this criu or this kernel cannot do it: see `criu check --all`';
    throw new RuntimeError('FailedPrecondition', `criu is missing features: [${name}]`, { stage: 'criu', hint });
  }

  /**
   * The one request that does something; criu ends after it.
   * @param notify a failure of it makes criu undo what it did, and is what is thrown then
   * @throws RuntimeError Internal `criu failed: type DUMP errno 0: …`
   */
  async perform(
    request: Request.$Properties,
    notify: (notification: Notification) => Promise<void> | void,
  ): Promise<void> {
    await this.exchange(request, notify);
    const status = await this.end();
    // After a pre-dump it would go on with a dump, and takes our silence amiss.
    if (status.code === 0 || request.type === Type.PRE_DUMP) return;
    throw failure(`criu failed: ${statusText(status)}`);
  }

  /** Lets criu go and waits for it; what it had not finished it undoes. */
  async end(): Promise<ExitStatus> {
    const { socket, pidfd, output } = this.process;
    this.ended = true;
    native.close(socket);
    try {
      if (!this.context.blocking) await readable(pidfd);
      return native.waitProcess(pidfd, -1) ?? { signal: SIGKILL };
    } finally {
      native.close(pidfd);
      if (output >= 0) native.close(output);
    }
  }

  /** For a clean-up: the same, when it has not ended yet. */
  async abandon(): Promise<void> {
    if (!this.ended) await this.end();
  }

  private async exchange(
    request: Request.$Properties,
    notify: (notification: Notification) => Promise<void> | void,
  ): Promise<Response.$Properties> {
    this.send(request);
    let reason: unknown;
    for (;;) {
      const { response, descriptors } = await this.receive(request);
      if (response.type !== Type.NOTIFY) {
        if (reason !== undefined) throw reason;
        if (response.success) return response;
        throw refusal(request, response);
      }
      try {
        const { script, pid } = response.notify ?? {};
        await notify({ script: script ?? '', pid: pid ?? 0, descriptors });
      } catch (error) {
        reason ??= error;
      } finally {
        for (const descriptor of descriptors) native.close(descriptor);
      }
      this.send({ type: Type.NOTIFY, notifySuccess: reason === undefined });
    }
  }

  private send(request: Request.$Properties): void {
    try {
      native.send(this.process.socket, Request.encode(request).finish(), []);
    } catch (error) {
      // It has gone: what it said before is the real reason.
      if (!isSystemError(error, 'EPIPE', 'ECONNRESET')) throw error;
    }
  }

  private async receive(request: Request.$Properties) {
    const { socket, output } = this.process;
    if (!this.context.blocking) await readable(socket);
    const message = native.receive(socket, -1);
    if (message) return { response: Response.decode(message.data), descriptors: message.descriptors };
    const said = output < 0 ? '' : native.readTail(output, OUTPUT_SHOWN).trim();
    const how = statusText(await this.end());
    throw failure(`criu failed: type ${Type[request.type]}: it ended without an answer (${how})${said && `: ${said}`}`);
  }
}

function ignore(): void {}

/** criu's number for what failed, and with criu 4 its own words. */
function refusal(request: Request.$Properties, { crErrno, crErrmsg }: Response.$Properties): RuntimeError {
  const words = crErrmsg ? `: ${crErrmsg.trim()}` : '';
  return failure(`criu failed: type ${Type[request.type]} errno ${crErrno ?? 0}${words}`);
}

function failure(message: string): RuntimeError {
  return new RuntimeError('Internal', message, { stage: 'criu' });
}

function prefixed(prefix: string, error: unknown): unknown {
  if (!(error instanceof RuntimeError)) return error;
  return new RuntimeError('FailedPrecondition', `${prefix}: ${error.message}`, { ...tooOld(), ...error.detail }, error);
}

function tooOld() {
  return { stage: 'criu', hint: 'install a newer criu, or put one first in PATH' };
}

function statusText({ code, signal }: ExitStatus): string {
  return signal === undefined ? `exit status ${code}` : `signal: ${signalText(signal)}`;
}
