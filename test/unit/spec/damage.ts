// Breaks configurations at random, the same way in every run.
import { parse } from '../../../src/spec/parse.ts';

const junk: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 4294967295,
  () => 0.5,
  () => 2n ** 64n,
  () => -(2n ** 70n),
  () => '',
  () => '\0',
  () => '../../x',
  () => 'toString',
  () => 'y'.repeat(300),
  () => [],
  () => [null, 7, {}],
  () => ({}),
  () => parse('{"__proto__": {"path": 1}, "constructor": null, "type": []}'),
];

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Some object or array, found by walking down from the top; each step may be the last. */
function somewhere(top: Container, next: (below: number) => number): Container {
  let here = top;
  for (;;) {
    const inside = Object.values(here).filter(isContainer);
    const chosen = inside[next(inside.length + 1)];
    if (chosen === undefined) return here;
    here = chosen;
  }
}

/** Breaks one random place: replaces, removes, doubles or adds something. */
export function mutate(document: unknown, next: (below: number) => number): void {
  if (!isContainer(document)) return;
  const place = somewhere(document, next) as Record<string, unknown>;
  const keys = Object.keys(place);
  const key = keys[next(keys.length)] ?? 'x';
  const waste = (junk[next(junk.length)] as () => unknown)();
  const kind = next(4);
  if (kind === 0 && Array.isArray(place)) place.splice(Number(key) || 0, 1);
  else if (kind === 0) Reflect.deleteProperty(place, key);
  else if (kind === 1 && Array.isArray(place)) place.push(...place.slice(0, 1), waste);
  else if (kind === 2) place[['path', 'type', 'args', 'sysctl', '0', '__proto__x'][next(6)] as string] = waste;
  else place[key] = waste;
}

/** Changes, removes or doubles one character of a text. */
export function garble(text: string, next: (below: number) => number): string {
  const at = next(text.length);
  const characters = ['', '"', '{', ']', ',', '\0', '\\', '9', 'e', '\u{1f600}', text.slice(at, at + 20).repeat(2)];
  return text.slice(0, at) + characters[next(characters.length)] + text.slice(at + 1);
}

/**
 * A real configuration without what only repeats itself: of the hundreds of names and rules of a seccomp profile a few stand for all,
 * so that ten thousand copies take seconds.
 */
export function shortened(text: string): unknown {
  const document = parse(text) as { linux?: { seccomp?: { syscalls?: { names: string[] }[] } } };
  const seccomp = document.linux?.seccomp;
  if (seccomp?.syscalls) {
    seccomp.syscalls = seccomp.syscalls.slice(0, 4);
    for (const rule of seccomp.syscalls) rule.names = rule.names.slice(0, 4);
  }
  return document;
}
