#!/bin/sh
# Usage: sh inner.sh PROGRAM RUNTIME FOLDER, as the first process of a process namespace (see outer.sh).
# PROGRAM is a validation program, RUNTIME what it tests, FOLDER holds runtimetest and the rootfs archive. As process 1
# this shell reaps the container processes that `create` leaves to it.
set -u
program=$1
runtime=$2
folder=$3

die() {
  echo "conformance: $*" >&2
  exit 125
}

mount -t proc proc /proc || die "cannot mount proc"
umount -R /sys/fs/cgroup || die "cannot take away the cgroup mounts of the outer namespace"
. "$(dirname "$0")/cgroups.sh"
mount_cgroups || die "cannot mount cgroup v1 in a cgroup namespace"
mount -t tmpfs -o mode=755 tmpfs /run || die "cannot give the runtime a state folder of its own"

# A container with a user namespace is root as an ordinary user of the host, who must be able to reach its bundle: no
# folder above it may be closed to others, as a home folder is.
mkdir -m 1777 /run/bundles

# linux_cgroups_network takes the second network interface without looking whether there is one, and the kernel looks
# its name up in the first network namespace of the machine (net_prio uses init_net): so it gets a name from there. The
# peer comes first in the list.
ip link set lo up
ip link add veth-far type veth peer name "${CONFORMANCE_INTERFACE:-veth-near}" || die "cannot make a pair of veth devices"

cd "$folder" || die "cannot enter $folder"
unset XDG_RUNTIME_DIR NOTIFY_SOCKET LISTEN_FDS
RUNTIME=$runtime TMPDIR=/run/bundles "$program"
exit "$?"
