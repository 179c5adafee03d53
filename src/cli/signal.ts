/** Signals by name or number, as runc reads them. */

/** The kernel's numbers, the same on x86-64 and aarch64 (arch/x86/include/uapi/asm/signal.h, asm-generic/signal.h). */
const NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

/** The kernel's highest signal, SIGRTMAX. */
const LAST = 64;

/**
 * @param word `15`, `TERM`, `SIGTERM`, in any case; 0 only asks whether the process is there. Real-time signals have numbers only.
 * @returns undefined for a signal that there is not
 */
export function parseSignal(word: string): number | undefined {
  if (/^\+?\d+$/.test(word)) {
    const number = Number(word);
    return number <= LAST ? number : undefined;
  }
  const name = word.toUpperCase().replace(/^SIG/, '');
  return Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
}
