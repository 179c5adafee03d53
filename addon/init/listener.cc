// Seccomp notify: the filter's listener is a descriptor that only the process under the filter gets, and from then on
// it may do nothing but what the filter allows: not even send the descriptor to somebody. So a second thread, which the
// filter does not touch, waits beside it, sends the descriptor to the parent and ends.
#include <linux/time_types.h>

#include "common/clone.h"
#include "init/kernel.h"
#include "init/perform.h"
#include "init/security.h"

namespace hoist {
namespace {

constexpr uint64_t kStackSize = 16384;
constexpr long kPending = -4096;  // no system call answers this
constexpr long long kPauseNanoseconds = 20000;
/// Rounds of waiting for a thread that has little to do, about a second of this one's own time on a processor, before
/// the processor is offered to it.
constexpr uint32_t kPatience = 1 << 30;
constexpr uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

/// Between the two threads. Neither may make a system call to wait for the other: the filter may forbid any.
struct Handover {
  Reporter* reporter = nullptr;
  /// Of seccomp(2), once it is there.
  long answer = kPending;
  Result sent = kOk;
  uint32_t done = 0;
};

/// The second thread.
void Carry(void* argument) {
  auto* handover = static_cast<Handover*>(argument);
  const struct __kernel_timespec pause = {0, kPauseNanoseconds};
  long answer = kPending;
  while ((answer = __atomic_load_n(&handover->answer, __ATOMIC_ACQUIRE)) == kPending) {
    Call(__NR_nanosleep, &pause, nullptr);
  }
  if (answer >= 0) {
    handover->sent = handover->reporter->Send(plan::kMessageListener, 0, static_cast<int>(answer));
    // Of both threads: a process must not answer for itself.
    Call(__NR_close, static_cast<int>(answer));
  }
  __atomic_store_n(&handover->done, 1, __ATOMIC_RELEASE);
  for (;;) Call(__NR_exit, 0);
}

}  // namespace

Result LoadFilterWithListener(Context& context, const plan::Seccomp& operation) {
  // While that needs no permission.
  context.reporter.FlushTrace();
  HOIST_TRY(context.Release());
  PrepareToWait(context);
  void* stack = Allocate(kStackSize);
  if (stack == nullptr) return Result{Step::kMmap, ENOMEM};
  Handover handover;
  handover.reporter = &context.reporter;
  struct clone_args clone = {};
  clone.flags = kThread;
  clone.stack = reinterpret_cast<uint64_t>(stack);
  clone.stack_size = kStackSize;
  HOIST_TRY(Checked(CloneOntoStack(&clone, Carry, &handover), Step::kClone3));
  long answer = 0;
  const Result loaded = LoadFilter(operation, &answer);
  __atomic_store_n(&handover.answer, loaded.ok() ? answer : -EINVAL, __ATOMIC_RELEASE);
  // Not by a futex, which the filter may forbid. Should the other thread wait for this very processor (SCHED_FIFO)
  // there is nothing left but to ask.
  for (uint32_t round = 0; __atomic_load_n(&handover.done, __ATOMIC_ACQUIRE) == 0; ++round) {
    if (round > kPatience) Call(__NR_sched_yield);
  }
  return loaded.ok() ? handover.sent : loaded;
}

}  // namespace hoist
