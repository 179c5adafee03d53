// Removing a tree.
#pragma once

#include <string>

namespace hoist {

/// Removes `path` and what is below it; nothing happens when it is missing. Never follows a symlink and never crosses a
/// mount point (bind mounts included): throws EXDEV there, with what lies around it already removed. Depth costs memory
/// only, not descriptors.
void remove_all(const std::string& path);

}  // namespace hoist
