import type { Host, Request } from '../../../src/plan/plan.ts';

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

/** Root on a machine with cgroup v2, and nothing out of the ordinary. */
export const HOST: Host = {
  euid: 0,
  egid: 0,
  inUserNamespace: false,
  cgroup: 'unified',
  hierarchies: [],
  kcore: false,
  apparmor: false,
  selinux: false,
};
