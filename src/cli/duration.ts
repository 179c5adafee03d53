/** Nanoseconds of Go's units of time. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, micro sign
  μs: 1e3, // U+03BC, Greek letter
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * A duration as Go's time.ParseDuration reads it: `5s`, `1h30m`, `1.5s`, `-2ms`, `0`; a number without a unit is none.
 *
 * @returns milliseconds, undefined for anything else
 */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let nanoseconds = 0;
  for (const [, number, unit = ''] of rest.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanoseconds += Number(number) * (UNITS[unit] ?? 0);
  }
  return (sign * nanoseconds) / 1e6;
}
