#include "binding/terminal_pump.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr int kReopenMs = 50;  // how soon to look again at a terminal that nobody has open
constexpr int kQuietMs = 200;
constexpr size_t kMostLeft = 1 << 20;

enum Entry { kMaster, kInput, kOutput };

bool again(ssize_t result) { return result == -1 && (errno == EAGAIN || errno == EINTR); }

}  // namespace

TerminalPump::TerminalPump(int master) : master_(master), input_open_(master >= 0) {
  if (master_ < 0) return;
  const int flags = fcntl(master_, F_GETFL);
  if (flags == -1 || fcntl(master_, F_SETFL, flags | O_NONBLOCK) == -1) fail("fcntl", errno);
}

int TerminalPump::prepare(pollfd* entries) {
  for (size_t i = 0; i < kEntries; ++i) entries[i] = {-1, 0, 0};
  if (master_ < 0) return -1;
  const bool read_more = output_.empty();
  const short events = static_cast<short>((read_more ? POLLIN : 0) | (input_.empty() ? 0 : POLLOUT));
  // poll reports a hang-up whether asked or not: a terminal that nobody has open is looked at from time to time only.
  if (events != 0 && !hung_up_) entries[kMaster] = {master_, events, 0};
  if (input_open_ && input_.empty()) entries[kInput] = {STDIN_FILENO, POLLIN, 0};
  if (!output_.empty()) entries[kOutput] = {STDOUT_FILENO, POLLOUT, 0};
  return hung_up_ ? kReopenMs : -1;
}

void TerminalPump::advance(const pollfd* entries) {
  if (master_ < 0) return;
  if (entries[kInput].revents != 0) read_input();
  if (entries[kOutput].revents != 0) write_output();
  const bool look = hung_up_ || entries[kMaster].revents != 0;
  hung_up_ = false;
  if (look && output_.empty()) read_master();
  if (look && !input_.empty()) write_master();
}

void TerminalPump::read_input() {
  const ssize_t got = ::read(STDIN_FILENO, input_.bytes.data(), input_.bytes.size());
  if (again(got)) return;
  input_.start = 0;
  input_.end = got > 0 ? static_cast<size_t>(got) : 0;
  if (got <= 0) input_open_ = false;
}

void TerminalPump::read_master() {
  const ssize_t got = ::read(master_, output_.bytes.data(), output_.bytes.size());
  if (again(got)) return;
  output_.start = 0;
  output_.end = got > 0 ? static_cast<size_t>(got) : 0;
  if (got <= 0) hung_up_ = true;
  // Where nobody reads our output any more the container goes on, as it would with a pipe to a program that ignores its
  // input.
  if (!output_open_) output_.end = 0;
}

void TerminalPump::write_master() {
  const ssize_t put = ::write(master_, input_.bytes.data() + input_.start, input_.end - input_.start);
  if (again(put)) return;
  input_.start = put > 0 ? input_.start + static_cast<size_t>(put) : input_.end;
}

void TerminalPump::write_output() {
  const ssize_t put = ::write(STDOUT_FILENO, output_.bytes.data() + output_.start, output_.end - output_.start);
  if (again(put)) return;
  output_open_ = put > 0;
  output_.start = put > 0 ? output_.start + static_cast<size_t>(put) : output_.end;
}

void TerminalPump::drain() {
  if (master_ < 0) return;
  for (size_t copied = 0; copied < kMostLeft;) {
    while (!output_.empty()) {
      pollfd ready{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&ready, 1, -1);  // whatever it says, the write knows better
      write_output();
    }
    if (!wait_for(master_, POLLIN, kQuietMs, "poll")) return;
    hung_up_ = false;
    read_master();
    if (hung_up_) return;
    copied += output_.end;
  }
}

}  // namespace hoist
