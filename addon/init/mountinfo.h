// Reading /proc/self/mountinfo (proc(5)) with a fixed buffer.
#ifndef HOIST_INIT_MOUNTINFO_H_
#define HOIST_INIT_MOUNTINFO_H_

#include "init/context.h"

namespace hoist {

/// What matters of one line of mountinfo.
struct MountLine {
  /// The root of the mount is the root of its file system.
  bool whole;
  Name type;
  Path mount_point;
};

/// Reads one line (without its end). False when it is not one, or does not fit.
bool ParseMountLine(const char* line, uint32_t length, MountLine* out);

/// Unmounts every whole procfs and sysfs outside of `root`, or covers it with an empty tmpfs where unmounting is not
/// allowed.
Result HideKernelFileSystems(Context& context, int root);

}  // namespace hoist

#endif  // HOIST_INIT_MOUNTINFO_H_
