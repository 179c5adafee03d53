// The root of the container: taking it, entering it, its propagation.
#include "init/mountinfo.h"
#include "init/perform.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kPrivate = 1 << 18;                       // MS_PRIVATE
constexpr uint64_t kSlaveRecursive = (1 << 19) | (1 << 14);  // MS_SLAVE | MS_REC
constexpr int kDetach = 2;                                   // MNT_DETACH
constexpr int kMostParents = 4096;
constexpr uint32_t kNullMajor = 1;
constexpr uint32_t kNullMinor = 3;

/// Propagation of a mount of the host. Linux before 6.9 does not take the first mount of all (an initramfs) in
/// mount_setattr(2).
Result SetHostPropagation(int folder, uint64_t flags) {
  const Result set = SetPropagation(folder, flags);
  if (set.error != EINVAL) return set;
  HOIST_TRY(Checked(Call(__NR_fchdir, folder), Step::kFchdir));
  return Checked(Call(__NR_mount, nullptr, ".", nullptr, flags, nullptr), Step::kMount);
}

/// Makes the one mount that holds a folder private: pivot_root wants it, and nothing of ours may propagate to the host.
Result MakeHolderPrivate(int folder) {
  Descriptor here;
  HOIST_TRY(here.Take(Call(__NR_openat, folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), Step::kOpen));
  for (int i = 0; i < kMostParents; ++i) {
    struct statx status;
    HOIST_TRY(Status(here.get(), &status));
    if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) return SetHostPropagation(here.get(), kPrivate);
    HOIST_TRY(here.Take(Call(__NR_openat, here.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC), Step::kOpen));
  }
  return Result{Step::kOpen, ELOOP};
}

/// Clones the host's /dev/null while it can be reached. What is wrong with it is told when `mask` needs it.
void KeepNull(Context& context) {
  Descriptor node;
  const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  if (!node.Take(Call(__NR_openat, AT_FDCWD, "/dev/null", flags), Step::kOpen).ok()) return;
  struct statx status;
  if (!Status(node.get(), &status).ok() || !S_ISCHR(status.stx_mode)) return;
  if (status.stx_rdev_major != kNullMajor || status.stx_rdev_minor != kNullMinor) return;
  if (!CloneTree(node.get(), 0, &context.null.tree).ok()) return;
  // Not a peer of the host's /dev.
  if (!SetPropagation(context.null.tree.get(), kPrivate).ok()) context.null.tree.Reset(-1);
}

Result Pivot(int root) {
  Descriptor old;
  HOIST_TRY(old.Take(Call(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC), Step::kOpen));
  HOIST_TRY(Checked(Call(__NR_fchdir, root), Step::kFchdir));
  HOIST_TRY(Checked(Call(__NR_pivot_root, ".", "."), Step::kPivotRoot));
  HOIST_TRY(Checked(Call(__NR_fchdir, old.get()), Step::kFchdir));
  // The unmount must not reach the host; slave and not private, so that no mount of the host is pinned by a race (runc
  // commit 117c92745b).
  HOIST_TRY(SetPropagation(old.get(), kSlaveRecursive));
  HOIST_TRY(Checked(Call(__NR_umount2, ".", kDetach), Step::kUmount2));
  return Checked(Call(__NR_chdir, "/"), Step::kChdir);
}

Result ChangeRoot(int root) {
  HOIST_TRY(Checked(Call(__NR_fchdir, root), Step::kFchdir));
  HOIST_TRY(Checked(Call(__NR_chroot, "."), Step::kChroot));
  return Checked(Call(__NR_chdir, "/"), Step::kChdir);
}

/// `--no-pivot`: the old root stays below the new one, and a process that gets out of its chroot would see it. What is
/// dangerous there is taken away first: every /proc and /sys of the host.
Result Move(Context& context, int root) {
  HOIST_TRY(HideKernelFileSystems(context, root));
  const long moved = Call(__NR_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
  HOIST_TRY(Checked(moved, Step::kMoveMount));
  return ChangeRoot(root);
}

}  // namespace

Result Perform(Context& context, const plan::Rootfs& operation) {
  Descriptor folder;
  const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  // The parent has resolved every link: one that is there now was put there meanwhile, to make a folder of the host our
  // root.
  struct open_how how = {};
  how.flags = flags;
  how.resolve = RESOLVE_NO_SYMLINKS;
  const long opened = Call(__NR_openat2, AT_FDCWD, operation.path.data, &how, sizeof(how));
  HOIST_TRY(folder.Take(opened, Step::kOpenat2));
  KeepNull(context);
  if (operation.propagation != 0) {
    Descriptor top;
    HOIST_TRY(top.Take(Call(__NR_openat, AT_FDCWD, "/", flags), Step::kOpen));
    HOIST_TRY(SetHostPropagation(top.get(), static_cast<uint64_t>(operation.propagation)));
    HOIST_TRY(MakeHolderPrivate(folder.get()));
  }
  Descriptor tree;
  HOIST_TRY(CloneTree(folder.get(), AT_RECURSIVE, &tree));
  HOIST_TRY(SetPropagation(tree.get(), kSlaveRecursive));
  HOIST_TRY(Attach(tree.get(), folder.get()));
  context.root.Replace(static_cast<Descriptor&&>(tree));
  return kOk;
}

Result Perform(Context& context, const plan::Root& operation) {
  int root = -1;
  HOIST_TRY(context.root.Get(&root));
  switch (operation.how) {
    case plan::kRootHowPivot:
      return Pivot(root);
    case plan::kRootHowMove:
      return Move(context, root);
    case plan::kRootHowChroot:
      return ChangeRoot(root);
    default:
      return Result{Step::kPlan, EINVAL};
  }
}

Result Perform(Context& context, const plan::Propagate& operation) {
  int root = -1;
  HOIST_TRY(context.root.Get(&root));
  return SetPropagation(root, static_cast<uint64_t>(operation.flags));
}

Result Perform(Context& context, const plan::Attributes& operation) {
  Descriptor target;
  const Result opened = OpenProtected(context, operation.path.data, &target);
  if (context.Absent(opened)) return kOk;
  HOIST_TRY(opened);
  const unsigned flags = operation.recursive != 0 ? AT_RECURSIVE : 0;
  return SetAttributes(target.get(), static_cast<uint64_t>(operation.set), static_cast<uint64_t>(operation.clear),
                       flags);
}

}  // namespace hoist
