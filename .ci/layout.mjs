// Lays the compiled program out so that the kernel starts it with fewer page faults: node .ci/layout.mjs PROGRAM ADDON [PIECE]
// PIECE bytes are written at once, 2 MB by default; smaller ones for a program that stays in memory, as a page that is mapped counts whole.
//
// - The machine code moves to a file offset that equals its address modulo 2 MB, and the file is written in pieces of 2 MB. Then
//   the page cache holds it in large pages, and the kernel maps one such page where it mapped 16 small ones per fault.
// - glibc 2.34 and later have threads and dlopen in libc itself, and empty libraries for whoever still asks for the old ones: when
//   the addon needs such a glibc anyway, the program asks for libc only, and the loader has two files less to open and to search.
// What it is worth: docs/performance.md.
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

const LARGE_PAGE = 2 * 1024 * 1024;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_GNU_STACK = 0x6474e551;
const EXECUTABLE = 1;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;

/** The program headers of an ELF file of 64 bits, little-endian (elf(5)); `at` is where the header itself lies. */
function segments(file) {
  const first = Number(file.readBigUInt64LE(32));
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = first + index * 56;
    const [offset, address, , size, , align] = [8, 16, 24, 32, 40, 48].map((each) =>
      Number(file.readBigUInt64LE(at + each)),
    );
    return { at, type: file.readUInt32LE(at), flags: file.readUInt32LE(at + 4), offset, address, size, align };
  });
}

function moveBack(file, field, distance) {
  file.writeBigUInt64LE(file.readBigUInt64LE(field) + BigInt(distance), field);
}

/** A copy whose machine code, and all that follows it, lies as much further back as it takes. */
function alignCode(file) {
  const code = segments(file).find(({ type, flags }) => type === PT_LOAD && flags & EXECUTABLE);
  const distance = (LARGE_PAGE + (code.address % LARGE_PAGE) - (code.offset % LARGE_PAGE)) % LARGE_PAGE;
  if (distance === 0) return file;
  // The page in which the code begins holds the end of the constants too: both copies of it are whole.
  const page = code.offset - (code.offset % code.align);
  const padding = Buffer.alloc(distance - code.align);
  const moved = Buffer.concat([file.subarray(0, page + code.align), padding, file.subarray(page)]);
  for (const { at, type, address } of segments(file)) {
    if (address >= code.address && type !== PT_GNU_STACK) moveBack(moved, at + 8, distance);
  }
  moveBack(moved, 40, distance);
  const sections = Number(moved.readBigUInt64LE(40));
  for (let index = 1; index < moved.readUInt16LE(60); index++) {
    const field = sections + index * 64 + 24;
    if (Number(moved.readBigUInt64LE(field)) >= code.offset) moveBack(moved, field, distance);
  }
  return moved;
}

/** Turns `libpthread.so.0` and `libdl.so.2` into `libc.so.6`, in place: what is needed, and whose versions of symbols are. */
function askForLibcOnly(file) {
  const all = segments(file);
  const offsetOf = (address) => {
    const home = all.find(
      (each) => each.type === PT_LOAD && address - each.address < each.size && address >= each.address,
    );
    return address - home.address + home.offset;
  };
  const entries = [];
  for (let at = all.find(({ type }) => type === PT_DYNAMIC).offset; file.readBigUInt64LE(at) !== 0n; at += 16) {
    entries.push({ at, tag: Number(file.readBigUInt64LE(at)), value: Number(file.readBigUInt64LE(at + 8)) });
  }
  const entryOf = (tag) => entries.find((each) => each.tag === tag).value;
  const strings = offsetOf(entryOf(DT_STRTAB));
  const nameAt = (index) => file.toString('latin1', strings + index, file.indexOf(0, strings + index));
  const isEmpty = (index) => ['libpthread.so.0', 'libdl.so.2'].includes(nameAt(index));
  const needed = entries.filter(({ tag }) => tag === DT_NEEDED);
  const libc = needed.find(({ value }) => nameAt(value) === 'libc.so.6').value;
  for (const { at, value } of needed) if (isEmpty(value)) file.writeBigUInt64LE(BigInt(libc), at + 8);
  let version = offsetOf(entryOf(DT_VERNEED));
  for (let left = entryOf(DT_VERNEEDNUM); left > 0; left--) {
    if (isEmpty(file.readUInt32LE(version + 4))) file.writeUInt32LE(libc, version + 4);
    version += file.readUInt32LE(version + 12);
  }
}

const [path, addon, piece = LARGE_PAGE] = process.argv.slice(2);
const size = Number(piece);
const compiled = readFileSync(path);
const program = size < LARGE_PAGE ? compiled : alignCode(compiled);
if (/GLIBC_2\.(3[4-9]|[4-9]\d)\b/.test(readFileSync(addon, 'latin1'))) askForLibcOnly(program);
const output = openSync(`${path}.new`, 'w', 0o755);
for (let at = 0; at < program.length; ) at += writeSync(output, program, at, Math.min(size, program.length - at));
closeSync(output);
renameSync(`${path}.new`, path);
