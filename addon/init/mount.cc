// One mount of the container: a detached tree is made and given its attributes, and only then attached to a descriptor
// in the root. Whatever fails, fails: there is no second way by path (crun issue 2262).
#include "init/copy_up.h"
#include "init/early.h"
#include "init/filesystem.h"
#include "init/perform.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr int kDetach = 2;  // MNT_DETACH

bool Has(const plan::Mount& mount, uint32_t how) { return (mount.how & how) != 0; }

Result SlotTree(Context& context, const plan::Mount& mount, Descriptor* out) {
  int slot = -1;
  HOIST_TRY(context.Slot(mount.slot, &slot));
  const Result cloned = CloneTree(slot, CloneFlags(mount.how) & AT_RECURSIVE, out);
  if (cloned.error != EINVAL) return cloned;
  // A mount that is detached already (an id-mapped one, say): Linux before 6.15 does not clone those. It is attached as
  // it is.
  out->Reset(slot);
  return kOk;
}

Result BindTree(Context& context, const plan::Mount& mount, Descriptor* out) {
  if (Has(mount, plan::kMountHowEarly)) {
    HOIST_TRY(TakeEarlyTree(context, out));
  } else if (mount.slot != plan::kNoSlot) {
    HOIST_TRY(SlotTree(context, mount, out));
  } else {
    HOIST_TRY(out->Take(Call(__NR_open_tree, AT_FDCWD, mount.source.data, CloneFlags(mount.how)), Step::kOpenTree));
  }
  const auto recursive_set = static_cast<uint64_t>(mount.recursiveSet);
  const auto recursive_clear = static_cast<uint64_t>(mount.recursiveClear);
  HOIST_TRY(SetAttributes(out->get(), recursive_set, recursive_clear, AT_RECURSIVE));
  return SetAttributes(out->get(), static_cast<uint64_t>(mount.set), static_cast<uint64_t>(mount.clear), 0);
}

/// The attributes of a mount that is new: the recursive words first, then those of the top.
uint64_t NewAttributes(const plan::Mount& mount) {
  const auto recursive_set = static_cast<uint64_t>(mount.recursiveSet);
  const auto set = static_cast<uint64_t>(mount.set);
  const uint64_t clear = ClearMask(set, static_cast<uint64_t>(mount.clear));
  return (recursive_set & ~clear) | set;
}

/// `target` is valid when the destination had to be opened first.
Result FileSystemTree(Context& context, const plan::Mount& mount, const Descriptor& target, bool existed,
                      Descriptor* out) {
  NewFileSystem wanted = {mount.type.data, mount.source.data, mount.options, NewAttributes(mount), -1, false};
  if (Has(mount, plan::kMountHowInheritMode) && existed) {
    struct statx status;
    HOIST_TRY(Status(target.get(), &status));
    wanted.mode = status.stx_mode & 07777;
  }
  if (!Has(mount, plan::kMountHowCopyUp)) return MakeFileSystem(context, wanted, out);
  const bool read_only = (wanted.attributes & MOUNT_ATTR_RDONLY) != 0 || WantsReadOnly(mount.options);
  wanted.attributes &= ~uint64_t{MOUNT_ATTR_RDONLY};
  wanted.writable = true;
  HOIST_TRY(MakeFileSystem(context, wanted, out));
  HOIST_TRY(CopyUp(context, target.get(), out->get()));
  return read_only ? SetAttributes(out->get(), MOUNT_ATTR_RDONLY, 0, 0) : kOk;
}

Result IsProcfs(int descriptor, bool* answer) {
  struct statfs file_system = {};
  HOIST_TRY(Checked(Call(__NR_fstatfs, descriptor, &file_system), Step::kStatfs));
  *answer = file_system.f_type == PROC_SUPER_MAGIC;
  return kOk;
}

/// Opens (or makes) the destination for something that is a folder or is not, and checks that it may be mounted on.
Result OpenTarget(Context& context, const plan::Mount& mount, bool directory, Descriptor* target, bool* existed) {
  const bool ordinary = Has(mount, plan::kMountHowOrdinary);
  const bool no_follow = Has(mount, plan::kMountHowDestinationNoFollow);
  HOIST_TRY(context.root.OpenDestination({mount.destination.data, directory, ordinary, no_follow}, target, existed));
  struct statx status;
  HOIST_TRY(Status(target->get(), &status));
  const bool is_directory = S_ISDIR(status.stx_mode);
  if (is_directory != directory) return Result{Step::kNotADirectory, directory ? ENOTDIR : EISDIR};
  if (Has(mount, plan::kMountHowInsideProc | plan::kMountHowSourceIsProc)) return kOk;
  bool inside = false;
  HOIST_TRY(IsProcfs(target->get(), &inside));
  return inside ? Result{Step::kInsideProc, EPERM} : kOk;
}

/// True when both descriptors are the same folder of the same mount.
Result SamePlace(int left, int right, bool* answer) {
  struct statx a;
  struct statx b;
  HOIST_TRY(Status(left, &a));
  HOIST_TRY(Status(right, &b));
  *answer = a.stx_mnt_id == b.stx_mnt_id && a.stx_ino == b.stx_ino;
  return kOk;
}

/// Attaches the tree; over the root itself it becomes the root.
Result AttachInRoot(Context& context, const plan::Mount& mount, Descriptor&& tree, int target) {
  int root = -1;
  bool is_root = false;
  HOIST_TRY(context.root.Get(&root));
  HOIST_TRY(SamePlace(root, target, &is_root));
  HOIST_TRY(Attach(tree.get(), target));
  for (uint32_t i = 0; i < mount.propagations.count; ++i) {
    HOIST_TRY(SetPropagation(tree.get(), static_cast<uint64_t>(mount.propagations[i])));
  }
  if (is_root) {
    // It covers what was mounted before it.
    context.proc.Replace(Descriptor());
    context.sys.Replace(Descriptor());
    context.root.Replace(static_cast<Descriptor&&>(tree));
  } else if (Same(mount.destination.data, "/proc")) {
    context.proc.Replace(static_cast<Descriptor&&>(tree));
  } else if (Same(mount.destination.data, "/sys")) {
    context.sys.Replace(static_cast<Descriptor&&>(tree));
  }
  return kOk;
}

Result Bind(Context& context, const plan::Mount& mount) {
  Descriptor tree;
  const Result opened = BindTree(context, mount, &tree);
  if (context.Absent(opened)) return kOk;
  HOIST_TRY(opened);
  struct statx status;
  HOIST_TRY(Status(tree.get(), &status));
  if (Has(mount, plan::kMountHowSourceIsProc)) {
    bool is_proc = false;
    HOIST_TRY(IsProcfs(tree.get(), &is_proc));
    if (!is_proc) return Result{Step::kNotAProcfs, EPERM};
  }
  Descriptor target;
  bool existed = false;
  HOIST_TRY(OpenTarget(context, mount, S_ISDIR(status.stx_mode), &target, &existed));
  return AttachInRoot(context, mount, static_cast<Descriptor&&>(tree), target.get());
}

/// A new file system always has a folder for its root, so the destination may be opened first.
Result FileSystem(Context& context, const plan::Mount& mount) {
  Descriptor target;
  Descriptor tree;
  bool existed = false;
  HOIST_TRY(OpenTarget(context, mount, true, &target, &existed));
  HOIST_TRY(FileSystemTree(context, mount, target, existed, &tree));
  return AttachInRoot(context, mount, static_cast<Descriptor&&>(tree), target.get());
}

}  // namespace

Result Perform(Context& context, const plan::Mount& operation) {
  switch (operation.what) {
    case plan::kMountWhatBind:
      return Bind(context, operation);
    case plan::kMountWhatFilesystem:
      return FileSystem(context, operation);
    default:
      return Result{Step::kPlan, EINVAL};
  }
}

Result Perform(Context& context, const plan::Unmount& operation) {
  int root = -1;
  Descriptor target;
  struct statx of_root;
  struct statx status;
  HOIST_TRY(context.root.Get(&root));
  HOIST_TRY(Status(root, &of_root));
  HOIST_TRY(context.root.Open(operation.path.data, O_PATH, 0, &target));
  HOIST_TRY(Status(target.get(), &status));
  const bool is_mount = (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  if (!is_mount || status.stx_mnt_id == of_root.stx_mnt_id) return Result{Step::kUmount2, EINVAL};
  // umount2(2) knows paths only: that of the descriptor, in a procfs that nobody else has.
  const DescriptorLink link(target.get());
  HOIST_TRY(Checked(Call(__NR_fchdir, context.procfs.get()), Step::kFchdir));
  return Checked(Call(__NR_umount2, link.text, kDetach), Step::kUmount2);
}

}  // namespace hoist
