// When and where the process runs, and how much it may use.
#include <linux/sched/types.h>

#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

constexpr int kIoPriorityProcess = 1;  // IOPRIO_WHO_PROCESS
constexpr uint32_t kProcessorBytes = 1024;
constexpr uint32_t kMostNodeWords = 16;  // MAX_NUMNODES of any kernel: 1024

/// struct rlimit64
struct Limits {
  uint64_t soft;
  uint64_t hard;
};

}  // namespace

Result Perform(Context&, const plan::Limit& operation) {
  const Limits limits = {static_cast<uint64_t>(operation.soft), static_cast<uint64_t>(operation.hard)};
  return Checked(Call(__NR_prlimit64, 0, operation.resource, &limits, nullptr), Step::kPrlimit);
}

Result Perform(Context&, const plan::Scheduler& operation) {
  struct sched_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.sched_policy = static_cast<uint32_t>(operation.policy);
  attributes.sched_flags = static_cast<uint64_t>(operation.flags);
  attributes.sched_nice = static_cast<int32_t>(operation.nice);
  attributes.sched_priority = static_cast<uint32_t>(operation.priority);
  attributes.sched_runtime = static_cast<uint64_t>(operation.runtime);
  attributes.sched_deadline = static_cast<uint64_t>(operation.deadline);
  attributes.sched_period = static_cast<uint64_t>(operation.period);
  return Checked(Call(__NR_sched_setattr, 0, &attributes, 0), Step::kSchedSetattr);
}

Result Perform(Context&, const plan::IoPriority& operation) {
  return Checked(Call(__NR_ioprio_set, kIoPriorityProcess, 0, operation.value), Step::kIoprioSet);
}

Result Perform(Context&, const plan::Personality& operation) {
  return Checked(Call(__NR_personality, operation.value), Step::kPersonality);
}

Result Perform(Context&, const plan::MemoryPolicy& operation) {
  if (operation.nodes.count > kMostNodeWords) return Result{Step::kSetMempolicy, EINVAL};
  uint64_t nodes[kMostNodeWords];
  for (uint32_t i = 0; i < operation.nodes.count; ++i) nodes[i] = static_cast<uint64_t>(operation.nodes[i]);
  // The kernel counts one bit less than it is told.
  const uint32_t bits = operation.nodes.count == 0 ? 0 : operation.nodes.count * 64 + 1;
  return Checked(Call(__NR_set_mempolicy, operation.mode, bits == 0 ? nullptr : nodes, bits), Step::kSetMempolicy);
}

Result Perform(Context&, const plan::Affinity&) {
  // More processors than any kernel has: it keeps those that the cpuset allows.
  uint8_t processors[kProcessorBytes];
  __builtin_memset(processors, 0xff, sizeof(processors));
  return Checked(Call(__NR_sched_setaffinity, 0, sizeof(processors), processors), Step::kSchedSetaffinity);
}

Result Perform(Context&, const plan::Pin& operation) {
  return Checked(Call(__NR_sched_setaffinity, 0, operation.mask.length, operation.mask.data), Step::kSchedSetaffinity);
}

}  // namespace hoist
