// Real configurations are valid; damaged ones never make the validator throw, whatever is broken in them.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/spec/parse.ts';
import { validate } from '../../../src/spec/validate.ts';
import { fixtureNames, fixtureText } from './fixtures.ts';
import { random } from './random.ts';
import { warningsOf } from './valid.ts';

/** Ambient capabilities that are not inheritable, which older tools write. */
const RUNC_AMBIENT = ['AUDIT_WRITE', 'KILL', 'NET_BIND_SERVICE'];
const BUILDAH_AMBIENT = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];
const notRaised = (names: readonly string[]) =>
  `process.capabilities.ambient: can't raise ambient capability ${names.map((name) => `CAP_${name}`).join(', ')}: operation not permitted`;

/** Warnings that engines earn. */
const expectedWarnings: Readonly<Record<string, readonly string[]>> = {
  'buildah-run': [notRaised(BUILDAH_AMBIENT)],
  'runc-spec': [notRaised(RUNC_AMBIENT)],
  'runc-spec-rootless': [notRaised(RUNC_AMBIENT)],
  'kubernetes-userns': ['linux.uidMappings: config.json has both a userns path to join and a userns mapping'],
};

describe('real configurations', () => {
  it('are at least 18', () => {
    expect(fixtureNames.length).toBeGreaterThanOrEqual(18);
  });

  it.each(fixtureNames)('%s is valid', (name) => {
    const parsed = parse(fixtureText(name));
    const { value, issues, warnings } = validate(parsed, { rootless: name === 'runc-spec-rootless' });
    expect(issues).toEqual([]);
    expect(warningsOf({ warnings })).toEqual(expectedWarnings[name] ?? []);
    expect(value).toEqual(parse(fixtureText(name)));
  });
});

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

/** Every object and array in a value. */
function containers(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containers)];
}

/** Breaks one random place: replaces, removes, doubles or adds something. */
function mutate(document: unknown, next: (below: number) => number): void {
  const places = containers(document);
  const place = places[next(places.length)] as Record<string, unknown>;
  const keys = Object.keys(place);
  const key = keys[next(keys.length)] ?? 'x';
  const waste = (junk[next(junk.length)] as () => unknown)();
  const kind = next(4);
  if (kind === 0) Reflect.deleteProperty(place, key);
  else if (kind === 1 && Array.isArray(place)) place.push(...place.slice(0, 1), waste);
  else if (kind === 2) place[['path', 'type', 'args', 'sysctl', '0', '__proto__x'][next(6)] as string] = waste;
  else place[key] = waste;
}

const PATH = /^(\.|[\w-]+|\["(?:[^"\\]|\\.)*"\])(\.[\w-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*$/;

describe('2,000 random mutations of each', () => {
  it.each(fixtureNames)(
    '%s: never throws, every issue has a path',
    (name) => {
      const text = fixtureText(name);
      const next = random(fixtureNames.indexOf(name) + 1);
      let refused = 0;
      let document = parse(text);
      for (let i = 0; i < 2000; i++) {
        // One to five breaks pile up before the text is read anew.
        if (i % 5 === 0) document = parse(text);
        mutate(document, next);
        const { value, issues, warnings } = validate(document, {
          rootless: next(2) === 0,
          processRequired: next(2) === 0,
        });
        for (const { path, message } of [...issues, ...warnings]) {
          if (!PATH.test(path) || message === '') throw new Error(`bad issue: ${path}: ${message}`);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a log line.
          if (/[\u0000-\u001f]/.test(path + message))
            throw new Error(`control character in ${JSON.stringify(message)}`);
        }
        expect(value === undefined).toBe(issues.length > 0);
        if (issues.length > 0) refused++;
      }
      expect(refused).toBeGreaterThan(700);
    },
    60_000,
  );
});
