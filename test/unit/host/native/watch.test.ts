import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';
import { runProgram } from './program.ts';

const folder = temporaryFolder();
const { O_RDWR } = constants;

function fifo(name: string): number {
  native.mkfifo(`${folder}/${name}`, 0o600);
  return native.open(`${folder}/${name}`, O_RDWR);
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('watch', () => {
  it('calls back once', async () => {
    const descriptor = fifo('once');
    let calls = 0;
    native.watch(descriptor, () => calls++);
    await pause(30);
    expect(calls).toBe(0);
    native.write(descriptor, 'x');
    await pause(50);
    native.write(descriptor, 'y');
    await pause(30);
    expect(calls).toBe(1);
    native.close(descriptor);
  });

  it('watches one descriptor for many, also one that is ready', async () => {
    const descriptor = fifo('many');
    native.write(descriptor, 'x');
    const before = native.readDirectory('/proc/self/fd').length;
    await Promise.all(Array.from({ length: 100 }, () => new Promise<void>((done) => native.watch(descriptor, done))));
    expect(native.readDirectory('/proc/self/fd')).toHaveLength(before);
    native.close(descriptor);
  });

  it('tells of the end of a process', async () => {
    const child = native.spawnProcess({ path: '/bin/sleep', argv: ['sleep', '0.05'], env: [], input: '' });
    await new Promise<void>((done) => native.watch(child.pidfd, done));
    expect(native.waitProcess(child.pidfd, 0)).toEqual({ code: 0 });
    native.close(child.pidfd);
    native.close(child.output);
  });

  it('forgets what unwatch names, even when it is on its way', async () => {
    const descriptor = fifo('forgotten');
    native.write(descriptor, 'x');
    let calls = 0;
    const key = native.watch(descriptor, () => calls++);
    const until = native.now() + 20_000;
    while (native.now() < until);
    native.unwatch(key);
    native.unwatch(key);
    native.unwatch(4_000_000);
    await pause(30);
    expect(calls).toBe(0);
    native.close(descriptor);
  });

  it('refuses what cannot be watched', () => {
    const file = native.memfd('file', 'x');
    const before = native.readDirectory('/proc/self/fd').length;
    expect(() => native.watch(file, () => {})).toThrow('epoll_ctl: operation not permitted');
    expect(native.readDirectory('/proc/self/fd')).toHaveLength(before);
    native.close(file);
    expect(() => native.watch(file, () => {})).toThrow('fcntl: bad file descriptor');
  });

  it('keeps the program alive only as long as something is watched', () => {
    const path = JSON.stringify(`${folder}/alive`);
    const result = runProgram(`
      native.mkfifo(${path}, 0o600); const descriptor = native.open(${path}, ${O_RDWR});
      native.unwatch(native.watch(descriptor, () => console.log('never')));
      native.watch(descriptor, () => {
        console.log('ready');
        native.unwatch(native.watch(descriptor, () => console.log('never')));
        console.log('done');
      });
      const helper = native.spawnProcess({ path: '/bin/sh', argv: ['sh', '-c', 'sleep 0.2; echo x > ' + ${path}],
        env: ['PATH=/bin:/usr/bin'], input: '' });`);
    expect(result).toMatchObject({ status: 0, stdout: 'ready\ndone\n', stderr: '' });
  });

  it('reports what the callback throws, as any callback', () => {
    const result = runProgram(`
      process.on('uncaughtException', (error) => console.log('caught', error.message));
      native.watch(native.pidfdOpen(native.spawnProcess({ path: '/bin/true', argv: ['true'], env: [], input: '' }).pid),
        () => { throw new Error('mine'); });`);
    expect(result.stdout + result.stderr).toBe('caught mine\n');
  });

  it('ends with a worker that still watches', () => {
    const result = runProgram(`
      const { Worker } = require('node:worker_threads');
      const worker = new Worker(\`
        const holder = { exports: {} }; process.dlopen(holder, \${JSON.stringify(addon)});
        const n = holder.exports; n.watch(n.pidfdOpen(process.pid), () => {}); require('node:worker_threads').parentPort.postMessage(1);\`,
        { eval: true });
      worker.once('message', async () => { await worker.terminate(); console.log('terminated'); });`);
    expect(result.stdout + result.stderr).toBe('terminated\n');
  });
});
