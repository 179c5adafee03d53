import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, compare, type Listed, readList } from './compare.ts';

const seen = (fact: string, text: string, create = 'exit 0') => ({ life: { create, [fact]: text } });

describe('two observations', () => {
  it('differ in the lines that only one has', () => {
    expect(compare(seen('env', 'A\nB\nC'), seen('env', 'A\nD\nC'))).toEqual([
      { scene: 'life', fact: 'env', side: 'runc', line: 'B' },
      { scene: 'life', fact: 'env', side: 'hoist', line: 'D' },
    ]);
    expect(compare(seen('env', 'A\nA'), seen('env', 'A'))).toHaveLength(1);
    expect(compare(seen('env', 'A'), { life: { create: 'exit 0' } })).toHaveLength(2);
  });

  it('differ in the order of their lines', () => {
    expect(compare(seen('env', 'A\nB'), seen('env', 'B\nA'))).toMatchObject([{ side: 'order' }]);
  });

  it('differ once when only one made the container', () => {
    const differences = compare(seen('env', 'A'), seen('env', 'B', 'exit 1'));
    expect(differences.map(({ fact }) => fact)).toEqual(['create', 'create']);
  });

  it('agree in a message that says all that runc says of the cause', () => {
    const runc =
      'RUNTIME run failed: unable to start container process: error during container init: exec: "x": is a directory';
    const message = (text: string) => compare(seen('message', runc), seen('message', text));
    expect(message('RUNTIME run failed: exec: "x": is a directory')).toEqual([]);
    expect(message('RUNTIME run failed: exec: "x": permission denied')).toHaveLength(2);
    expect(compare(seen('message', ''), seen('message', 'anything'))).toHaveLength(2);
  });
});

describe('the list', () => {
  const entry: Listed = { scene: 'li*', fact: 'env', runc: ['B*'], hoist: ['D'], row: 'r' };

  it('excuses what it names, and nothing else', () => {
    const differences = compare(seen('env', 'A\nBx'), seen('env', 'A\nD'));
    expect(check(differences, [entry])).toEqual({ unlisted: [], unused: [] });
    expect(check(differences, [{ ...entry, fact: 'other' }]).unlisted).toHaveLength(2);
    expect(check(differences, [{ ...entry, hoist: [] }]).unlisted).toMatchObject([{ line: 'D' }]);
  });

  it('tells what applies no more, line by line', () => {
    const differences = compare(seen('env', 'A\nBx'), seen('env', 'A'));
    expect(check(differences, [{ ...entry, order: true }]).unused.map(({ line }) => line)).toEqual(['D', '(order)']);
  });

  it('gives for each difference a row of docs/compat.md that says why', () => {
    const rows = readFileSync(new URL('../../docs/compat.md', import.meta.url), 'utf8').split('\n');
    const names = rows.filter((row) => row.startsWith('| ')).map((row) => row.slice(2, row.indexOf(' |', 2)));
    for (const { row } of readList()) expect(names).toContain(row);
  });
});
