#!/bin/bash
# Usage: build.sh SUITE FOLDER MIRROR DEBS
# Builds a Debian guest of SUITE in FOLDER: rootfs.ext4, vmlinuz, initrd.img. Packages come from MIRROR and stay in DEBS.
# Needs root and debootstrap, cpio, e2fsprogs. Mounts in a namespace of its own and uses no loop device, so nothing is
# left on the machine when it is killed but FOLDER.
set -euo pipefail
if [[ ${5-} != namespaced ]]; then exec unshare --mount --propagation private -- bash "$0" "$1" "$2" "$3" "$4" namespaced; fi
suite=$1 folder=$2 mirror=$3 debs=$4
here=$(dirname "$(realpath "$0")")
root=$folder/root
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
mkdir -p "$root" "$debs"

say() { echo "  $suite: $* ($SECONDS s)"; }
# What a step prints is of interest when it fails.
quietly() { "$@" >"$folder/log" 2>&1 || { tail -n 30 "$folder/log" >&2; echo "failed: $*" >&2; exit 1; }; }
inside() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

say debootstrap
quietly debootstrap --variant=minbase --cache-dir="$debs" --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,kmod,apparmor,iproute2,procps "$suite" "$root" "$mirror"

say packages
mount -t proc proc "$root/proc"
mount --bind "$debs" "$root/var/cache/apt/archives"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service is started in the chroot
chmod 755 "$root/usr/sbin/policy-rc.d"
cat >"$root/etc/apt/apt.conf.d/99guest" <<'X'
APT::Install-Recommends "false"; APT::Sandbox::User "root"; Acquire::Languages "none";
Dpkg::Options { "--force-unsafe-io"; "--path-exclude=/usr/share/doc/*"; "--path-exclude=/usr/share/man/*"; "--path-exclude=/usr/share/locale/*"; };
X
cp /etc/resolv.conf "$root/etc/resolv.conf"
readarray -t packages < <(sed 's/#.*//' "$here/packages" "$here/packages.$suite" | tr -s ' ' '\n' | grep .)
quietly inside apt-get -q update
quietly inside apt-get -q -y install "${packages[@]}"

# The kernel's package is unpacked only: it would want an initramfs and a boot loader.
say kernel
kernel=$(inside apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
quietly inside sh -c "cd /var/cache/apt/archives && { ls ${kernel}_*.deb || apt-get -q download $kernel; }"
dpkg-deb -x "$(ls "$debs/${kernel}"_*.deb | tail -n 1)" "$folder/kernel"
cp "$folder"/kernel/boot/vmlinuz-* "$folder/vmlinuz"
modules=$(dirname "$(find "$folder/kernel" -path '*lib/modules/*/kernel' | head -n 1)")
release=$(basename "$modules")
mkdir -p "$root/usr/lib/modules"
mv "$modules" "$root/usr/lib/modules/"
rm -rf "$folder/kernel"
(cd "$root/usr/lib/modules/$release/kernel" && rm -rf drivers/gpu drivers/infiniband drivers/media drivers/net/ethernet sound)
find "$root/usr/lib/modules/$release" -name '*.ko.xz' -exec xz -d {} + # quicker to load, and busybox can
inside depmod "$release"

say configuration
umount "$root/var/cache/apt/archives"
rm -rf "$root"/usr/sbin/policy-rc.d "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/usr/share/{doc,man,locale}/*
cp -R "$here/guest/." "$root/"
chmod 755 "$root/usr/local/sbin/guest-job"
echo guest >"$root/etc/hostname"
echo 127.0.0.1 localhost guest >"$root/etc/hosts"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
echo '/dev/vda / ext4 rw,noatime 0 0' >"$root/etc/fstab"
# The unprivileged user of test/integration/harness, with subordinate ids.
inside useradd --create-home --uid 4242 --shell /bin/bash hoist-test
echo hoist-test:100000:65536 | tee "$root/etc/subuid" >"$root/etc/subgid"
ln -sf guest.target "$root/etc/systemd/system/default.target"
while read -r unit; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done < <(sed 's/#.*//' "$here/masked-units" | grep .)
touch "$root/etc/.updated" "$root/var/.updated"

# SELinux labels are extended attributes, which mke2fs keeps; a guest that boots without SELinux does not look at them.
if [[ -e $root/etc/selinux/config ]]; then
  say "SELinux labels"
  sed -i 's/^SELINUX=.*/SELINUX=permissive/' "$root/etc/selinux/config"
  inside setfiles -F /etc/selinux/default/contexts/files/file_contexts / >"$folder/log" 2>&1 || true # /proc has none
fi
umount "$root/proc"

# Just what finds the disk: udev, fsck and everything else that Debian's own initramfs has would take longer than the boot.
say initrd
initrd=$folder/initrd
mkdir -p "$initrd"/{bin,dev,proc,root,modules}
cp "$root/bin/busybox" "$initrd/bin/"
number=10
for module in virtio_pci virtio_blk; do inside modprobe --set-version "$release" --show-depends "$module"; done |
  awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
  while read -r file; do cp "$root$file" "$initrd/modules/$((number++))-${file##*/}"; done
cp "$here/init" "$initrd/init"
chmod 755 "$initrd/init"
(cd "$initrd" && find . | cpio --create --format=newc --quiet | gzip -1) >"$folder/initrd.img"

say "file system"
truncate -s 2G "$folder/rootfs.ext4"
mke2fs -q -t ext4 -O ^metadata_csum,^has_journal -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$root" "$folder/rootfs.ext4"
rm -rf "$root" "$initrd" "$folder/log"
say "done, $(du -h "$folder/rootfs.ext4" | cut -f 1)"
