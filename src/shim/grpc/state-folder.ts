/** The folder that a server and its successors share. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';

const O_DIRECTORY = 0o200000;
const O_NOFOLLOW = 0o400000;
const PRIVATE = 0o700;
const OTHERS_WRITE = 0o022;
/** A predecessor that was told to end takes a moment. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 50;

/**
 * Makes the folder, when there is none, and locks it for as long as this process lives. What is in it names processes to signal and paths
 * to open: it must be nobody else's.
 *
 * @throws RuntimeError AlreadyExists when another server has it, PermissionDenied when somebody else could write in it
 */
export async function claimState(path: string): Promise<void> {
  native.mkdirAll(path, PRIVATE);
  const folder = native.open(path, O_DIRECTORY + O_NOFOLLOW);
  const { uid, mode } = native.stat(`/proc/self/fd/${folder}`) ?? { uid: -1, mode: 0 };
  if (uid !== native.ids().euid || (mode & OTHERS_WRITE) !== 0)
    throw new RuntimeError('PermissionDenied', `others could write in ${path}`, {
      stage: 'serve',
      path,
      hint: 'it must be our own, and writable for nobody else: what is in it says which processes are signalled',
    });
  for (let waited = 0; waited <= PATIENCE_MS; waited += PAUSE_MS) {
    if (native.lock(folder, true, false)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new RuntimeError('AlreadyExists', `another server uses ${path}`, {
    stage: 'serve',
    path,
    hint: 'end that server, or name another folder with --state',
  });
}
