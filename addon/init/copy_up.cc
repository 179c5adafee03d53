#include "init/copy_up.h"

#include "init/copy_metadata.h"
#include "init/kernel.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

/// Folders deeper than this are refused: each level takes descriptors and stack.
constexpr int kMostDepth = 100;
constexpr uint64_t kChunk = 1 << 30;

/// struct linux_dirent64 of getdents64(2).
struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

Result CopyContent(int from, int to) {
  for (;;) {
    const long sent = Call(__NR_sendfile, to, from, nullptr, kChunk);
    if (sent == -EINTR) continue;
    HOIST_TRY(Checked(sent, Step::kWrite));
    if (sent == 0) return kOk;
  }
}

Result CopyFile(Context& context, int entry, const struct statx& status, int to_parent, const char* name) {
  Descriptor from;
  Descriptor to;
  HOIST_TRY(Reopen(context, entry, O_RDONLY | O_NOCTTY, &from));
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  HOIST_TRY(to.Take(Call(__NR_openat, to_parent, name, flags, 0600), Step::kOpen));
  HOIST_TRY(CopyContent(from.get(), to.get()));
  HOIST_TRY(CopyOwner(status, to_parent, name));
  // After the owner, whose change takes the set-id bits away; the attributes after that, for it takes capabilities away
  // as well.
  HOIST_TRY(Checked(Call(__NR_fchmod, to.get(), status.stx_mode & 07777), Step::kFchmod));
  return CopyAttributes(from.get(), to.get());
}

Result CopyLink(int entry, const struct statx& status, int to_parent, const char* name) {
  Path target;
  const long length = Call(__NR_readlinkat, entry, "", target.mutable_text(), PATH_MAX - 1);
  HOIST_TRY(Checked(length, Step::kReadlink));
  target.Truncate(static_cast<uint32_t>(length));
  HOIST_TRY(Checked(Call(__NR_symlinkat, target.text(), to_parent, name), Step::kSymlinkat));
  return CopyOwner(status, to_parent, name);
}

Result CopyNode(const struct statx& status, int to_parent, const char* name) {
  // The kernel's 32-bit encoding of device numbers (new_encode_dev).
  const uint32_t minor = status.stx_rdev_minor;
  const uint32_t device = (minor & 0xff) | (status.stx_rdev_major << 8) | ((minor & ~uint32_t{0xff}) << 12);
  const long made = Call(__NR_mknodat, to_parent, name, status.stx_mode, device);
  // Nobody makes devices in a user namespace.
  if (made == -EPERM) return kOk;
  HOIST_TRY(Checked(made, Step::kMknodat));
  return CopyOwner(status, to_parent, name);
}

Result CopyFolder(Context& context, int from, int to, int depth);

Result CopyDirectory(Context& context, int entry, const struct statx& status, int to_parent, const char* name,
                     int depth) {
  Descriptor from;
  Descriptor to;
  // A folder that something is mounted on is made, but not entered.
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  HOIST_TRY(from.Take(Call(__NR_openat, entry, ".", flags), Step::kOpen));
  HOIST_TRY(Checked(Call(__NR_mkdirat, to_parent, name, 0700), Step::kMkdirat));
  HOIST_TRY(to.Take(Call(__NR_openat, to_parent, name, flags), Step::kOpen));
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
    HOIST_TRY(CopyFolder(context, from.get(), to.get(), depth + 1));
  HOIST_TRY(CopyOwner(status, to_parent, name));
  HOIST_TRY(Checked(Call(__NR_fchmod, to.get(), status.stx_mode & 07777), Step::kFchmod));
  return CopyAttributes(from.get(), to.get());
}

Result CopyEntry(Context& context, int from, const char* name, int to, int depth) {
  Descriptor entry;
  HOIST_TRY(entry.Take(Call(__NR_openat, from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), Step::kOpen));
  struct statx status;
  HOIST_TRY(Status(entry.get(), &status));
  switch (status.stx_mode & S_IFMT) {
    case S_IFREG:
      HOIST_TRY(CopyFile(context, entry.get(), status, to, name));
      break;
    case S_IFDIR:
      HOIST_TRY(CopyDirectory(context, entry.get(), status, to, name, depth));
      break;
    case S_IFLNK:
      HOIST_TRY(CopyLink(entry.get(), status, to, name));
      break;
    case S_IFSOCK:
      return kOk;
    default:
      HOIST_TRY(CopyNode(status, to, name));
      // A node that could not be made has no times.
      return kOk;
  }
  CopyTimes(status, to, name);
  return kOk;
}

Result CopyFolder(Context& context, int from, int to, int depth) {
  if (depth > kMostDepth) return Result{Step::kGetdents64, ELOOP};
  alignas(8) char buffer[1024] = {};
  for (;;) {
    const long got = Call(__NR_getdents64, from, buffer, sizeof(buffer));
    HOIST_TRY(Checked(got, Step::kGetdents64));
    if (got == 0) return kOk;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->length;
      if (Same(entry->name, ".") || Same(entry->name, "..")) continue;
      HOIST_TRY(CopyEntry(context, from, entry->name, to, depth));
    }
  }
}

}  // namespace

Result CopyUp(Context& context, int from, int to) {
  Descriptor source;
  Descriptor target;
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  HOIST_TRY(source.Take(Call(__NR_openat, from, ".", flags), Step::kOpen));
  HOIST_TRY(target.Take(Call(__NR_openat, to, ".", flags), Step::kOpen));
  return CopyFolder(context, source.get(), target.get(), 0);
}

}  // namespace hoist
