// The plan of a container's birth: its encoding (src/plan/encode.ts writes it), checked as a whole before anything
// runs.
#ifndef HOIST_COMMON_PLAN_H_
#define HOIST_COMMON_PLAN_H_

#include <stddef.h>
#include <stdint.h>

#include "common/operations.h"

namespace hoist::plan {

constexpr uint32_t kHeaderSize = 32;
constexpr uint32_t kOperationHeaderSize = 8;
/// Header flag: report when each operation began.
constexpr uint32_t kTrace = 1;
/// Longest list of texts or numbers, so that sizes computed from counts never overflow.
constexpr uint32_t kMostItems = 1u << 24;

/// What is wrong with a plan.
enum class Flaw : uint32_t {
  kNone,
  kTooSmall,
  kMagic,
  kVersion,
  kSize,
  kHeader,
  kOperationSize,
  kOperationFlags,
  kUnknownKind,
  kField,
  kTrailing,
};

struct Header {
  uint32_t size;
  uint32_t count;
  uint32_t flags;
  uint32_t preserved;
};

/// One operation in place.
struct Operation {
  Kind kind;
  uint16_t flags;
  uint32_t size;
  const uint8_t* fields;
};

/// The operation at `at`, which plan::Check has accepted.
Operation ReadOperation(const uint8_t* at);

/// The answer of Check: where the flaw is (index of the operation), or kNone and the header.
struct Verdict {
  Flaw flaw;
  uint32_t operation;
  Header header;
};

/// Checks the whole plan: bounds, alignment, version, kinds, flags, field types, exact sizes, no NUL inside a text,
/// zero padding. `data` may be anything; nothing outside of [data, data + size) is read.
Verdict Check(const uint8_t* data, uint64_t size);

}  // namespace hoist::plan

#endif  // HOIST_COMMON_PLAN_H_
