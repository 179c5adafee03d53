import { describe, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../../src/spec/annotations.ts';
import { featuresDocument } from '../../../src/spec/features.ts';

const facts = {
  version: '1.2.3',
  commit: 'abc',
  libseccomp: '2.5.4',
  mountOptions: ['bind', 'ro'],
  capabilities: ['CAP_CHOWN'],
  seccompFlags: ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_LOG'],
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

  it('tells what the kernel takes from what it knows', () => {
    const { seccomp } = featuresDocument(facts).linux;
    expect(seccomp.knownFlags).toContain('SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV');
    expect(seccomp.supportedFlags).toEqual(['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_TSYNC']);
  });

  it('declares every annotation that is acted upon, and nothing else', () => {
    expect(featuresDocument(facts).potentiallyUnsafeConfigAnnotations).toEqual(Object.values(ANNOTATIONS).sort());
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
