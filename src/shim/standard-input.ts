/** What containerd sends along. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';

const STDIN = 0;
const PIECE_BYTES = 64 * 1024;
/** As Go has it. */
const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Everything until the end.
 * @throws RuntimeError InvalidArgument beyond 10 MiB
 */
export function readStandardInput(): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = native.read(STDIN, PIECE_BYTES, -1);
    if (piece === undefined) break;
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_BYTES) throw new RuntimeError('InvalidArgument', 'more than 10 MiB on standard input');
  }
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
