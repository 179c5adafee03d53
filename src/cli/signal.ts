/** Signals by name or number, as runc reads them. Nothing is made or compiled before it is needed: `state` loads this too. */

/** In the kernel's order from 1 on, the same on x86-64 and aarch64 (arch/x86/include/uapi/asm/signal.h, asm-generic/signal.h). */
const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS';

/** The kernel's highest signal, SIGRTMAX. */
const LAST = 64;

/**
 * @param word `15`, `TERM`, `SIGTERM`, in any case; 0 only asks whether the process is there. Real-time signals have numbers only.
 * @returns undefined for a signal that there is not
 */
export function parseSignal(word: string): number | undefined {
  const number = wholeNumber(word);
  if (number !== undefined) return number <= LAST ? number : undefined;
  const upper = word.toUpperCase();
  const place = NAMES.split(' ').indexOf(upper.startsWith('SIG') ? upper.slice(3) : upper);
  return place < 0 ? undefined : place + 1;
}

/** Digits, with or without a plus; undefined for anything else. */
function wholeNumber(word: string): number | undefined {
  const first = word[0] === '+' ? 1 : 0;
  if (word.length === first) return undefined;
  let number = 0;
  for (let index = first; index < word.length; index++) {
    const digit = word.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
