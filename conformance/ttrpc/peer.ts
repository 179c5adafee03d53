/** The other side: Go's ttrpc, built from the files beside this one; and sockets for ours. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../src/ttrpc/client.ts';
import type { Server } from '../../src/ttrpc/server.ts';
import { cached, command, SetupError } from '../cache.ts';
import { goCompiler } from '../go.ts';

/** The path of the program, which is built anew when its sources have changed. */
function peerProgram(): string {
  const sources = readdirSync(import.meta.dirname).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name));
  const hash = createHash('sha256');
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(import.meta.dirname, name)));
  const folder = cached(`ttrpc-peer-${hash.digest('hex').slice(0, 12)}`, (into) => {
    console.log("building the peer with Go's ttrpc");
    const options = { cwd: import.meta.dirname, env: { CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'auto' } };
    command(goCompiler(), ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(into, 'peer'), '.'], options);
  });
  return join(folder, 'peer');
}

/** Calls back with a path for a socket, whose folder goes afterwards. */
export async function withSocket<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hoist-ttrpc-'));
  try {
    return await use(join(folder, 'socket'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs Go's server at a path while `use` lasts. */
export async function withGoServer<T>(path: string, types: readonly string[], use: () => Promise<T>): Promise<T> {
  const child = spawn(peerProgram(), ['serve', path, ...types], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const said = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data) => resolve(String(data)));
      child.once('exit', () => resolve('nothing'));
    });
    if (said !== 'ready\n') throw new SetupError(`the Go server said ${said}`);
    return await use();
  } finally {
    child.stdin.end();
    await ended;
    rmSync(path, { force: true });
  }
}

/** Runs Go's client against a path. @returns what it says, and whether all was right */
export function goClient(path: string, types: readonly string[]): Promise<{ output: string; fine: boolean }> {
  const child = spawn(peerProgram(), ['call', path, ...types], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => child.once('close', (code) => resolve({ output, fine: code === 0 })));
}

/** Serves `server` at a path while `use` lasts. */
export async function withOurServer<T>(server: Server, path: string, use: () => Promise<T>): Promise<T> {
  const listener = createServer((socket) => {
    const receive = server.connect({ write: (data) => socket.write(data), close: () => socket.end() });
    socket.on('data', receive).on('error', () => {});
    socket.on('close', () => receive(undefined));
  });
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  try {
    return await use();
  } finally {
    listener.close();
  }
}

/** Our client at a path. */
export function ourClient(path: string): Client {
  return new Client((onData) => {
    const socket = connect(path);
    socket.on('data', onData).on('error', () => {});
    socket.on('close', () => onData(undefined));
    return { write: (data) => socket.write(data), close: () => socket.end() };
  });
}
