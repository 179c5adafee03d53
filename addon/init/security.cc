// What is taken away from the process for good.
#include "init/security.h"

#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

/// A file or folder that was given to be read: its owner could open it again to write (/proc/self/fd/0), so whoever
/// gives the process one must not lose it. A pipe has to change hands even so, or it could not be opened again.
bool IsReadOnlyFile(int descriptor, const struct statx& status) {
  if (S_ISFIFO(status.stx_mode) || S_ISSOCK(status.stx_mode)) return false;
  const long flags = Call(__NR_fcntl, descriptor, F_GETFL, 0);
  return flags < 0 || (flags & O_ACCMODE) == O_RDONLY;
}

}  // namespace

Result Perform(Context& context, const plan::Dumpable& operation) {
  context.dumpable = static_cast<int>(operation.value);
  return Checked(Call(__NR_prctl, PR_SET_DUMPABLE, context.dumpable, 0, 0, 0), Step::kPrctl);
}

Result Perform(Context&, const plan::NoNewPrivileges&) {
  return Checked(Call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), Step::kPrctl);
}

Result LoadFilter(const plan::Seccomp& operation, long* answer) {
  constexpr uint32_t kInstruction = sizeof(struct sock_filter);
  const uint32_t length = operation.filter.length;
  if (length == 0 || length % kInstruction != 0 || length / kInstruction > BPF_MAXINSNS) {
    return Result{Step::kSeccomp, EINVAL};
  }
  struct sock_fprog program = {};
  program.len = static_cast<unsigned short>(length / kInstruction);
  program.filter = reinterpret_cast<struct sock_filter*>(const_cast<uint8_t*>(operation.filter.data));
  *answer = Call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, operation.flags, &program);
  return Checked(*answer, Step::kSeccomp);
}

Result LoadPlannedFilter(const Context& context) {
  const uint8_t* at = context.plan + plan::kHeaderSize;
  for (uint32_t i = 0; i < context.header.count; ++i) {
    const plan::Operation operation = plan::ReadOperation(at);
    at += operation.size;
    if (operation.kind != plan::Kind::kSeccomp) continue;
    plan::Cursor cursor(operation.fields);
    long answer = 0;
    return LoadFilter(plan::Seccomp::Read(cursor), &answer);
  }
  return kOk;
}

Result Perform(Context& context, const plan::Seccomp& operation) {
  // The filter may forbid it later.
  const long marked = Call(__NR_close_range, context.first, ~0u, CLOSE_RANGE_CLOEXEC);
  HOIST_TRY(Checked(marked, Step::kOpen));
  context.seccomp_loaded = true;
  if ((operation.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) return LoadFilterWithListener(context, operation);
  long answer = 0;
  return LoadFilter(operation, &answer);
}

Result Perform(Context& context, const plan::Umask& operation) {
  Call(__NR_umask, static_cast<uint32_t>(operation.mask) & 0777);
  context.umask_set = true;
  return kOk;
}

Result Perform(Context&, const plan::Stdio& operation) {
  const auto uid = static_cast<uint32_t>(operation.uid);
  for (int i = 0; i < 3; ++i) {
    struct statx status = {};
    // A container may be born without one of them.
    if (Call(__NR_statx, i, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) < 0) continue;
    // Devices belong to whoever they belong to: /dev/null to everybody, the caller's terminal to the caller; ours was
    // given away by `console`.
    if (S_ISCHR(status.stx_mode) || status.stx_uid == uid || IsReadOnlyFile(i, status)) continue;
    const long owned = Call(__NR_fchown, i, uid, ~0u);
    // Not mapped, not ours, or on a read-only file system: the process has the descriptor itself all the same.
    if (owned == -EINVAL || owned == -EPERM || owned == -EROFS) continue;
    HOIST_TRY(Checked(owned, Step::kFchown));
  }
  return kOk;
}

}  // namespace hoist
