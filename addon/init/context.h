// What one birth knows: the plan, the descriptors that it was given, and what earlier operations leave to later ones.
#ifndef HOIST_INIT_CONTEXT_H_
#define HOIST_INIT_CONTEXT_H_

#include "common/plan.h"
#include "init/descriptor.h"
#include "init/path.h"
#include "init/report.h"
#include "init/root.h"

namespace hoist {

/// A mount that is attached once and then cloned from where it is attached: a detached one cannot be cloned before
/// Linux 6.15.
struct SharedTree {
  Descriptor tree;
  bool attached = false;
};

/// For execve(2).
struct Arguments {
  const char** argv = nullptr;
  const char** env = nullptr;
};

struct Context {
  const uint8_t* plan = nullptr;
  plan::Header header = {};
  /// The rest of the plan, when `more` has received it.
  Descriptor next_plan;
  /// Flags of the operation that runs now.
  uint16_t flags = 0;
  /// The first descriptor that is ours: the socket. Below it are stdio and the preserved ones.
  int first = 0;

  Reporter reporter;
  Root root;
  /// The private procfs (operation `procfs`).
  Descriptor procfs;
  /// The state JSON for hooks: came with the last GO that had a descriptor.
  Descriptor state;
  /// Files for what hooks write to standard output and error, which came with it, or none.
  Descriptor hook_outputs[2];
  /// The host's /dev/null, and an empty read-only folder, for `mask`.
  SharedTree null;
  SharedTree empty;
  /// The mounts at /proc and /sys of the container, when there are any.
  Root proc;
  Root sys;
  /// Trees that `openSource` cloned: an anonymous mapping of ints, -1 where there was nothing.
  int* early = nullptr;
  uint32_t early_count = 0;
  uint32_t early_used = 0;

  /// What `dumpable` asked for; the kernel's own choice before it. A change of user resets it (CVE-2016-9962).
  int dumpable = -1;
  /// The capabilities that `bounding` left.
  uint64_t bounding = ~uint64_t{0};
  bool umask_set = false;
  /// The working directory of the process is entered.
  bool entered = false;
  bool seccomp_loaded = false;
  /// No parent death signal any more.
  bool released = false;
  /// What `lookup` found, and what `execute` takes: made before a seccomp filter is loaded.
  Path executable;
  Path home;
  Arguments arguments;

  bool tolerates_absence() const { return (flags & plan::kFlagIfPresent) != 0; }
  /// True for a failure that `ifPresent` turns into success: the main path of the operation is not there.
  bool Absent(const Result& result) const;
  /// The descriptor of a slot of the plan; EBADF for one that cannot be.
  Result Slot(int64_t slot, int* descriptor) const;
  /// Sets the parent death signal and the dumpable flag again, which a change of credentials resets, and ends if the
  /// parent is gone already.
  Result Guard();
  /// From now on the parent may die without us.
  Result Release();
};

/// Anonymous memory that is touched only as far as it is used; nullptr when there is none. Never freed: execve does it.
void* Allocate(uint64_t size);

}  // namespace hoist

#endif  // HOIST_INIT_CONTEXT_H_
