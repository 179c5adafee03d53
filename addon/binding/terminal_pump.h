// Copying between our stdin and stdout and the master side of a container's terminal.
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>

namespace hoist {

/// Never blocks: the master is made non-blocking (nobody else has it), stdin and stdout, which others share, are used
/// only when poll(2) says so.
class TerminalPump {
 public:
  static constexpr size_t kEntries = 3;
  /// -1: nothing is copied.
  explicit TerminalPump(int master);

  /// What to wait for; returns the longest time to wait, in milliseconds, or -1.
  int prepare(pollfd* entries);
  void advance(const pollfd* entries);
  /// After the process has ended: copies what its terminal still holds. Ends at EIO (every other side is closed), when
  /// nothing comes for 200 ms (something still holds the terminal open), or after 1 MiB, more than a terminal's buffers
  /// hold.
  void drain();

 private:
  struct Buffer {
    std::array<char, 4096> bytes;  // what a pipe that is ready takes without blocking (PIPE_BUF)
    size_t start = 0;
    size_t end = 0;
    bool empty() const { return start == end; }
  };
  void read_input();
  void read_master();
  void write_master();
  void write_output();

  int master_;
  Buffer input_;
  Buffer output_;
  bool input_open_;
  bool output_open_ = true;
  bool hung_up_ = false;  ///< the master said EIO: nobody has the other side open at the moment
};

}  // namespace hoist
