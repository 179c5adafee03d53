import { describe, expect, it } from 'vitest';
import { versionText } from '../../../src/cli/about.ts';
import { goJson } from '../../../src/cli/json.ts';
import { formatTable } from '../../../src/cli/tabular.ts';
import { ownerNames } from '../../../src/runtime/owner-names.ts';

describe('formatTable', () => {
  const header = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'];

  it("is runc's header when there is nothing", () => {
    expect(formatTable([header])).toBe('ID          PID         STATUS      BUNDLE      CREATED     OWNER\n');
  });

  it('widens a column for its longest cell and 3 blanks', () => {
    const row = ['a', '123', 'running', '/var/lib/bundle', '2026-11-23T09:20:33.123456789Z', 'root'];
    expect(formatTable([header, row])).toBe(
      'ID          PID         STATUS      BUNDLE            CREATED                          OWNER\n' +
        'a           123         running     /var/lib/bundle   2026-11-23T09:20:33.123456789Z   root\n',
    );
  });

  it('keeps the minimum up to 9 characters', () => {
    expect(
      formatTable([
        ['123456789', 'x'],
        ['1234567890', 'y'],
      ]),
    ).toBe('123456789    x\n1234567890   y\n');
    expect(formatTable([['123456789', 'x']])).toBe('123456789   x\n');
  });

  it('counts characters, not code units', () => {
    expect(formatTable([['🐳🐳🐳', 'x']])).toBe('🐳🐳🐳         x\n');
  });
});

describe('ownerNames', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/bash\n\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\nalias:x:1000:1::/:/bin/sh\nbad:x:-1:1::/:/\n';

  it('takes the first name of a uid', () => {
    const name = ownerNames(() => passwd);
    expect([0, 1000, 65534].map(name)).toEqual(['root', 'alice', '#65534']);
  });

  it('reads the file once, when it is needed', () => {
    let reads = 0;
    const name = ownerNames(() => {
      reads++;
      return passwd;
    });
    expect(reads).toBe(0);
    name(0);
    name(1);
    expect(reads).toBe(1);
  });

  it('shows numbers when the file cannot be read', () => {
    const name = ownerNames(() => {
      throw new Error('EACCES');
    });
    expect(name(0)).toBe('#0');
  });
});

describe('goJson', () => {
  it("escapes what Go's encoder escapes", () => {
    expect(goJson({ a: '<b> & \u2028\u2029 "x"' })).toBe('{"a":"\\u003cb\\u003e \\u0026 \\u2028\\u2029 \\"x\\""}');
  });

  it('indents', () => {
    expect(goJson({ id: 'x' }, 2)).toBe('{\n  "id": "x"\n}');
  });
});

describe('versionText', () => {
  it('has the lines that tools read', () => {
    const lines = versionText('2.5.4').split('\n');
    expect(lines[0]).toMatch(/^hoist version \d+\.\d+\.\d+/);
    expect(lines).toEqual(expect.arrayContaining(['spec: 1.3.0', 'libseccomp: 2.5.4']));
    expect(lines.at(-1)).toBe('');
  });
});
