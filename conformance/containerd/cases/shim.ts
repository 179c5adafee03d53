/** The shim as a process: its socket, its end, its companions. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import { Skip } from '../../column.ts';
import { imageName } from '../rig/image.ts';
import type { Rig } from '../rig/rig.ts';
import type { Case } from '../rig/scene.ts';

/** A killed shim takes its container with it: containerd sees that the connection is lost, and has it cleaned up. */
const killed: Case = async (scene) => {
  const id = scene.id();
  const command = scene.spawn(['sh', '-c', 'sleep 1000 & sleep 1000'], { id });
  await scene.rig.events.until(id, '/tasks/start');
  await scene.signal('KILL', await scene.shimOf(id));
  const events = await scene.rig.events.until(id, '/tasks/delete');
  const exit = events.find(({ topic }) => topic === '/tasks/exit');
  assert.equal(exit?.fields.exit_status, 137);
  assert.ok(events.findIndex(({ topic }) => topic === '/tasks/delete') > events.indexOf(exit));
  assert.match((await command.result()).stderr, /closed/);
  assert.equal(await scene.state(id), undefined);
};

/** Signals for all that belongs to a service, or to a session, are not meant for containers. */
const signalled: Case = async (scene) => {
  if (scene.shim.isCareless) throw new Skip("containerd's own ends with some versions, and its containers with it");
  const id = await scene.background();
  const pid = String(await scene.shimOf(id));
  for (const signal of ['-HUP', '-INT', '-TERM']) await scene.rig.machine.must(['kill', signal, pid]);
  assert.equal((await scene.exec(id, ['sh', '-c', 'exit 4'])).code, 4);
  assert.equal(String(await scene.shimOf(id)), pid);
  await scene.end(id);
};

/** All containers of the group go. */
const groupKilled: Case = async (scene) => {
  const flags = ['--null-io', '--annotation', 'io.containerd.runc.v2.group=doomed'];
  const ids = [await scene.background(undefined, { flags }), await scene.background(undefined, { flags })];
  await scene.signal('KILL', await scene.shimOf(ids[0] ?? ''));
  for (const id of ids) {
    await scene.rig.events.until(id, '/tasks/delete');
    assert.equal((await scene.exitOf(id)).exit_status, 137);
    await scene.forget(id);
  }
};

/** Only root can talk to a shim; 1.6 and 1.7 find it again by the file that the shim has written, 2.x by its own. */
const socket: Case = async (scene) => {
  const id = await scene.background();
  const bundle = `/run/containerd/io.containerd.runtime.v2.task/e2e/${id}`;
  const text = scene.rig.machine.read(`${bundle}/${scene.isAtLeast('2.0') ? 'bootstrap.json' : 'address'}`);
  const path = /unix:\/\/(\/[^"\s]+)/.exec(text)?.[1] ?? '';
  const file = statSync(scene.rig.machine.path(path));
  assert.ok(file.isSocket(), path);
  assert.equal(file.mode & 0o777, 0o600);
  const folder = statSync(scene.rig.machine.path(path.slice(0, path.lastIndexOf('/'))));
  assert.equal(folder.mode & 0o077, 0);
  const listening = await scene.rig.machine.must(['cat', '/proc/net/unix']);
  assert.ok(listening.includes(` ${path}\n`), `nobody listens on ${path}`);
  await scene.end(id);
};

/** Containers of one group share a shim, which lives until the last of them has gone. */
const grouped: Case = async (scene) => {
  const flags = ['--null-io', '--annotation', 'io.containerd.runc.v2.group=together'];
  const ids = [await scene.background(undefined, { flags })];
  ids.push(...(await Promise.all([1, 2].map(() => scene.background(undefined, { flags })))));
  const alone = await scene.background();
  const shims = await Promise.all(ids.map((id) => scene.shimOf(id)));
  assert.equal(new Set(shims).size, 1);
  assert.notEqual(await scene.shimOf(alone), shims[0]);
  const [first = '', ...others] = ids;
  await scene.end(first);
  for (const id of others) {
    assert.equal((await scene.exec(id, ['true'])).code, 0);
    await scene.end(id);
  }
  await scene.end(alone);
};

/** The kernel ends containers before their shim: its score is one above containerd's. */
const score: Case = async (scene) => {
  const id = await scene.background();
  const read = (pid: number) => Number(scene.rig.machine.read(`/proc/${pid}/oom_score_adj`));
  const daemon = scene.findProcess('containerd', '--config');
  assert.ok(daemon);
  assert.equal(read(await scene.shimOf(id)), read(daemon) + 1);
  await scene.end(id);
};

/** A runtime may be named by the path of its shim. */
const byPath: Case = async (scene) => {
  const args = ['run', '--rm', '--runtime', scene.shim.path(scene.rig.containerd), imageName, scene.id()];
  const { code, stdout } = await scene.rig.ctr([...args, 'sh', '-c', 'echo here; exit 2']);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: 'here\n' });
};

/** containerd keeps all that a shim says at its `delete`, which comes after every container, for a warning. */
const silent: Case = async (scene) => {
  if (scene.shim.isCareless) throw new Skip("containerd's own is not");
  const id = scene.id();
  await scene.run(['true'], { id });
  await until('the clean-up', () => scene.rig.daemon.log.includes(`id=${id}`) || undefined);
  const said = scene.rig.daemon.log.split('\n').filter((line) => line.includes(id) && /warnings[= ]/.test(line));
  assert.deepEqual(said, []);
};

/** 2.x asks shims what they are (-info). */
const inspected: Case = async (scene) => {
  if (!scene.isAtLeast('2.0')) throw new Skip('ctr 1.x has no inspect-runtime');
  const text = await scene.rig.mustCtr(['plugins', 'inspect-runtime', ...scene.shim.flags]);
  const { Name, Features } = JSON.parse(text) as { Name: string; Features: { ociVersionMin: string } };
  assert.equal(Name, scene.shim.flags[1]);
  assert.equal(Features.ociVersionMin, '1.0.0');
};

/** An experiment (docs/shim.md): 1.7 takes a shim that speaks gRPC, to the others it is not offered. */
const grpc: Case = async (scene) => {
  if (scene.shim.name !== 'hoist') throw new Skip("hoist's own");
  const { rig } = scene;
  await restarted(rig, 'grpc');
  try {
    const { code, stdout, stderr } = await scene.run(['sh', '-c', 'echo hi; exit 3']);
    if (rig.containerd.name !== '1.7') assert.match(stderr, /HOIST_SHIM_PROTOCOL=grpc is for containerd 1\.7 alone/);
    else assert.deepEqual({ code, stdout }, { code: 3, stdout: 'hi\n' });
    if (rig.containerd.name !== '1.7') return;
    const id = await scene.background();
    await restarted(rig, 'grpc');
    assert.equal((await scene.exec(id, ['sh', '-c', 'exit 6'])).code, 6);
    await scene.end(id);
  } finally {
    await restarted(rig, undefined);
  }
};

async function restarted(rig: Rig, protocol: string | undefined): Promise<void> {
  await rig.daemon.stop('SIGTERM');
  if (protocol === undefined) delete rig.env.HOIST_SHIM_PROTOCOL;
  else rig.env.HOIST_SHIM_PROTOCOL = protocol;
  await rig.daemon.start();
}

export const shim: Readonly<Record<string, Case>> = {
  'shim: SIGKILL': killed,
  'shim: SIGTERM': signalled,
  'shim: SIGKILL, of a group': groupKilled,
  'shim: its socket': socket,
  'shim: one for a group': grouped,
  'shim: oom_score_adj': score,
  'shim: by path': byPath,
  'shim: silent': silent,
  'shim: inspect-runtime': inspected,
  'shim: gRPC': grpc,
};
