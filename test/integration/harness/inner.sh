#!/bin/sh
# Usage: sh inner.sh CGROUPS TOOLS RUNTIME, as the first process of a process namespace (conformance/sandbox/outer.sh
# made it, the private mount and network namespaces, and a cgroup of our own in each hierarchy). CGROUPS is the script
# that mounts cgroup v1, TOOLS the folder of the harness's programs, RUNTIME that of the runtime under test: they become
# /run/tools and /run/runtime, which any user can reach. Writes our pid on the host to descriptor 4 once the machine is
# ready, and lives until descriptor 3 closes.
set -u

die() {
  echo "integration: $*" >&2
  exit 125
}

read -r pid rest </proc/self/stat
mount -t proc proc /proc || die "cannot mount proc"
umount -R /sys/fs/cgroup || die "cannot take away the cgroup mounts of the outer namespace"
. "$1"
mount_cgroups || die "cannot mount cgroup v1 in a cgroup namespace"
mount -t tmpfs -o mode=755 tmpfs /run || die "cannot mount a /run of our own"
mkdir /run/tools /run/runtime
mount --bind "$2" /run/tools && mount -o remount,bind,ro /run/tools || die "cannot mount the tools"
mount --bind "$3" /run/runtime && mount -o remount,bind,ro /run/runtime || die "cannot mount the runtime"
mount -t tmpfs -o mode=1777 tmpfs /tmp || die "cannot mount a /tmp of our own"
ip link set lo up

# The unprivileged user gets a name and subordinate ids, for newuidmap, on top of the host's /etc.
mkdir -p /run/etc/upper /run/etc/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc || die "cannot cover /etc"
echo "hoist-test:x:4242:4242::/tmp:/bin/sh" >>/etc/passwd
echo "hoist-test:x:4242:" >>/etc/group
echo "hoist-test:100000:65536" | tee -a /etc/subuid >>/etc/subgid

# Nothing that a runtime does wrong may reach the host (crun 1.8 takes the id `..` and removes all of /run).
for host in / /dev; do mount -o remount,bind,ro "$host" || die "cannot protect $host"; done
echo "$pid" >&4
exec 4>&-
exec /run/tools/machine reap
