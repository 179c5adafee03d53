// What the process may do: its five sets of capabilities (capabilities(7)).
#include <linux/capability.h>
#include <linux/prctl.h>

#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

constexpr int kCapabilities = 64;

bool HasBit(uint64_t mask, int bit) { return ((mask >> bit) & 1) != 0; }

struct CapabilitySets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

Result GetCapabilities(CapabilitySets* sets) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {};
  HOIST_TRY(Checked(Call(__NR_capget, &header, data), Step::kCapset));
  sets->effective = data[0].effective | (uint64_t{data[1].effective} << 32);
  sets->permitted = data[0].permitted | (uint64_t{data[1].permitted} << 32);
  sets->inheritable = data[0].inheritable | (uint64_t{data[1].inheritable} << 32);
  return kOk;
}

Result SetCapabilities(const CapabilitySets& sets) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {};
  for (int i = 0; i < 2; ++i) {
    data[i].effective = static_cast<uint32_t>(sets.effective >> (32 * i));
    data[i].permitted = static_cast<uint32_t>(sets.permitted >> (32 * i));
    data[i].inheritable = static_cast<uint32_t>(sets.inheritable >> (32 * i));
  }
  return Checked(Call(__NR_capset, &header, data), Step::kCapset);
}

/// Warns with the capabilities in question as a hexadecimal mask.
void WarnOf(Context& context, Step step, uint64_t mask) {
  if (mask == 0) return;
  context.reporter.ExplainHex(mask);
  context.reporter.Warn(Result{step, EPERM});
}

void RaiseAmbient(Context& context, uint64_t wanted) {
  Call(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  uint64_t refused = 0;
  for (int i = 0; i < kCapabilities; ++i) {
    if (!HasBit(wanted, i)) continue;
    if (Call(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0) refused |= uint64_t{1} << i;
  }
  WarnOf(context, Step::kPrctl, refused);
}

}  // namespace

Result Perform(Context& context, const plan::Bounding& operation) {
  context.bounding = static_cast<uint64_t>(operation.mask);
  for (int i = 0; i < kCapabilities; ++i) {
    if (HasBit(context.bounding, i)) continue;
    const long dropped = Call(__NR_prctl, PR_CAPBSET_DROP, i, 0, 0, 0);
    // The kernel knows no more capabilities than this.
    if (dropped == -EINVAL) break;
    if (dropped == -EPERM && Call(__NR_prctl, PR_CAPBSET_READ, i, 0, 0, 0) == 0) continue;
    HOIST_TRY(Checked(dropped, Step::kPrctl));
  }
  return Checked(Call(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0), Step::kPrctl);
}

Result Perform(Context& context, const plan::Capabilities& operation) {
  CapabilitySets held = {};
  HOIST_TRY(GetCapabilities(&held));
  const auto effective = static_cast<uint64_t>(operation.effective);
  const auto permitted = static_cast<uint64_t>(operation.permitted);
  const auto inheritable = static_cast<uint64_t>(operation.inheritable);
  // What cannot be granted is left out, with a warning (config.md, Linux Process). Never more inheritable ones than
  // asked for (CVE-2022-29162).
  const uint64_t available = held.permitted;
  CapabilitySets sets = {};
  sets.permitted = permitted & available;
  sets.effective = effective & sets.permitted;
  sets.inheritable = inheritable & available & context.bounding;
  HOIST_TRY(SetCapabilities(sets));
  const uint64_t missing =
      (effective & ~sets.effective) | (permitted & ~sets.permitted) | (inheritable & ~sets.inheritable);
  WarnOf(context, Step::kCapset, missing);
  RaiseAmbient(context, static_cast<uint64_t>(operation.ambient));
  return context.Guard();
}

}  // namespace hoist
