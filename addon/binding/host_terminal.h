// The terminal that the person in front of `run` and `exec` sits at.
#pragma once

#include <termios.h>

#include "common/unique_fd.h"

namespace hoist {

/// Raw mode while it lives, the old settings afterwards. Without any terminal all functions do nothing.
class HostTerminal {
 public:
  /// Takes the first of stderr, stdout and stdin that is a terminal, else /dev/tty, as runc does.
  /// Does nothing at all unless `wanted`.
  explicit HostTerminal(bool wanted);
  ~HostTerminal() { restore(); }
  HostTerminal(const HostTerminal&) = delete;
  HostTerminal& operator=(const HostTerminal&) = delete;

  void make_raw();
  void restore();
  /// Gives the container's terminal our size.
  void copy_size(int master) const;

 private:
  UniqueFd opened_;
  int descriptor_ = -1;
  termios original_{};
  bool raw_ = false;
};

}  // namespace hoist
