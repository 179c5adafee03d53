// Starting a program from a process that has threads, without copying its memory.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "binding/call.h"
#include "common/unique_fd.h"

namespace hoist {

/// A descriptor of ours that the child gets under a number of its own.
struct Placement {
  int source;
  int target;
};

/// What the child does between clone and exec. It runs in the memory of the suspended parent: nothing in it may
/// allocate or lock.
struct Launch {
  std::vector<Placement> placements;  ///< the child moves the sources out of the way of the targets itself
  int keep_from = 3;                  ///< descriptors from here up to the first placed one lose FD_CLOEXEC and stay
  int keep_until = 3;
  int end = 3;                      ///< nothing from this number on stays open
  int program = -1;                 ///< descriptor to execute, or -1: `path`
  const char* path = "";            ///< absolute
  const char* directory = nullptr;  ///< working directory, or null: ours
  char* const* argv = nullptr;
  char* const* env = nullptr;
  std::optional<rlimit> open_files;  ///< RLIMIT_NOFILE, or ours
  uint64_t flags = 0;                ///< namespaces to create (CLONE_NEW*)
  int cgroup = -1;                   ///< a cgroup v2 directory to be born in, or -1
  int tree = -1;                     ///< a detached mount for a mount namespace of the child's own, or -1: ours
  const char* tree_target = "";      ///< where the child attaches it

  const char* failed_call = nullptr;  ///< written by the child
  int error = 0;
};

struct Child {
  pid_t pid;
  UniqueFd pidfd;
};

/// clone3 with CLONE_VM|CLONE_VFORK|CLONE_PIDFD. Returns when the child has executed its program. Signals are reset to
/// their defaults and unblocked in the child (JavaScript engines ignore SIGPIPE and more). A failure of clone3 throws;
/// one inside the child is left in `failed_call` and `error`, and the child is reaped.
Child launch(Launch& launch);

/// The member `openFiles` of a request, `[soft, hard]` or undefined.
std::optional<rlimit> open_files_of(const Argument& request);

}  // namespace hoist
