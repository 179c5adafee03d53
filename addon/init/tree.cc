#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kRecursive = 1 << 14;  // MS_REC of mount(2)

}  // namespace

Result Status(int descriptor, struct statx* status) {
  const unsigned mask = STATX_BASIC_STATS | STATX_MNT_ID;
  return Checked(Call(__NR_statx, descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, mask, status), Step::kStatx);
}

Result CloneTree(int descriptor, unsigned flags, Descriptor* out) {
  const unsigned all = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | flags;
  return out->Take(Call(__NR_open_tree, descriptor, "", all), Step::kOpenTree);
}

Result Attach(int tree, int target) {
  const unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  return Checked(Call(__NR_move_mount, tree, "", target, "", flags), Step::kMoveMount);
}

Result SetAttributes(int tree, uint64_t set, uint64_t clear, unsigned flags) {
  struct mount_attr attributes = {};
  attributes.attr_set = set;
  attributes.attr_clr = ClearMask(set, clear);
  if (attributes.attr_set == 0 && attributes.attr_clr == 0) return kOk;
  const long answer = Call(__NR_mount_setattr, tree, "", AT_EMPTY_PATH | flags, &attributes, sizeof(attributes));
  return Checked(answer, Step::kMountSetattr);
}

Result MapIds(int tree, int user_namespace, unsigned flags) {
  struct mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<uint64_t>(user_namespace);
  const long answer = Call(__NR_mount_setattr, tree, "", AT_EMPTY_PATH | flags, &attributes, sizeof(attributes));
  return Checked(answer, Step::kMountSetattr);
}

Result SetPropagation(int tree, uint64_t flags) {
  struct mount_attr attributes = {};
  attributes.propagation = flags & ~kRecursive;
  const unsigned all = AT_EMPTY_PATH | ((flags & kRecursive) != 0 ? AT_RECURSIVE : 0);
  return Checked(Call(__NR_mount_setattr, tree, "", all, &attributes, sizeof(attributes)), Step::kMountSetattr);
}

Result AttachShared(SharedTree* shared, int target) {
  if (shared->attached) {
    Descriptor clone;
    HOIST_TRY(CloneTree(shared->tree.get(), 0, &clone));
    return Attach(clone.get(), target);
  }
  HOIST_TRY(Attach(shared->tree.get(), target));
  shared->attached = true;
  return kOk;
}

Result EmptyFolder(Descriptor* out) {
  Descriptor fs;
  HOIST_TRY(fs.Take(Call(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC), Step::kFsopen));
  constexpr unsigned kText = FSCONFIG_SET_STRING;
  HOIST_TRY(Checked(Call(__NR_fsconfig, fs.get(), kText, "nr_blocks", "1", 0), Step::kFsconfig));
  HOIST_TRY(Checked(Call(__NR_fsconfig, fs.get(), kText, "nr_inodes", "1", 0), Step::kFsconfig));
  HOIST_TRY(Checked(Call(__NR_fsconfig, fs.get(), FSCONFIG_SET_FLAG, "ro", nullptr, 0), Step::kFsconfig));
  HOIST_TRY(Checked(Call(__NR_fsconfig, fs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), Step::kFsconfig));
  const unsigned attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  return out->Take(Call(__NR_fsmount, fs.get(), FSMOUNT_CLOEXEC, attributes), Step::kFsmount);
}

}  // namespace hoist
