// The terminal of the container: a pty of its own devpts. Every descriptor is checked for what it is before it is used
// (CVE-2025-52565: a hostile image puts links where /dev/pts/ptmx and /dev/console should be).
#include <asm/ioctls.h>
#include <asm/termios.h>
#include <linux/major.h>

#include "init/perform.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint32_t kPtmxMajor = TTYAUX_MAJOR;
constexpr uint32_t kPtmxMinor = 2;
/// Eight majors from UNIX98_PTY_SLAVE_MAJOR on belong to slaves.
constexpr uint32_t kSlaveMajors = 8;

Result VerifyDevpts(int descriptor) {
  struct statfs file_system = {};
  HOIST_TRY(Checked(Call(__NR_fstatfs, descriptor, &file_system), Step::kStatfs));
  return file_system.f_type == DEVPTS_SUPER_MAGIC ? kOk : Result{Step::kNotADevpts, ENODEV};
}

Result OpenMaster(Context& context, Descriptor* master) {
  Descriptor node;
  HOIST_TRY(context.root.Open("/dev/pts/ptmx", O_PATH | O_NOFOLLOW, 0, &node));
  HOIST_TRY(VerifyDevpts(node.get()));
  struct statx status;
  HOIST_TRY(Status(node.get(), &status));
  const bool is_ptmx =
      S_ISCHR(status.stx_mode) && status.stx_rdev_major == kPtmxMajor && status.stx_rdev_minor == kPtmxMinor;
  if (!is_ptmx) return Result{Step::kWrongDevice, ENODEV};
  return Reopen(context, node.get(), O_RDWR | O_NOCTTY, master);
}

Result OpenSlave(int master, Descriptor* slave) {
  int locked = 0;
  HOIST_TRY(Checked(Call(__NR_ioctl, master, TIOCSPTLCK, &locked), Step::kIoctl));
  HOIST_TRY(slave->Take(Call(__NR_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), Step::kIoctl));
  HOIST_TRY(VerifyDevpts(slave->get()));
  struct statx status;
  HOIST_TRY(Status(slave->get(), &status));
  const uint32_t major = status.stx_rdev_major - UNIX98_PTY_SLAVE_MAJOR;
  return S_ISCHR(status.stx_mode) && major < kSlaveMajors ? kOk : Result{Step::kWrongDevice, ENODEV};
}

/// Binds the slave over /dev/console.
Result MountConsole(Context& context, int slave) {
  Descriptor folder;
  Descriptor target;
  Descriptor tree;
  HOIST_TRY(context.root.MakeDirectories("/dev", 0755, &folder));
  const Result created = CreateFile(folder.get(), "console", 0620, &target);
  if (created.error == EEXIST) {
    const long opened = Call(__NR_openat, folder.get(), "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    HOIST_TRY(target.Take(opened, Step::kOpen));
    struct statx status;
    HOIST_TRY(Status(target.get(), &status));
    if (S_ISLNK(status.stx_mode)) return Result{Step::kIsASymlink, ELOOP};
    if (S_ISDIR(status.stx_mode)) return Result{Step::kIsADirectory, EISDIR};
  } else {
    HOIST_TRY(created);
  }
  HOIST_TRY(CloneTree(slave, 0, &tree));
  return Attach(tree.get(), target.get());
}

Result UseAsStdio(int slave) {
  for (int i = 0; i < 3; ++i) HOIST_TRY(Checked(Call(__NR_dup3, slave, i, 0), Step::kDup));
  return Checked(Call(__NR_ioctl, 0, TIOCSCTTY, 0), Step::kIoctl);
}

}  // namespace

Result Perform(Context& context, const plan::Console& operation) {
  Descriptor master;
  Descriptor slave;
  HOIST_TRY(OpenMaster(context, &master));
  HOIST_TRY(OpenSlave(master.get(), &slave));
  const auto uid = static_cast<uint32_t>(operation.uid);
  HOIST_TRY(Checked(Call(__NR_fchown, slave.get(), uid, ~0u), Step::kFchown));
  if (operation.columns != 0 || operation.rows != 0) {
    struct winsize size = {};
    size.ws_row = static_cast<unsigned short>(operation.rows);
    size.ws_col = static_cast<unsigned short>(operation.columns);
    HOIST_TRY(Checked(Call(__NR_ioctl, slave.get(), TIOCSWINSZ, &size), Step::kIoctl));
  }
  if (operation.mount != 0) HOIST_TRY(MountConsole(context, slave.get()));
  HOIST_TRY(context.reporter.Send(plan::kMessageConsole, 0, master.get()));
  return UseAsStdio(slave.get());
}

}  // namespace hoist
