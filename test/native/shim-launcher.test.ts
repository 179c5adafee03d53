/** The launcher under the name of a containerd shim, beside a program that is a shell script. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerEnvironment, readLaunch, reportPipe } from '../../src/host/launch.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-shim-launcher-'));
const shim = join(folder, 'containerd-shim-hoist-v1');
const facts = join(folder, 'facts');
const built = new URL('../../dist/bin/hoist', import.meta.url).pathname;

/** What the program does, in a shell. */
function program(script: string): void {
  writeFileSync(join(folder, 'hoist-shim.bin'), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
}

beforeAll(() => {
  for (const name of ['hoist', 'containerd-shim-hoist-v1']) copyFileSync(built, join(folder, name));
  writeFileSync(join(folder, 'hoist.bin'), '#!/bin/sh\necho "hoist.bin $_HOIST_SHIM"\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(path: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(path, args, {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...env },
  });
  return { status, stdout, stderr };
}

describe("the launcher under the shim's name", () => {
  it('executes the program of the shim, and tells it so', () => {
    program('echo "$0 $_HOIST_SHIM $*"');
    expect(run(shim, ['-id', 'x', 'delete'])).toEqual({
      status: 0,
      stdout: `${folder}/hoist-shim.bin 1 -id x delete\n`,
      stderr: '',
    });
  });

  it('goes by the name of its own file, not by that of a link to it', () => {
    program('echo "shim $_HOIST_SHIM"');
    symlinkSync(shim, join(folder, 'other-name'));
    symlinkSync(join(folder, 'hoist'), join(folder, 'containerd-shim-other-v1'));
    expect(run(join(folder, 'other-name'), []).stdout).toBe('shim 1\n');
    expect(run(join(folder, 'containerd-shim-other-v1'), []).stdout).toBe('hoist.bin \n');
  });

  it('cannot be told by a caller', () => {
    expect(run(join(folder, 'hoist'), ['start'], { _HOIST_SHIM: 'start:4' }).stdout).toBe('hoist.bin \n');
    program('env | grep -c _HOIST_SHIM');
    expect(run(shim, ['delete'], { _HOIST_SHIM: 'start:9' }).stdout).toBe('1\n');
  });
});

describe('start', () => {
  it.each([0, 1, 7])('ends with the code that the daemon reports: %d', (code) => {
    program(`exec 1>&- 2>&-; printf '\\x0${code}' >&4; exec 4>&-; sleep 0.3; touch ${facts}.${code}`);
    expect(run(shim, ['start'])).toMatchObject({ status: code });
    expect(existsSync(`${facts}.${code}`), 'the daemon goes on').toBe(false);
  });

  it('gives the daemon a process group, and no descriptor of the caller', () => {
    program(`{ env; ps -o pgid= -p $$; echo pid=$$; ls /proc/$$/fd | tr '\\n' ' '; } >${facts}; printf '\\x00' >&4`);
    const line = `exec 3</dev/null 5</dev/null 9</dev/null; exec ${shim} -id x start`;
    expect(run('bash', ['--norc', '-c', line], { JSC_x: '1' })).toEqual({ status: 0, stdout: '', stderr: '' });
    const lines = readFileSync(facts, 'utf8').trimEnd().split('\n');
    const pid = lines.find((each) => each.startsWith('pid='))?.slice(4);
    expect(lines.at(-3)?.trim()).toBe(pid);
    const open = lines.at(-1)?.trim().split(' ');
    expect(['0', '1', '2', '4'].filter((each) => !open?.includes(each))).toEqual([]);
    expect(['3', '5', '9'].filter((each) => open?.includes(each))).toEqual([]);
    const environment = Object.fromEntries(lines.filter((each) => each.includes('=')).map((each) => each.split('=')));
    expect(reportPipe(environment)).toBe(4);
    expect(readLaunch(environment)?.descriptors).toEqual([[4, 4]]);
    expect(callerEnvironment(environment).filter((each) => /_HOIST|BUN_JSC/.test(each))).toEqual([]);
  });

  it.each([
    ['exit 5', 5, ''],
    ['exit 0', 1, ''],
    ['echo why >&2; exit 1', 1, 'why\n'],
    ['kill -9 $$', 1, 'hoist: the shim was ended by signal 9\n'],
  ])('fails when the daemon does "%s" without a report', (script, status, stderr) => {
    program(script);
    expect(run(shim, ['start'])).toEqual({ status, stdout: '', stderr });
  });

  it('lets the daemon know that it was killed', async () => {
    program(`trap '' PIPE; echo ready; sleep 0.5; printf '\\x00' >&4 2>/dev/null; echo $? >${facts}.pipe`);
    const child = spawn(shim, ['start'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child.stdout, 'close');
    expect(readFileSync(`${facts}.pipe`, 'utf8')).not.toBe('0\n');
  });

  it('says what is wrong with core scheduling, where the kernel or the processor has none', () => {
    program("printf '\\x00' >&4");
    const { status, stderr } = run(shim, ['start'], { SCHED_CORE: '1' });
    if (status !== 0) expect(stderr).toMatch(/^hoist: cannot enable core scheduling \(SCHED_CORE\): error \d+\n$/);
    expect(run(shim, ['start'], { SCHED_CORE: '' })).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
