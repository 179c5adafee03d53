import { describe, expect, it } from 'vitest';
import { defaultSpec } from '../../../src/spec/defaults.ts';
import { stringify } from '../../../src/spec/stringify.ts';
import { validate } from '../../../src/spec/validate.ts';
import { fixtureText } from './fixtures.ts';

/** What runc 1.1.5 wrote, with the two things that runc has changed since: the version, and no ambient set. */
function today(name: string): string {
  return fixtureText(name)
    .replace('"1.0.2-dev"', '"1.3.0"')
    .replace(/,\n\t\t\t"ambient": \[[^\]]*\]/, '')
    .trimEnd();
}

describe('the default configuration', () => {
  it('is the text that `runc spec` writes', () => {
    expect(stringify(defaultSpec({ cgroupNamespace: false }), '\t')).toBe(today('runc-spec'));
  });

  it('is the text that `runc spec --rootless` writes', () => {
    const spec = defaultSpec({ cgroupNamespace: false, rootless: { uid: 0, gid: 0 } });
    expect(stringify(spec, '\t')).toBe(today('runc-spec-rootless'));
  });

  it('maps the ids of the user who asks', () => {
    const { linux } = defaultSpec({ cgroupNamespace: false, rootless: { uid: 1000, gid: 100 } });
    expect(linux?.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }]);
    expect(linux?.gidMappings).toEqual([{ containerID: 0, hostID: 100, size: 1 }]);
  });

  it('has a cgroup namespace on a host with cgroup v2, before the user namespace', () => {
    const types = (rootless?: { uid: number; gid: number }): string[] | undefined =>
      defaultSpec({ cgroupNamespace: true, ...(rootless && { rootless }) }).linux?.namespaces?.map(({ type }) => type);
    expect(types()).toEqual(['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup']);
    expect(types({ uid: 1, gid: 1 })).toEqual(['pid', 'ipc', 'uts', 'mount', 'cgroup', 'user']);
  });

  it('shares nothing between two calls', () => {
    const first = defaultSpec({ cgroupNamespace: false });
    first.mounts?.[3]?.options?.push('changed');
    first.process?.capabilities?.bounding?.push('CAP_SYS_ADMIN');
    expect(stringify(defaultSpec({ cgroupNamespace: false }))).not.toMatch(/changed|CAP_SYS_ADMIN/);
  });

  it.each([false, true])('is valid (rootless: %s)', (rootless) => {
    const spec = defaultSpec({ cgroupNamespace: true, ...(rootless && { rootless: { uid: 1000, gid: 1000 } }) });
    expect(validate(spec, { rootless })).toMatchObject({ issues: [], warnings: [] });
  });
});
