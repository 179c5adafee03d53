/** Differences of two runtimes, line by line, and the list of those that are meant. */
import { readFileSync } from 'node:fs';

/** Scenes, each with the facts that were seen, by their names. */
export type Observation = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A line that one of the two has and the other has not; or the same lines in another order. */
export interface Difference {
  readonly scene: string;
  readonly fact: string;
  readonly side: 'runc' | 'hoist' | 'order';
  readonly line: string;
}

/** An entry of differences.json. `*` stands for any text in all of them; of `runc`, `hoist` and `order` any may be missing. */
export interface Listed {
  readonly scene: string;
  readonly fact: string;
  /** Lines that only runc has. */
  readonly runc?: readonly string[];
  /** Lines that only hoist has. */
  readonly hoist?: readonly string[];
  /** The lines come in another order. */
  readonly order?: true;
  /** The first column of the row of docs/compat.md that gives the reason. */
  readonly row: string;
}

function count(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function onlyIn(mine: readonly string[], others: readonly string[]): string[] {
  const left = count(others);
  return mine.filter((line) => {
    const there = left.get(line) ?? 0;
    left.set(line, there - 1);
    return there <= 0;
  });
}

/** What differs between two texts. */
function lines(runc: string, hoist: string): Pick<Difference, 'side' | 'line'>[] {
  if (runc === hoist) return [];
  const [theirs, ours] = [runc.split('\n'), hoist.split('\n')];
  const found: Pick<Difference, 'side' | 'line'>[] = [
    ...onlyIn(theirs, ours).map((line) => ({ side: 'runc' as const, line })),
    ...onlyIn(ours, theirs).map((line) => ({ side: 'hoist' as const, line })),
  ];
  const inBoth = (all: readonly string[]) => all.filter((one) => !found.some(({ line }) => line === one)).join('\n');
  if (inBoth(theirs) !== inBoth(ours)) found.push({ side: 'order', line: 'the same lines in another order' });
  return found;
}

/** What runtimes say before they say what is wrong. */
const wrappers =
  /^(RUNTIME (\w+ failed)?: |unable to start container process: |error during container init: |error setting cgroup config for procHooks process: )/;

/** True when every word of runc's about the cause is in the message of hoist: callers look for parts of it. */
function saysAsMuch(runc: string, hoist: string): boolean {
  let cause = runc;
  while (wrappers.test(cause)) cause = cause.replace(wrappers, '');
  return cause !== '' && hoist.includes(cause);
}

/** Where only one of them made the container, all that followed differs too: that is one difference. */
function livesOf(...pair: Observation[string][]): [Observation[string], Observation[string]] {
  const [theirs = {}, ours = {}] = pair;
  const made = (seen: Observation[string]) => seen.create?.startsWith('exit 0');
  if (made(theirs) === made(ours)) return [theirs, ours];
  return [{ create: theirs.create ?? '(none)' }, { create: ours.create ?? '(none)' }];
}

/** What differs between two runtimes. A fact that one of them lacks is the text `(none)` there. */
export function compare(runc: Observation, hoist: Observation): Difference[] {
  return Object.keys({ ...runc, ...hoist }).flatMap((scene) => {
    const [theirs, ours] = livesOf(runc[scene] ?? {}, hoist[scene] ?? {});
    return Object.keys({ ...theirs, ...ours }).flatMap((fact) =>
      fact === 'message' && saysAsMuch(theirs[fact] ?? '', ours[fact] ?? '')
        ? []
        : lines(theirs[fact] ?? '(none)', ours[fact] ?? '(none)').map((difference) => ({ scene, fact, ...difference })),
    );
  });
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === text;
  const escaped = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's').test(text);
}

/** The lines of a list that match, by their numbers: `0 runc 2`. */
function matchesOf(list: readonly Listed[], { scene, fact, side, line }: Difference): string[] {
  return list.flatMap((entry, index) => {
    if (!matches(entry.scene, scene) || !matches(entry.fact, fact)) return [];
    if (side === 'order') return entry.order ? [`${index} order 0`] : [];
    return (entry[side] ?? []).flatMap((pattern, at) => (matches(pattern, line) ? [`${index} ${side} ${at}`] : []));
  });
}

/** Differences that are not on the list, and lines of the list that nothing matches any more. */
export function check(differences: readonly Difference[], list: readonly Listed[]) {
  const used = new Set<string>();
  const unlisted = differences.filter((difference) => {
    const found = matchesOf(list, difference);
    for (const one of found) used.add(one);
    return found.length === 0;
  });
  const unused = list.flatMap((entry, index) => [
    ...(entry.runc ?? []).flatMap((line, at) => (used.has(`${index} runc ${at}`) ? [] : [{ entry, line }])),
    ...(entry.hoist ?? []).flatMap((line, at) => (used.has(`${index} hoist ${at}`) ? [] : [{ entry, line }])),
    ...(entry.order && !used.has(`${index} order 0`) ? [{ entry, line: '(order)' }] : []),
  ]);
  return { unlisted, unused };
}

/** @returns the list in differences.json */
export function readList(): Listed[] {
  return JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8'));
}
