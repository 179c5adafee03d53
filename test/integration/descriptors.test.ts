import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { answers, probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** Runs the runtime with more descriptors open: 3 is /etc/passwd, 4 is /etc/group, 5 is /. */
const wrapper = ['sh', '-c', 'exec 3</etc/passwd 4</etc/group 5</; exec "$@"', '-'];

/** As a service manager starts services; 3, 4 and 5 as above. */
const listening = (count: number, names?: string) => {
  const variables = `LISTEN_FDS=${count} LISTEN_PID=$$${names === undefined ? '' : ` LISTEN_FDNAMES=${names}`}`;
  return ['sh', '-c', `exec 3</etc/passwd 4</etc/group 5</; export ${variables}; exec "$@"`, '-'];
};

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
    const [open, environment = ''] = await root().facts([['fds'], ['env']], undefined, { wrapper: listening(1) });
    expect(numbers(open)).toEqual(['0', '1', '2', '3']);
    expect(environment.split('\n')).toEqual(expect.arrayContaining(['LISTEN_FDS=1', 'LISTEN_PID=1']));
  });

  it('of a socket activation come first, with their names, then those of --preserve-fds; create and run alike', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'says nothing of the names');
    const options = { wrapper: listening(2, 'web:'), flags: ['--preserve-fds', '1'] };
    const questions = [['fds'], ['env'], ['args', 'end']];
    const said = async (text: string) => {
      const [open = '', environment = ''] = answers(text);
      expect(numbers(open)).toEqual(['0', '1', '2', '3', '4', '5']);
      expect(open).toMatch(/^3 .*passwd\n4 .*group\n5 \/$/m);
      const variables = environment.split('\n').filter((line) => line.startsWith('LISTEN_'));
      expect(variables.sort()).toEqual(['LISTEN_FDNAMES=web:', 'LISTEN_FDS=2', 'LISTEN_PID=1']);
    };
    const configure = (config: Config) => {
      config.process.args = probe(...questions);
    };
    await said((await root().run(configure, options)).stdout);
    const container = await root().started(configure, options);
    await container.says('[end]');
    await container.reaches('stopped');
    await said(container.stdout);
  });

  it('of a socket activation that is for somebody else stay behind', async () => {
    const listen = [
      'sh',
      '-c',
      'exec 3</etc/passwd; export LISTEN_FDS=1 LISTEN_PID=1 LISTEN_FDNAMES=x; exec "$@"',
      '-',
    ];
    const [open, environment] = await root().facts([['fds'], ['env']], undefined, { wrapper: listen });
    expect(numbers(open)).toEqual(['0', '1', '2']);
    expect(environment).not.toContain('LISTEN_');
  });
});

describe('--pidfd-socket', () => {
  /** Somebody who listens on such a socket. */
  async function receiver() {
    const socket = `${root().newBundle().path}/pidfd`;
    const command = scene.machine.spawn(['/run/tools/machine', 'pidfd', socket]);
    await until('the receiver', () => (command.stdout.includes('listening') ? true : undefined));
    return { flags: ['--pidfd-socket', socket], heard: async () => (await command.result()).stdout };
  }
  const stay = (config: Config) => {
    config.process.args = ['/bin/sleep', '100'];
  };
  const brief = (config: Config) => {
    config.process.args = ['/bin/true'];
  };

  beforeEach((context) => notOn(context, { runc: '1.2', crun: 'never' }, 'has no such option'));

  it('gets a pidfd of the first process', async () => {
    const { flags, heard } = await receiver();
    const { pid } = await root().create(stay, { flags });
    expect(await heard()).toMatch(new RegExp(`^listening\\nreceived .+\\nof ${pid}\\n$`));
  });

  it.each([[[]], [['--detach']]])('gets one from run %j', async (more) => {
    const { flags, heard } = await receiver();
    expect((await root().run(brief, { flags: [...flags, ...more] })).code).toBe(0);
    expect(await heard()).toMatch(/\nreceived .+\nof -?\d+\n$/);
  });

  it('gets one from exec', async () => {
    const { id, pid } = await root().started(stay);
    const { flags, heard } = await receiver();
    const args = ['exec', ...flags, '--detach', id, '/bin/sleep', '100'];
    expect((await root().runtime(args)).code).toBe(0);
    const [, , , whose] = (await heard()).split('\n');
    expect(whose).not.toBe(`of ${pid}`);
  });

  it('must be there', async () => {
    const { code, stderr } = await root().tryCreate(stay, { flags: ['--pidfd-socket', '/run/nobody'] });
    expect(code).not.toBe(0);
    expect(stderr).toContain('no such file or directory');
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
