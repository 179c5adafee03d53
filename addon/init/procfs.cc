#include "init/procfs.h"

#include "init/kernel.h"
#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

/// Number of the root folder of every procfs (PROC_ROOT_INO).
constexpr uint64_t kProcRootInode = 1;
constexpr uint64_t kPrivate = 1 << 18;  // MS_PRIVATE

Result NewProcfs(Descriptor* out) {
  Descriptor fs;
  HOIST_TRY(fs.Take(Call(__NR_fsopen, "proc", FSOPEN_CLOEXEC), Step::kFsopen));
  HOIST_TRY(Checked(Call(__NR_fsconfig, fs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), Step::kFsconfig));
  const unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  return out->Take(Call(__NR_fsmount, fs.get(), FSMOUNT_CLOEXEC, attributes), Step::kFsmount);
}

/// The root of a procfs, and not just a folder of one.
Result VerifyProcfs(int descriptor) {
  struct statfs file_system = {};
  HOIST_TRY(Checked(Call(__NR_fstatfs, descriptor, &file_system), Step::kStatfs));
  struct statx status;
  HOIST_TRY(Checked(Call(__NR_statx, descriptor, "", AT_EMPTY_PATH, STATX_INO, &status), Step::kStatx));
  const bool is_proc = file_system.f_type == PROC_SUPER_MAGIC && status.stx_ino == kProcRootInode;
  return is_proc ? kOk : Result{Step::kNotAProcfs, EXDEV};
}

/// The name of this process in the private procfs: what the link `self` says.
Result OwnName(Context& context, Path* path) {
  char name[24];
  const long length = Call(__NR_readlinkat, context.procfs.get(), "self", name, sizeof(name) - 1);
  HOIST_TRY(Checked(length, Step::kReadlink));
  uint64_t number = 0;
  if (!ParseNumber(name, static_cast<uint32_t>(length), ~uint32_t{0}, &number)) return Result{Step::kNotAProcfs, EXDEV};
  path->Append(name, static_cast<uint32_t>(length));
  return kOk;
}

}  // namespace

DescriptorLink::DescriptorLink(int descriptor) {
  __builtin_memcpy(text, "self/fd/", 8);
  FormatNumber(static_cast<uint64_t>(descriptor), 10, text + 8);
}

Result OpenProc(Context& context, const char* path, uint64_t flags, Descriptor* out) {
  if (!context.procfs.valid()) return Result{Step::kNotAProcfs, ENOENT};
  Path resolved;
  if (__builtin_strncmp(path, "self/", 5) == 0) {
    HOIST_TRY(OwnName(context, &resolved));
    path += 4;
  }
  if (!resolved.Append(path)) return Result{Step::kOpenat2, ENAMETOOLONG};
  struct open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return out->Take(Call(__NR_openat2, context.procfs.get(), resolved.text(), &how, sizeof(how)), Step::kOpenat2);
}

Result WriteProc(Context& context, const char* path, plan::Text value) {
  Descriptor file;
  HOIST_TRY(OpenProc(context, path, O_WRONLY, &file));
  const long written = Call(__NR_write, file.get(), value.data, value.length);
  HOIST_TRY(Checked(written, Step::kWrite));
  return written == static_cast<long>(value.length) ? kOk : Result{Step::kWrite, EIO};
}

Result Reopen(Context& context, int descriptor, int flags, Descriptor* out) {
  if (!context.procfs.valid()) return Result{Step::kNotAProcfs, ENOENT};
  const DescriptorLink link(descriptor);
  long opened = -EINTR;
  while (opened == -EINTR) opened = Call(__NR_openat, context.procfs.get(), link.text, flags | O_CLOEXEC, 0);
  return out->Take(opened, Step::kOpen);
}

Result Perform(Context& context, const plan::Procfs&) {
  if (NewProcfs(&context.procfs).ok()) return kOk;
  // Refused in a user namespace when parts of the /proc that we see are covered. A clone of it is detached as well;
  // without the right to clone there is nothing but /proc itself.
  const long clone = Call(__NR_open_tree, AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
  if (clone >= 0) {
    context.procfs.Reset(static_cast<int>(clone));
    // No peer of the one that is visible: nothing mounted there shows up here.
    HOIST_TRY(SetPropagation(context.procfs.get(), kPrivate));
  } else {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    HOIST_TRY(context.procfs.Take(Call(__NR_openat, AT_FDCWD, "/proc", flags), Step::kOpen));
  }
  const Result verified = VerifyProcfs(context.procfs.get());
  if (!verified.ok()) context.procfs.Reset(-1);
  return verified;
}

Result Perform(Context& context, const plan::Sysctl& operation) {
  Path path;
  if (!path.Assign("sys") || !path.AppendName(operation.path.data, operation.path.length)) {
    return Result{Step::kOpenat2, ENAMETOOLONG};
  }
  const Result written = WriteProc(context, path.text(), operation.value);
  return context.Absent(written) ? kOk : written;
}

Result Perform(Context& context, const plan::Label& operation) {
  Path path;
  if (!path.Assign("self") || !path.AppendName(operation.file.data, operation.file.length)) {
    return Result{Step::kOpenat2, ENAMETOOLONG};
  }
  Result written = WriteProc(context, path.text(), operation.value);
  if (written.error == ENOENT && !operation.fallback.empty()) {
    if (!path.Assign("self") || !path.AppendName(operation.fallback.data, operation.fallback.length)) {
      return Result{Step::kOpenat2, ENAMETOOLONG};
    }
    written = WriteProc(context, path.text(), operation.value);
  }
  return context.Absent(written) ? kOk : written;
}

}  // namespace hoist
