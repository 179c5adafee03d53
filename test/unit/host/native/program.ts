import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

const ADDON = new URL('../../../../dist/bin/hoist.node', import.meta.url).pathname;

/** Runs `code` as a script of its own process, with the addon as `native`: for what a test runner would not survive. */
export function runProgram(code: string, before: readonly string[] = []): SpawnSyncReturns<string> {
  const script = `const addon = ${JSON.stringify(ADDON)}; const holder = { exports: {} }; process.dlopen(holder, addon);
    const native = holder.exports; ${code}`;
  const [program, ...rest] = [...before, process.execPath, '-e', script];
  return spawnSync(String(program), rest, { encoding: 'utf8', timeout: 30_000 });
}
