// What `features` lists is there: everything is used that can be used on any machine.
import { mkdirSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NamespaceType, Seccomp } from '../../src/spec/types.ts';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { useScene } from './harness/scene.ts';
import { isHoist, subject } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

interface Document {
  readonly hooks: string[];
  readonly mountOptions: string[];
  readonly linux: {
    readonly namespaces: NamespaceType[];
    readonly capabilities: string[];
    readonly seccomp: Record<'actions' | 'operators' | 'archs' | 'knownFlags' | 'supportedFlags', string[]>;
    readonly memoryPolicy: { readonly modes: string[]; readonly flags: string[] };
  };
  readonly potentiallyUnsafeConfigAnnotations: string[];
}
let document: Document;

beforeAll(async () => {
  document = JSON.parse((await root().runtime(['features'])).stdout);
});
beforeEach((context) => {
  if (!isHoist) context.skip(`${subject.name} lists what it cannot do, and leaves out what it can`);
});

describe('features', () => {
  it('lists mount options, each of which a mount takes', async () => {
    // A mount of its own for each; what needs a mapping of ids, or a file system that is none, has tests of its own (mounts, idmap).
    const elsewhere = ['idmap', 'ridmap', 'copy-symlink', 'remount', 'acl', 'noacl', 'mand', 'iversion', 'lazytime'];
    const words = document.mountOptions.filter((word) => !elsewhere.includes(word));
    const [mounts = ''] = await root().facts([['mounts']], (config, bundle) => {
      mkdirSync(`${bundle.outside.path}/source`);
      for (const word of words) {
        const tmpfs = word === 'tmpcopyup';
        const source = tmpfs ? 'tmpfs' : 'source';
        config.mounts.push({
          destination: `/m/${word}`,
          type: tmpfs ? 'tmpfs' : 'bind',
          source,
          options: tmpfs ? [word] : ['bind', word],
        });
      }
    });
    const points = mounts.split('\n').map((line) => line.split(' ')[4]);
    expect(words.filter((word) => !points.includes(`/m/${word}`))).toEqual([]);
    expect(words.length).toBeGreaterThan(50);
  });

  it('lists namespaces that a container can have', async () => {
    const links = document.linux.namespaces.map((type) => {
      const names: Partial<Record<NamespaceType, string>> = { mount: 'mnt', network: 'net' };
      return ['ns', names[type] ?? type];
    });
    const ours = (await scene.machine.must(['sh', '-c', 'readlink /proc/self/ns/*'])).split('\n');
    const theirs = await root().facts(links, (config) => {
      config.linux.namespaces = document.linux.namespaces.map((type) => ({ type }));
      config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      config.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    });
    expect(theirs).toHaveLength(8);
    for (const one of theirs) expect(ours).not.toContain(one);
  });

  it('lists hooks that run', async () => {
    const bundle = root().newBundle();
    mkdirSync(`${bundle.outside.path}/log`);
    const note = (path: string) => ({ path: '/bin/sh', args: ['sh', '-c', `echo x >${path}`] });
    const result = await root().run(
      (config) => {
        config.mounts.push({ destination: '/log', type: 'bind', source: 'log', options: ['bind'] });
        const place = (hook: string) => (hook === 'startContainer' ? `/log/${hook}` : `${bundle.path}/log/${hook}`);
        config.hooks = Object.fromEntries(document.hooks.map((hook) => [hook, [note(place(hook))]]));
        config.process.args = ['/bin/true'];
      },
      { bundle },
    );
    expect(result.code).toBe(0);
    const made = (await scene.machine.must(['ls', `${bundle.path}/log`])).trim().split('\n');
    expect(made.sort()).toEqual([...document.hooks].sort());
  });

  it('lists capabilities that a process can have, as far as the machine lets it', async () => {
    const { stderr } = await root().run((config) => {
      const all = document.linux.capabilities;
      config.process.capabilities = { bounding: all, permitted: all, effective: all };
      config.process.args = ['/bin/true'];
    });
    expect(stderr).not.toContain('unknown');
  });

  it('lists what a seccomp profile may say, for the kernel to take it', async () => {
    const { actions, operators, archs: all, supportedFlags, knownFlags } = document.linux.seccomp;
    // libseccomp mixes no byte orders in one filter: the others are for machines of their own.
    const archs = all.filter((arch) => !/MIPS(64(N32)?)?$|PPC(64)?$|S390|PARISC|M68K|SHEB/.test(arch));
    expect(knownFlags).toEqual(expect.arrayContaining(supportedFlags));
    const harmless = [
      'vhangup',
      'acct',
      'swapon',
      'swapoff',
      'reboot',
      'init_module',
      'quotactl',
      'pivot_root',
      'kcmp',
    ];
    const rules = actions
      .filter((action) => action !== 'SCMP_ACT_NOTIFY')
      .map((action, index) => ({ names: [harmless[index]], action }));
    const compared = operators.map((op, index) => ({
      names: ['personality'],
      action: 'SCMP_ACT_LOG',
      args: [{ index: index % 6, value: 99, valueTwo: 99, op }],
    }));
    const [mode] = await root().facts([['privileges']], (config: Config) => {
      const syscalls = [...rules, ...compared];
      const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', architectures: archs, flags: supportedFlags, syscalls };
      config.linux.seccomp = seccomp as Seccomp;
    });
    expect(mode).toContain('seccomp 2');
  });

  it('lists memory policies that the kernel takes, or refuses for its own reasons', async () => {
    for (const mode of document.linux.memoryPolicy.modes) {
      const { stderr } = await root().run((config) => {
        const nodes = /DEFAULT|LOCAL/.test(mode) ? {} : { nodes: '0' };
        Object.assign(config.linux, { memoryPolicy: { mode, ...nodes } });
        config.process.args = probe(['ids']);
      });
      expect(stderr, mode).toMatch(/^$|set_mempolicy/);
    }
  });
});
