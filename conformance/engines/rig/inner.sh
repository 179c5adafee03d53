#!/bin/sh
# Usage: sh inner.sh CGROUPS TOOLS RUNTIME ROOT IMAGES CRIU, as the first process of a process namespace, as
# test/integration/harness/inner.sh, but with the Debian in the folder ROOT as its root: engines find their programs and
# read their configuration where people have them. What is written goes to memory. hoist is installed as `install:system`
# does; IMAGES becomes /images; CRIU is a folder that is shown where it is.
set -u

die() {
  echo "engines: $*" >&2
  exit 125
}

read -r pid rest </proc/self/stat
mount -t proc proc /proc || die "cannot mount proc"
umount -R /sys/fs/cgroup || die "cannot take away the cgroup mounts of the outer namespace"
. "$1"
mount_cgroups || die "cannot mount cgroup v1 in a cgroup namespace"
for host in / /dev; do mount -o remount,bind,ro "$host" || die "cannot protect $host"; done

mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root || die "cannot make a root of our own"
root=/mnt/root
mount -t overlay -o "lowerdir=$4,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$root" || die "cannot cover $4"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --bind /dev "$root/dev" && mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
for folder in tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "$root/$folder"; done
# An engine's layers are mounts of overlayfs, which cannot lie on another one.
for folder in home var/lib/docker var/lib/containerd var/lib/containers; do
  mkdir -p "$root/$folder" && mount -t tmpfs -o mode=755 tmpfs "$root/$folder" || die "cannot mount /$folder"
done

place() {
  mkdir -p "$root$2" && mount --bind "$1" "$root$2" && mount -o remount,bind,ro "$root$2" || die "cannot show $1"
}
place "$2" /run/tools
place "$3" /usr/local/libexec/hoist
place "$5" /images
place "$6" "$6"
for program in hoist containerd-shim-hoist-v1; do
  ln -s "../libexec/hoist/$program" "$root/usr/local/bin/$program"
done

ip link set lo up
mkdir "$root/run/host" && cd "$root" && pivot_root . run/host && umount -l /run/host || die "cannot change the root"
rmdir /run/host
grep -q '^hoist-test:' /etc/passwd || {
  mkdir -m 755 /home/hoist-test && chown 4242:4242 /home/hoist-test
  echo "hoist-test:x:4242:4242::/home/hoist-test:/bin/sh" >>/etc/passwd
  echo "hoist-test:x:4242:" >>/etc/group
  echo "hoist-test:100000:65536" | tee -a /etc/subuid >>/etc/subgid
}
echo "$pid" >&4
exec 4>&-
exec /run/tools/machine reap
