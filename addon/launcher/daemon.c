// The launcher as a containerd shim. `start` is to leave a daemon behind, tell its address and end. The obvious way, a
// program that starts another, starts the engine twice, and each start takes as long as all else together. So the
// launcher divides in two while it is still small:
//
//   launcher ── fork ──→ child: a process group of its own, becomes the daemon, which does all that `start` is for
//      │                   │
//      │ ←── one byte ─────┘ the exit code, once the address is on standard output, or all has been undone
//      └─ ends with it
//
// A daemon that dies instead closes the pipe without a byte; then its end is waited for. A launcher that is killed
// (containerd has waited long enough) makes the byte fail with EPIPE: then the daemon undoes what it did and ends.

#include "daemon.h"

#include <fcntl.h>
#include <linux/errno.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>

#include "start.h"
#include "text.h"

enum { kReport = 4, kScopeOfThread = 0 };

// The engine marks what it inherits from 4 on close-on-exec, so nothing that the daemon executes gets it.
static char started[] = "_HOIST_SHIM=start:4";
static char called[] = "_HOIST_SHIM=1";

static __attribute__((noreturn)) void leave(int code) {
  for (;;) system_call(SYS_exit_group, code, 0, 0, 0);
}

static __attribute__((noreturn)) void wait_for_end(long child) {
  int status = 0;
  long waited;
  do waited = system_call(SYS_wait4, child, (long)&status, 0, 0);
  while (waited == -EINTR);
  if (waited < 0) fail("cannot wait for the shim", waited);
  const int code = (status >> 8) & 0xff, signal = status & 0x7f;
  if (signal == 0) leave(code ? code : 1);
  char text[64];
  put_number(put(text, "the shim was ended by signal "), (uint64_t)signal);
  fail(text, 0);
}

static __attribute__((noreturn)) void wait_for_report(int pipe, long child) {
  unsigned char code = 0;
  long size;
  do size = system_call(SYS_read, pipe, (long)&code, 1, 0);
  while (size == -EINTR);
  if (size == 1) leave(code);
  wait_for_end(child);
}

// containerd asks for it where hyperthreads of one core must not run processes that do not trust each other.
static void ask_for_core_scheduling(char* const* environment) {
  static const char kAsked[] = "SCHED_CORE=";
  for (; *environment; environment++) {
    if (!begins(*environment, kAsked) || !(*environment)[sizeof(kAsked) - 1]) continue;
    long error = system_call(SYS_prctl, PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, kScopeOfThread);
    if (error < 0) fail("cannot enable core scheduling (SCHED_CORE)", error);
  }
}

// Only the pipe stays: a daemon must not hold what a caller has open, locks among it, for as long as it lives.
static void keep_only(int pipe) {
  long error =
      pipe == kReport ? system_call(SYS_fcntl, pipe, F_SETFD, 0, 0) : system_call(SYS_dup3, pipe, kReport, 0, 0);
  if (error < 0) fail("cannot keep the pipe to the launcher", error);
  system_call(SYS_close, 3, 0, 0, 0);
  system_call(SYS_close_range, kReport + 1, (long)~0U, 0, 0);  // before Linux 5.9 they stay open
}

char* shim_variable(const char* verb, char* const* environment) {
  if (!equals(verb, "start")) return called;
  int pipe[2] = {-1, -1};
  long error = system_call(SYS_pipe2, (long)pipe, O_CLOEXEC, 0, 0);
  if (error < 0) fail("cannot make a pipe", error);
  long child = system_call(SYS_clone, SIGCHLD, 0, 0, 0);
  if (child < 0) fail("cannot fork", child);
  if (child > 0) {
    system_call(SYS_close, pipe[1], 0, 0, 0);
    wait_for_report(pipe[0], child);
  }
  system_call(SYS_setpgid, 0, 0, 0, 0);
  ask_for_core_scheduling(environment);
  keep_only(pipe[1]);
  return started;
}
