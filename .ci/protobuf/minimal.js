// What the generated code stands on: protobuf.js's encoders and decoders of single values.
//
// The bundle in dist/ is taken, since it comes without the package `long`. That one compiles a WebAssembly module when it is loaded (2.5 MB
// resident, 0.25 MB of them for each process), and would be shared with, and so decided by, whoever else in the process uses protobuf.js.
// Without it a 64-bit field is decoded as a number: exact up to 2^53, which holds seconds and nanoseconds of a hundred days.
import $protobuf from 'protobufjs/dist/minimal/protobuf.js';

// The bundle puts itself there for scripts in web pages.
delete globalThis.protobuf;

// Encoded is a bigint too, exactly: counters of the kernel's.
const { LongBits } = $protobuf.util;
const { from } = LongBits;
LongBits.from = (value) =>
  typeof value === 'bigint'
    ? new LongBits(Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn))
    : from(value);

export default $protobuf;
