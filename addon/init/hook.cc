// Hooks that run on the container's side: createContainer before the root is changed, startContainer in the container.
#include <asm/poll.h>
#include <linux/close_range.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "init/arguments.h"
#include "init/kernel.h"
#include "init/perform.h"
#include "init/security.h"

namespace hoist {
namespace {

constexpr uint32_t kDefaultUmask = 022;
constexpr int64_t kMilliseconds = 1000;
constexpr int64_t kNanoseconds = 1000000;

struct Child {
  long pid = -1;
  Descriptor pidfd;
  /// Ends without a byte when execve has succeeded; else carries its errno.
  Descriptor failure;
  /// What the hook writes to stdout and stderr.
  Descriptor output;
};

[[noreturn]] void FailInChild(int failure, long answer) {
  const int error = static_cast<int>(-answer);
  Call(__NR_write, failure, &error, sizeof(error));
  Exit(127);
}

/// In the child: nothing of ours but stdin (the state) and the output is left.
[[noreturn]] void RunHook(const Context& context, const plan::Hook& hook, const Arguments& arguments, int root,
                          int output, int failure) {
  Call(__NR_prctl, PR_SET_PDEATHSIG, kSigKill);
  Call(__NR_umask, kDefaultUmask);
  // createContainer hooks have always begun in the container's root, so that `./lib` is the container's.
  if (hook.when == plan::kHookWhenCreateContainer) {
    const long moved = Call(__NR_fchdir, root);
    if (moved < 0) FailInChild(failure, moved);
  }
  Call(__NR_dup3, context.state.get(), 0, 0);
  for (int i = 0; i < 2; ++i) {
    const Descriptor& file = context.hook_outputs[i];
    Call(__NR_dup3, file.valid() ? file.get() : output, i + 1, 0);
  }
  const long marked = Call(__NR_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
  if (marked < 0) FailInChild(failure, marked);
  // The program of a startContainer hook lies in the image: it gets no system call that the container does not get, now
  // or in what it leaves running. We cannot load the filter ourselves yet, it need not allow us to start a hook. (One
  // with a listener was loaded before, and is inherited.)
  if (hook.when == plan::kHookWhenStartContainer && !context.seccomp_loaded) {
    const Result filtered = LoadPlannedFilter(context);
    if (!filtered.ok()) FailInChild(failure, -filtered.error);
  }
  FailInChild(failure, Call(__NR_execve, hook.path.data, arguments.argv, arguments.env));
}

Result Start(Context& context, const plan::Hook& hook, Child* child) {
  if (!context.state.valid()) return Result{Step::kPlan, ENOENT};
  HOIST_TRY(Checked(Call(__NR_lseek, context.state.get(), 0, 0), Step::kRead));
  int root = -1;
  if (hook.when == plan::kHookWhenCreateContainer) HOIST_TRY(context.root.Get(&root));
  Arguments arguments = {};
  const bool add_home = (hook.how & plan::kExecuteHowAddHome) != 0;
  HOIST_TRY(MakeArguments(hook.args, hook.env, add_home ? Home(context) : nullptr, &arguments));
  long output = Call(__NR_memfd_create, "hook", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (output == -EINVAL) output = Call(__NR_memfd_create, "hook", MFD_CLOEXEC);
  HOIST_TRY(child->output.Take(output, Step::kOpen));
  int pipe[2] = {-1, -1};
  HOIST_TRY(Checked(Call(__NR_pipe2, pipe, O_CLOEXEC), Step::kOpen));
  child->failure.Reset(pipe[0]);
  const Descriptor writable(pipe[1]);
  int pidfd = -1;
  struct clone_args clone = {};
  clone.flags = CLONE_PIDFD;
  clone.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  clone.exit_signal = kSigChild;
  child->pid = Call(__NR_clone3, &clone, sizeof(clone));
  HOIST_TRY(Checked(child->pid, Step::kClone3));
  if (child->pid == 0) RunHook(context, hook, arguments, root, child->output.get(), writable.get());
  child->pidfd.Reset(pidfd);
  return kOk;
}

/// Waits until the child has ended; false when the time is over. Ends with the child when the parent is gone.
Result Await(Context& context, const Child& child, int64_t timeout, bool* ended) {
  struct pollfd poll[2] = {{child.pidfd.get(), POLLIN, 0}, {context.reporter.socket(), 0, 0}};
  // The kernel writes the time that is left into it.
  struct __kernel_timespec left = {timeout / kMilliseconds, (timeout % kMilliseconds) * kNanoseconds};
  long ready = -EINTR;
  while (ready == -EINTR) ready = Call(__NR_ppoll, poll, 2, timeout > 0 ? &left : nullptr, nullptr, 0);
  HOIST_TRY(Checked(ready, Step::kWait));
  *ended = (poll[0].revents & POLLIN) != 0;
  if (ready > 0 && !*ended) Exit(1);
  return kOk;
}

Result Reap(const Child& child, int* status) {
  long reaped = -EINTR;
  while (reaped == -EINTR) reaped = Call(__NR_wait4, child.pid, status, 0, nullptr);
  return Checked(reaped, Step::kWait);
}

/// Keeps the end of what the hook has written.
void ExplainOutput(Context& context, const Child& child) {
  char text[kMostText];
  const long size = Call(__NR_lseek, child.output.get(), 0, 2);
  if (size <= 0) return;
  const long start = size > static_cast<long>(sizeof(text)) ? size - static_cast<long>(sizeof(text)) : 0;
  const long got = Call(__NR_pread64, child.output.get(), text, sizeof(text), start);
  if (got > 0) context.reporter.Explain(text, static_cast<uint64_t>(got));
}

/// The errno of a failed execve, or zero.
int ExecuteError(const Child& child) {
  int error = 0;
  const long got = Call(__NR_read, child.failure.get(), &error, sizeof(error));
  return got == sizeof(error) ? error : 0;
}

}  // namespace

Result Perform(Context& context, const plan::Hook& operation) {
  Child child;
  HOIST_TRY(Start(context, operation, &child));
  bool ended = false;
  HOIST_TRY(Await(context, child, operation.timeout, &ended));
  if (!ended) Call(__NR_pidfd_send_signal, child.pidfd.get(), kSigKill, nullptr, 0);
  int status = 0;
  HOIST_TRY(Reap(child, &status));
  const int signal = status & 0x7f;
  const int code = (status >> 8) & 0xff;
  if (ended && signal == 0 && code == 0) return kOk;
  const int error = ExecuteError(child);
  if (error != 0) return Result{Step::kExecve, error};
  ExplainOutput(context, child);
  if (!ended) return Result{Step::kHookTimeout, ETIMEDOUT};
  return signal != 0 ? Result{Step::kHookSignal, signal} : Result{Step::kHookExit, code};
}

}  // namespace hoist
