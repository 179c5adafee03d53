import { describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

describe('kernel parameters', () => {
  it('are set in the namespaces of the container, and only there', async () => {
    const before = scene.machine.read('/proc/sys/kernel/msgmax');
    const [forward, messages] = await root().facts(
      [
        ['read', '/proc/sys/net/ipv4/ip_forward'],
        ['read', '/proc/sys/kernel/msgmax'],
      ],
      (config) => {
        config.linux.sysctl = { 'net.ipv4.ip_forward': '1', 'kernel.msgmax': '12345' };
      },
    );
    expect([forward, messages]).toEqual(['1', '12345']);
    expect(scene.machine.read('/proc/sys/kernel/msgmax')).toBe(before);
    expect(scene.machine.read('/proc/sys/net/ipv4/ip_forward')).toBe('0\n');
  });

  it.each([
    ['network, without a network namespace', 'net.ipv4.ip_forward', (config: Config) => without(config, 'network')],
    ['ipc, without an ipc namespace', 'kernel.msgmax', (config: Config) => without(config, 'ipc')],
    ['the whole machine', 'kernel.pid_max', () => undefined],
    ['the whole machine, by another spelling', 'kernel/../kernel/pid_max', () => undefined],
    ['virtual memory', 'vm.swappiness', () => undefined],
  ])('of %s are refused', async (_what, name, patch) => {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    const before = name.includes('..') ? '' : scene.machine.read(path);
    const { code, stderr } = await root().run((config) => {
      patch(config);
      config.linux.sysctl = { [name]: '61' };
    });
    expect(code).toBe(1);
    expect(stderr).toContain('sysctl');
    if (before) expect(scene.machine.read(path)).toBe(before);
  });

  it('that contradict the hostname are refused', async (context) => {
    notOn(context, { runc: '1.1', crun: 'never' }, 'sets both');
    const { code, stderr } = await root().run((config) => {
      config.hostname = 'one';
      config.linux.sysctl = { 'kernel.hostname': 'two' };
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/kernel.hostname/);
  });

  it('that do not exist are an error', async () => {
    const { code, stderr } = await root().run((config) => {
      config.linux.sysctl = { 'net.no.such.thing': '1' };
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/net.no.such.thing|no such file/i);
  });
});

function without(config: Config, type: string): void {
  config.linux.namespaces = (config.linux.namespaces ?? []).filter((one) => one.type !== type);
  if (type === 'ipc') config.mounts = config.mounts.filter((mount) => mount.type !== 'mqueue');
}
