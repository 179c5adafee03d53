// The session keyring of the container (keyrings(7)).
#include <linux/keyctl.h>

#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

/// Rights of keyctl_setperm(3): the owner, or everybody, may search the keyring.
constexpr uint32_t kUserSearch = 0x00080000;
constexpr uint32_t kOtherSearch = 0x00000008;

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

/// The owner of a keyring: the second word of `keyring;uid;gid;3f010000;name`.
bool ParseOwner(const char* text, uint32_t length, uint64_t* owner) {
  uint32_t start = 0;
  while (start < length && text[start] != ';') ++start;
  uint32_t end = ++start;
  while (end < length && text[end] != ';') ++end;
  return end < length && ParseNumber(text + start, end - start, ~uint32_t{0}, owner);
}

/// The rights of a keyring: the fourth word.
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
  // Anybody may have made one of this name and let all others search it: the container's keys would be theirs to use.
  uint64_t owner = 0;
  if (!ParseOwner(description, used, &owner) || owner != static_cast<uint64_t>(Call(__NR_geteuid))) {
    const long own = Call(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    HOIST_TRY(Checked(own, Step::kKeyctl));
    return Result{Step::kKeyctl, EPERM};
  }
  uint32_t rights = 0;
  if (!ParseRights(description, used, &rights)) return Result{Step::kKeyctl, EPROTO};
  // In a user namespace the owner of the keyring is somebody else.
  rights |= HasUserNamespace(context) ? kOtherSearch : kUserSearch;
  return Checked(Call(__NR_keyctl, KEYCTL_SETPERM, key, rights), Step::kKeyctl);
}

}  // namespace hoist
