/**
 * The annotations of config.json that change what hoist does, and nothing else: `features` declares each of them as potentially unsafe
 * (features.md), so that engines keep users from setting them. A test sees to it that no other is read.
 */
export const ANNOTATIONS = {
  /** crun's: where the listener of a seccomp filter goes when `listenerPath` says nothing. */
  seccompReceiver: 'run.oci.seccomp.receiver',
  /** A prefix: with the systemd driver what begins with it becomes a property of the container's unit. */
  systemdProperty: 'org.systemd.property.',
  /** runc's: criu's configuration file for the container; empty: none. What it says overrides every option of `checkpoint` and `restore`. */
  criuConfig: 'org.criu.config',
  /** crun's: the mount option that takes `linux.mountLabel`. */
  mountContextType: 'run.oci.mount_context_type',
  /** crun's: whatever its value, the process keeps the groups of the caller, and gets none of the configuration. */
  keepOriginalGroups: 'run.oci.keep_original_groups',
  /** crun's: files of the host to which is appended what hooks write. */
  hooksStdout: 'run.oci.hooks.stdout',
  hooksStderr: 'run.oci.hooks.stderr',
} as const;
