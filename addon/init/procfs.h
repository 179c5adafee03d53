// Reading and writing /proc through a procfs that is ours alone: detached, so that nothing of the container can be
// mounted over any part of it (CVE-2019-16884, CVE-2019-19921, CVE-2025-52881).
#ifndef HOIST_INIT_PROCFS_H_
#define HOIST_INIT_PROCFS_H_

#include "init/context.h"

namespace hoist {

/// Opens a file of the private procfs without following any link or crossing into any mount. A path that begins with
/// `self/` is the one of this process.
Result OpenProc(Context& context, const char* path, uint64_t flags, Descriptor* out);

/// Writes `value` to a file in one write(2).
Result WriteProc(Context& context, const char* path, plan::Text value);

/// Opens what a descriptor (O_PATH, say) refers to once more, with other flags. It cannot turn into something else on
/// the way.
Result Reopen(Context& context, int descriptor, int flags, Descriptor* out);

/// `self/fd/<descriptor>`, to be used relative to the private procfs.
struct DescriptorLink {
  char text[32];
  explicit DescriptorLink(int descriptor);
};

}  // namespace hoist

#endif  // HOIST_INIT_PROCFS_H_
