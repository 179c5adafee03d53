// Detached mounts: the only way anything is mounted. No function takes a path to mount onto.
#ifndef HOIST_INIT_TREE_H_
#define HOIST_INIT_TREE_H_

#include "init/context.h"
#include "init/kernel.h"

namespace hoist {

/// What there is to know about a descriptor.
Result Status(int descriptor, struct statx* status);

/// A detached clone of the mount behind a descriptor; `flags`: AT_RECURSIVE or 0.
Result CloneTree(int descriptor, unsigned flags, Descriptor* out);

/// Attaches a detached tree to what a descriptor refers to.
Result Attach(int tree, int target);

/// mount_setattr(2) of the mount behind a descriptor; `flags`: AT_RECURSIVE or 0.
Result SetAttributes(int tree, uint64_t set, uint64_t clear, unsigned flags);

/// Maps the ids of a tree's files as a user namespace does; `flags`: AT_RECURSIVE or 0.
Result MapIds(int tree, int user_namespace, unsigned flags);

/// One propagation word of mount(2): MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, with MS_REC or without.
Result SetPropagation(int tree, uint64_t flags);

/// Attaches a tree that is used again and again: itself the first time, clones of it after.
Result AttachShared(SharedTree* shared, int target);

/// A new tmpfs that is read-only and empty, and takes next to no memory.
Result EmptyFolder(Descriptor* out);

/// The clear mask that goes with `set`: access times are an enumeration, which is cleared as a whole.
inline uint64_t ClearMask(uint64_t set, uint64_t clear) {
  return ((set | clear) & MOUNT_ATTR__ATIME) != 0 ? clear | MOUNT_ATTR__ATIME : clear;
}

}  // namespace hoist

#endif  // HOIST_INIT_TREE_H_
