import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Bundle, Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** A program of the rootfs with this content. */
function program(bundle: Bundle, name: string, content: string | Uint8Array, mode = 0o755): void {
  const path = `${bundle.outside.rootfs}/bin/${name}`;
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** The head of an ELF program for a machine, with an interpreter or without. */
function elf(machine: number, interpreter?: string): Uint8Array {
  const data = Buffer.alloc(4096);
  data.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  data.writeUInt16LE(2, 16);
  data.writeUInt16LE(machine, 18);
  data.writeUInt32LE(1, 20);
  data.writeBigUInt64LE(64n, 32);
  data.writeUInt16LE(64, 52);
  data.writeUInt16LE(56, 54);
  data.writeUInt16LE(interpreter === undefined ? 0 : 1, 56);
  if (interpreter !== undefined) {
    data.writeUInt32LE(3, 64);
    data.writeBigUInt64LE(512n, 72);
    data.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
    data.write(`${interpreter}\0`, 512);
  }
  return data;
}

const THIS_MACHINE = process.arch === 'arm64' ? 183 : 62;
const OTHER_MACHINE = 243; // RISC-V

/** Without the quoting of logfmt. */
const unquoted = (text: string) => text.replaceAll('\\"', '"');

interface Case {
  readonly args: string[];
  readonly prepare?: (bundle: Bundle) => void;
  /** What runc says, and docker and podman look for. */
  readonly words: RegExp;
  /** What hoist adds for people. */
  readonly hint?: RegExp;
}

const CASES: Record<string, Case> = {
  'a program that is not in PATH': { args: ['nothing-like-it'], words: /executable file not found in \$PATH/ },
  'a path that does not exist': {
    args: ['/bin/nothing'],
    words: /exec: "\/bin\/nothing": stat \/bin\/nothing: no such file or directory/,
  },
  'a file that is not executable': { args: ['/etc/passwd'], words: /exec: "\/etc\/passwd": permission denied/ },
  'a folder': { args: ['/etc'], words: /exec: "\/etc": (is a directory|permission denied)/ },
  'a script without its interpreter': {
    args: ['/bin/script'],
    prepare: (bundle) => program(bundle, 'script', '#!/usr/bin/no-such-shell\n'),
    words: /no such file or directory/,
    hint: /\/usr\/bin\/no-such-shell/,
  },
  'a script with CRLF': {
    args: ['/bin/script'],
    prepare: (bundle) => program(bundle, 'script', '#!/bin/sh\r\necho\r\n'),
    words: /no such file or directory/,
    hint: /CRLF/,
  },
  'a program of another architecture': {
    args: ['/bin/foreign'],
    prepare: (bundle) => program(bundle, 'foreign', elf(OTHER_MACHINE)),
    words: /exec format error/,
    hint: /architecture/,
  },
  'a program without its loader': {
    args: ['/bin/dynamic'],
    prepare: (bundle) => program(bundle, 'dynamic', elf(THIS_MACHINE, '/lib/ld-missing.so.9')),
    words: /no such file or directory/,
    hint: /\/lib\/ld-missing\.so\.9/,
  },
  'a text that is no program': {
    args: ['/bin/text'],
    prepare: (bundle) => program(bundle, 'text', 'hello\n'),
    words: /exec format error/,
    hint: /#!/,
  },
};

describe.each(Object.entries(CASES))('the process is %s', (_name, { args, prepare, words, hint }) => {
  const patch = (config: Config) => {
    config.process.args = args;
  };

  it('run says so', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const bundle = root().newBundle();
    prepare?.(bundle);
    const { code, stderr } = await root().run(patch, { bundle });
    // runc 1.2 and later: 255 for what fails behind `start`.
    expect(isHoist ? [1] : [1, 255]).toContain(code);
    expect(unquoted(stderr)).toMatch(words);
    if (isHoist && hint) expect(stderr).toMatch(hint);
  });

  it('create or start says so', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    if (hint) notOn(context, { runc: 'never' }, 'start does not wait for execve');
    const bundle = root().newBundle();
    prepare?.(bundle);
    const id = root().newId();
    const created = await root().tryCreate(patch, { bundle, id });
    const { code, stderr } = created.code === 0 ? await root().runtime(['start', id]) : created;
    expect(code).toBe(1);
    expect(unquoted(stderr)).toMatch(words);
    if (isHoist && hint) expect(stderr).toMatch(hint);
  });
});

describe('the working directory', () => {
  it.for([
    ['a file', '/etc/passwd', /not a directory/i],
    ['a relative path', 'etc', /absolute|cwd/i],
  ] as const)('that is %s is an error', async ([, cwd, words], context) => {
    if (cwd === 'etc') notOn(context, { crun: 'never' }, 'takes it');
    const { code, stderr } = await root().run((config) => {
      config.process.cwd = cwd;
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  });

  it.for([
    ['the user may not enter, but root may', 0],
    ['belongs to the user', 1000],
  ] as const)('that %s is entered, as in runc', async ([, owner], context) => {
    notOn(context, { crun: 'never' }, 'enters it one way only');
    const bundle = root().newBundle();
    mkdirSync(`${bundle.outside.rootfs}/closed`, { mode: 0o700 });
    chownSync(`${bundle.outside.rootfs}/closed`, owner, owner);
    const [cwd] = await root().facts(
      [['cwd']],
      (config) => {
        config.process.user = { uid: 1000, gid: 1000 };
        config.process.capabilities = {};
        config.process.cwd = '/closed';
      },
      { bundle },
    );
    expect(cwd).toBe('/closed');
  });
});

describe('the log', () => {
  it('is lines of JSON whose keys engines read, in a file, and the error goes to stderr too', async () => {
    const bundle = root().newBundle();
    const log = `${bundle.path}/log.json`;
    const { code, stderr } = await root().run(
      (config) => {
        config.process.args = ['nothing-like-it'];
      },
      { bundle, globals: ['--log', log, '--log-format', 'json'] },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/nothing-like-it/);
    const lines = readFileSync(scene.machine.path(log), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const error = lines.filter((line) => line.level === 'error').at(-1);
    expect(error).toMatchObject({
      level: 'error',
      msg: expect.stringContaining('nothing-like-it'),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    if (isHoist) expect(error).toMatchObject({ stage: 'init', operation: expect.any(String) });
  });

  it('is appended to', async (context) => {
    notOn(context, { crun: 'never' }, 'has lines of another shape');
    const bundle = root().newBundle();
    const log = `${bundle.path}/log`;
    writeFileSync(scene.machine.path(log), 'before\n');
    await root().runtime(['state', 'nobody'], { globals: ['--log', log] });
    expect(readFileSync(scene.machine.path(log), 'utf8')).toMatch(/^before\n.*level=error/s);
  });
});

describe('the command line', () => {
  it.each([['no-such-command'], ['create', '--no-such-flag', 'x'], ['start'], ['run', 'one', 'two']])(
    '%s %s is refused',
    async (...args) => {
      const { code } = await root().runtime(args.filter((arg) => arg !== undefined));
      expect(code).not.toBe(0);
    },
  );

  it('reads nothing from the working directory', async (context) => {
    if (!isHoist) context.skip('only an engine for scripts would');
    const bundle = root().newBundle();
    const traps = {
      '.env': 'PATH=/nowhere\nXDG_RUNTIME_DIR=/nowhere\n',
      'bunfig.toml': 'preload = ["./evil.ts"]\n',
      'evil.ts': 'throw new Error("loaded");',
      'package.json': '{"type":"broken',
    };
    for (const [name, text] of Object.entries(traps)) writeFileSync(`${bundle.outside.path}/${name}`, text);
    mkdirSync(`${bundle.outside.path}/node_modules`);
    symlinkSync('/nowhere', `${bundle.outside.path}/tsconfig.json`);
    const { code, stderr } = await root().run(
      (config) => {
        config.process.args = probe(['cwd']);
      },
      {
        bundle,
        cwd: bundle.path,
        env: { BUN_OPTIONS: '--preload ./evil.ts', NODE_OPTIONS: '--require ./evil.ts', BUN_BE_BUN: '1' },
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
