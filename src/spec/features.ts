/** The features document: what this build knows, whatever the host supports but for `supportedFlags` (spec: features.md, features-linux.md). */

import { ANNOTATIONS } from './annotations.ts';
import { MEMORY_POLICY_FLAGS, MEMORY_POLICY_MODES, NAMESPACE_TYPES } from './enums.ts';
import { SECCOMP_ACTIONS, SECCOMP_ARCHITECTURES, SECCOMP_FLAGS, SECCOMP_OPERATORS } from './enums-seccomp.ts';
import { OCI_VERSION } from './version.ts';

/** What the other rooms know; each list is sorted or in the kernel's order, as it is to be shown. */
export interface FeaturesFacts {
  readonly version: string;
  /** Empty when unknown. */
  readonly commit: string;
  /** Version of the linked libseccomp, for example `2.5.4`. */
  readonly libseccomp: string;
  readonly mountOptions: readonly string[];
  /** Names with `CAP_`. */
  readonly capabilities: readonly string[];
  /** Those that this kernel knows. */
  readonly seccompFlags: readonly string[];
}

/** Architectures that libseccomp knows since 2.6 only. */
const YOUNG_ARCHITECTURES = ['SCMP_ARCH_LOONGARCH64', 'SCMP_ARCH_M68K', 'SCMP_ARCH_SH', 'SCMP_ARCH_SHEB'];

/** The document, members in the order of the specification. */
export function featuresDocument(facts: FeaturesFacts) {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: OCI_VERSION,
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: facts.mountOptions,
    linux: {
      namespaces: [...NAMESPACE_TYPES].sort(),
      capabilities: facts.capabilities,
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: true, rdma: true },
      seccomp: seccompFeatures(facts),
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: true, schemata: true, monitoring: true },
      memoryPolicy: { modes: [...MEMORY_POLICY_MODES].sort(), flags: [...MEMORY_POLICY_FLAGS].sort() },
      mountExtensions: { idmap: { enabled: true } },
      netDevices: { enabled: true },
    },
    annotations: {
      'io.github.hoist.version': facts.version,
      ...(facts.commit === '' ? {} : { 'io.github.hoist.commit': facts.commit }),
      'io.github.hoist.checkpoint.enabled': 'true',
      // What engines that know runc look for.
      'org.opencontainers.runc.checkpoint.enabled': 'true',
      'io.github.seccomp.libseccomp.version': facts.libseccomp,
    },
    potentiallyUnsafeConfigAnnotations: Object.values(ANNOTATIONS).sort(),
  };
}

function seccompFeatures({ libseccomp, seccompFlags }: FeaturesFacts) {
  const young = isAtLeast(libseccomp, 2, 6);
  return {
    enabled: true,
    actions: [...SECCOMP_ACTIONS].sort(),
    operators: [...SECCOMP_OPERATORS].sort(),
    archs: SECCOMP_ARCHITECTURES.filter((name) => young || !YOUNG_ARCHITECTURES.includes(name)).sort(),
    knownFlags: [...SECCOMP_FLAGS].sort(),
    supportedFlags: [...seccompFlags].sort(),
  };
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return first > major || (first === major && second >= minor);
}
