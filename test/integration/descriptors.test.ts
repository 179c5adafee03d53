import { describe, expect, it } from 'vitest';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** Runs the runtime with more descriptors open: 3 is /etc/passwd, 4 is /etc/group, 5 is /. */
const wrapper = ['sh', '-c', 'exec 3</etc/passwd 4</etc/group 5</; exec "$@"', '-'];

const numbers = (text = '') => text.split('\n').map((line) => line.split(' ')[0]);

describe('descriptors of the caller', () => {
  it('are not passed on', async () => {
    const [open] = await root().facts([['fds']], undefined, { wrapper });
    expect(numbers(open)).toEqual(['0', '1', '2']);
  });

  it('are passed on as far as --preserve-fds says', async () => {
    const [open = ''] = await root().facts([['fds']], undefined, { wrapper, flags: ['--preserve-fds', '2'] });
    expect(numbers(open)).toEqual(['0', '1', '2', '3', '4']);
    expect(open).toMatch(/^3 .*passwd$/m);
    expect(open).toMatch(/^4 .*group$/m);
  });

  it('survive create and start', async () => {
    const container = await root().create(
      (config) => {
        config.process.args = probe(['fds'], ['stay']);
      },
      { wrapper, flags: ['--preserve-fds', '1'] },
    );
    await container.start();
    await container.says('waiting');
    expect(numbers(container.stdout.split('\n\f')[0])).toEqual(['0', '1', '2', '3']);
  });

  it('must be open', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'does not look');
    const { code, stderr } = await root().run(() => undefined, { flags: ['--preserve-fds', '40'], wrapper });
    expect(code).toBe(1);
    expect(stderr).toMatch(/fd|descriptor/i);
  });

  it('of a socket activation are passed on, and counted for the process', async (context) => {
    notOn(context, { crun: 'never' }, 'passes on LISTEN_PID only');
    const listen = ['sh', '-c', 'exec 3</etc/passwd 4</etc/group; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"', '-'];
    const [open, environment = ''] = await root().facts([['fds'], ['env']], undefined, { wrapper: listen });
    expect(numbers(open)).toEqual(['0', '1', '2', '3']);
    expect(environment.split('\n')).toEqual(expect.arrayContaining(['LISTEN_FDS=1', 'LISTEN_PID=1']));
  });
});

describe('descriptors of the runtime', () => {
  it('that are folders of the host are not open while a container waits for start (CVE-2016-9962)', async () => {
    // Catches: a folder of the host that stays open in hoist-init, for whoever shares its pid namespace and may trace it
    // (/proc/PID/fd). Folders that are open must be in the container's own mounts; a private procfs is mounted nowhere.
    const container = await root().create((config) => {
      config.process.args = probe(['stay']);
    });
    const { pid } = container;
    const mounts = scene.machine.read(`/proc/${pid}/mountinfo`).split('\n');
    const inside = mounts.map((line) => line.split(' ')[0]);
    const script = `cd /proc/${pid}/fd; for n in *; do echo "$n $(stat -Lc %F $n | tr ' ' _) $(stat -Lfc %T $n) $(grep mnt_id ../fdinfo/$n)"; done`;
    const open = (await scene.machine.must(['sh', '-c', script])).trimEnd().split('\n');
    const strange = open.filter((line) => {
      const [, kind, type, , mount] = line.split(/\s+/);
      return kind === 'directory' && type !== 'proc' && !inside.includes(mount);
    });
    expect(strange).toEqual([]);
    expect(open.length).toBeGreaterThan(2);
  });
});
