// A stub in front of a seccomp filter: system calls newer than the profile answer ENOSYS.
//
// A libc tries new calls first (clone3, openat2, faccessat2) and goes back to the old ones on ENOSYS only; a profile
// from before a call existed would answer EPERM, which breaks programs. So a number above the largest that the profile
// knows is "unknown to this kernel" for the container.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace hoist {

/// The largest system call that a profile names, for one architecture of libseccomp (SCMP_ARCH_*).
struct LargestCall {
  uint32_t architecture;
  uint32_t number;
};

/// Falls through to the filter that follows it for every call that the profile may know.
std::vector<sock_filter> enosys_stub(const std::vector<LargestCall>& largest);

}  // namespace hoist
