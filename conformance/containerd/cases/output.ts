/** Much output, and readers that do not read. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, withoutWarnings } from '../rig/scene.ts';

const count = 2_700_000;

/** What `seq 1 2700000` prints: 20 MB. */
function expected(): string {
  const hash = createHash('sha256');
  for (let from = 1; from <= count; from += 100_000) {
    let piece = '';
    for (let i = from; i < Math.min(from + 100_000, count + 1); i++) piece += `${i}\n`;
    hash.update(piece);
  }
  return hash.digest('hex');
}

const checksum = (text: string) => createHash('sha256').update(text).digest('hex');

const large: Case = async (scene) => {
  const { code, stdout } = await scene.run(['seq', '1', String(count)]);
  assert.equal(code, 0);
  assert.equal(checksum(stdout), expected());
};

/** A client that stops reading blocks its container, and no other one, not even of the same shim. */
const stalled: Case = async (scene) => {
  const flags = ['--annotation', 'io.containerd.runc.v2.group=stalled'];
  const id = scene.id();
  const script = `echo up; until [ -e /go ]; do sleep 0.02; done; seq 1 ${count} | tee /dev/stderr`;
  const writer = scene.spawn(['sh', '-c', script], { id, flags });
  await until('the container', () => writer.stdout.includes('up') || undefined);
  const client = scene.findProcess('ctr', id);
  await scene.signal('STOP', client);
  await scene.exec(id, ['touch', '/go']);
  await sleep(300);
  const { code, stdout } = await scene.run(['echo', 'not held up'], { flags });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'not held up\n' });
  assert.equal((await scene.state(id))?.status, 'RUNNING');
  assert.equal(writer.stdout, 'up\n');
  await scene.signal('CONT', client);
  const result = withoutWarnings(await writer.result());
  assert.equal(result.code, 0);
  assert.deepEqual([result.stdout.slice(0, 3), result.stderr.slice(0, 2)], ['up\n', '1\n']);
  assert.deepEqual([checksum(result.stdout.slice(3)), checksum(result.stderr)], [expected(), expected()]);
};

export const output: Readonly<Record<string, Case>> = {
  'output: 20 MB': large,
  'output: a reader that stalls': stalled,
};
