import type { Request } from '../../../src/plan/plan.ts';

/** What `create --bundle /bundle box` asks for, without a filter. */
export const REQUEST: Request = {
  id: 'box',
  rootfs: '/bundle/rootfs',
  bundle: '/bundle',
  noPivot: false,
  noNewKeyring: false,
  fifo: true,
  setgroupsDenied: false,
  cgroupPaths: {},
  callersCgroups: [],
  seccomp: undefined,
};
