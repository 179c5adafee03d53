#include "binding/launch.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "binding/errors.h"
#include "binding/io.h"
#include "common/clone.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace hoist {
namespace {

/// As the kernel wants it; glibc's sigaction and sigset_t leave out its own two signals.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};
constexpr int kSignals = 64;
constexpr size_t kMaskSize = sizeof(uint64_t);
constexpr size_t kStackSize = 32 * 1024;
constexpr uint64_t kSlave = 1 << 19;  // MS_SLAVE of mount(2)

uint64_t set_signal_mask(uint64_t mask) {
  uint64_t old = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, kMaskSize);
  return old;
}

[[noreturn]] void give_up(Launch& launch, const char* call) {
  launch.error = errno;
  launch.failed_call = call;
  for (;;) _exit(127);
}

void place_descriptors(Launch& launch) {
  for (Placement& placement : launch.placements) {
    if (placement.source >= launch.end) continue;
    placement.source = fcntl(placement.source, F_DUPFD_CLOEXEC, launch.end);
    if (placement.source == -1) give_up(launch, "fcntl");
  }
  if (launch.program >= 0 && launch.program < launch.end) {
    launch.program = fcntl(launch.program, F_DUPFD_CLOEXEC, launch.end);
    if (launch.program == -1) give_up(launch, "fcntl");
  }
  for (const Placement& placement : launch.placements) {
    if (dup2(placement.source, placement.target) == -1) give_up(launch, "dup2");
  }
  for (int kept = launch.keep_from; kept < launch.keep_until; ++kept) {
    if (fcntl(kept, F_SETFD, 0) == -1) give_up(launch, "fcntl");
  }
  // The program itself has to stay until exec, which then closes it.
  int end = launch.end;
  if (launch.program >= 0) {
    if (launch.program != end && dup3(launch.program, end, O_CLOEXEC) == -1) give_up(launch, "dup3");
    launch.program = end++;
  }
  if (syscall(SYS_close_range, static_cast<unsigned>(end), ~0U, 0) == -1) give_up(launch, "close_range");
}

/// What is mounted on the host still arrives, what the child mounts stays its own and ends with its namespace.
void attach_tree(Launch& launch) {
  mount_attr slave{};
  slave.propagation = kSlave;
  if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &slave, sizeof slave) == -1) {
    give_up(launch, "mount_setattr");
  }
  const int target = open(launch.tree_target, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (target == -1) give_up(launch, "open");
  const unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  if (syscall(SYS_move_mount, launch.tree, "", target, "", flags) == -1) give_up(launch, "move_mount");
}

void reset_signals() {
  const KernelAction action{SIG_DFL, 0, nullptr, 0};
  for (int number = 1; number <= kSignals; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    syscall(SYS_rt_sigaction, number, &action, nullptr, kMaskSize);
  }
  set_signal_mask(0);
}

/// The child's whole life. It is a copy of the calling thread alone: system calls only.
void run_child(void* argument) {
  Launch& launch = *static_cast<Launch*>(argument);
  if (launch.tree >= 0) attach_tree(launch);
  place_descriptors(launch);
  if (launch.open_files && setrlimit(RLIMIT_NOFILE, &*launch.open_files) == -1) give_up(launch, "setrlimit");
  if (launch.directory != nullptr && chdir(launch.directory) == -1) give_up(launch, "chdir");
  reset_signals();
  if (launch.program >= 0) {
    syscall(SYS_execveat, launch.program, "", launch.argv, launch.env, AT_EMPTY_PATH);
    give_up(launch, "execveat");
  }
  execve(launch.path, launch.argv, launch.env);
  give_up(launch, "execve");
}

}  // namespace

// The child's stack lies in this frame, which stays as it is while CLONE_VFORK holds us; signals are blocked, so no
// handler runs on it.
__attribute__((noinline)) Child launch(Launch& launch) {
  alignas(16) char stack[kStackSize];
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | launch.flags;
  if (launch.tree >= 0) arguments.flags |= CLONE_NEWNS;
  arguments.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  arguments.stack = reinterpret_cast<uintptr_t>(stack);
  arguments.stack_size = sizeof stack;
  if (launch.cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<unsigned>(launch.cgroup);
  }
  const uint64_t mask = set_signal_mask(~uint64_t{0});
  const long pid = CloneOntoStack(&arguments, run_child, &launch);
  set_signal_mask(mask);
  if (pid < 0) fail("clone3", static_cast<int>(-pid));
  Child child{static_cast<pid_t>(pid), UniqueFd(pidfd)};
  if (launch.error != 0) {
    siginfo_t information;
    retry([&] { return waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &information, WEXITED); });
  }
  return child;
}

std::optional<rlimit> open_files_of(const Argument& request) {
  const Argument open_files = request.member("openFiles");
  if (open_files.absent()) return std::nullopt;
  const auto pair = open_files.items(2);
  if (pair.size() != 2) open_files.reject("[soft, hard]", true);
  return rlimit{pair[0].big(), pair[1].big()};
}

}  // namespace hoist
