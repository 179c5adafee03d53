// New file systems through fsopen(2): a detached mount, or the kernel's own words on what is wrong.
#ifndef HOIST_INIT_FILESYSTEM_H_
#define HOIST_INIT_FILESYSTEM_H_

#include "init/context.h"

namespace hoist {

struct NewFileSystem {
  const char* type;
  const char* source;
  plan::Texts options;
  /// MOUNT_ATTR_*.
  uint64_t attributes;
  /// The mode of the root folder, or -1 to leave it to the file system.
  int64_t mode;
  /// Leave the option `ro` out: something must be written first.
  bool writable;
};

Result MakeFileSystem(Context& context, const NewFileSystem& wanted, Descriptor* out);

/// True when the superblock is asked to be read-only.
bool WantsReadOnly(const plan::Texts& options);

}  // namespace hoist

#endif  // HOIST_INIT_FILESYSTEM_H_
