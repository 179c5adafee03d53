#include "binding/host_terminal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

/// A background process that changes its terminal is stopped by SIGTTOU unless it blocks the signal: we must never
/// leave a raw terminal behind.
int set_attributes(int terminal, const termios& settings) {
  sigset_t block, old;
  sigemptyset(&block);
  sigaddset(&block, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &block, &old);
  const int result = retry([&] { return tcsetattr(terminal, TCSANOW, &settings); });
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  errno = error;
  return result;
}

}  // namespace

HostTerminal::HostTerminal(bool wanted) {
  if (!wanted) return;
  for (const int standard : {STDERR_FILENO, STDOUT_FILENO, STDIN_FILENO}) {
    if (isatty(standard) == 1) {
      descriptor_ = standard;
      return;
    }
  }
  opened_.reset(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  descriptor_ = opened_.get();
}

void HostTerminal::make_raw() {
  if (descriptor_ < 0) return;
  // In the background the terminal is somebody else's; SIGCONT comes when the shell hands it over.
  const pid_t foreground = tcgetpgrp(descriptor_);
  if (foreground > 0 && foreground != getpgrp()) return;
  if (!raw_ && tcgetattr(descriptor_, &original_) == -1) fail("tcgetattr", errno);
  termios settings = original_;
  cfmakeraw(&settings);
  settings.c_oflag |= OPOST;  // the container's terminal has ONLCR cleared, so ours has to add the carriage return
  if (set_attributes(descriptor_, settings) == -1) fail("tcsetattr", errno);
  raw_ = true;
}

void HostTerminal::restore() {
  if (raw_) set_attributes(descriptor_, original_);
  raw_ = false;
}

void HostTerminal::copy_size(int master) const {
  winsize size{};
  if (descriptor_ >= 0 && ioctl(descriptor_, TIOCGWINSZ, &size) == 0) ioctl(master, TIOCSWINSZ, &size);
}

}  // namespace hoist
