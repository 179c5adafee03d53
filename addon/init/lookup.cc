// What the process executes, and where it stands: found as the container's user.
#include "init/arguments.h"
#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr int kExecuteAccess = 1;  // X_OK

/// Whether a path is a regular file that we may execute.
Result CheckExecutable(const char* path) {
  struct statx status = {};
  HOIST_TRY(Checked(Call(__NR_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &status), Step::kAccess));
  if (S_ISDIR(status.stx_mode)) return Result{Step::kIsADirectory, EISDIR};
  if (!S_ISREG(status.stx_mode)) return Result{Step::kNotExecutable, EACCES};
  const long allowed = Call(__NR_faccessat2, AT_FDCWD, path, kExecuteAccess, AT_EACCESS);
  // A seccomp filter may not know this system call: then the mode must do.
  const bool unknown = allowed == -ENOSYS || allowed == -EPERM;
  const bool refused = unknown ? (status.stx_mode & 0111) == 0 : allowed < 0;
  return refused ? Result{Step::kNotExecutable, unknown ? EACCES : static_cast<int>(-allowed)} : kOk;
}

/// Makes the arguments of the `execute` that ends the plan, before a seccomp filter forbids what that takes.
Result PrepareFromPlan(Context& context) {
  const uint8_t* at = context.plan + plan::kHeaderSize;
  for (uint32_t i = 0; i < context.header.count; ++i) {
    const plan::Operation operation = plan::ReadOperation(at);
    at += operation.size;
    if (operation.kind != plan::Kind::kExecute) continue;
    plan::Cursor cursor(operation.fields);
    return PrepareArguments(context, plan::Execute::Read(cursor));
  }
  return kOk;
}

}  // namespace

Result Perform(Context& context, const plan::Cwd& operation) {
  if (!context.entered) {
    const long changed = Call(__NR_chdir, operation.path.data);
    const bool denied = changed == -EACCES || changed == -EPERM;
    if (denied && (operation.how & plan::kCwdHowEarly) != 0) return kOk;
    HOIST_TRY(Checked(changed, Step::kChdir));
    context.entered = true;
  }
  Path here;
  HOIST_TRY(Checked(Call(__NR_getcwd, here.mutable_text(), PATH_MAX), Step::kGetcwd));
  // A folder outside of the root begins with "(unreachable)" (CVE-2024-21626).
  return here.text()[0] == '/' ? kOk : Result{Step::kCwdOutside, EXDEV};
}

Result Perform(Context& context, const plan::Lookup& operation) {
  HOIST_TRY(PrepareFromPlan(context));
  if (operation.name.empty()) return Result{Step::kNotFoundInPath, ENOENT};
  if (__builtin_strchr(operation.name.data, '/') != nullptr) {
    if (!context.executable.Assign(operation.name.data)) return Result{Step::kAccess, ENAMETOOLONG};
    return CheckExecutable(operation.name.data);
  }
  int error = ENOENT;
  for (const plan::Text folder : operation.paths) {
    Path& path = context.executable;
    if (!path.Assign(folder.empty() ? "." : folder.data)) continue;
    if (!path.AppendName(operation.name.data, operation.name.length)) continue;
    const Result checked = CheckExecutable(path.text());
    if (checked.ok()) return kOk;
    // Remembered as a hint: there was one, but not for us.
    if (checked.error == EACCES && error == ENOENT) {
      error = EACCES;
      context.reporter.Explain(path.text());
    }
  }
  return Result{Step::kNotFoundInPath, error};
}

}  // namespace hoist
