import type {
  DeviceType,
  MemoryPolicyFlag,
  MemoryPolicyMode,
  NamespaceType,
  PersonalityDomain,
  RootfsPropagation,
} from '../enums.ts';
import type { Int } from './int.ts';
import type { Resources } from './resources.ts';
import type { Seccomp } from './seccomp.ts';

/** spec: config-linux.md. */
export interface Linux {
  namespaces?: Namespace[];
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
  timeOffsets?: TimeOffsets;
  devices?: Device[];
  /** Host network devices to move into the container's network namespace, by their name on the host. */
  netDevices?: Record<string, NetDevice>;
  cgroupsPath?: string;
  resources?: Resources;
  rootfsPropagation?: RootfsPropagation;
  seccomp?: Seccomp;
  sysctl?: Record<string, string>;
  maskedPaths?: string[];
  readonlyPaths?: string[];
  mountLabel?: string;
  intelRdt?: IntelRdt;
  memoryPolicy?: MemoryPolicy;
  personality?: Personality;
}

export interface Namespace {
  type: NamespaceType;
  /** An existing namespace to join; absent or empty: a new one. */
  path?: string;
}

/** One line of uid_map or gid_map (user_namespaces(7)); `size` is at least 1. */
export interface IdMapping {
  containerID: number;
  hostID: number;
  size: number;
}

/** time_namespaces(7). */
export interface TimeOffsets {
  boottime?: TimeOffset;
  monotonic?: TimeOffset;
}

export interface TimeOffset {
  secs?: Int;
  /** 0 to 999999999. */
  nanosecs?: number;
}

/** A device node to make in the container; `u` is `c`, `p` is a FIFO without numbers. */
export interface Device {
  type: DeviceType;
  /** Absolute, inside the container. */
  path: string;
  major?: number;
  minor?: number;
  /** Permission bits; engines may leave file type bits of the host's node in it, they mean nothing. */
  fileMode?: number;
  uid?: number;
  gid?: number;
}

export interface NetDevice {
  /** The name inside the container; absent or empty: unchanged. */
  name?: string;
}

/** resctrl(7), spec: config-linux.md, IntelRdt. */
export interface IntelRdt {
  closID?: string;
  schemata?: string[];
  l3CacheSchema?: string;
  memBwSchema?: string;
  enableMonitoring?: boolean;
}

/** set_mempolicy(2). */
export interface MemoryPolicy {
  mode: MemoryPolicyMode;
  /** A list of nodes (`0-1,3`). */
  nodes?: string;
  flags?: MemoryPolicyFlag[];
}

/** personality(2); flags are not defined by the specification and are ignored with a warning. */
export interface Personality {
  domain: PersonalityDomain;
  flags?: string[];
}
