// What hoist-init tells its parent: packets over the socket and, once the socket is closed, a last failure into the
// exec fifo.
#ifndef HOIST_INIT_REPORT_H_
#define HOIST_INIT_REPORT_H_

#include <stdint.h>

#include "common/messages.h"
#include "init/descriptor.h"

namespace hoist {

class Reporter {
 public:
  void UseSocket(int socket) { socket_.Reset(socket); }
  /// Closes the socket: for the parent this birth is over.
  void CloseSocket() { socket_.Reset(-1); }
  /// Failures go into the exec fifo from now on.
  void UseFifo(Descriptor&& fifo) { fifo_ = static_cast<Descriptor&&>(fifo); }
  int socket() const { return socket_.get(); }
  /// The descriptor that must stay open until execve has succeeded, or -1.
  int channel() const { return socket_.valid() ? socket_.get() : fifo_.get(); }

  /// A new operation begins: forgets the text of the last one, and notes the time when tracing.
  void Begin(uint32_t op, bool trace);
  uint32_t op() const { return op_; }

  /// Text that explains the failure of this operation; the last kMostText bytes of it are kept.
  void Explain(const char* text, uint64_t length);
  void Explain(const char* text);
  void ExplainHex(uint64_t value);

  /// Sends a packet about the current operation, with a descriptor unless it is negative. Ends the process when the
  /// parent is gone.
  Result Send(uint32_t type, uint32_t value, int descriptor);
  /// A tolerated failure, with the text of Explain.
  void Warn(const Result& result);
  /// The failure that ends this process.
  [[noreturn]] void Fail(const Result& result);
  /// Sends the times noted so far.
  void FlushTrace();
  /// The socket is there, but nobody at its other end.
  bool ParentIsGone() const;

 private:
  static constexpr uint32_t kMostTimes = 64;

  long SendPacket(const Packet& packet, const void* text, int descriptor);

  Descriptor socket_;
  Descriptor fifo_;
  uint32_t op_ = 0;
  uint32_t text_length_ = 0;
  uint32_t times_first_ = 0;
  uint32_t times_count_ = 0;
  uint64_t times_[kMostTimes] = {};
  char text_[kMostText] = {};
};

}  // namespace hoist

#endif  // HOIST_INIT_REPORT_H_
