// Device nodes, links and folders of the container. Each is made relative to the descriptor of its folder and then
// looked at before it is touched: what a hostile image has put there is never followed (CVE-2026-41579,
// CVE-2026-88264).
#include <linux/major.h>

#include "init/perform.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint32_t kNullMinor = 3;

/// The number as mknod(2) takes it.
uint32_t DeviceNumber(const plan::Device& device) {
  const auto major = static_cast<uint32_t>(device.major);
  const auto minor = static_cast<uint32_t>(device.minor);
  return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~uint32_t{0xff}) << 12);
}

bool IsSame(const struct statx& status, const plan::Device& device) {
  const auto type = static_cast<uint32_t>(device.mode) & S_IFMT;
  if ((status.stx_mode & S_IFMT) != type) return false;
  if (type == S_IFIFO) return true;
  return status.stx_rdev_major == static_cast<uint32_t>(device.major) &&
         status.stx_rdev_minor == static_cast<uint32_t>(device.minor);
}

bool IsNull(const struct statx& status) {
  return S_ISCHR(status.stx_mode) && status.stx_rdev_major == MEM_MAJOR && status.stx_rdev_minor == kNullMinor;
}

/// chmod through a descriptor opened with O_PATH: fchmodat2 is of Linux 6.6.
Result ChangeMode(Context& context, int node, uint32_t mode) {
  const long changed = Call(__NR_fchmodat2, node, "", mode, AT_EMPTY_PATH);
  if (changed != -ENOSYS) return Checked(changed, Step::kFchmod);
  if (!context.procfs.valid()) return Result{Step::kNotAProcfs, ENOENT};
  const DescriptorLink link(node);
  return Checked(Call(__NR_fchmodat, context.procfs.get(), link.text, mode), Step::kFchmod);
}

/// Owner and mode of the node, where they are not right already.
Result SetOwnerAndMode(Context& context, const plan::Device& device, int node, const struct statx& status) {
  const auto uid = static_cast<uint32_t>(device.uid);
  const auto gid = static_cast<uint32_t>(device.gid);
  const uint32_t mode = static_cast<uint32_t>(device.mode) & 07777;
  const bool owned = status.stx_uid == uid && status.stx_gid == gid;
  if (!owned) HOIST_TRY(Checked(Call(__NR_fchownat, node, "", uid, gid, AT_EMPTY_PATH), Step::kFchown));
  if (owned && (status.stx_mode & 07777) == mode) return kOk;
  return ChangeMode(context, node, mode);
}

/// Something else stands there: of another type, or (with its numbers as the explanation) another device.
Result Conflict(Context& context, const struct statx& status, const plan::Device& device) {
  if ((status.stx_mode & S_IFMT) == (static_cast<uint32_t>(device.mode) & S_IFMT)) {
    char numbers[24];
    uint32_t length = FormatNumber(status.stx_rdev_major, 10, numbers);
    numbers[length++] = ':';
    length += FormatNumber(status.stx_rdev_minor, 10, numbers + length);
    context.reporter.Explain(numbers, length);
  }
  return Result{Step::kWrongDevice, EEXIST};
}

Result MakeNode(Context& context, const plan::Device& device, int parent, const char* name) {
  const long made = Call(__NR_mknodat, parent, name, static_cast<uint32_t>(device.mode), DeviceNumber(device));
  if (made != -EEXIST) HOIST_TRY(Checked(made, Step::kMknodat));
  Descriptor node;
  HOIST_TRY(node.Take(Call(__NR_openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), Step::kOpen));
  struct statx status;
  HOIST_TRY(Status(node.get(), &status));
  if (!IsSame(status, device)) return Conflict(context, status, device);
  return SetOwnerAndMode(context, device, node.get(), status);
}

/// An empty file to bind over; a regular file or the device itself may be there already.
Result OpenBindTarget(const plan::Device& device, int parent, const char* name, Descriptor* out) {
  const Result created = CreateFile(parent, name, 0644, out);
  if (created.error != EEXIST) return created;
  HOIST_TRY(out->Take(Call(__NR_openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), Step::kOpen));
  struct statx status;
  HOIST_TRY(Status(out->get(), &status));
  if (S_ISLNK(status.stx_mode)) return Result{Step::kIsASymlink, ELOOP};
  return S_ISREG(status.stx_mode) || IsSame(status, device) ? kOk : Result{Step::kWrongDevice, EEXIST};
}

/// Binds the host's node of the same path, its type and numbers checked.
Result BindNode(const plan::Device& device, int parent, const char* name) {
  Descriptor node;
  Descriptor tree;
  Descriptor target;
  const long opened = Call(__NR_openat, AT_FDCWD, device.path.data, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  HOIST_TRY(node.Take(opened, Step::kOpen));
  struct statx status;
  HOIST_TRY(Status(node.get(), &status));
  if (!IsSame(status, device)) return Result{Step::kWrongDevice, ENODEV};
  HOIST_TRY(CloneTree(node.get(), 0, &tree));
  HOIST_TRY(OpenBindTarget(device, parent, name, &target));
  return Attach(tree.get(), target.get());
}

}  // namespace

Result Perform(Context& context, const plan::Device& operation) {
  SplitPath split;
  Descriptor parent;
  if (!split.Assign(operation.path.data)) return Result{Step::kPlan, EINVAL};
  HOIST_TRY(context.root.OpenParent(split, &parent));
  if ((operation.how & plan::kDeviceHowBind) != 0) return BindNode(operation, parent.get(), split.name);
  const Result made = MakeNode(context, operation, parent.get(), split.name);
  const bool refused = made.step == Step::kMknodat && made.error == EPERM;
  return refused && !S_ISFIFO(operation.mode) ? BindNode(operation, parent.get(), split.name) : made;
}

Result Perform(Context& context, const plan::Symlink& operation) {
  SplitPath split;
  Descriptor parent;
  if (!split.Assign(operation.path.data)) return Result{Step::kPlan, EINVAL};
  HOIST_TRY(context.root.OpenParent(split, &parent));
  long made = Call(__NR_symlinkat, operation.target.data, parent.get(), split.name);
  if (made != -EEXIST) return Checked(made, Step::kSymlinkat);
  if ((operation.how & plan::kSymlinkHowReplace) == 0) return kOk;
  // Without AT_REMOVEDIR: a folder stays.
  HOIST_TRY(Checked(Call(__NR_unlinkat, parent.get(), split.name, 0), Step::kUnlinkat));
  made = Call(__NR_symlinkat, operation.target.data, parent.get(), split.name);
  return Checked(made, Step::kSymlinkat);
}

/// Those of stdio that are /dev/null are opened again in the container: what belongs to the host's mounts cannot be
/// saved by a checkpoint.
Result Perform(Context& context, const plan::NullDevice&) {
  Descriptor node;
  for (int i = 0; i < 3; ++i) {
    struct statx status;
    HOIST_TRY(Status(i, &status));
    if (!IsNull(status)) continue;
    if (!node.valid()) {
      const Result opened = context.root.Open("/dev/null", O_PATH | O_NOFOLLOW, 0, &node);
      if (context.Absent(opened)) return kOk;
      HOIST_TRY(opened);
      HOIST_TRY(Status(node.get(), &status));
      if (!IsNull(status)) return Result{Step::kWrongDevice, ENODEV};
    }
    const long flags = Call(__NR_fcntl, i, F_GETFL, 0);
    HOIST_TRY(Checked(flags, Step::kOpen));
    Descriptor ours;
    HOIST_TRY(Reopen(context, node.get(), static_cast<int>(flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)), &ours));
    HOIST_TRY(Checked(Call(__NR_dup3, ours.get(), i, 0), Step::kDup));
  }
  return kOk;
}

Result Perform(Context& context, const plan::Directory& operation) {
  Descriptor folder;
  return context.root.MakeDirectories(operation.path.data, static_cast<uint32_t>(operation.mode), &folder);
}

}  // namespace hoist
