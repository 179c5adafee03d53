// Catching signals for a foreground process.
#pragma once

#include <signal.h>

#include "common/unique_fd.h"

namespace hoist {

/// One caught signal.
struct CaughtSignal {
  int number;
  /// Sent by the kernel to a background process that touched its terminal (SIGTTIN, SIGTTOU): we have to stop, not the
  /// container.
  bool from_terminal;
};

/// While it lives, every signal that can be caught is written to a pipe; afterwards the old handlers are back. Not
/// signalfd(2): it wants the signals blocked, and the engine's other threads have them unblocked. Left alone: SIGKILL
/// and SIGSTOP; faults (ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS), which engines handle; SIGURG, as runc does; glibc's two;
/// and SIGPWR where a handler is there, because JavaScriptCore suspends threads with it. One at a time: throws EBUSY.
class SignalCatcher {
 public:
  /// SIGCHLD is caught only with `children`, and the engine's handler of it is called as well: it would miss children
  /// of its own.
  explicit SignalCatcher(bool children);
  ~SignalCatcher();
  SignalCatcher(const SignalCatcher&) = delete;
  SignalCatcher& operator=(const SignalCatcher&) = delete;

  /// Becomes readable.
  int descriptor() const { return reader_.get(); }
  /// False when nothing is left.
  bool next(CaughtSignal& caught);

 private:
  UniqueFd reader_;
  UniqueFd writer_;
  struct sigaction old_[65];
  bool changed_[65] = {};
};

}  // namespace hoist
