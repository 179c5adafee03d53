/** Asks whoever listens on a shim's socket whether it is a shim that works: one call of ttrpc, which every Task service answers. */

import { isSystemError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { HEADER_LENGTH, RESPONSE } from '../../ttrpc/frame.ts';
import { requestFrame } from '../../ttrpc/message.ts';

const STREAM = 1;

/**
 * @param connection to the socket
 * @returns `gone` when the connection was closed: the shim has just ended, or takes nothing from us
 */
export function answers(connection: number, timeoutMs: number): 'yes' | 'silent' | 'gone' {
  try {
    // Connect fails for no id, known or not.
    const call = requestFrame(STREAM, 'containerd.task.v2.Task', 'Connect', new Uint8Array(), 0, {});
    if (call instanceof Uint8Array) native.write(connection, call);
    // The header comes in one piece: nothing was sent before it.
    const frame = native.read(connection, HEADER_LENGTH, timeoutMs);
    if (frame === undefined) return 'gone';
    const isAnswer = frame.length === HEADER_LENGTH && frame[7] === STREAM && frame[8] === RESPONSE;
    return isAnswer ? 'yes' : 'silent';
  } catch (error) {
    if (isSystemError(error, 'ETIMEDOUT')) return 'silent';
    if (isSystemError(error, 'EPIPE', 'ECONNRESET')) return 'gone';
    throw error;
  }
}
