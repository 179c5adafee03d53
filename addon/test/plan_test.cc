// The reader of plans takes what the encoder writes, and nothing else.
#include <string.h>

#include "check.h"
#include "plan_bytes.h"

using hoist::plan::Check;
using hoist::plan::Flaw;
using hoist::plan::Kind;
using hoist::test::PlanBytes;

namespace {

Flaw FlawOf(const std::vector<uint8_t>& bytes) {
  // A copy of exactly this size, so that the sanitizer sees every read beyond it.
  const auto size = bytes.size();
  auto* copy = static_cast<uint8_t*>(malloc(size == 0 ? 1 : size));
  if (size > 0) memcpy(copy, bytes.data(), size);
  const Flaw flaw = Check(copy, size).flaw;
  free(copy);
  return flaw;
}

PlanBytes OneMount() {
  PlanBytes bytes;
  bytes.Begin(Kind::kMount, hoist::plan::kFlagIfPresent).Int(2).Int(16).Text("tmpfs").Text("/dev").Text("tmpfs");
  bytes.Texts({"mode=755", "", "size=65536k"}).Int(2).Int(0).Int(0).Int(-1).Ints({1 << 18, 1 << 19}).Int(0xffffffff);
  return bytes;
}

void ReadsEveryField() {
  const std::vector<uint8_t> bytes = OneMount().Done(hoist::plan::kTrace, 7);
  const auto verdict = Check(bytes.data(), bytes.size());
  CHECK(verdict.flaw == Flaw::kNone);
  CHECK(verdict.header.count == 1 && verdict.header.flags == 1 && verdict.header.preserved == 7);
  const auto operation = hoist::plan::ReadOperation(bytes.data() + hoist::plan::kHeaderSize);
  CHECK(operation.kind == Kind::kMount && operation.flags == hoist::plan::kFlagIfPresent);
  hoist::plan::Cursor cursor(operation.fields);
  const auto mount = hoist::plan::Mount::Read(cursor);
  CHECK(mount.what == 2 && mount.how == 16 && mount.set == 2 && mount.recursiveClear == -1);
  CHECK(strcmp(mount.destination.data, "/dev") == 0 && mount.destination.length == 4);
  CHECK(mount.options.count == 3);
  std::string joined;
  for (const auto option : mount.options) joined += std::string(option.data, option.length) + ";";
  CHECK(joined == "mode=755;;size=65536k;");
  CHECK(mount.propagations.count == 2 && mount.propagations[1] == 1 << 19);
  CHECK(mount.slot == hoist::plan::kNoSlot);
}

void ReadsBytes() {
  const std::vector<uint8_t> bytes = PlanBytes().Begin(Kind::kSeccomp).Int(1).Data({1, 2, 3, 4, 5}).Done();
  CHECK(FlawOf(bytes) == Flaw::kNone);
  hoist::plan::Cursor cursor(bytes.data() + hoist::plan::kHeaderSize + hoist::plan::kOperationHeaderSize);
  const auto seccomp = hoist::plan::Seccomp::Read(cursor);
  CHECK(seccomp.flags == 1 && seccomp.filter.length == 5 && seccomp.filter.data[4] == 5);
}

void RefusesBadHeaders() {
  CHECK(FlawOf({}) == Flaw::kTooSmall);
  const std::vector<uint8_t> good = OneMount().Done();
  CHECK(FlawOf(good) == Flaw::kNone);
  struct {
    size_t offset;
    Flaw flaw;
  } const cases[] = {{0, Flaw::kMagic},   {4, Flaw::kVersion}, {8, Flaw::kSize},
                     {17, Flaw::kHeader}, {24, Flaw::kHeader}, {31, Flaw::kHeader}};
  for (const auto& wrong : cases) {
    std::vector<uint8_t> bytes = good;
    bytes[wrong.offset] ^= 1;
    CHECK(FlawOf(bytes) == wrong.flaw);
  }
  std::vector<uint8_t> fewer = good;
  fewer[12] = 0;
  CHECK(FlawOf(fewer) == Flaw::kTrailing);
  fewer[12] = 2;
  CHECK(FlawOf(fewer) == Flaw::kOperationSize);
}

void RefusesEveryTruncation() {
  const std::vector<uint8_t> good = OneMount().Done();
  for (size_t size = 0; size < good.size(); ++size) {
    std::vector<uint8_t> bytes(good.begin(), good.begin() + static_cast<long>(size));
    CHECK(FlawOf(bytes) != Flaw::kNone);
    // The same with a header that agrees with the size.
    if (size >= hoist::plan::kHeaderSize) {
      for (size_t i = 0; i < 4; ++i) bytes[8 + i] = static_cast<uint8_t>(size >> (8 * i));
      CHECK(FlawOf(bytes) != Flaw::kNone);
    }
  }
}

void RefusesBadOperations() {
  CHECK(FlawOf(PlanBytes().Begin(static_cast<Kind>(0)).Done()) == Flaw::kUnknownKind);
  CHECK(FlawOf(PlanBytes().Begin(static_cast<Kind>(hoist::plan::kKinds + 1)).Done()) == Flaw::kUnknownKind);
  CHECK(FlawOf(PlanBytes().Begin(Kind::kProcfs, 4).Done()) == Flaw::kOperationFlags);
  CHECK(FlawOf(PlanBytes().Begin(Kind::kProcfs).Int(0).Done()) == Flaw::kTrailing);
  CHECK(FlawOf(PlanBytes().Begin(Kind::kDumpable).Done()) == Flaw::kField);
  CHECK(FlawOf(PlanBytes().Begin(Kind::kProcfs).Put32(0).Done()) == Flaw::kOperationSize);
}

void RefusesBadTexts() {
  using namespace std::string_literals;
  CHECK(FlawOf(PlanBytes().Begin(Kind::kHostname).Text("a\0b"s).Done()) == Flaw::kField);
  CHECK(FlawOf(PlanBytes().Begin(Kind::kHostname).Text("").Done()) == Flaw::kNone);
  std::vector<uint8_t> bytes = PlanBytes().Begin(Kind::kHostname).Text("abc").Done();
  CHECK(FlawOf(bytes) == Flaw::kNone);
  // No NUL at its end.
  bytes.back() = 'x';
  CHECK(FlawOf(bytes) == Flaw::kField);
  // Something in the padding.
  bytes = PlanBytes().Begin(Kind::kHostname).Text("a").Done();
  bytes.back() = 1;
  CHECK(FlawOf(bytes) == Flaw::kField);
  // A length beyond the operation, and one that would overflow 32 bits.
  for (const uint32_t length : {4u, 100u, 0xfffffffbu, 0xffffffffu}) {
    CHECK(FlawOf(PlanBytes().Begin(Kind::kHostname).Put32(length).Put32(0).Done()) == Flaw::kField);
  }
}

void RefusesBadLists() {
  for (const uint32_t count : {1u, 0x20000000u, 0xffffffffu}) {
    CHECK(FlawOf(PlanBytes().Begin(Kind::kUser).Int(0).Int(0).Count(count).Int(0).Done()) != Flaw::kNone);
    CHECK(FlawOf(PlanBytes().Begin(Kind::kLookup).Text("sh").Count(count).Done()) == Flaw::kField);
    CHECK(FlawOf(PlanBytes().Begin(Kind::kSeccomp).Int(0).Count(count).Done()) == Flaw::kField);
  }
  CHECK(FlawOf(PlanBytes().Begin(Kind::kLookup).Text("sh").Put32(0).Put32(1).Done()) == Flaw::kField);
  std::vector<uint8_t> bytes = PlanBytes().Begin(Kind::kSeccomp).Int(0).Data({1}).Done();
  bytes.back() = 1;
  CHECK(FlawOf(bytes) == Flaw::kField);
}

}  // namespace

int main() {
  ReadsEveryField();
  ReadsBytes();
  RefusesBadHeaders();
  RefusesEveryTruncation();
  RefusesBadOperations();
  RefusesBadTexts();
  RefusesBadLists();
  return 0;
}
