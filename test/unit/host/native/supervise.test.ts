import { type ChildProcess, spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

const ADDON = new URL('../../../../dist/bin/hoist.node', import.meta.url).pathname;
const SUPERVISE = 'native.supervise({ pid: child.pid, pidfd: child.pidfd, master: -1, subreaper: SUBREAPER })';
const shell = (script: string): string =>
  `const child = native.spawnProcess({ path: '/bin/sh', argv: ['sh', '-c', ${JSON.stringify(script)}], env: ['PATH=/bin:/usr/bin'], input: '' });`;
const supervise = (subreaper: boolean): string => SUPERVISE.replace('SUBREAPER', String(subreaper));

/** Starts a supervisor of `script`; resolves when the script says `ready` in its output. */
async function supervisor(script: string): Promise<{ process: ChildProcess; output: () => Promise<string> }> {
  const code = `const holder = { exports: {} }; process.dlopen(holder, ${JSON.stringify(ADDON)}); const native = holder.exports;
    ${shell(script)} while (!native.readTail(child.output, 99).includes('ready'));
    native.write(1, 'ready\\n'); const status = ${supervise(false)};
    native.write(1, native.readTail(child.output, 9999) + JSON.stringify(status)); native.exit(0);`;
  const program = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<string>((resolve) => program.once('close', () => resolve(text)));
  while (!text.includes('ready')) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { process: program, output: () => ended };
}

describe('supervise', () => {
  it('returns how the process ended', () => {
    expect(runProgram(`${shell('exit 9')} console.log(${supervise(false)});`).stdout).toBe('{ code: 9 }\n');
    expect(runProgram(`${shell('kill -9 $$')} console.log(${supervise(false)});`).stdout).toBe('{ signal: 9 }\n');
  });

  it('forwards signals, and survives them', async () => {
    const names = [
      'HUP',
      'INT',
      'QUIT',
      'USR1',
      'USR2',
      'ALRM',
      'TERM',
      'CONT',
      'TSTP',
      'TTIN',
      'TTOU',
      'WINCH',
      'PIPE',
    ];
    const traps = names.map((name) => `trap "echo ${name}" ${name};`).join(' ');
    const { process: program, output } = await supervisor(
      `${traps} trap "exit 3" XCPU; echo ready; while :; do sleep 0.02; done`,
    );
    for (const name of [...names, 'XCPU']) {
      program.kill(`SIG${name}` as NodeJS.Signals);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(await output()).toBe(`ready\nready\n${names.join('\n')}\n{"code":3}`);
  });

  it('puts the handlers back', () => {
    const status = "native.readProcess(process.pid, 'status').match(/Sig(Ign|Cgt).*/g).join()";
    const result = runProgram(`const before = ${status}; ${shell('sleep 0.1')} ${supervise(true)};
      console.log(before === ${status});`);
    expect(result.stdout + result.stderr).toBe('true\n');
  });

  it('reaps what is left to it as a subreaper, but not what somebody waits for', () => {
    const result = runProgram(`native.setSubreaper(true);
      const mine = native.spawnProcess({ path: '/bin/sh', argv: ['sh', '-c', 'sleep 0.4; exit 5'], env: ['PATH=/bin:/usr/bin'], input: '' });
      ${shell('for i in 1 2 3; do (sleep 0.1 & echo $! >&2); done; sleep 0.8; exit 4')}
      console.log(${supervise(true)}, native.waitProcess(mine.pidfd, -1));
      const left = native.readTail(child.output, 999).trim().split('\\n');
      console.log(left.length, left.every((pid) => native.readProcess(Number(pid), 'stat') === undefined));`);
    expect(result.stdout + result.stderr).toBe('{ code: 4 } { code: 5 }\n3 true\n');
  });

  it("keeps Node's own children noticed", () => {
    const result = runProgram(`const { spawn } = require('node:child_process');
      spawn('sleep', ['0.1']).once('exit', (code) => console.log('noticed', code));
      ${shell('sleep 0.4')} ${supervise(false)};`);
    expect(result.stdout + result.stderr).toBe('noticed 0\n');
  });

  it('refuses a descriptor that is no process', () => {
    const result = runProgram(`try { native.supervise({ pid: 1, pidfd: 999, master: -1, subreaper: false }); }
      catch (error) { console.log(error.message); }
      try { native.supervise({ pid: 1, pidfd: 999, master: 998, subreaper: false }); }
      catch (error) { console.log(error.message); }`);
    expect(result.stdout + result.stderr).toBe('poll: bad file descriptor\nfcntl: bad file descriptor\n');
  });
});
