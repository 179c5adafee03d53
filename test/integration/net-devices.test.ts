// Network devices of the host in containers: the cases of runc's suite (tests/integration/netdev.bats), and what comes of a failure.
import { describe, expect, it } from 'vitest';
import type { Linux } from '../../src/spec/types.ts';
import type { Config } from './harness/bundle.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const ip = (...args: string[]) => scene.machine.must(['ip', ...args]);

/** One end of a veth pair, with addresses; dummy devices are not to be had everywhere. */
async function device(name: string): Promise<void> {
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-peer`);
  scene.later(() => scene.machine.run(['ip', 'link', 'delete', `${name}-peer`]));
  await ip('link', 'set', name, 'mtu', '1789', 'address', '00:11:22:33:44:55', 'up');
  await ip('address', 'add', '169.254.169.77/30', 'broadcast', '169.254.169.79', 'dev', name);
  await ip('address', 'add', '10.7.0.1', 'peer', '10.7.0.2/32', 'metric', '77', 'dev', name);
  await ip('address', 'add', 'fd00::7/64', 'nodad', 'noprefixroute', 'dev', name);
  await ip('address', 'add', '169.254.3.3/32', 'scope', 'link', 'dev', name);
  await ip('address', 'add', '10.9.0.9/24', 'valid_lft', '3000', 'preferred_lft', '3000', 'dev', name);
}

/** A network namespace with a name, which outlives the container. */
async function namespace(): Promise<string> {
  await ip('netns', 'add', 'kept');
  const undo = 'ip netns delete kept; umount /run/netns; rmdir /run/netns';
  scene.later(() => scene.machine.run(['sh', '-c', undo]));
  return '/run/netns/kept';
}

const wants = (config: Config, netDevices: Linux['netDevices'], path?: string) => {
  config.ociVersion = '1.3.0';
  if (netDevices) config.linux.netDevices = netDevices;
  const network = config.linux.namespaces?.find(({ type }) => type === 'network');
  if (network && path) network.path = path;
};

/** Of `ip -details address show`, what the device takes along. */
const look = (text: string) => ({
  up: /[<,]UP[,>]/.test(text),
  mtu: /mtu (\d+)/.exec(text)?.[1],
  hardware: /ether (\S+)/.exec(text)?.[1],
  addresses: [...text.matchAll(/inet6? (.*?) scope global (.*)/g)].map(([, address, flags]) => `${address} ${flags}`),
});

const INSIDE = {
  up: true,
  mtu: '1789',
  hardware: '00:11:22:33:44:55',
  addresses: [
    expect.stringMatching(/^169\.254\.169\.77\/30 brd 169\.254\.169\.79 /),
    expect.stringMatching(/^10\.7\.0\.1 peer 10\.7\.0\.2\/32 metric 77 /),
    expect.stringMatching(/^fd00::7\/64 .*noprefixroute/),
  ],
};

describe('a network device', () => {
  it('moves into a new network namespace', async (context) => {
    notOn(context, { runc: '1.4', crun: '1.24' }, 'does not know linux.netDevices');
    await device('eth7');
    const { code, stdout, stderr } = await root().run((config) => {
      wants(config, { eth7: {} });
      config.process.args = ['busybox', 'ip', 'address', 'show', 'dev', 'eth7'];
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('169.254.169.77/30');
  });

  it('moves with name, MTU, hardware address and lasting addresses of global scope', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'loses flags, peers and IPv6 addresses');
    await device('eth7');
    const path = await namespace();
    const { code, stderr } = await root().run((config) => {
      wants(config, { eth7: { name: 'inside7' } }, path);
      config.process.args = ['true'];
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const text = await ip('-n', 'kept', '-details', 'address', 'show', 'dev', 'inside7');
    expect(look(text)).toEqual(INSIDE);
    expect(text).not.toContain('169.254.3.3');
    expect(text).not.toContain('10.9.0.9');
  });

  it('moves into the namespace of a user namespace', async (context) => {
    notOn(context, { runc: '1.4', crun: '1.24' }, 'does not know linux.netDevices');
    await device('eth7');
    const { code, stdout } = await root().run((config) => {
      wants(config, { eth7: { name: 'inside7' } });
      config.linux.namespaces?.push({ type: 'user' });
      config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
      config.linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
      config.process.args = ['busybox', 'ip', 'address', 'show', 'dev', 'inside7'];
    });
    expect(code).toBe(0);
    expect(stdout).toContain('mtu 1789');
  });
});

describe('when a birth fails', () => {
  it.for<[string, Wish]>([
    ['long after the move', { args: ['/no/such/program'], fails: 'no such file or directory' }],
    ['at another device', { devices: { eth8: {} }, fails: 'link not found for interface eth8 on runtime namespace' }],
    ['at a name that is taken', { devices: { eth6: { name: 'lo' } }, fails: 'file exists' }],
  ])('devices come back as they were: %s', async ([, { args, devices, fails }], context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'leaves them where they are');
    await device('eth7');
    if (devices && 'eth6' in devices) {
      await ip('link', 'add', 'eth6', 'type', 'veth', 'peer', 'name', 'eth6-peer');
      scene.later(() => scene.machine.run(['ip', 'link', 'delete', 'eth6']));
    }
    const before = await ip('-details', 'address', 'show', 'dev', 'eth7');
    const path = await namespace();
    const { code, stderr } = await root().tryCreate((config) => {
      wants(config, { eth7: { name: 'inside7' }, ...devices }, path);
      if (args) config.process.args = args;
    });
    expect(code).toBe(1);
    expect(stderr).toContain(fails);
    const after = look(await ip('-details', 'address', 'show', 'dev', 'eth7'));
    expect(after).toEqual({ ...look(before), addresses: INSIDE.addresses });
    expect(await ip('-n', 'kept', 'link', 'show')).not.toContain('inside7');
  });
});

interface Wish {
  readonly args?: string[];
  readonly devices?: NonNullable<Linux['netDevices']>;
  readonly fails: string;
}

describe('network devices are refused', () => {
  const refused = async (mode: 'root' | 'rootless', patch: (config: Config) => unknown) => {
    const { code, stderr } = await scene.as(mode).tryCreate((config) => {
      wants(config, { eth7: {} });
      patch(config);
    });
    expect(code).toBe(1);
    return stderr;
  };

  it('for rootless containers', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'does not know linux.netDevices, or says it differently');
    const words = 'network devices are not supported for rootless containers';
    const own = (config: Config) => config.linux.namespaces?.push({ type: 'network' });
    expect(await refused('rootless', own)).toContain(words);
  });

  it('without a network namespace', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'does not know linux.netDevices, or says it differently');
    const words = 'unable to move network devices without a NET namespace';
    const patch = (config: Config) => {
      config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'network');
    };
    expect(await refused('root', patch)).toContain(words);
  });

  it('when it is the loopback of the host, which nothing happens to', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'takes it down first');
    const route = ['10.99.0.0/24', 'dev', 'lo'];
    await ip('link', 'set', 'lo', 'up');
    await ip('route', 'add', ...route);
    scene.later(() => scene.machine.run(['ip', 'route', 'delete', ...route]));
    const words = 'move netDevice lo to the network namespace of the container';
    expect(await refused('root', (config) => wants(config, { lo: { name: 'inside' } }))).toContain(words);
    // The routes of a device that goes down are gone.
    expect(await ip('route', 'show', 'dev', 'lo')).toContain('10.99.0.0/24');
  });

  it('with names that are none', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, 'does not know linux.netDevices, or says it differently');
    for (const name of ['a b', 'seventeen-letters', 'a/b', '..'])
      expect(await refused('root', (config) => wants(config, { eth7: { name } }))).toContain(
        `invalid network device name \\"${name}\\"`,
      );
  });
});
