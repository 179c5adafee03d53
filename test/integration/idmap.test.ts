// Idmapped mounts: the cases of runc's suite (tests/integration/idmap.bats) and crun's syntax.
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IdMapping, Mount } from '../../src/spec/types.ts';
import type { Bundle, Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const NOBODY = '65534:65534';

const map = (containerID: number, hostID: number, size: number): IdMapping => ({ containerID, hostID, size });

/** Three mounts, one below another, with a file each of 100:211, 101:222 and 102:233. */
async function tree(bundle: Bundle): Promise<string> {
  const path = `${bundle.path}/tree`;
  let folder = join(bundle.outside.path, 'tree');
  for (const [uid, gid] of [
    [100, 211],
    [101, 222],
    [102, 233],
  ] as const) {
    mkdirSync(folder);
    const inside = path + folder.slice(join(bundle.outside.path, 'tree').length);
    await scene.machine.must(['mount', '-t', 'tmpfs', 'tmpfs', inside]);
    writeFileSync(join(folder, 'file'), '');
    chownSync(join(folder, 'file'), uid, gid);
    folder = join(folder, 'below');
  }
  scene.later(() => scene.machine.run(['umount', '--lazy', '--recursive', path]));
  return path;
}

const FILES = ['/tmp/data/file', '/tmp/data/below/file', '/tmp/data/below/below/file'];
const userNamespace = (config: Config) => {
  config.linux.namespaces?.push({ type: 'user' });
  config.linux.uidMappings = [map(0, 100000, 65536)];
  config.linux.gidMappings = [map(0, 100000, 65536)];
};
const owner = (status: string | undefined) => status?.split(' ')[2];

/** Who the three files belong to, as the container sees it. */
async function owners(mount: Partial<Mount>, patch: (config: Config) => void = () => undefined) {
  const bundle = root().newBundle();
  const source = await tree(bundle);
  const facts = await root().facts(
    FILES.map((file) => ['lstat', file]),
    (config) => {
      config.ociVersion = '1.0.2';
      patch(config);
      config.mounts.push({ destination: '/tmp/data', source, options: ['rbind'], ...mount });
    },
    { bundle },
  );
  return facts.map(owner);
}

const MAPPINGS = {
  uidMappings: [map(100, 101000, 1), map(101, 102000, 10)],
  gidMappings: [map(210, 101100, 10), map(220, 102200, 20)],
};

describe('an idmapped mount', () => {
  it('maps the top mount alone, unless `ridmap` says otherwise', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no mapping without the word idmap, or none at all');
    expect(await owners(MAPPINGS)).toEqual(['101000:101101', '101:222', '102:233']);
    expect(await owners({ ...MAPPINGS, options: ['rbind', 'idmap'] })).toEqual(['101000:101101', '101:222', '102:233']);
    const below = { ...MAPPINGS, options: ['rbind', 'ridmap'] };
    expect(await owners(below)).toEqual(['101000:101101', '102000:102202', '102001:102213']);
  });

  it('is seen through the user namespace of the container', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no mapping without the word idmap, or none at all');
    expect(await owners(MAPPINGS, userNamespace)).toEqual(['1000:1101', NOBODY, NOBODY]);
    const below = { ...MAPPINGS, options: ['rbind', 'ridmap'] };
    expect(await owners(below, userNamespace)).toEqual(['1000:1101', '2000:2202', '2001:2213']);
  });

  it("has the container's own mapping when it names none", async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'knows no idmap option, or no ridmap');
    expect(await owners({ options: ['rbind', 'idmap'] }, userNamespace)).toEqual(['100:211', NOBODY, NOBODY]);
    const all = ['100:211', '101:222', '102:233'];
    expect(await owners({ options: ['rbind', 'ridmap'] }, userNamespace)).toEqual(all);
  });

  it('has the mapping of a user namespace that is joined', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'wants mappings for a user namespace that it joins');
    const first = await root().started((config) => {
      userNamespace(config);
      config.process.args = probe(['stay']);
    });
    await first.says('waiting');
    const joined = (config: Config) => {
      config.linux.namespaces?.push({ type: 'user', path: `/proc/${first.pid}/ns/user` });
    };
    expect(await owners({ options: ['rbind', 'idmap'] }, joined)).toEqual(['100:211', NOBODY, NOBODY]);
  });

  it('takes what is written to it back to the ids of the source, and nothing of ids that are not mapped', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no mapping without the word idmap, or none at all');
    const caller = root();
    const bundle = caller.newBundle();
    mkdirSync(join(bundle.outside.path, 'own'));
    const patch = (isMapped: boolean) => (config: Config) => {
      if (isMapped) userNamespace(config);
      config.process.args = ['touch', '/tmp/data/new'];
      const mappings = { uidMappings: [map(0, 100000, 10)], gidMappings: [map(0, 100000, 10)] };
      config.mounts.push({ destination: '/tmp/data', source: 'own', options: ['bind'], ...mappings });
    };
    const refused = await caller.run(patch(false), { bundle });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Value too large for defined data type');
    expect(await caller.run(patch(true), { bundle })).toMatchObject({ code: 0 });
    expect(await scene.machine.must(['stat', '-c', '%u:%g', `${bundle.path}/own/new`])).toBe('0:0\n');
  });

  it('understands what crun writes behind `idmap=`', async (context) => {
    notOn(context, { runc: 'never' }, 'has no such syntax');
    const absolute = { options: ['rbind', 'idmap=uids=100-5000-10;gids=200-6000-10#210-7000-10'] };
    expect(await owners(absolute)).toEqual(['5000:7001', '101:222', '102:233']);
    const relative = { options: ['rbind', 'idmap=uids=@100-5-10;gids=@200-7-50'] };
    expect(await owners(relative, userNamespace)).toEqual(['5:18', NOBODY, NOBODY]);
  });

  it('costs one user namespace for each mapping, and no descriptor stays open', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no mapping without the word idmap, or none at all');
    const caller = root();
    const bundle = caller.newBundle();
    mkdirSync(join(bundle.outside.path, 'own'));
    const [descriptors, status] = await caller.facts(
      [['fds'], ['lstat', '/tmp/data39']],
      (config) => {
        userNamespace(config);
        config.process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 20, hard: 20 }];
        const mappings = { uidMappings: [map(0, 100000, 10)], gidMappings: [map(0, 100000, 10)] };
        for (let index = 0; index < 40; index++)
          config.mounts.push({ destination: `/tmp/data${index}`, source: 'own', options: ['bind'], ...mappings });
      },
      { bundle },
    );
    expect(descriptors?.split('\n').map((line) => line.split(' ')[0])).toEqual(['0', '1', '2']);
    expect(owner(status)).toBe('0:0');
  });

  it('may be two-way', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no mapping without the word idmap, or none at all');
    const bundle = root().newBundle();
    const source = await tree(bundle);
    const [line] = await root().facts(
      [['mounts', '/tmp/data']],
      (config) => {
        userNamespace(config);
        config.mounts.push({ destination: '/tmp/data', source, options: ['rbind', 'shared'], ...MAPPINGS });
      },
      { bundle },
    );
    expect(line).toContain(' shared:');
    expect(line).toContain('idmapped');
  });
});

describe('an idmapped mount is refused', () => {
  const refused = async (mount: Partial<Mount>, mode: 'root' | 'rootless' = 'root') => {
    const { code, stderr } = await scene.as(mode).tryCreate((config) => {
      config.mounts.push({ destination: '/tmp/data', source: '/etc', options: ['bind'], ...mount });
    });
    expect(code).toBe(1);
    return stderr;
  };

  it('for what is no bind mount', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'says it differently');
    const mount = { type: 'tmpfs', source: 'tmpfs', options: [], ...MAPPINGS };
    expect(await refused(mount)).toContain('id-mapped mounts are only supported for bind-mounts');
  });

  it('for rootless containers', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'says it differently');
    expect(await refused(MAPPINGS, 'rootless')).toContain('id-mapped mounts are not supported for rootless containers');
  });

  it('without mappings to be had', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'says it differently');
    const words = 'id-mapped mounts must have both uid and gid mappings specified';
    expect(await refused({ options: ['bind', 'idmap'] })).toContain(words);
    expect(await refused({ uidMappings: MAPPINGS.uidMappings })).toContain(words);
  });

  it('by a file system that cannot do it', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'says it differently');
    expect(await refused({ source: '/proc', ...MAPPINGS })).toContain(
      "failed to set MOUNT_ATTR_IDMAP on /proc: invalid argument (maybe the filesystem used doesn't support idmap mounts on this kernel?)",
    );
  });
});
