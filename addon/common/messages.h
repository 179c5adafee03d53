// The packets between hoist-init and its parent, both ways, over one SOCK_SEQPACKET socket. The types are in
// src/plan/operations.ts (MESSAGES, ORDERS). Descriptors travel beside a packet as SCM_RIGHTS.
#ifndef HOIST_COMMON_MESSAGES_H_
#define HOIST_COMMON_MESSAGES_H_

#include <stdint.h>

namespace hoist {

/// The head of a packet; `length` bytes of text follow. Little endian, like every machine this runs on.
struct Packet {
  uint32_t type;
  uint32_t op;
  uint32_t value;
  uint32_t error;
  uint32_t step;
  uint32_t length;
};
static_assert(sizeof(Packet) == 24, "the packet head has no padding");

/// Longest text of a packet: below PIPE_BUF with the head, so that a failure is one write to the exec fifo as well.
constexpr uint32_t kMostText = 2048;

}  // namespace hoist

#endif  // HOIST_COMMON_MESSAGES_H_
