/** Runs a seccomp filter as the kernel would (net/core/filter.c, the instructions that seccomp allows and libseccomp emits). */

export interface Call {
  /** AUDIT_ARCH_*. */
  readonly arch: number;
  readonly nr: number;
  readonly args?: readonly bigint[];
}

/** @returns the SECCOMP_RET_* value. @throws where the kernel would refuse the program. */
export function runFilter(filter: Uint8Array, call: Call): number {
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data = seccompData(call);
  const count = filter.length / 8;
  let a = 0;
  for (let pc = 0; pc < count; pc++) {
    const code = program.getUint16(pc * 8, true);
    const [yes, no] = [program.getUint8(pc * 8 + 2), program.getUint8(pc * 8 + 3)];
    const k = program.getUint32(pc * 8 + 4, true);
    const jump = (taken: boolean) => {
      pc += taken ? yes : no;
    };
    switch (code) {
      case 0x20: // ld [k]
        if (k % 4 !== 0 || k > 60) throw new Error(`load at ${k}`);
        a = data.getUint32(k, true);
        break;
      case 0x54: // and #k
        a = Number(BigInt(a) & BigInt(k));
        break;
      case 0x05: // ja
        pc += k;
        break;
      case 0x15:
        jump(a === k);
        break;
      case 0x25:
        jump(a > k);
        break;
      case 0x35:
        jump(a >= k);
        break;
      case 0x45:
        jump((BigInt(a) & BigInt(k)) !== 0n);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`opcode 0x${code.toString(16)} at ${pc}`);
    }
  }
  throw new Error('ran off the end');
}

/** struct seccomp_data, little-endian. */
function seccompData({ arch, nr, args = [] }: Call): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr, true);
  data.setUint32(4, arch, true);
  args.forEach((value, index) => {
    data.setBigUint64(16 + index * 8, value, true);
  });
  return data;
}
