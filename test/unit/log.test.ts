import { describe, expect, it } from 'vitest';
import { explain, jsonLine, Log, printable, rfc3339, terminalLine, textLine } from '../../src/log.ts';

const time = '2026-11-23T09:20:33Z';
const detail = {
  stage: 'init',
  operation: 'mount /proc',
  syscall: 'mount',
  errno: 'EPERM',
  path: '/proc',
  hint: 'a "hint"',
};

function collect(options: { format: 'text' | 'json'; terminal?: boolean; debug?: boolean }) {
  const lines: string[] = [];
  const { format, terminal = false, debug = false } = options;
  const log = new Log({
    format,
    debug,
    terminal: () => terminal,
    started: Date.now(),
    localOffset: () => 3600,
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

describe('warnings that are held', () => {
  it('come when they are released, or before an error', () => {
    const { log, lines } = collect({ format: 'json' });
    const said = () => lines.map((line) => JSON.parse(line).msg);
    log.hold();
    log.warn('one');
    expect(said()).toEqual([]);
    log.release();
    log.warn('two');
    expect(said()).toEqual(['one', 'two']);
    log.hold();
    log.warn('three');
    log.error('four');
    expect(said()).toEqual(['one', 'two', 'three', 'four']);
  });

  it('are not held where the order of all lines counts', () => {
    const { log, lines } = collect({ format: 'json', debug: true });
    log.hold();
    log.warn('one');
    log.debug('two');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two']);
  });
});

describe('textLine', () => {
  it('is what logrus prints', () => {
    expect(textLine('error', 'container does not exist', time, {})).toBe(
      `time="${time}" level=error msg="container does not exist"\n`,
    );
  });

  it('quotes a message only where logrus does', () => {
    expect(textLine('warning', 'a-b_c/d.e@f^g+h', time, {})).toContain(' level=warning msg=a-b_c/d.e@f^g+h\n');
  });

  it.each([
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ["No help topic for 'x'\n", `"No help topic for 'x'\\n"`],
    ['a\tb\r\x07\x1b[0m', '"a\\tb\\r\\a\\x1b[0m"'],
    ['grün', '"grün"'],
  ])('escapes %j as Go does', (message, quoted) => {
    expect(textLine('info', message, time, {})).toBe(`time="${time}" level=info msg=${quoted}\n`);
  });

  it('adds the details as fields', () => {
    expect(textLine('error', 'x', time, detail)).toBe(
      `time="${time}" level=error msg=x stage=init operation="mount /proc" syscall=mount errno=EPERM path=/proc hint="a \\"hint\\""\n`,
    );
  });
});

describe('jsonLine', () => {
  it("has logrus' keys in its order, then ours", () => {
    expect(jsonLine('error', 'say "hi"\n', time, detail)).toBe(
      `{"level":"error","msg":"say \\"hi\\"\\n","time":"${time}","stage":"init","operation":"mount /proc",` +
        '"syscall":"mount","errno":"EPERM","path":"/proc","hint":"a \\"hint\\""}\n',
    );
  });

  it('leaves out what is not known', () => {
    expect(jsonLine('error', 'x', time, { path: undefined, errno: 'EIO' })).toBe(
      `{"level":"error","msg":"x","time":"${time}","errno":"EIO"}\n`,
    );
  });

  it('is one line whatever the message holds', () => {
    const line = jsonLine('error', 'a\nb\r\n\u2028', time, {});
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ msg: 'a\nb\r\n\u2028' });
  });
});

describe('terminalLine', () => {
  it('is short and coloured', () => {
    expect(terminalLine('error', 'container does not exist', 12_345, {})).toBe(
      '\x1b[31mERRO\x1b[0m[0012] container does not exist                     \n',
    );
  });

  it('does not hand escape sequences of a name to the terminal', () => {
    expect(terminalLine('warning', 'mount \x1b[2J\x9b', 0, {})).toBe(
      `\x1b[33mWARN\x1b[0m[0000] ${'mount \\x1b[2J\\x9b'.padEnd(44)} \n`,
    );
  });
});

describe('Log', () => {
  it('drops debug lines unless asked', () => {
    const quiet = collect({ format: 'text' });
    quiet.log.debug('d');
    quiet.log.info('i');
    expect(quiet.lines).toHaveLength(1);
    const loud = collect({ format: 'text', debug: true });
    loud.log.debug('d');
    expect(loud.lines[0]).toMatch(/ level=debug msg=d\n$/);
  });

  it('asks for a terminal only when there is something to say', () => {
    let asked = 0;
    const terminal = () => ++asked > 0;
    const log = new Log({ format: 'text', debug: false, started: 0, terminal, localOffset: () => 0, write: () => {} });
    expect(asked).toBe(0);
    log.warn('w');
    expect(asked).toBe(1);
  });

  it('writes JSON to a terminal too when told so', () => {
    const { log, lines } = collect({ format: 'json', terminal: true });
    log.error('e', { errno: 'EIO' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', msg: 'e', errno: 'EIO' });
  });
});

describe('explain', () => {
  it('is silent when the message said it all', () => {
    expect(explain({})).toBeUndefined();
    expect(explain({ syscall: 'open', errno: 'ENOENT', path: '/x' })).toBeUndefined();
  });

  it('says what to do, and where it happened', () => {
    expect(explain({ hint: 'use --force', stage: 'config', path: '/x' })).toBe('use --force');
    expect(explain(detail)).toBe('a "hint" (init, mount /proc, mount: EPERM, /proc)');
    expect(explain({ operation: 'mount /proc', errno: 'EPERM' })).toBe('(mount /proc, EPERM)');
  });
});

describe('rfc3339', () => {
  const now = Date.parse('2026-11-23T09:20:33.987Z');

  it('shows the offset, and Z for none', () => {
    expect(rfc3339(now, 0)).toBe('2026-11-23T09:20:33Z');
    expect(rfc3339(now, 3600)).toBe('2026-11-23T10:20:33+01:00');
    expect(rfc3339(now, -12_600)).toBe('2026-11-23T05:50:33-03:30');
    expect(rfc3339(now, 20_700)).toBe('2026-11-23T15:05:33+05:45');
  });

  it('is the time of every line', () => {
    const { log, lines } = collect({ format: 'json' });
    log.warn('w');
    const { time: shown } = JSON.parse(lines[0] ?? '') as { time: string };
    expect(shown).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+01:00$/);
    expect(Math.abs(Date.parse(shown) - Date.now())).toBeLessThan(5000);
  });
});

describe('printable', () => {
  it('keeps text, line breaks and tabs', () => {
    expect(printable('a\tb\nü→')).toBe('a\tb\nü→');
    expect(printable('\0\x08\x7f\x85')).toBe('\\x00\\x08\\x7f\\x85');
  });
});
