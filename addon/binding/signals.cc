#include "binding/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

/// Where the handler writes; -1 when nothing is caught.
std::atomic<int> target{-1};
static_assert(std::atomic<int>::is_always_lock_free);

/// The engine's disposition of SIGCHLD. Written while nothing is caught.
struct sigaction engine_child {};

void call_engine(int number, siginfo_t* info, void* context) {
  if ((engine_child.sa_flags & SA_SIGINFO) != 0) {
    engine_child.sa_sigaction(number, info, context);
  } else if (engine_child.sa_handler != SIG_DFL && engine_child.sa_handler != SIG_IGN) {
    engine_child.sa_handler(number);
  }
}

void handle(int number, siginfo_t* info, void* context) {
  const int saved = errno;
  const bool terminal = (number == SIGTTIN || number == SIGTTOU) && info->si_code == SI_KERNEL;
  // A SIGPIPE that our own write raised says nothing to the container: the write fails as well.
  const bool own = number == SIGPIPE && info->si_pid == getpid();
  const auto byte = static_cast<unsigned char>(number | (terminal ? 0x80 : 0));
  if (!own && ::write(target.load(std::memory_order_relaxed), &byte, 1) == -1) {
    // The pipe is full: thousands of signals wait already.
  }
  if (number == SIGCHLD) call_engine(number, info, context);
  errno = saved;
}

bool is_caught(int number) {
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS:
    case SIGURG:
      return false;
    case SIGPWR: {
      struct sigaction now;
      return sigaction(number, nullptr, &now) == 0 && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN);
    }
    default:
      return number < 32 || number >= SIGRTMIN;
  }
}

}  // namespace

SignalCatcher::SignalCatcher(bool children) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK) == -1) fail("pipe2", errno);
  reader_.reset(pipe[0]);
  writer_.reset(pipe[1]);
  int none = -1;
  if (!target.compare_exchange_strong(none, writer_.get())) {
    fail("supervise", EBUSY, {}, "another process is being supervised");
  }
  sigaction(SIGCHLD, nullptr, &engine_child);
  for (int number = 1; number <= 64; ++number) {
    if (!is_caught(number) || (number == SIGCHLD && !children)) continue;
    struct sigaction action {};
    action.sa_sigaction = handle;
    // Not restarted: a background process's access to its terminal raises the signal anew at each restart, for ever.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | (number == SIGTTIN || number == SIGTTOU ? 0 : SA_RESTART);
    sigfillset(&action.sa_mask);
    changed_[number] = sigaction(number, &action, &old_[number]) == 0;
  }
}

SignalCatcher::~SignalCatcher() {
  for (int number = 1; number <= 64; ++number) {
    if (changed_[number]) sigaction(number, &old_[number], nullptr);
  }
  target.store(-1);
}

bool SignalCatcher::next(CaughtSignal& caught) {
  unsigned char byte = 0;
  if (retry([&] { return ::read(reader_.get(), &byte, 1); }) != 1) return false;
  caught = {byte & 0x7f, (byte & 0x80) != 0};
  return true;
}

}  // namespace hoist
