import { DEVICE_RULE_TYPES } from '../enums.ts';
import type {
  BlockIoResources,
  CpuResources,
  DeviceRule,
  HugepageLimit,
  InterfacePriority,
  MemoryResources,
  NetworkResources,
  PidsResources,
  RdmaLimit,
  Resources,
  ThrottleDevice,
  WeightDevice,
} from '../types.ts';
import { BOOLEAN, INT64, int, listOf, mapOf, object, oneOf, STRING, UINT16, UINT32, UINT64 } from './rule.ts';

/** Device numbers in rules; -1 is the wildcard. */
const RULE_NUMBER = int(-1, 0xffffffff);

const DEVICE_RULE = object<DeviceRule>(
  { allow: BOOLEAN, type: oneOf(DEVICE_RULE_TYPES), major: RULE_NUMBER, minor: RULE_NUMBER, access: STRING },
  { allow: 'is required' },
);

const MEMORY = object<MemoryResources>(
  {
    limit: INT64,
    reservation: INT64,
    swap: INT64,
    kernel: INT64,
    kernelTCP: INT64,
    swappiness: UINT64,
    disableOOMKiller: BOOLEAN,
    useHierarchy: BOOLEAN,
    checkBeforeUpdate: BOOLEAN,
  },
  {},
);

const CPU = object<CpuResources>(
  {
    shares: UINT64,
    quota: INT64,
    burst: UINT64,
    period: UINT64,
    realtimeRuntime: INT64,
    realtimePeriod: UINT64,
    cpus: STRING,
    mems: STRING,
    idle: INT64,
  },
  {},
);

const WEIGHT_DEVICE = object<WeightDevice>(
  { major: UINT32, minor: UINT32, weight: UINT16, leafWeight: UINT16 },
  { major: 'is required', minor: 'is required' },
);

const THROTTLE_DEVICE = object<ThrottleDevice>(
  { major: UINT32, minor: UINT32, rate: UINT64 },
  { major: 'is required', minor: 'is required' },
);

const BLOCK_IO = object<BlockIoResources>(
  {
    weight: UINT16,
    leafWeight: UINT16,
    weightDevice: listOf(WEIGHT_DEVICE),
    throttleReadBpsDevice: listOf(THROTTLE_DEVICE),
    throttleWriteBpsDevice: listOf(THROTTLE_DEVICE),
    throttleReadIOPSDevice: listOf(THROTTLE_DEVICE),
    throttleWriteIOPSDevice: listOf(THROTTLE_DEVICE),
  },
  {},
);

const HUGEPAGE_LIMIT = object<HugepageLimit>(
  { pageSize: STRING, limit: UINT64 },
  { pageSize: 'is required', limit: 'is required' },
);

const INTERFACE_PRIORITY = object<InterfacePriority>(
  { name: STRING, priority: UINT32 },
  { name: 'is required', priority: 'is required' },
);

/** `linux.resources`, also the file of `update --resources`. */
export const RESOURCES = object<Resources>(
  {
    devices: listOf(DEVICE_RULE),
    memory: MEMORY,
    cpu: CPU,
    pids: object<PidsResources>({ limit: INT64 }, {}),
    blockIO: BLOCK_IO,
    hugepageLimits: listOf(HUGEPAGE_LIMIT),
    network: object<NetworkResources>({ classID: UINT32, priorities: listOf(INTERFACE_PRIORITY) }, {}),
    rdma: mapOf(object<RdmaLimit>({ hcaHandles: UINT32, hcaObjects: UINT32 }, {})),
    unified: mapOf<string>(STRING),
  },
  {},
);
