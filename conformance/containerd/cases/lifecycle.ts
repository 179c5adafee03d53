/** What is refused, what fails, and what may be left over then: nothing. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

/** docker maps these words to exit codes. */
const failedCreate: Case = async (scene) => {
  const missing = await scene.run(['no-such-program']);
  assert.match(
    missing.stderr,
    /OCI runtime create failed: .*exec: "no-such-program": executable file not found in \$PATH/,
  );
  const path = await scene.run(['/no/such']);
  assert.match(
    path.stderr,
    /OCI runtime create failed: .*exec: "\/no\/such": stat \/no\/such: no such file or directory/,
  );
  const file = await scene.run(['/etc/passwd']);
  assert.match(file.stderr, /OCI runtime create failed: .*exec: "\/etc\/passwd": permission denied/);
  const mount = await scene.run(['true'], { flags: ['--mount', 'type=bind,src=/no/such,dst=/mnt,options=rbind:ro'] });
  assert.match(mount.stderr, /OCI runtime create failed: .*no such file or directory/);
  for (const { code } of [missing, path, file, mount]) assert.equal(code, 1);
};

const deleteRunning: Case = async (scene) => {
  const id = await scene.background();
  assert.match(
    await scene.refused('task', 'delete', id),
    /must be stopped before deletion: running: failed precondition/,
  );
  assert.equal((await scene.state(id))?.status, 'RUNNING');
  await scene.end(id);
};

const startTwice: Case = async (scene) => {
  const id = await scene.background();
  const tasks = scene.rig.tasks();
  try {
    await assert.rejects(tasks.start(id), /cannot start/);
  } finally {
    tasks.close();
  }
  assert.match(await scene.refused('task', 'start', id), /already exists/);
  assert.equal((await scene.exec(id, ['true'])).code, 0);
  await scene.end(id);
};

/** A container outlives its task, and can have another one. */
const anotherTask: Case = async (scene) => {
  const id = await scene.background(['sh', '-c', 'echo x >>/count; exit $(wc -l </count)']);
  for (const code of [1, 2]) {
    await scene.becomes(id, 'STOPPED');
    assert.match((await scene.rig.ctr(['task', 'delete', id])).stderr, new RegExp(`exit code ${code}`));
    await scene.task('start', '--detach', '--null-io', id);
  }
  await scene.becomes(id, 'STOPPED');
  await scene.rig.ctr(['task', 'delete', id]);
  await scene.forget(id);
};

/**
 * Who shares the process namespace of the machine does not take its children along by dying: the shim does. (containerd's own
 * forgets it now and then when the first process has lived for a moment only; they die at the delete then, seconds later.)
 */
const sharedProcesses: Case = async (scene) => {
  const flags = ['--with-ns', 'pid:/proc/1/ns/pid'];
  for (const life of scene.shim.isCareless ? ['0.3'] : ['0.3', '0']) {
    const begin = Date.now();
    const script = `sleep 1000 & (sleep 1000 &) ; echo done; sleep ${life}; exit 4`;
    const { code, stdout } = await scene.run(['sh', '-c', script], { flags });
    assert.deepEqual({ code, stdout }, { code: 4, stdout: 'done\n' });
    if (!scene.shim.isCareless) assert.ok(Date.now() - begin < 5000, `took ${Date.now() - begin} ms`);
  }
};

const userNamespace: Case = async (scene) => {
  const flags = ['--uidmap', '0:100000:65536', '--gidmap', '0:100000:65536'];
  const { code, stdout } = await scene.run(['sh', '-c', 'cat /proc/self/uid_map; id -u; touch /x'], { flags });
  assert.equal(code, 0);
  assert.match(stdout, /^\s+0\s+100000\s+65536\n0\n$/);
};

/** What people harden their containers with. */
const hardened: Case = async (scene) => {
  const script =
    'touch /x 2>/dev/null || echo read-only; cat /given/file; grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status';
  await scene.rig.machine.must(['sh', '-c', 'mkdir -p /run/output/given && echo given >/run/output/given/file']);
  const flags = ['--read-only', '--seccomp', '--cap-drop', 'CAP_CHOWN'];
  const mount = ['--mount', 'type=bind,src=/run/output/given,dst=/given,options=rbind:ro'];
  const { stdout } = await scene.run(['sh', '-c', script], { flags: [...flags, ...mount] });
  assert.equal(stdout.replaceAll('\t', ' '), 'read-only\ngiven\nNoNewPrivs: 1\nSeccomp: 2\n');
};

const privileged: Case = async (scene) => {
  const { code, stdout } = await scene.run(
    ['sh', '-c', 'ls /dev | wc -l; mount -t tmpfs none /mnt 2>&1 || mkdir /mnt; echo ok'],
    {
      flags: ['--privileged', '--net-host'],
    },
  );
  assert.equal(code, 0);
  assert.match(stdout, /ok/);
};

const inParallel: Case = async (scene) => {
  const all = Array.from({ length: 50 }, (_, i) => ({ id: scene.id(), code: i + 100 }));
  const commands = all.map(({ id, code }) => {
    const command = scene.spawn(['sh', '-c', `echo ${id}; exit ${code}`], { id });
    command.child.stdin?.end();
    return command.result();
  });
  const results = await Promise.all(commands);
  const failed = results.filter(({ code, stdout }, i) => code !== all[i]?.code || stdout !== `${all[i]?.id}\n`);
  assert.deepEqual(failed, []);
  for (const { id, code } of scene.shim.isCareless ? [] : all) {
    const names = (await scene.eventsOfLife(id)).map(({ topic }) => topic);
    assert.deepEqual(names, ['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete']);
    assert.equal((await scene.exitOf(id)).exit_status, code);
  }
  await until('no task', async () => ((await scene.task('list', '--quiet')).trim() === '' ? true : undefined));
};

export const lifecycle: Readonly<Record<string, Case>> = {
  'create fails': failedCreate,
  'delete of what runs': deleteRunning,
  'start, a second time': startTwice,
  'a second task': anotherTask,
  'shared process namespace': sharedProcesses,
  'user namespace': userNamespace,
  hardened: hardened,
  privileged: privileged,
  '50 in parallel': inParallel,
};
