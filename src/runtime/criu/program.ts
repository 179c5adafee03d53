/** Where criu is, and what it gets of our environment. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';

const EXECUTABLE = 1;
/** PATH for tar, ip and iptables, which criu runs; HOME for $HOME/.criu/default.conf. What steers criu (`CRIU_*`) or its loader stays here. */
const PASSED = ['PATH=', 'HOME='];

/**
 * Looks along PATH; relative folders do not count.
 * @param environment the caller's, as `NAME=value`
 * @throws RuntimeError NotFound in runc's words
 */
export function findProgram(environment: readonly string[]): { path: string; env: string[] } {
  const env = environment.filter((each) => PASSED.some((name) => each.startsWith(name)));
  const folders = env.find((each) => each.startsWith('PATH='))?.slice(5) ?? '';
  for (const folder of folders.split(':')) {
    const path = `${folder}/criu`;
    if (folder.startsWith('/') && native.stat(path)?.kind === 'file' && native.access(path, EXECUTABLE)) {
      return { path, env };
    }
  }
  const text = 'CRIU version check failed: exec: "criu": executable file not found in $PATH';
  throw new RuntimeError('NotFound', text, {
    stage: 'criu',
    hint: 'install criu: checkpoint and restore are its work',
  });
}
