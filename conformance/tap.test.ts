import { describe, expect, it } from 'vitest';
import { judge, type Outcome } from './tap.ts';

const all = new Set(['CAP_CHOWN', 'CAP_SYS_RESOURCE']);
const ended = (stdout: string, more: Partial<Outcome> = {}): Outcome => ({ exitCode: 0, stdout, stderr: '', ...more });

describe('judge', () => {
  it('passes a program whose plan and points agree, over several plans', () => {
    const stdout = 'TAP version 13\nok 1 - a\nok 2 - b\n1..2\nTAP version 13\nok 1 - c\n1..1\n';
    expect(judge('create', ended(stdout), all)).toEqual({ result: 'pass', points: 3, reason: '' });
  });

  it('fails at the first point that is not ok, with the message of its own diagnostic', () => {
    const stdout = 'ok 1 - a\n  {\n "error": "other"\n }\nnot ok 2 - b\n  {\n "error": "the\\n cause"\n }\n1..2\n';
    expect(judge('create', ended(stdout), all)).toEqual({ result: 'fail', points: 2, reason: 'b: the cause' });
  });

  it('takes the runtime’s last words when the program says nothing', () => {
    const stderr = 'failed to create the container\ntime="x" level=error msg="no \\"y\\""\nexit status 1\n';
    expect(judge('default', ended('', { exitCode: 1, stderr }), all).reason).toBe('no "y"');
  });

  it.each([
    ['not ok 1 # TODO later\n1..1\n', 'pass'],
    ['not ok 1 - plain\n1..1\n', 'fail'],
    ['ok 1 # SKIP not here\n1..1\n', 'skip'],
    ['ok 1 # SKIP not here\nok 2 - done\n1..2\n', 'pass'],
    ['ok 1 - only one\n1..2\n', 'fail'],
    ['ok 1 - no plan\n', 'fail'],
    ['', 'fail'],
    ['TAP version 13\n1..0\n', 'pass'],
    ['TAP version 13\n  {\n "error": "wrong order"\n }\n1..0\n', 'fail'],
  ])('%j is a %s', (stdout, result) => {
    expect(judge('hooks', ended(stdout), all).result).toBe(result);
  });

  it('fails after a time-out, whatever was printed', () => {
    expect(judge('kill', ended('ok 1 - a\n1..1\n', { exitCode: 124 }), all)).toMatchObject({ reason: 'timed out' });
  });

  it('lets a silent program pass only when the runtime names the value it refuses', () => {
    const refusal = (stderr: string) => judge('process_rlimits_fail', ended('', { stderr }), all).result;
    expect(refusal('failed to create the container\ninvalid rlimit type RLIMIT_TEST')).toBe('pass');
    expect(refusal('failed to create the container\nout of memory')).toBe('fail');
  });

  it('excuses a capability that the caller does not have, and no other', () => {
    const stdout = 'not ok 1 - expected ambient capability CAP_SYS_RESOURCE set\n1..1\n';
    expect(judge('process_capabilities', ended(stdout), new Set(['CAP_CHOWN'])).result).toBe('pass');
    expect(judge('process_capabilities', ended(stdout), all).result).toBe('fail');
  });
});
