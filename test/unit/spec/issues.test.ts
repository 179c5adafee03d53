import { describe, expect, it } from 'vitest';
import { Findings, issuesText, memberPath, quote } from '../../../src/spec/issues.ts';
import { validate } from '../../../src/spec/validate.ts';

describe('issuesText', () => {
  const issue = (n: number): { path: string; message: string } => ({ path: `a[${n}]`, message: `is wrong ${n}` });

  it('is one line with paths', () => {
    expect(issuesText([issue(0)])).toBe('invalid config.json: a[0]: is wrong 0');
    expect(issuesText([issue(0), issue(1)], 'process.json')).toBe(
      'invalid process.json: a[0]: is wrong 0; a[1]: is wrong 1',
    );
  });

  it('names four and counts the rest', () => {
    expect(issuesText([0, 1, 2, 3].map(issue))).not.toContain('more');
    expect(issuesText([0, 1, 2, 3, 4, 5].map(issue))).toMatch(/a\[3\]: is wrong 3; and 2 more$/);
  });

  it('stays one short line for hostile input', () => {
    const mounts = Array.from({ length: 9999 }, () => ({ destination: 5, options: `\n${'x'.repeat(10_000)}` }));
    const text = issuesText(validate({ mounts, linux: { sysctl: { ['\n'.repeat(500)]: 1 } } }).issues);
    expect(text).not.toContain('\n');
    expect(text.length).toBeLessThan(1000);
  });
});

describe('paths', () => {
  it('quote odd names', () => {
    expect(memberPath('linux.sysctl', 'net.ipv4.x')).toBe('linux.sysctl["net.ipv4.x"]');
    expect(memberPath('a', 'b-c_1')).toBe('a.b-c_1');
    expect(memberPath('', 'a')).toBe('a');
    expect(memberPath('a', '')).toBe('a[""]');
    expect(quote('a"b\n')).toBe('"a\\"b\\n"');
  });

  it('a part is clean when nothing is wrong at, above or below it', () => {
    const findings = new Findings();
    findings.issue('linux.namespaces[2].type', 'x');
    expect(findings.clean(['linux.resources', 'process'])).toBe(true);
    expect(findings.clean(['linux.namespaces'])).toBe(false);
    expect(findings.clean(['process', 'linux'])).toBe(false);
    expect(findings.clean(['linux.namespacesX', 'linux.name'])).toBe(true);
    findings.issue('process', 'x');
    expect(findings.clean(['process.args'])).toBe(false);
    findings.issue('.', 'x');
    expect(findings.clean(['hooks'])).toBe(false);
  });
});
