// The points where hoist-init and its parent meet.
#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

/// struct cmsghdr with as many descriptors as the kernel's hierarchies can ask for.
struct ManyDescriptors {
  ControlMessage first;
  int32_t more[30];
};

/// How many descriptors came; they lie one after another from `control.first.descriptor` on.
uint32_t CountOf(const ManyDescriptors& control, const MessageHeader& message) {
  const ControlMessage& header = control.first;
  if (message.control_length < kControlLength || header.level != kSolSocket || header.type != kScmRights) return 0;
  return static_cast<uint32_t>((header.length - (kControlLength - sizeof(int32_t))) / sizeof(int32_t));
}

/// Joins cgroups of v1: each descriptor is a `tasks` file that the parent opened, so its rights count. A process that
/// moves itself need not wait until the kernel has looked at every other one (an RCU grace period: 4 to 9 ms for a
/// write of our pid by the parent).
Result Join(const int32_t* descriptors, uint32_t count) {
  Result result = kOk;
  for (uint32_t i = 0; i < count; ++i) {
    const Descriptor door(descriptors[i]);
    const Result written = Checked(Call(__NR_write, door.get(), "0", 1), Step::kWrite);
    if (result.ok()) result = written;
  }
  return result;
}

/// Waits for the order to go on from `point`. A parent that is gone ends this process.
Result AwaitGo(Context& context, uint32_t point) {
  Packet packet = {};
  IoVector vector = {&packet, sizeof(packet)};
  ManyDescriptors control = {};
  MessageHeader message = {};
  message.vectors = &vector;
  message.vector_count = 1;
  message.control = &control;
  message.control_length = sizeof(control);
  long received = -EINTR;
  while (received == -EINTR) received = Call(__NR_recvmsg, context.reporter.socket(), &message, kMsgCmsgCloexec);
  if (received == 0 || received == -ECONNRESET) Exit(1);
  HOIST_TRY(Checked(received, Step::kRecvmsg));
  const bool whole = received == sizeof(packet) && (message.flags & (kMsgTruncated | kMsgControlTruncated)) == 0;
  if (!whole || packet.type != plan::kOrderGo || packet.value != point) return Result{Step::kRecvmsg, EPROTO};
  const uint32_t count = CountOf(control, message);
  const int32_t* descriptors = &control.first.descriptor;
  if (point == plan::kSyncPointCgroup) return Join(descriptors, count);
  if (count > 0) context.state.Reset(descriptors[0]);
  return kOk;
}

}  // namespace

Result Perform(Context& context, const plan::Sync& operation) {
  const auto point = static_cast<uint32_t>(operation.point);
  if ((operation.how & plan::kSyncHowNotify) != 0) HOIST_TRY(context.reporter.Send(plan::kMessageReached, point, -1));
  if ((operation.how & plan::kSyncHowWait) == 0) return kOk;
  context.reporter.FlushTrace();
  HOIST_TRY(AwaitGo(context, point));
  // The parent has saved the state: whoever kills it from now on finds us there.
  return point == plan::kSyncPointReady ? context.Release() : kOk;
}

}  // namespace hoist
