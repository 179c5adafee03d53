// The foreground of `run` and `exec`.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>
#include <memory>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/children.h"
#include "binding/exit_status.h"
#include "binding/host_terminal.h"
#include "binding/io.h"
#include "binding/signals.h"
#include "binding/terminal_pump.h"

namespace hoist {
namespace {

struct Supervised {
  pid_t pid;
  int pidfd;
  int master;
  bool subreaper;
};

/// A descriptor that JavaScript reads when there is something.
class Watched {
 public:
  explicit Watched(const Argument& request) {
    if (request.absent()) return;
    descriptor_ = request.member("descriptor").descriptor(true);
    callback_ = request.member("onReadable").function();
  }

  int descriptor() const { return descriptor_; }

  void call() {
    // It does not throw; should it all the same, that comes to light when we return.
    const Napi::Value more = callback_.Call({});
    if (more.IsEmpty() || !more.ToBoolean().Value()) descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
  Napi::Function callback_;
};

/// Reaps what the container left to us. A child that somebody waits for stays, and those behind it until it has been
/// waited for.
void reap_others(pid_t pid) {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 || info.si_pid == 0) return;
    if (info.si_pid == pid || children::contains(info.si_pid)) return;
    waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
  }
}

/// Only we stop, with the terminal as the shell expects it; the shell continues us.
void stop_for_terminal(HostTerminal& terminal, bool raw) {
  terminal.restore();
  ::kill(getpid(), SIGSTOP);
  if (raw) terminal.make_raw();
}

void handle_signal(const CaughtSignal& caught, const Supervised& what, HostTerminal& terminal) {
  const bool has_terminal = what.master >= 0;
  if (caught.number == SIGCHLD) {
    if (what.subreaper) reap_others(what.pid);
    return;
  }
  if (caught.from_terminal) return stop_for_terminal(terminal, has_terminal);
  if (caught.number == SIGWINCH && has_terminal) return terminal.copy_size(what.master);
  if (caught.number == SIGCONT && has_terminal) {
    terminal.make_raw();
    terminal.copy_size(what.master);
  }
  // ESRCH: it has just ended, and poll says so next.
  syscall(SYS_pidfd_send_signal, what.pidfd, caught.number, nullptr, 0);
}

/// Returns when the process has ended.
void forward(const Supervised& what, Watched& watched, SignalCatcher& signals, HostTerminal& terminal,
             TerminalPump& pump) {
  constexpr size_t kOwn = 3;
  pollfd entries[kOwn + TerminalPump::kEntries];
  for (;;) {
    entries[0] = {what.pidfd, POLLIN, 0};
    entries[1] = {signals.descriptor(), POLLIN, 0};
    entries[2] = {watched.descriptor(), POLLIN, 0};
    const int timeout = pump.prepare(entries + kOwn);
    if (::poll(entries, std::size(entries), timeout) == -1) {
      if (errno != EINTR) fail("poll", errno);
      continue;
    }
    CaughtSignal caught{};
    while (entries[1].revents != 0 && signals.next(caught)) handle_signal(caught, what, terminal);
    if ((entries[0].revents & POLLNVAL) != 0) fail("poll", EBADF);
    if (entries[2].revents != 0) watched.call();
    if (entries[0].revents != 0) return;
    pump.advance(entries + kOwn);
  }
}

/// The exit of our child, or of somebody else's once its parent has reaped it.
ExitStatus exit_of(int pidfd) {
  try {
    return reap(pidfd);
  } catch (const SystemFailure& failure) {
    if (failure.error != ECHILD) throw;
    const auto status = remembered_exit(pidfd);
    if (!status) throw;
    return *status;
  }
}

/// From holdSignals to the end of the program: what comes after the container's end must not stop us cleaning up.
std::unique_ptr<SignalCatcher> held;

Napi::Value hold_signals(const Call& call) {
  const bool children = call.argument(0, "children").flag();
  held.reset(new SignalCatcher(children));
  return {};
}

Napi::Value supervise(const Call& call) {
  const Argument request = call.argument(0, "request");
  const Supervised what{static_cast<pid_t>(request.member("pid").integer(1, INT32_MAX)),
                        request.member("pidfd").descriptor(), request.member("master").descriptor(true),
                        request.member("subreaper").flag()};
  Watched watched(request.member("watched"));
  {
    const std::unique_ptr<SignalCatcher> own(held ? nullptr : new SignalCatcher(what.subreaper));
    SignalCatcher& signals = held ? *held : *own;
    HostTerminal terminal(what.master >= 0);
    TerminalPump pump(what.master);
    if (what.master >= 0) {
      terminal.make_raw();
      terminal.copy_size(what.master);
    }
    // Those that ended before we listened.
    if (what.subreaper) reap_others(what.pid);
    forward(what, watched, signals, terminal, pump);
    pump.drain();
  }
  const ExitStatus status = exit_of(what.pidfd);
  if (what.subreaper) reap_others(what.pid);
  return exit_object(call.env(), status);
}

constexpr Export kExports[] = {{"holdSignals", hold_signals}, {"supervise", supervise}};

}  // namespace

void register_supervise(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
