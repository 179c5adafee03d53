# Mounts cgroup v1, one mount per controller that the kernel has, and cgroup v2 beside it: the hybrid layout that the
# validation programs expect. Sets $hierarchies to the names of the mounts. Sourced by outer.sh, and by inner.sh, which
# sees the same hierarchies from a cgroup namespace. A hierarchy that nobody mounts any more takes a moment to go, and
# cannot be mounted in that moment: hence the second tries.
mount_cgroups() {
  hierarchies=
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup || return 1
  for controller in cpu cpuacct cpuset memory devices freezer blkio pids hugetlb net_cls net_prio perf_event; do
    grep -q "^$controller[[:space:]]" /proc/cgroups || continue
    mkdir "/sys/fs/cgroup/$controller"
    tries=0
    until mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" 2>/dev/null; do
      tries=$((tries + 1))
      if [ "$tries" = 30 ]; then
        echo "the cgroup v1 controller $controller cannot be mounted alone: is it in use by cgroup v2?" >&2
        return 1
      fi
      sleep 0.1
    done
    hierarchies="$hierarchies $controller"
  done
  mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd || return 1
  mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified || return 1
  hierarchies="$hierarchies systemd unified"
}
