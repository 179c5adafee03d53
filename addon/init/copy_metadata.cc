#include "init/copy_metadata.h"

#include <linux/time_types.h>

#include "init/path.h"
#include "init/syscall.h"

namespace hoist {
namespace {

/// Errors that mean: this file system or user namespace does not take such an attribute. The copy goes without.
bool Refused(long answer) {
  return answer == -EOPNOTSUPP || answer == -EPERM || answer == -EINVAL || answer == -ENODATA;
}

}  // namespace

Result CopyOwner(const struct statx& status, int to_parent, const char* name) {
  const long owned = Call(__NR_fchownat, to_parent, name, status.stx_uid, status.stx_gid, AT_SYMLINK_NOFOLLOW);
  if (owned < 0 && !Refused(owned)) return Checked(owned, Step::kFchown);
  return kOk;
}

void CopyTimes(const struct statx& status, int to_parent, const char* name) {
  const struct __kernel_timespec times[2] = {
      {status.stx_atime.tv_sec, static_cast<long long>(status.stx_atime.tv_nsec)},
      {status.stx_mtime.tv_sec, static_cast<long long>(status.stx_mtime.tv_nsec)},
  };
  Call(__NR_utimensat, to_parent, name, times, AT_SYMLINK_NOFOLLOW);
}

Result CopyAttributes(int from, int to) {
  char names[1024];
  const long length = Call(__NR_flistxattr, from, names, sizeof(names));
  if (length < 0) return Refused(length) ? kOk : Checked(length, Step::kRead);
  for (const char* name = names; name < names + length; name += Length(name) + 1) {
    char value[1024];
    const long size = Call(__NR_fgetxattr, from, name, value, sizeof(value));
    if (Refused(size)) continue;
    HOIST_TRY(Checked(size, Step::kRead));
    const long set = Call(__NR_fsetxattr, to, name, value, size, 0);
    if (set < 0 && !Refused(set)) return Checked(set, Step::kWrite);
  }
  return kOk;
}

}  // namespace hoist
