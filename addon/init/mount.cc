// One mount of the container: a detached tree is made and given its attributes, and only then attached to a descriptor
// in the root. Whatever fails, fails: there is no second way by path (crun issue 2262).
#include "init/copy_up.h"
#include "init/filesystem.h"
#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kShared = 1 << 20;                        // MS_SHARED
constexpr uint64_t kSlaveRecursive = (1 << 19) | (1 << 14);  // MS_SLAVE | MS_REC

bool Has(const plan::Mount& mount, uint32_t how) { return (mount.how & how) != 0; }

unsigned CloneFlags(int64_t how) {
  return OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | ((how & plan::kMountHowRecursive) != 0 ? AT_RECURSIVE : 0) |
         ((how & plan::kMountHowSourceNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
}

/// The next tree that `openSource` has kept.
Result EarlyTree(Context& context, Descriptor* out) {
  if (context.early_used == context.early_count) return Result{Step::kPlan, ERANGE};
  const int tree = context.early[context.early_used++];
  if (tree < 0) return Result{Step::kOpenTree, ENOENT};
  out->Reset(tree);
  return kOk;
}

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
    HOIST_TRY(EarlyTree(context, out));
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
  if (is_root) context.root.Replace(static_cast<Descriptor&&>(tree));
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

/// Whether the `mount` that belongs to the next `openSource` asks for two-way propagation. Both come in the same order.
bool NextWantsShared(Context& context) {
  if (context.early_mount == nullptr) context.early_mount = context.plan + plan::kHeaderSize;
  while (context.early_mount_index < context.header.count) {
    const plan::Operation operation = plan::ReadOperation(context.early_mount);
    context.early_mount += operation.size;
    ++context.early_mount_index;
    if (operation.kind != plan::Kind::kMount) continue;
    plan::Cursor cursor(operation.fields);
    const plan::Mount mount = plan::Mount::Read(cursor);
    if (!Has(mount, plan::kMountHowEarly)) continue;
    for (uint32_t i = 0; i < mount.propagations.count; ++i) {
      if ((static_cast<uint64_t>(mount.propagations[i]) & kShared) != 0) return true;
    }
    return false;
  }
  return false;
}

}  // namespace

Result Perform(Context& context, const plan::OpenSource& operation) {
  if (context.early == nullptr) {
    // As many as there are operations is more than enough, and costs only what is used.
    context.early = static_cast<int*>(Allocate(uint64_t{context.header.count} * sizeof(int)));
    if (context.early == nullptr) return Result{Step::kMmap, ENOMEM};
  }
  const bool shared = NextWantsShared(context);
  int* tree = &context.early[context.early_count++];
  *tree = -1;
  Descriptor opened;
  const long answer = Call(__NR_open_tree, AT_FDCWD, operation.source.data, CloneFlags(operation.how));
  const Result result = opened.Take(answer, Step::kOpenTree);
  if (context.Absent(result)) return kOk;
  HOIST_TRY(result);
  if (!shared) HOIST_TRY(SetPropagation(opened.get(), kSlaveRecursive));
  *tree = opened.Release();
  return kOk;
}

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

}  // namespace hoist
