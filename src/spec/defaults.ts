import type { Capabilities, Linux, Mount, Namespace, Spec } from './types.ts';
import { OCI_VERSION } from './version.ts';

const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

/** What the default configuration depends on. */
export interface DefaultsWish {
  /** The host has only cgroup v2: the container gets a cgroup namespace too. */
  readonly cgroupNamespace: boolean;
  /** For a rootless container: the ids of the user who runs it. */
  readonly rootless?: { readonly uid: number; readonly gid: number };
}

/**
 * The configuration that `spec` (and `spec --rootless`) writes: that of runc 1.5, members in its order.
 * As the file it is `stringify(defaultSpec(…), '\t')`, without a line break at the end.
 */
export function defaultSpec(wish: DefaultsWish): Spec {
  const { rootless } = wish;
  return {
    ociVersion: OCI_VERSION,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: defaultCapabilities(),
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'runc',
    mounts: defaultMounts(rootless !== undefined),
    linux: {
      ...(rootless === undefined ? defaultResources() : defaultMappings(rootless.uid, rootless.gid)),
      namespaces: defaultNamespaces(wish),
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/sys/firmware',
        '/proc/scsi',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

function defaultCapabilities(): Capabilities {
  return { bounding: [...CAPABILITIES], effective: [...CAPABILITIES], permitted: [...CAPABILITIES] };
}

function defaultMounts(isRootless: boolean): Mount[] {
  const closed = ['nosuid', 'noexec', 'nodev'];
  const pts = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  return [
    mount('/proc', 'proc', 'proc'),
    mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    // Group 5 (tty) is not mapped in a rootless container.
    mount('/dev/pts', 'devpts', 'devpts', isRootless ? pts : [...pts, 'gid=5']),
    mount('/dev/shm', 'tmpfs', 'shm', [...closed, 'mode=1777', 'size=65536k']),
    mount('/dev/mqueue', 'mqueue', 'mqueue', [...closed]),
    // A new sysfs needs a network namespace of one's own, which the rootless default does not have.
    isRootless
      ? mount('/sys', 'none', '/sys', ['rbind', ...closed, 'ro'])
      : mount('/sys', 'sysfs', 'sysfs', [...closed, 'ro']),
    mount('/sys/fs/cgroup', 'cgroup', 'cgroup', [...closed, 'relatime', 'ro']),
  ];
}

function mount(destination: string, type: string, source: string, options?: string[]): Mount {
  return options === undefined ? { destination, type, source } : { destination, type, source, options };
}

function defaultResources(): Linux {
  return { resources: { devices: [{ allow: false, access: 'rwm' }] } };
}

function defaultMappings(uid: number, gid: number): Linux {
  return {
    uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
    gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
  };
}

function defaultNamespaces(wish: DefaultsWish): Namespace[] {
  const namespaces: Namespace[] = [{ type: 'pid' }];
  if (wish.rootless === undefined) namespaces.push({ type: 'network' });
  namespaces.push({ type: 'ipc' }, { type: 'uts' }, { type: 'mount' });
  if (wish.cgroupNamespace) namespaces.push({ type: 'cgroup' });
  if (wish.rootless !== undefined) namespaces.push({ type: 'user' });
  return namespaces;
}
