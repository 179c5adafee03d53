import { describe, expect, it } from 'vitest';
import { featuresDocument } from '../../../src/spec/features.ts';

const facts = {
  version: '1.2.3',
  commit: 'abc',
  libseccomp: '2.5.4',
  mountOptions: ['bind', 'ro'],
  capabilities: ['CAP_CHOWN'],
};

describe('featuresDocument', () => {
  it('carries the facts', () => {
    const document = featuresDocument(facts);
    expect(document.mountOptions).toEqual(['bind', 'ro']);
    expect(document.linux.capabilities).toEqual(['CAP_CHOWN']);
    expect(document.annotations).toMatchObject({
      'io.github.hoist.version': '1.2.3',
      'io.github.hoist.commit': 'abc',
      'io.github.seccomp.libseccomp.version': '2.5.4',
    });
    expect(Object.keys(featuresDocument({ ...facts, commit: '' }).annotations)).not.toContain('io.github.hoist.commit');
  });

  it('spans the versions that are accepted', () => {
    expect(featuresDocument(facts)).toMatchObject({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0' });
  });

  it('names all eight namespaces, sorted', () => {
    expect(featuresDocument(facts).linux.namespaces).toEqual([
      'cgroup',
      'ipc',
      'mount',
      'network',
      'pid',
      'time',
      'user',
      'uts',
    ]);
  });

  it('does not promise what is not built', () => {
    const { linux } = featuresDocument(facts);
    expect(linux.cgroup).toEqual({ v1: true, v2: true, systemd: true, systemdUser: true, rdma: true });
    expect(linux.mountExtensions.idmap.enabled).toBe(true);
  });

  it('lists the architectures that the linked libseccomp knows', () => {
    const young = 'SCMP_ARCH_LOONGARCH64';
    const archs = (libseccomp: string) => featuresDocument({ ...facts, libseccomp }).linux.seccomp.archs as string[];
    expect(archs('2.5.4')).not.toContain(young);
    expect(archs('2.6.0')).toContain(young);
    expect(archs('3.0.0')).toContain(young);
    expect(archs('2.5.4')).toEqual([...archs('2.5.4')].sort());
  });
});
