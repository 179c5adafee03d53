// The points where hoist-init and its parent meet.
#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

/// More hierarchies than the kernel has controllers.
constexpr uint32_t kMostDescriptors = 32;

/// The descriptors that come with an order.
struct Received {
  Descriptor descriptors[kMostDescriptors];
  uint32_t count = 0;
  /// What the packet says of them.
  uint32_t which = 0;
};

/// Waits for an order. A parent that is gone ends this process.
Result Await(Context& context, uint32_t order, uint32_t value, Received* out) {
  Packet packet = {};
  IoVector vector = {&packet, sizeof(packet)};
  ControlMessage<kMostDescriptors> control = {};
  MessageHeader message = {};
  message.vectors = &vector;
  message.vector_count = 1;
  message.control = &control;
  message.control_length = sizeof(control);
  long received = -EINTR;
  while (received == -EINTR) received = Call(__NR_recvmsg, context.reporter.socket(), &message, kMsgCmsgCloexec);
  if (received == 0 || received == -ECONNRESET) Exit(1);
  HOIST_TRY(Checked(received, Step::kRecvmsg));
  if (message.control_length >= kControlHead && control.level == kSolSocket && control.type == kScmRights) {
    for (uint64_t at = kControlHead; at + sizeof(int) <= control.length; at += sizeof(int)) {
      out->descriptors[out->count].Reset(control.descriptors[out->count]);
      ++out->count;
    }
  }
  out->which = packet.op;
  const bool whole = received == sizeof(packet) && (message.flags & (kMsgTruncated | kMsgControlTruncated)) == 0;
  const bool expected = packet.type == order && packet.value == value;
  return whole && expected ? kOk : Result{Step::kRecvmsg, EPROTO};
}

/// Enters cgroups of v1: each descriptor is a `tasks` file that the parent has opened, and its rights count. A process
/// that moves itself need not wait until the kernel has looked at every other one (an RCU grace period: 4 to 9 ms for a
/// write of our pid by the parent).
Result EnterCgroups(const Received& doors) {
  for (uint32_t i = 0; i < doors.count; ++i) {
    HOIST_TRY(Checked(Call(__NR_write, doors.descriptors[i].get(), "0", 1), Step::kWrite));
  }
  return kOk;
}

}  // namespace

Result Perform(Context& context, const plan::Sync& operation) {
  const auto point = static_cast<uint32_t>(operation.point);
  // Before the parent hears of it: one that answers and ends at once must not take us along (seen: 1 create of 500).
  // One that ends without an answer ends us by its socket.
  if (point == plan::kSyncPointReady) HOIST_TRY(context.Release());
  // And before anybody can take the container for created, and send it a signal.
  if (point == plan::kSyncPointReady) HeedSignals();
  if ((operation.how & plan::kSyncHowNotify) != 0) HOIST_TRY(context.reporter.Send(plan::kMessageReached, point, -1));
  if ((operation.how & plan::kSyncHowWait) == 0) return kOk;
  context.reporter.FlushTrace();
  Received received;
  HOIST_TRY(Await(context, plan::kOrderGo, point, &received));
  if (point == plan::kSyncPointCgroup) return EnterCgroups(received);
  if (received.count > 0) context.state = static_cast<Descriptor&&>(received.descriptors[0]);
  uint32_t next = 1;
  for (uint32_t i = 0; i < 2 && next < received.count; ++i) {
    if ((received.which & (1u << i)) != 0) {
      context.hook_outputs[i] = static_cast<Descriptor&&>(received.descriptors[next]);
      ++next;
    }
  }
  return kOk;
}

Result Perform(Context& context, const plan::More&) {
  Received received;
  HOIST_TRY(Await(context, plan::kOrderPlan, 0, &received));
  if (received.count != 1) return Result{Step::kRecvmsg, EPROTO};
  context.next_plan = static_cast<Descriptor&&>(received.descriptors[0]);
  return kOk;
}

}  // namespace hoist
