#!/bin/sh
# Usage: unshare --mount --net --propagation private -- sh outer.sh NAME SECONDS INNER PROGRAM RUNTIME FOLDER
# Gives one validation program a machine of its own and takes it away again: cgroup v1 with every controller under
# /sys/fs/cgroup, all of them seen from a cgroup namespace, a process namespace (when its first process ends, the
# kernel kills whatever a runtime left behind), a network of its own, an empty /run. The caller's mounts, cgroups and
# processes are never touched: this script already runs in a private mount and network namespace, and its groups are
# named after NAME, below the caller's own. Exit code: the program's; 124 if SECONDS were not enough; 125 if the
# machine could not be set up.
set -u
name=$1
seconds=$2
inner=$3
shift 3
here=$(dirname "$0")

die() {
  echo "conformance: $*" >&2
  exit 125
}

mount -t sysfs sysfs /sys || die "cannot mount sysfs in a network namespace of its own: this needs root"
. "$here/cgroups.sh"
mount_cgroups || die "this machine cannot give the tests cgroup v1"

# The caller's own group in one hierarchy, from /proc/self/cgroup ("4:memory:/a/b", "0::/").
own_group() {
  awk -v want="$1" '
    { split($0, field, ":"); path = substr($0, length(field[1]) + length(field[2]) + 3)
      count = split(field[2], names, ",")
      if (want == "unified" && field[1] == "0") { print path; exit }
      if (want == "systemd" && field[2] == "name=systemd") { print path; exit }
      for (i = 1; i <= count; i++) if (names[i] == want) { print path; exit } }' /proc/self/cgroup
}

groups=
program=
# A killed process in a frozen v1 group dies only once the group is thawed.
remove_groups() {
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    left=
    for group in $groups; do
      [ -d "$group" ] || continue
      find "$group" -name freezer.state -exec sh -c 'echo THAWED >"$1"' - {} \; 2>/dev/null
      for pid in $(find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
      # Cached files keep a removed memory group alive in the kernel: they are let go first.
      find "$group" -depth -name memory.force_empty -exec sh -c 'echo 0 >"$1"' - {} \; 2>/dev/null
      find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
      [ -d "$group" ] && left="$left $group"
    done
    [ -z "$left" ] && return 0
    sleep 0.1
  done
  echo "conformance: these cgroups could not be removed:$left" >&2
}
trap remove_groups EXIT
# timeout leads a process group of its own: this ends it, the unshare below it and so the whole process namespace.
trap '[ -n "$program" ] && kill -KILL -- "-$program" 2>/dev/null' TERM INT HUP

for hierarchy in $hierarchies; do
  parent=/sys/fs/cgroup/$hierarchy$(own_group "$hierarchy")
  group=${parent%/}/$name
  mkdir "$group" || die "cannot make the cgroup $group"
  groups="$groups $group"
  if [ "$hierarchy" = cpuset ]; then
    # A new cpuset is empty and takes no process before it has processors and memory nodes.
    cat "$parent/cpuset.cpus" >"$group/cpuset.cpus"
    cat "$parent/cpuset.mems" >"$group/cpuset.mems"
  fi
done

# The shell joins the groups before it enters the cgroup namespace, so that they are the namespace's roots.
timeout --signal=KILL "$seconds" sh -c '
  groups=$1
  shift
  for group in $groups; do echo 0 >"$group/cgroup.procs" || exit 125; done
  exec unshare --cgroup --mount --propagation private --pid --fork --kill-child=KILL -- sh "$@"
' - "$groups" "$inner" "$@" &
program=$!
wait "$program"
code=$?
[ "$code" = 137 ] && code=124
exit "$code"
