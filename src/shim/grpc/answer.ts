/** From a failure to a status of gRPC, as it can be sent. */

import { RuntimeError } from '../../errors.ts';
import { statusOf } from '../status.ts';

/** The message travels as one header, percent-encoded, and clients bound what headers may hold (grpc-java: 8 KiB in all). */
const LONGEST = 2048;
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

export interface Failure {
  readonly code: number;
  readonly details: string;
}

export function failure(error: unknown): Failure {
  const { code, message } = statusOf(error);
  const cut = message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
  // What is no text cannot be encoded: half a character at the end, too.
  return { code, details: cut.replace(LONE_SURROGATE, '\ufffd') };
}

/** What calls get that are open when the server ends. */
export const GOING = failure(
  new RuntimeError('Unavailable', 'the server is going down; its containers run on without it'),
);
