// What the kernel's own headers of Debian 12 (6.1) do not have, or only a C library has.
#ifndef HOIST_INIT_KERNEL_H_
#define HOIST_INIT_KERNEL_H_

#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>

// statx(2) of the C library is a name of its own; the kernel's headers have the structure only.
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452  // Linux 6.6
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U  // Linux 6.3
#endif

namespace hoist {

struct IoVector {
  void* base;
  uint64_t length;
};

/// struct msghdr of recvmsg(2) and sendmsg(2).
struct MessageHeader {
  void* name;
  uint32_t name_length;
  IoVector* vectors;
  uint64_t vector_count;
  void* control;
  uint64_t control_length;
  uint32_t flags;
};

/// struct cmsghdr with descriptors.
template <uint32_t kCount>
struct ControlMessage {
  uint64_t length;
  int32_t level;
  int32_t type;
  alignas(8) int32_t descriptors[kCount];
};
/// CMSG_LEN(0).
constexpr uint64_t kControlHead = 16;

constexpr int kSolSocket = 1;
constexpr int kScmRights = 1;
constexpr int kMsgNoSignal = 0x4000;
constexpr int kMsgCmsgCloexec = 0x40000000;
constexpr int kMsgTruncated = 0x20;
constexpr int kMsgControlTruncated = 0x08;
constexpr int kAfUnix = 1;
constexpr int kSockDatagram = 2;
constexpr int kSockCloexec = 02000000;
constexpr int kSigKill = 9;
constexpr int kSigChild = 17;

constexpr uint32_t Major(uint64_t rdev) { return (rdev >> 8) & 0xfff; }

}  // namespace hoist

#endif  // HOIST_INIT_KERNEL_H_
