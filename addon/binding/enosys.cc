#include "binding/enosys.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <cstddef>

namespace hoist {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

using Program = std::vector<sock_filter>;

constexpr sock_filter statement(uint16_t code, uint32_t value) { return {code, 0, 0, value}; }

/// Skips `yes` or `no` instructions.
sock_filter test(uint16_t kind, uint32_t value, size_t yes, size_t no) {
  return {static_cast<uint16_t>(BPF_JMP | BPF_K | kind), static_cast<uint8_t>(yes), static_cast<uint8_t>(no), value};
}

constexpr sock_filter kLeave = statement(BPF_JMP | BPF_JA, 0);  // its target is known when the stub is complete
constexpr sock_filter kAnswer = statement(BPF_RET | BPF_K, kEnosys);

void append(Program& program, const Program& more) { program.insert(program.end(), more.begin(), more.end()); }

/// The number is in the accumulator; every way ends with the answer or leaves the stub.
Program above(uint32_t number) { return {test(BPF_JGT, number, 0, 1), kAnswer, kLeave}; }

/// x32 and x86_64 share an AUDIT_ARCH; bit 30 of the number tells them apart.
Program either(const LargestCall* wide, const LargestCall* x32) {
  const Program first = wide != nullptr ? above(wide->number) : Program{kLeave};
  Program section = {test(BPF_JSET, kX32Bit, first.size(), 0)};
  append(section, first);
  append(section, x32 != nullptr ? above(x32->number) : Program{kLeave});
  return section;
}

Program section_of(const LargestCall& call) {
  Program section;
  if (call.architecture == SCMP_ARCH_S390 || call.architecture == SCMP_ARCH_S390X) {
    // setup(2), number 0: nobody calls it, but the kernel leaves 0 in place of large numbers that it does not know.
    section = {test(BPF_JEQ, 0, 0, 1), kAnswer};
  }
  append(section, above(call.number));
  return section;
}

void add_architecture(Program& stub, uint32_t audit_architecture, const Program& section) {
  stub.push_back(test(BPF_JEQ, audit_architecture, 0, section.size() + 1));
  stub.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  append(stub, section);
}

}  // namespace

std::vector<sock_filter> enosys_stub(const std::vector<LargestCall>& largest) {
  Program stub = {statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))};
  const LargestCall* wide = nullptr;
  const LargestCall* x32 = nullptr;
  for (const LargestCall& call : largest) {
    if (call.architecture == SCMP_ARCH_X86_64) {
      wide = &call;
    } else if (call.architecture == SCMP_ARCH_X32) {
      x32 = &call;
    } else {
      add_architecture(stub, call.architecture, section_of(call));  // SCMP_ARCH_* is AUDIT_ARCH_* for all but x32
    }
  }
  if (wide != nullptr || x32 != nullptr) add_architecture(stub, AUDIT_ARCH_X86_64, either(wide, x32));
  for (size_t i = 0; i < stub.size(); ++i) {
    if (stub[i].code == kLeave.code) stub[i].k = static_cast<uint32_t>(stub.size() - i - 1);
  }
  return stub;
}

}  // namespace hoist
