/** Clients that come and go while the container runs. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case, Scene } from '../rig/scene.ts';

const echoing = ['sh', '-c', 'while read x; do echo "<$x>"; done; exit 6'];

/** Attaches, says something, waits for the answer, and goes without a word, as a client that dies does. */
async function visit(scene: Scene, id: string, word: string): Promise<void> {
  const client = scene.rig.spawnCtr(['task', 'attach', id]);
  client.child.stdin?.write(`${word}\n`);
  await until(`the answer to ${word}`, () => client.stdout.includes(`<${word}>`) || undefined);
  client.child.kill('SIGKILL');
  await client.result();
}

const again: Case = async (scene) => {
  const id = scene.id();
  // ctr would end the container's stdin if its own ended before it has gone.
  const starter = scene.rig.spawnCtr(scene.rig.runArguments(['--detach', ...scene.shim.flags], id, echoing));
  assert.equal((await starter.result()).code, 0);
  await visit(scene, id, 'one');
  await visit(scene, id, 'two');
  const last = scene.rig.spawnCtr(['task', 'attach', id]);
  last.child.stdin?.write('three\n');
  await until('the answer', () => last.stdout.includes('<three>') || undefined);
  assert.doesNotMatch(last.stdout, /one|two/);
  await scene.task('kill', '--signal', 'KILL', id);
  assert.equal((await last.result()).code, 137);
  await scene.forget(id);
};

const terminal: Case = async (scene) => {
  const id = scene.id();
  const args = scene.rig.runArguments(['--detach', '--tty', ...scene.shim.flags], id, echoing);
  const starter = scene.rig.spawnCtrInTerminal(args);
  await starter.result();
  for (const word of ['one', 'two']) {
    const client = scene.rig.spawnCtrInTerminal(['task', 'attach', id]);
    await until('the task to be attached', () => scene.findProcess('ctr', id));
    client.child.stdin?.write(`${word}\n`);
    await until(`the answer to ${word}`, () => client.stdout.includes(`<${word}>`) || undefined);
    client.child.kill('SIGKILL');
    await client.result();
  }
  await scene.end(id);
};

export const attach: Readonly<Record<string, Case>> = { attach: again, 'attach: terminal': terminal };
