/** A 64-bit integer: a number when it is a safe integer (|n| < 2^53), a bigint beyond; nothing is ever rounded. */
export type Int = number | bigint;
