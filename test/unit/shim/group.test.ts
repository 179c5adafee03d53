import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseGrouping, groupOf, socketPath } from '../../../src/shim/bootstrap/group.ts';
import { readOptions, type ShimOptions } from '../../../src/shim/options.ts';

const bundle = mkdtempSync(join(tmpdir(), 'hoist-group-'));
afterAll(() => rmSync(bundle, { recursive: true }));

const none = readOptions(undefined) as ShimOptions;
const configure = (config: object) => writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));

describe('the grouping', () => {
  it('is by pod, unless somebody wants it otherwise', () => {
    expect(chooseGrouping(none, {})).toBe('pod');
    expect(chooseGrouping(none, { HOIST_SHIM_GROUPING: '' })).toBe('pod');
    expect(chooseGrouping(none, { HOIST_SHIM_GROUPING: 'namespace' })).toBe('namespace');
    expect(chooseGrouping({ ...none, grouping: 'container' }, { HOIST_SHIM_GROUPING: 'namespace' })).toBe('container');
  });

  it('is refused when it is not known', () => {
    expect(() => chooseGrouping(none, { HOIST_SHIM_GROUPING: 'node' })).toThrow(
      'HOIST_SHIM_GROUPING must be container, pod or namespace, not "node"',
    );
  });
});

describe('the group of a container', () => {
  it.each([
    [{}, 'one'],
    [{ annotations: {} }, 'one'],
    [{ annotations: { 'io.kubernetes.cri.sandbox-id': 'pod' } }, 'pod'],
    [{ annotations: { 'io.containerd.runc.v2.group': 'group' } }, 'group'],
    [{ annotations: { 'io.kubernetes.cri.sandbox-id': 'pod', 'io.containerd.runc.v2.group': 'group' } }, 'group'],
    [{ annotations: { 'io.kubernetes.cri.sandbox-id-of-another': 'pod' } }, 'one'],
    [{ process: { args: ['io.containerd.runc.v2.group'] } }, 'one'],
  ])('with the configuration %j is %s', (config, group) => {
    configure(config);
    expect(groupOf('pod', bundle, 'one')).toBe(group);
    expect(groupOf('container', bundle, 'one')).toBe('one');
    expect(groupOf('namespace', bundle, 'one')).toBe('');
  });

  it('needs a configuration', () => {
    expect(() => groupOf('pod', `${bundle}/none`, 'one')).toThrow(
      `open ${bundle}/none/config.json: no such file or directory`,
    );
    expect(groupOf('namespace', `${bundle}/none`, 'one')).toBe('');
  });
});

describe('the path of the socket', () => {
  const params = {
    id: 'one',
    namespace: 'default',
    debug: false,
    grpcAddress: '/run/containerd/containerd.sock',
    ttrpcAddress: '',
    socketFolder: '/run/containerd/s',
    options: undefined,
    structured: false,
  };

  it('is the same for a group, and another for everything else', () => {
    const path = socketPath(params, 'one');
    expect(path).toMatch(/^\/run\/containerd\/s\/[0-9a-f]{64}$/);
    expect(socketPath({ ...params, id: 'two', debug: true, ttrpcAddress: '/t' }, 'one')).toBe(path);
    const others = [
      socketPath(params, 'two'),
      socketPath(params, ''),
      socketPath({ ...params, namespace: 'other' }, 'one'),
      socketPath({ ...params, grpcAddress: '/other.sock' }, 'one'),
      // What one part loses another wins.
      socketPath({ ...params, namespace: 'defaul' }, 'tone'),
      socketPath({ ...params, namespace: 'default/one' }, ''),
    ];
    expect(new Set([path, ...others]).size).toBe(7);
  });

  it('may not be longer than a socket takes', () => {
    const most = `/${'x'.repeat(106 - 64 - 2)}`;
    expect(socketPath({ ...params, socketFolder: most }, 'one')).toHaveLength(106);
    expect(() => socketPath({ ...params, socketFolder: `${most}x` }, 'one')).toThrow(
      /unix socket path too long \(> 106\)$/,
    );
  });
});
