// Plans for the tests, byte by byte.
#ifndef HOIST_TEST_PLAN_BYTES_H_
#define HOIST_TEST_PLAN_BYTES_H_

#include <stdint.h>

#include <string>
#include <vector>

#include "common/plan.h"

namespace hoist::test {

/// Writes the encoding of src/plan/encode.ts.
class PlanBytes {
 public:
  PlanBytes() { bytes_.resize(plan::kHeaderSize); }

  PlanBytes& Begin(plan::Kind kind, uint16_t flags = 0) {
    Finish();
    start_ = bytes_.size();
    ++count_;
    Put32(static_cast<uint32_t>(kind) | (uint32_t{flags} << 16));
    return Put32(0);
  }

  PlanBytes& Int(int64_t value) {
    Put32(static_cast<uint32_t>(value));
    return Put32(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  }

  PlanBytes& Text(const std::string& text) {
    Put32(static_cast<uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    bytes_.push_back(0);
    return Pad();
  }

  PlanBytes& Count(uint32_t count) { return Put32(count).Put32(0); }

  PlanBytes& Texts(const std::vector<std::string>& texts) {
    Count(static_cast<uint32_t>(texts.size()));
    for (const std::string& text : texts) Text(text);
    return *this;
  }

  PlanBytes& Ints(const std::vector<int64_t>& values) {
    Count(static_cast<uint32_t>(values.size()));
    for (const int64_t value : values) Int(value);
    return *this;
  }

  PlanBytes& Data(const std::vector<uint8_t>& data) {
    Count(static_cast<uint32_t>(data.size()));
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return Pad();
  }

  PlanBytes& Put32(uint32_t value) {
    for (int i = 0; i < 4; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return *this;
  }

  /// The whole plan, with its header.
  std::vector<uint8_t> Done(uint32_t flags = 0, uint32_t preserved = 0) {
    Finish();
    const uint32_t words[] = {
        plan::kPlanMagic, plan::kPlanVersion, static_cast<uint32_t>(bytes_.size()), count_, flags, preserved, 0, 0};
    for (size_t i = 0; i < sizeof(words); ++i) bytes_[i] = static_cast<uint8_t>(words[i / 4] >> (8 * (i % 4)));
    return bytes_;
  }

 private:
  PlanBytes& Pad() {
    while (bytes_.size() % 8 != 0) bytes_.push_back(0);
    return *this;
  }

  /// Writes the size of the operation before.
  void Finish() {
    if (start_ == 0) return;
    const size_t size = bytes_.size() - start_;
    for (size_t i = 0; i < 4; ++i) bytes_[start_ + 4 + i] = static_cast<uint8_t>(size >> (8 * i));
  }

  std::vector<uint8_t> bytes_;
  size_t start_ = 0;
  uint32_t count_ = 0;
};

}  // namespace hoist::test

#endif  // HOIST_TEST_PLAN_BYTES_H_
