import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const hoist = fileURLToPath(new URL('../../dist/bin/hoist', import.meta.url));
const runc = ['/usr/sbin/runc', '/usr/bin/runc'].find((path) => existsSync(path)) ?? 'runc';
const folder = mkdtempSync(join(tmpdir(), 'hoist-cli-'));
const root = join(folder, 'root');
mkdirSync(root);
afterAll(() => rmSync(folder, { recursive: true }));

function call(program: string, argv: readonly string[], env: Record<string, string> = {}) {
  const argv0 = program === hoist ? 'hoist' : 'runc'; // runc puts it into messages
  const options = {
    argv0,
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
  } as const;
  const { status, stdout, stderr } = spawnSync(program, ['--root', root, ...argv], options);
  return { status, stdout, stderr };
}

/** What a script sees: the exit code and the first line of each output, with one name and no time. */
function summary(program: string, argv: readonly string[]) {
  const { status, stdout, stderr } = call(program, argv);
  const first = (text: string) =>
    (text.split('\n')[0] ?? '')
      .replaceAll('runc', 'hoist')
      .replace(/time="[^"]*"/, '')
      .replace(/\\n"$/, '"');
  return { status, stdout: first(stdout), stderr: first(stderr) };
}

describe.skipIf(!existsSync(runc))('what a script sees is what runc answers', () => {
  it.each(
    [
      ['nonsense'],
      ['--nonsense', 'list'],
      ['list', '--nonsense'],
      ['list', '-qf', 'json'],
      ['list', '--quiet=maybe'],
      ['list', 'extra'],
      ['list', '--format', 'foo'],
      ['list', '-f', 'json'],
      ['list', '-format=json'],
      ['list', '-q'],
      ['list'],
      ['help', 'nonsense'],
      ['state'],
      ['state', 'a', 'b'],
      ['state', 'x'],
      ['state', ''],
      ['state', '--', '--x'],
      ['kill'],
      ['kill', 'x', '9', '9'],
      ['kill', 'x'],
      ['kill', 'x', 'FOO'],
      ['kill', '--all', 'x', 'KILL'],
      ['start'],
      ['start', 'x'],
      ['delete', 'x'],
      ['delete', '--force', 'x'],
      ['delete', 'x', '-f'],
      ['create'],
      ['create', 'a', 'b'],
      ['create', '--console-socket'],
      ['create', '--preserve-fds', 'x', 'c'],
      ['run', '--pid-file'],
      ['spec', 'extra'],
      ['features', 'extra'],
      ['--log-format', 'xml', 'list'],
      ['--debug=maybe', 'list'],
      ['--debug=false', 'list'],
      ['-debug', '-log-format', 'text', 'list'],
      ['--log', '/nonexistent/log', 'list'],
    ].map((argv) => ({ argv })),
  )('$argv', ({ argv }) => {
    expect(summary(hoist, argv)).toEqual(summary(runc, argv));
  });

  it('a log file holds the line, and standard error the words', () => {
    const logged = [hoist, runc].map((program) => {
      const log = join(folder, `${program === hoist}.log`);
      const { status, stderr } = call(program, ['--log', log, '--log-format', 'json', 'state', 'x']);
      const { level, msg } = JSON.parse(readFileSync(log, 'utf8'));
      return { status, stderr, level, msg, mode: statSync(log).mode };
    });
    expect(logged[0]).toEqual(logged[1]);
  });

  it('times have the same zone', () => {
    const zones = [hoist, runc].map((program) => {
      const { stderr } = call(program, ['state', 'x'], { TZ: 'Asia/Kathmandu' });
      return /time="[^"]*(.{6})"/.exec(stderr)?.[1];
    });
    expect(zones).toEqual(['+05:45', '+05:45']);
  });
});

describe('the streams of the caller', () => {
  it.each(['help', 'list --help', 'list --bogus', 'state x', 'list', '--version', 'features'])(
    'stay blocking: %s',
    (words) => {
      // Both ends of one pipe: what hoist does to it, the next program finds (fdinfo: O_NONBLOCK is 04000).
      const script = '( "$0" "$@" 2>&1; cat /proc/self/fdinfo/1 ) | cat';
      const { stdout } = spawnSync('sh', ['-c', script, hoist, ...words.split(' ')], {
        encoding: 'utf8',
      });
      expect(/flags:\s*(\d+)\n/.exec(stdout)?.[1]).toBe('01');
    },
  );

  it.each([['list'], ['features'], ['help'], ['--version']])('a full disk fails %s', (word) => {
    const { status } = spawnSync('sh', ['-c', '"$0" --root "$1" "$2" > /dev/full', hoist, root, word]);
    expect(status).toBe(1);
  });
});

describe('the state root', () => {
  it.each(['/', '//', '/..', '../../../../../../../..'])('may not be %s', (path) => {
    const { status, stderr } = spawnSync(hoist, ['--root', path, 'list'], { encoding: 'utf8', cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('Option --root argument should not be set to /');
  });

  it('must be there for list when it was given', () => {
    const { status, stderr } = spawnSync(hoist, ['--root', join(folder, 'missing'), 'list'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(`open ${join(folder, 'missing')}: no such file or directory`);
  });
});

describe('wrong values of global options', () => {
  it('--rootless', () => {
    const { status, stderr } = call(hoist, ['--rootless', 'maybe', 'list']);
    expect(status).toBe(1);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      expect.stringContaining('msg="invalid value \\"maybe\\" for flag -rootless"'),
      'use true, false or auto',
    ]);
  });
});

describe('spec', () => {
  it('never overwrites', () => {
    const config = join(folder, 'config.json');
    expect(call(hoist, ['spec'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ ociVersion: '1.3.0', process: { args: ['sh'] } });
    writeFileSync(config, 'mine');
    const { status, stderr } = call(hoist, ['spec', '--bundle', folder]);
    expect(status).toBe(1);
    expect(stderr).toContain('msg="File config.json exists. Remove it first"');
    expect(readFileSync(config, 'utf8')).toBe('mine');
  });
});

describe('help', () => {
  it('names every command and wraps to 100 columns without a terminal', () => {
    const { status, stdout } = call(hoist, ['help']);
    expect(status).toBe(0);
    for (const name of ['create', 'start', 'state', 'kill', 'delete', 'run', 'list', 'spec', 'features']) {
      expect(stdout).toContain(`hoist ${name} `);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('is the same for -h, --help and no command at all', () => {
    const texts = [['-h'], ['--help'], ['help'], ['h'], []].map((argv) => call(hoist, argv).stdout);
    expect(new Set(texts).size).toBe(1);
  });

  it('does not show what is hidden', () => {
    expect(call(hoist, ['kill', '--help']).stdout).not.toContain('--all');
  });
});
