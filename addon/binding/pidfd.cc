// Processes by descriptor: no pid can be reused under our hands.
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/children.h"
#include "binding/exit_status.h"
#include "binding/io.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace hoist {
namespace {

/// struct pidfd_info of linux/pidfd.h in its first version, which every kernel with the ioctl accepts.
struct PidfdInfo {
  uint64_t mask;
  uint64_t cgroup;
  uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr uint64_t kInfoExit = 1 << 3;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

Napi::Value wait_process(const Call& call) {
  const int pidfd = call.argument(0, "pidfd").descriptor();
  const int timeout = call.argument(1, "timeoutMs").timeout();
  if (!wait_for(pidfd, POLLIN, timeout, "waitid")) return {};
  return exit_object(call.env(), reap(pidfd));
}

Napi::Value pidfd_exit(const Call& call) {
  return exit_object(call.env(), remembered_exit(call.argument(0, "pidfd").descriptor()));
}

Napi::Value pidfd_open(const Call& call) {
  const auto pid = static_cast<pid_t>(call.argument(0, "pid").integer(1, INT32_MAX));
  const long pidfd = syscall(SYS_pidfd_open, pid, 0);
  if (pidfd == -1) fail("pidfd_open", errno);
  return Napi::Number::New(call.env(), static_cast<double>(pidfd));
}

Napi::Value pidfd_signal(const Call& call) {
  const int pidfd = call.argument(0, "pidfd").descriptor();
  const auto signal = static_cast<int>(call.argument(1, "signal").integer(0, 64));
  if (syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == -1) fail("pidfd_send_signal", errno);
  return {};
}

constexpr Export kExports[] = {
    {"waitProcess", wait_process}, {"pidfdExit", pidfd_exit}, {"pidfdOpen", pidfd_open}, {"pidfdSignal", pidfd_signal}};

}  // namespace

Napi::Value exit_object(Napi::Env env, const std::optional<ExitStatus>& status) {
  if (!status) return {};
  Napi::Object object = Napi::Object::New(env);
  object.Set(status->signalled ? "signal" : "code", static_cast<double>(status->value));
  return object;
}

ExitStatus reap(int pidfd) {
  siginfo_t info{};
  if (retry([&] { return waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED); }) == -1) {
    fail("waitid", errno);
  }
  children::remove(info.si_pid);
  return {info.si_code != CLD_EXITED, info.si_status};
}

std::optional<ExitStatus> remembered_exit(int pidfd) {
  PidfdInfo info{};
  info.mask = kInfoExit;
  if (ioctl(pidfd, kGetInfo, &info) == -1) {
    if (errno == EBADF) fail("ioctl", errno);
    return std::nullopt;  // ESRCH: reaped before the kernel could remember; ENOTTY, EINVAL: an older kernel
  }
  if ((info.mask & kInfoExit) == 0) return std::nullopt;
  if (WIFSIGNALED(info.exit_code)) return ExitStatus{true, WTERMSIG(info.exit_code)};
  return ExitStatus{false, WEXITSTATUS(info.exit_code)};
}

void register_pidfd(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
