import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerEnvironment } from '../../src/host/launch.ts';

/** The launcher beside a program that prints what it got. */
const folder = mkdtempSync(join(tmpdir(), 'hoist-launcher-'));
const launcher = join(folder, 'hoist');
const program = join(folder, 'hoist.bin');
const built = new URL('../../dist/bin/hoist', import.meta.url).pathname;

beforeAll(() => {
  copyFileSync(built, launcher);
  copyFileSync('/usr/bin/env', program);
});

afterAll(() => rmSync(folder, { recursive: true }));

const closeOthers = 'for one in /proc/self/fd/*; do n=$(basename $one); if ((n > 2)); then eval "exec $n>&-"; fi; done';

/** Runs a shell line and returns what it printed; the shell has no descriptors above 2. */
function shell(line: string, env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync('bash', ['--norc', '-c', `${closeOthers}; ${line}`], { env, encoding: 'utf8' });
}

/** The environment that the program saw. */
function run(line: string, env: Record<string, string> = {}): Record<string, string> {
  const lines = shell(line, { PATH: '/usr/bin:/bin', ...env })
    .trimEnd()
    .split('\n');
  return Object.fromEntries(lines.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));
}

describe('the launcher', () => {
  it('hands over the limit of open files and the inherited descriptors', () => {
    const seen = run(
      `ulimit -Sn 700; ulimit -Hn 900; exec ${launcher} 3</dev/null 4</dev/null 5</dev/null 9</dev/null`,
    );
    expect(seen._HOIST_LAUNCH).toBe('700:900:3-5,9');
  });

  it('says what it inherited even when there is nothing', () => {
    expect(run(`exec ${launcher}`)._HOIST_LAUNCH).toMatch(/^\d+:\d+:$/);
  });

  it('cannot be lied to', () => {
    expect(run(`exec ${launcher}`, { _HOIST_LAUNCH: '1:1:0-99' })._HOIST_LAUNCH).not.toContain('0-99');
  });

  it('keeps the variables of the engine from the program, and the program can undo it', () => {
    const given = { BUN_OPTIONS: '--smol', BUN_BE_BUN: '1', NODE_NAME: 'worker', JSC_useJIT: '1', HOME: '/root' };
    const seen = run(`exec ${launcher}`, given);
    expect(Object.keys(seen).filter((name) => /^(BUN|NODE|JSC)_/.test(name))).toEqual(['BUN_JSC_useJIT']);
    expect(callerEnvironment(seen)).toEqual(expect.arrayContaining(Object.entries(given).map(([k, v]) => `${k}=${v}`)));
  });

  it('passes every argument on, and finds the program whatever argv[0] and links say', () => {
    symlinkSync(launcher, join(folder, 'runc'));
    const output = shell(`exec -a bun ${folder}/runc printf '<%s>' run '--x=a b' ''`);
    expect(output).toBe('<run><--x=a b><>');
  });

  it('puts /dev/null where the caller closed 0, 1 or 2', () => {
    const output = shell(`exec ${launcher} ls -l /proc/self/fd <&- 2>&-`);
    expect(output).toMatch(/ 0 -> \/dev\/null\n/);
    expect(output).toMatch(/ 2 -> \/dev\/null\n/);
  });

  it('merges neighbours, so that many descriptors fit into few words', () => {
    expect(run(`for ((i = 3; i < 500; i++)); do eval "exec $i</dev/null"; done; exec ${launcher}`)).toMatchObject({
      _HOIST_LAUNCH: expect.stringMatching(/:3-499$/),
    });
  });

  it.each([
    ['-v 300000', 'of address space (ulimit -v) is too low: at least 409600 KiB are needed'],
    ['-s 100', 'of the stack (ulimit -s) is too low: at least 160 KiB are needed'],
    ['-n 7', 'of open files (ulimit -n) is too low: at least 8 are needed'],
  ])('says so when the engine could not live with ulimit %s', (limit, words) => {
    const { status, stderr } = spawnSync('bash', ['-c', `ulimit ${limit}; exec ${launcher}`], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: `hoist: the limit ${words}\n` });
  });

  it('leaves a folder that was removed for one where relative paths lead nowhere', () => {
    const gone = mkdtempSync(join(tmpdir(), 'hoist-gone-'));
    expect(shell(`cd ${gone}; rmdir ${gone}; exec ${launcher} -C /proc/self/cwd pwd -P`)).toMatch(
      /^\/proc\/\d+\/task\n$/,
    );
  });

  it('says what is missing', () => {
    const alone = mkdtempSync(join(tmpdir(), 'hoist-alone-'));
    copyFileSync(built, join(alone, 'hoist'));
    const { status, stderr } = spawnSync(join(alone, 'hoist'), { encoding: 'utf8' });
    rmSync(alone, { recursive: true });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `hoist: cannot execute ${alone}/hoist.bin: it is missing; install hoist again: error 2\n`,
    });
  });
});
