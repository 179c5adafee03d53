import type { DeviceRuleType } from '../enums.ts';
import type { Int } from './int.ts';

/** Limits for the container's cgroup (spec: config-linux.md, Control groups); also what `update -r FILE` reads. */
export interface Resources {
  devices?: DeviceRule[];
  memory?: MemoryResources;
  cpu?: CpuResources;
  pids?: PidsResources;
  blockIO?: BlockIoResources;
  hugepageLimits?: HugepageLimit[];
  network?: NetworkResources;
  /** By name of the RDMA device. */
  rdma?: Record<string, RdmaLimit>;
  /** cgroup v2 file name (`memory.high`) to what is written there. */
  unified?: Record<string, string>;
}

export interface DeviceRule {
  allow: boolean;
  /** Absent: all types. */
  type?: DeviceRuleType;
  /** Absent or -1: every number. */
  major?: number;
  minor?: number;
  /** Letters of `rwm`. */
  access?: string;
}

/** Bytes; -1 is "no limit". */
export interface MemoryResources {
  limit?: Int;
  reservation?: Int;
  /** Memory plus swap. */
  swap?: Int;
  /** Deprecated: ignored with a warning. */
  kernel?: Int;
  kernelTCP?: Int;
  swappiness?: Int;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
}

/** Times in microseconds. */
export interface CpuResources {
  shares?: Int;
  quota?: Int;
  burst?: Int;
  period?: Int;
  realtimeRuntime?: Int;
  realtimePeriod?: Int;
  cpus?: string;
  mems?: string;
  idle?: Int;
}

export interface PidsResources {
  /** -1 or absent: no limit. */
  limit?: Int;
}

export interface BlockIoResources {
  weight?: number;
  leafWeight?: number;
  weightDevice?: WeightDevice[];
  throttleReadBpsDevice?: ThrottleDevice[];
  throttleWriteBpsDevice?: ThrottleDevice[];
  throttleReadIOPSDevice?: ThrottleDevice[];
  throttleWriteIOPSDevice?: ThrottleDevice[];
}

export interface WeightDevice {
  major: number;
  minor: number;
  weight?: number;
  leafWeight?: number;
}

export interface ThrottleDevice {
  major: number;
  minor: number;
  /** Bytes or operations per second; absent: 0, which lifts the limit. */
  rate?: Int;
}

export interface HugepageLimit {
  /** `64KB`, `2MB`, `1GB`. */
  pageSize: string;
  /** Bytes. */
  limit: Int;
}

export interface NetworkResources {
  classID?: number;
  priorities?: InterfacePriority[];
}

export interface InterfacePriority {
  name: string;
  priority: number;
}

export interface RdmaLimit {
  hcaHandles?: number;
  hcaObjects?: number;
}
