// What a copied file has beside its content.
#ifndef HOIST_INIT_COPY_METADATA_H_
#define HOIST_INIT_COPY_METADATA_H_

#include "init/kernel.h"
#include "init/result.h"

namespace hoist {

/// Gives `name` the owner of the original. An owner that is not mapped here is left out.
Result CopyOwner(const struct statx& status, int to_parent, const char* name);

/// Gives `name` the times of the original, as far as that works.
void CopyTimes(const struct statx& status, int to_parent, const char* name);

/// Extended attributes of an open file or folder. Those that the new file system does not take are left out.
Result CopyAttributes(int from, int to);

}  // namespace hoist

#endif  // HOIST_INIT_COPY_METADATA_H_
