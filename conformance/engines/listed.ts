/** What cannot pass, whatever the runtime: with its reason, and only as long as it is so. */
import type { EngineColumn } from './column.ts';

/** Engine → case → why. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'podman-4': {
    uidmap: 'its storage cannot mount layers for other ids over memory',
  },
  'podman-4-rootless': {
    build: 'its builds ask netavark for a network that a user may not make',
  },
};

const results = (column: EngineColumn | undefined, test: string) => column?.verdicts.get(test)?.result;

/**
 * @param columns of one engine, the stock runtime's first
 * @returns what is wrong: hoist fails where the stock runtime passes, or both do without a reason here; or a reason has become void
 */
export function surprises(columns: readonly EngineColumn[]): string[] {
  const stock = columns.find(({ isStock }) => isStock);
  const found: string[] = [];
  for (const column of columns) {
    const listed = reasons[column.engine] ?? {};
    for (const [test, { result, reason }] of column.verdicts) {
      const place = `${column.name}: ${test}`;
      const others = results(stock, test);
      if (result === 'fail' && !listed[test] && (!column.isStock || others !== 'fail'))
        found.push(`${place} fails: ${reason}`);
      if (result === 'pass' && listed[test])
        found.push(`${place} passes: remove it from conformance/engines/listed.ts`);
      if (result === 'skip' && !column.isStock && others === 'pass')
        found.push(`${place} is skipped, and runs with the stock runtime`);
    }
  }
  return found;
}

/** What is listed and fails, for the reader of the table. */
export function notes(columns: readonly EngineColumn[]): string[] {
  return columns.flatMap((column) =>
    [...column.verdicts].flatMap(([test, { result }]) => {
      const why = reasons[column.engine]?.[test];
      return result === 'fail' && why ? [`${column.name}: ${test}: ${why}`] : [];
    }),
  );
}
