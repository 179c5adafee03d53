// The /proc that can be trusted.
#pragma once

#include "common/unique_fd.h"

namespace hoist {

/// The root of the procfs that is mounted at /proc (O_PATH); throws when something else is there.
UniqueFd open_procfs();

}  // namespace hoist
