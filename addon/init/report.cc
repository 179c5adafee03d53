#include "init/report.h"

#include <asm/poll.h>
#include <linux/time_types.h>

#include "common/plan.h"
#include "init/kernel.h"
#include "init/path.h"

namespace hoist {
namespace {

constexpr int kClockMonotonic = 1;
constexpr uint64_t kNanoseconds = 1000000000;

uint64_t Now() {
  struct __kernel_timespec time = {};
  Call(__NR_clock_gettime, kClockMonotonic, &time);
  return static_cast<uint64_t>(time.tv_sec) * kNanoseconds + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

void Reporter::Begin(uint32_t op, bool trace) {
  op_ = op;
  text_length_ = 0;
  if (!trace) return;
  if (times_count_ == kMostTimes) FlushTrace();
  if (times_count_ == 0) times_first_ = op;
  times_[times_count_++] = Now();
}

void Reporter::Explain(const char* text, uint64_t length) {
  const uint64_t skipped = length > kMostText ? length - kMostText : 0;
  text_length_ = static_cast<uint32_t>(length - skipped);
  __builtin_memcpy(text_, text + skipped, text_length_);
}

void Reporter::Explain(const char* text) { Explain(text, Length(text)); }

void Reporter::ExplainHex(uint64_t value) {
  char text[24];
  Explain(text, FormatNumber(value, 16, text));
}

long Reporter::SendPacket(const Packet& packet, const void* text, int descriptor) {
  IoVector vectors[2] = {{const_cast<Packet*>(&packet), sizeof(packet)}, {const_cast<void*>(text), packet.length}};
  ControlMessage<1> control = {kControlHead + sizeof(int), kSolSocket, kScmRights, {descriptor}};
  MessageHeader message = {};
  message.vectors = vectors;
  message.vector_count = 2;
  if (descriptor >= 0) {
    message.control = &control;
    message.control_length = sizeof(control);
  }
  long sent = -EINTR;
  while (sent == -EINTR) sent = Call(__NR_sendmsg, socket_.get(), &message, kMsgNoSignal);
  return sent;
}

Result Reporter::Send(uint32_t type, uint32_t value, int descriptor) {
  const Packet packet = {type, op_, value, 0, 0, 0};
  const long sent = SendPacket(packet, nullptr, descriptor);
  if (sent == -EPIPE || sent == -ECONNRESET) Exit(1);
  return Checked(sent, Step::kSendmsg);
}

void Reporter::Warn(const Result& result) {
  // Once the socket is closed nobody hears a warning, and the fifo carries nothing but the failure.
  if (!socket_.valid()) return;
  const Packet packet = {
      plan::kMessageWarning, op_, 0, static_cast<uint32_t>(result.error), static_cast<uint32_t>(result.step),
      text_length_};
  SendPacket(packet, text_, -1);
}

void Reporter::Fail(const Result& result) {
  FlushTrace();
  const Packet packet = {
      plan::kMessageFailed, op_, 0, static_cast<uint32_t>(result.error), static_cast<uint32_t>(result.step),
      text_length_};
  if (socket_.valid()) {
    SendPacket(packet, text_, -1);
  } else if (fifo_.valid()) {
    // One write, below PIPE_BUF: `start` gets it whole or not at all.
    IoVector vectors[2] = {{const_cast<Packet*>(&packet), sizeof(packet)}, {text_, text_length_}};
    Call(__NR_writev, fifo_.get(), vectors, 2);
  }
  Exit(1);
}

void Reporter::FlushTrace() {
  const uint32_t length = times_count_ * static_cast<uint32_t>(sizeof(times_[0]));
  // Once the socket is closed nobody asks for them.
  if (length > 0 && socket_.valid()) {
    SendPacket(Packet{plan::kMessageTrace, times_first_, 0, 0, 0, length}, times_, -1);
  }
  times_count_ = 0;
}

bool Reporter::ParentIsGone() const {
  if (!socket_.valid()) return false;
  struct pollfd poll = {socket_.get(), 0, 0};
  struct __kernel_timespec none = {};
  return Call(__NR_ppoll, &poll, 1, &none, nullptr, 0) == 1 && (poll.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace hoist
