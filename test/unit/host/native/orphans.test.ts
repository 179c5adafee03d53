import { describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

/** A child of ours that ends at once, and leaves its own child to us, which ends after `ms`. */
const SETUP = `
  native.setSubreaper(true);
  const nothing = native.open('/dev/null', 2);
  const spawn = (script) => native.spawnProcess({
    path: '/bin/sh', argv: ['sh', '-c', script], env: ['PATH=/usr/bin:/bin'], stdio: [nothing, nothing, nothing] });
  const children = () => require('node:fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim().split(' ').filter(Boolean).length;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const readable = (fd) => new Promise((resolve) => native.watch(fd, resolve));`;

function program(body: string): unknown {
  const { stdout, stderr } = runProgram(
    `${SETUP} (async () => { ${body} })().catch((e) => { console.error(e); process.exit(1); });`,
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('orphans', () => {
  it('are reaped although a child that somebody waits for has ended before them', () => {
    const answer = program(`
      const kept = spawn('exit 7');
      const parent = spawn('sleep 0.2 & exit 0');
      native.waitProcess(parent.pidfd, -1);
      await pause(500);
      const before = children();
      const reaped = native.reapOrphans();
      console.log(JSON.stringify({ before, reaped, left: children(), again: native.reapOrphans(), status: native.waitProcess(kept.pidfd, 0) }));`);
    expect(answer).toEqual({ before: 2, reaped: 1, left: 1, again: 0, status: { code: 7 } });
  });

  it('that were adopted stay for whoever waits for them', () => {
    const answer = program(`
      const parent = spawn('sleep 0.2 & exit 0');
      native.waitProcess(parent.pidfd, -1);
      await pause(50);
      const pid = Number(require('node:fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim());
      const pidfd = native.pidfdOpen(pid);
      native.adoptChild(pid);
      await readable(pidfd);
      console.log(JSON.stringify({ reaped: native.reapOrphans(), status: native.waitProcess(pidfd, 0) }));`);
    expect(answer).toEqual({ reaped: 0, status: { code: 0 } });
  });

  it('are told of', () => {
    const answer = program(`
      const events = native.childEvents();
      const begin = Date.now();
      spawn('sleep 0.2');
      await readable(events);
      console.log(JSON.stringify({ soon: Date.now() - begin < 5000, count: native.read(events, 8, 0)[0] }));
      process.exit(0);`);
    expect(answer).toEqual({ soon: true, count: 1 });
  });
});
