// Who the process is: user and groups.
#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

constexpr uint32_t kMostGroups = 65536;  // NGROUPS_MAX
constexpr uint64_t kMostId = 0xfffffffe;

/// Ids are 0 to 2^32-2: -1 means "leave it" to the kernel (CVE-2024-40635 and its kin).
bool IsId(int64_t id) { return id >= 0 && static_cast<uint64_t>(id) <= kMostId; }

Result SetGroups(const plan::Ints& groups) {
  if (groups.count > kMostGroups) return Result{Step::kSetgroups, EINVAL};
  uint32_t* list = nullptr;
  if (groups.count > 0) {
    list = static_cast<uint32_t*>(Allocate(uint64_t{groups.count} * sizeof(uint32_t)));
    if (list == nullptr) return Result{Step::kMmap, ENOMEM};
  }
  for (uint32_t i = 0; i < groups.count; ++i) {
    if (!IsId(groups[i])) return Result{Step::kSetgroups, EINVAL};
    list[i] = static_cast<uint32_t>(groups[i]);
  }
  return Checked(Call(__NR_setgroups, groups.count, list), Step::kSetgroups);
}

}  // namespace

Result Perform(Context& context, const plan::User& operation) {
  if (!IsId(operation.uid)) return Result{Step::kSetresuid, EINVAL};
  if (!IsId(operation.gid)) return Result{Step::kSetresgid, EINVAL};
  const auto uid = static_cast<uint32_t>(operation.uid);
  const auto gid = static_cast<uint32_t>(operation.gid);
  if ((operation.how & plan::kUserHowKeepGroups) == 0) HOIST_TRY(SetGroups(operation.groups));
  HOIST_TRY(Checked(Call(__NR_setresgid, gid, gid, gid), Step::kSetresgid));
  HOIST_TRY(Checked(Call(__NR_setresuid, uid, uid, uid), Step::kSetresuid));
  return context.Guard();
}

}  // namespace hoist
