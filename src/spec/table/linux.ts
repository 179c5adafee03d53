import {
  DEVICE_TYPES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  PERSONALITY_DOMAINS,
  ROOTFS_PROPAGATIONS,
} from '../enums.ts';
import type {
  Device,
  IdMapping,
  IntelRdt,
  Linux,
  MemoryPolicy,
  Namespace,
  NetDevice,
  Personality,
  TimeOffset,
  TimeOffsets,
} from '../types.ts';
import { RESOURCES } from './resources.ts';
import { BOOLEAN, ID, INT64, int, listOf, mapOf, object, oneOf, STRING, STRINGS, UINT32 } from './rule.ts';
import { SECCOMP } from './seccomp.ts';

/** The kernel takes 340 lines in uid_map (user_namespaces(7), since Linux 4.15). */
const MAPPINGS_MAX = 340;

const ID_MAPPING = object<IdMapping>(
  { containerID: ID, hostID: ID, size: int(1, 0xffffffff) },
  { containerID: 'is required', hostID: 'is required', size: 'is required' },
);

/** uidMappings and gidMappings, of the container and of mounts. */
export const ID_MAPPINGS = listOf<IdMapping>(ID_MAPPING, MAPPINGS_MAX);

const NAMESPACE = object<Namespace>({ type: oneOf(NAMESPACE_TYPES), path: STRING }, { type: 'is required' });

const TIME_OFFSET = object<TimeOffset>({ secs: INT64, nanosecs: int(0, 999_999_999) }, {});

/** The kernel keeps 12 bits of a major number and 20 of a minor; more would make another device's node. */
const DEVICE = object<Device>(
  {
    type: oneOf(DEVICE_TYPES),
    path: STRING,
    major: int(0, 0xfff),
    minor: int(0, 0xfffff),
    fileMode: UINT32,
    uid: ID,
    gid: ID,
  },
  { type: 'is required', path: 'is required' },
);

const INTEL_RDT = object<IntelRdt>(
  { closID: STRING, schemata: STRINGS, l3CacheSchema: STRING, memBwSchema: STRING, enableMonitoring: BOOLEAN },
  {},
);

const MEMORY_POLICY = object<MemoryPolicy>(
  {
    mode: oneOf(MEMORY_POLICY_MODES, 'memory policy mode'),
    nodes: STRING,
    flags: listOf(oneOf(MEMORY_POLICY_FLAGS, 'memory policy flag')),
  },
  { mode: 'invalid memory policy mode ""' },
);

/** `linux`. */
export const LINUX = object<Linux>(
  {
    namespaces: listOf(NAMESPACE),
    uidMappings: ID_MAPPINGS,
    gidMappings: ID_MAPPINGS,
    timeOffsets: object<TimeOffsets>({ boottime: TIME_OFFSET, monotonic: TIME_OFFSET }, {}),
    devices: listOf(DEVICE),
    netDevices: mapOf(object<NetDevice>({ name: STRING }, {})),
    cgroupsPath: STRING,
    resources: RESOURCES,
    rootfsPropagation: oneOf(ROOTFS_PROPAGATIONS),
    seccomp: SECCOMP,
    sysctl: mapOf<string>(STRING),
    maskedPaths: STRINGS,
    readonlyPaths: STRINGS,
    mountLabel: STRING,
    intelRdt: INTEL_RDT,
    memoryPolicy: MEMORY_POLICY,
    personality: object<Personality>({ domain: oneOf(PERSONALITY_DOMAINS), flags: STRINGS }, { domain: 'is required' }),
  },
  {},
);
