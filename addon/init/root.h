// The root of the container as one descriptor. Every path of the container is resolved by the kernel below it
// (openat2 RESOLVE_IN_ROOT), once, to a descriptor, and what is done is done to that descriptor. There is no function
// here, and must be none, that takes a path of the host (CVE-2021-30465, CVE-2024-45310, CVE-2025-31133,
// CVE-2025-52565, CVE-2026-41579).
#ifndef HOIST_INIT_ROOT_H_
#define HOIST_INIT_ROOT_H_

#include "init/descriptor.h"
#include "init/path.h"

namespace hoist {

class Root {
 public:
  /// The descriptor of the root folder; `/` of now when no rootfs was ever set (a process that joins a container).
  Result Get(int* descriptor);
  /// From now on the root is `tree`, or again none.
  void Replace(Descriptor&& tree);
  bool is_set() const { return root_.valid(); }

  /// openat2 below the root. `flags` as for open(2), O_CLOEXEC added; `resolve` is added to IN_ROOT and NO_MAGICLINKS.
  Result Open(const char* path, uint64_t flags, uint64_t resolve, Descriptor* out);

  /// mkdir -p: answers the folder, O_PATH. What is there may be reached through links, dangling ones included, inside
  /// of the root.
  Result MakeDirectories(const char* path, uint32_t mode, Descriptor* out);

  /// The folder that holds the last name of `path`, made when missing.
  Result OpenParent(const SplitPath& path, Descriptor* out) { return MakeDirectories(path.parent.text(), 0755, out); }

  /// What a mount is attached to.
  struct Destination {
    const char* path;
    /// Make a folder when there is nothing; else an empty file.
    bool directory;
    /// A real folder, no link on the way.
    bool ordinary;
    /// A link at the end is the destination itself.
    bool no_follow;
  };
  /// Opens a destination (O_PATH), makes it when missing. `*existed` says which.
  Result OpenDestination(const Destination& destination, Descriptor* out, bool* existed);

 private:
  /// `path` with every link and every `..` taken out, as text, below the root; what does not exist stays as it is
  /// written.
  Result Expand(const char* path, Path* out);
  Result OpenLongestPrefix(const Path& path, Descriptor* out, uint32_t* length);

  Descriptor root_;
};

/// Creates one regular, empty file with O_EXCL|O_NOFOLLOW in a folder.
Result CreateFile(int parent, const char* name, uint32_t mode, Descriptor* out);

}  // namespace hoist

#endif  // HOIST_INIT_ROOT_H_
