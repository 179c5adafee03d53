// Who the process is: ids, groups, capabilities, the session keyring.
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>

#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

constexpr uint32_t kMostGroups = 65536;  // NGROUPS_MAX
constexpr uint64_t kMostId = 0xfffffffe;
constexpr int kCapabilities = 64;
/// "Possessor's" rights of keyctl_setperm(3): the owner, or everybody, may search the keyring.
constexpr uint32_t kUserSearch = 0x00080000;
constexpr uint32_t kOtherSearch = 0x00000008;

bool HasBit(uint64_t mask, int bit) { return ((mask >> bit) & 1) != 0; }

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

/// True when this birth has made or joined a user namespace.
bool HasUserNamespace(const Context& context) {
  const uint8_t* at = context.plan + plan::kHeaderSize;
  for (uint32_t i = 0; i < context.header.count; ++i) {
    const plan::Operation operation = plan::ReadOperation(at);
    at += operation.size;
    plan::Cursor cursor(operation.fields);
    int64_t flags = 0;
    if (operation.kind == plan::Kind::kJoin) flags = plan::Join::Read(cursor).type;
    if (operation.kind == plan::Kind::kClone) flags = plan::Clone::Read(cursor).flags;
    if (operation.kind == plan::Kind::kUnshare) flags = plan::Unshare::Read(cursor).flags;
    if ((flags & int64_t{CLONE_NEWUSER}) != 0) return true;
  }
  return false;
}

/// The rights of a keyring: the fourth word of `keyring;uid;gid;3f010000;name`.
bool ParseRights(const char* text, uint32_t length, uint32_t* rights) {
  uint32_t semicolons = 0;
  *rights = 0;
  uint32_t i = 0;
  while (i < length && semicolons < 3) semicolons += text[i++] == ';' ? 1 : 0;
  uint32_t digits = 0;
  for (; i < length && text[i] != ';'; ++i, ++digits) {
    const char c = text[i];
    const bool is_number = c >= '0' && c <= '9';
    if (!is_number && (c < 'a' || c > 'f')) return false;
    *rights = *rights * 16 + static_cast<uint32_t>(is_number ? c - '0' : c - 'a' + 10);
  }
  return digits > 0 && digits <= 8;
}

}  // namespace

Result Perform(Context& context, const plan::Keyring& operation) {
  const long key = Call(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, operation.name.data);
  HOIST_TRY(Checked(key, Step::kKeyctl));
  char description[512] = {};
  const long length = Call(__NR_keyctl, KEYCTL_DESCRIBE, key, description, sizeof(description));
  HOIST_TRY(Checked(length, Step::kKeyctl));
  const auto used =
      static_cast<uint32_t>(length < static_cast<long>(sizeof(description)) ? length : sizeof(description));
  uint32_t rights = 0;
  if (!ParseRights(description, used, &rights)) return Result{Step::kKeyctl, EPROTO};
  // In a user namespace the owner of the keyring is somebody else.
  rights |= HasUserNamespace(context) ? kOtherSearch : kUserSearch;
  return Checked(Call(__NR_keyctl, KEYCTL_SETPERM, key, rights), Step::kKeyctl);
}

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
