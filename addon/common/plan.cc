#include "common/plan.h"

namespace hoist::plan {
namespace {

/// The unread part of an operation. Every Take answers false when it does not fit or does not look as it must.
class Fields {
 public:
  Fields(const uint8_t* at, uint64_t left) : at_(at), left_(left) {}

  bool empty() const { return left_ == 0; }

  bool Take(FieldType type) {
    switch (type) {
      case FieldType::kInt:
        return Skip(8);
      case FieldType::kText:
        return TakeText();
      case FieldType::kTexts:
        return TakeTexts();
      case FieldType::kInts:
        return TakeInts();
      case FieldType::kBytes:
        return TakeBytes();
    }
    return false;
  }

 private:
  bool Skip(uint64_t size) {
    if (size > left_) return false;
    at_ += size;
    left_ -= size;
    return true;
  }

  /// From `from` up to `to` there is nothing but zeros.
  bool IsZero(uint64_t from, uint64_t to) const {
    for (uint64_t i = from; i < to; ++i) {
      if (at_[i] != 0) return false;
    }
    return true;
  }

  bool TakeText() {
    if (left_ < 8) return false;
    const uint64_t length = Load32(at_);
    const uint64_t whole = Padded(4 + length + 1);
    if (whole > left_ || !IsZero(4 + length, whole)) return false;
    for (uint64_t i = 0; i < length; ++i) {
      if (at_[4 + i] == 0) return false;
    }
    return Skip(whole);
  }

  /// The count of a list and the zero after it.
  bool TakeCount(uint32_t* count) {
    if (left_ < 8 || Load32(at_ + 4) != 0) return false;
    *count = Load32(at_);
    return *count <= kMostItems && Skip(8);
  }

  bool TakeTexts() {
    uint32_t count = 0;
    if (!TakeCount(&count)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!TakeText()) return false;
    }
    return true;
  }

  bool TakeInts() {
    uint32_t count = 0;
    return TakeCount(&count) && Skip(8 * uint64_t{count});
  }

  bool TakeBytes() {
    if (left_ < 8 || Load32(at_ + 4) != 0) return false;
    const uint64_t length = Load32(at_);
    if (!Skip(8) || Padded(length) > left_ || !IsZero(length, Padded(length))) return false;
    return Skip(Padded(length));
  }

  const uint8_t* at_;
  uint64_t left_;
};

Flaw CheckOperation(const uint8_t* at, uint64_t left) {
  if (left < kOperationHeaderSize) return Flaw::kOperationSize;
  const uint32_t size = Load32(at + 4);
  if (size < kOperationHeaderSize || size % 8 != 0 || size > left) return Flaw::kOperationSize;
  const Operation operation = ReadOperation(at);
  const auto kind = static_cast<uint32_t>(operation.kind);
  if (kind == 0 || kind > kKinds) return Flaw::kUnknownKind;
  if ((operation.flags & ~(kFlagTolerate | kFlagIfPresent)) != 0) return Flaw::kOperationFlags;
  const Shape& shape = kShapes[kind - 1];
  Fields fields(operation.fields, size - kOperationHeaderSize);
  for (uint32_t i = 0; i < shape.count; ++i) {
    if (!fields.Take(shape.types[i])) return Flaw::kField;
  }
  return fields.empty() ? Flaw::kNone : Flaw::kTrailing;
}

Flaw CheckHeader(const uint8_t* data, uint64_t size, Header* header) {
  if (size < kHeaderSize) return Flaw::kTooSmall;
  if (Load32(data) != kPlanMagic) return Flaw::kMagic;
  if (Load32(data + 4) != kPlanVersion) return Flaw::kVersion;
  *header = Header{Load32(data + 8), Load32(data + 12), Load32(data + 16), Load32(data + 20)};
  if (header->size != size) return Flaw::kSize;
  if ((header->flags & ~kTrace) != 0 || Load64(data + 24) != 0) return Flaw::kHeader;
  return Flaw::kNone;
}

}  // namespace

Operation ReadOperation(const uint8_t* at) {
  const uint32_t word = Load32(at);
  return Operation{static_cast<Kind>(word & 0xffff), static_cast<uint16_t>(word >> 16), Load32(at + 4),
                   at + kOperationHeaderSize};
}

Verdict Check(const uint8_t* data, uint64_t size) {
  Verdict verdict{Flaw::kNone, 0, {}};
  verdict.flaw = CheckHeader(data, size, &verdict.header);
  if (verdict.flaw != Flaw::kNone) return verdict;
  uint64_t offset = kHeaderSize;
  for (; verdict.operation < verdict.header.count; ++verdict.operation) {
    verdict.flaw = CheckOperation(data + offset, size - offset);
    if (verdict.flaw != Flaw::kNone) return verdict;
    offset += Load32(data + offset + 4);
  }
  if (offset != size) verdict.flaw = Flaw::kTrailing;
  return verdict;
}

}  // namespace hoist::plan
