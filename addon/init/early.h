// Bind sources that are cloned before the user namespace is entered, with the host's privileges.
#ifndef HOIST_INIT_EARLY_H_
#define HOIST_INIT_EARLY_H_

#include "init/context.h"

namespace hoist {

/// The next tree that `openSource` has kept: one for each `mount` that says `early`, in the same order.
Result TakeEarlyTree(Context& context, Descriptor* out);

/// Flags of open_tree(2) for a bind source with these MOUNT_HOW bits.
unsigned CloneFlags(int64_t how);

}  // namespace hoist

#endif  // HOIST_INIT_EARLY_H_
