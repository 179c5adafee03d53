// The field types of a plan, read in place: nothing is copied, and every Text is terminated by a NUL.
#ifndef HOIST_COMMON_FIELDS_H_
#define HOIST_COMMON_FIELDS_H_

#include <stddef.h>
#include <stdint.h>

namespace hoist::plan {

enum class FieldType : uint8_t { kInt, kText, kTexts, kInts, kBytes };

inline uint32_t Load32(const uint8_t* at) {
  uint32_t value;
  __builtin_memcpy(&value, at, sizeof(value));
  return value;
}

inline uint64_t Load64(const uint8_t* at) {
  uint64_t value;
  __builtin_memcpy(&value, at, sizeof(value));
  return value;
}

/// Rounds up to a multiple of eight.
constexpr uint64_t Padded(uint64_t size) { return (size + 7) & ~uint64_t{7}; }

/// Bytes without a NUL, followed by one.
struct Text {
  const char* data;
  uint32_t length;
  bool empty() const { return length == 0; }
};

struct Bytes {
  const uint8_t* data;
  uint32_t length;
};

struct Ints {
  const uint8_t* data;
  uint32_t count;
  int64_t operator[](uint32_t index) const { return static_cast<int64_t>(Load64(data + 8 * uint64_t{index})); }
};

/// A list of texts; its iterator walks the encoded bytes.
struct Texts {
  const uint8_t* data;
  uint32_t count;

  class Iterator {
   public:
    Iterator(const uint8_t* at, uint32_t left) : at_(at), left_(left) {}
    Text operator*() const { return Text{reinterpret_cast<const char*>(at_ + 4), Load32(at_)}; }
    Iterator& operator++() {
      at_ += Padded(uint64_t{4} + Load32(at_) + 1);
      --left_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return left_ != other.left_; }

   private:
    const uint8_t* at_;
    uint32_t left_;
  };

  Iterator begin() const { return Iterator(data, count); }
  Iterator end() const { return Iterator(nullptr, 0); }
};

/// Reads the fields of one operation one after the other. Only for plans that plan::Check has accepted: it checks
/// nothing itself.
class Cursor {
 public:
  explicit Cursor(const uint8_t* at) : at_(at) {}

  int64_t NextInt() { return static_cast<int64_t>(Load64(Skip(8))); }

  Text NextText() {
    const uint32_t length = Load32(at_);
    return Text{reinterpret_cast<const char*>(Skip(Padded(uint64_t{4} + length + 1)) + 4), length};
  }

  Texts NextTexts() {
    const uint32_t count = Load32(at_);
    const uint8_t* first = Skip(8) + 8;
    for (uint32_t i = 0; i < count; ++i) NextText();
    return Texts{first, count};
  }

  Ints NextInts() {
    const uint32_t count = Load32(at_);
    return Ints{Skip(8 + 8 * uint64_t{count}) + 8, count};
  }

  Bytes NextBytes() {
    const uint32_t length = Load32(at_);
    return Bytes{Skip(8 + Padded(length)) + 8, length};
  }

 private:
  const uint8_t* Skip(uint64_t size) {
    const uint8_t* before = at_;
    at_ += size;
    return before;
  }

  const uint8_t* at_;
};

}  // namespace hoist::plan

#endif  // HOIST_COMMON_FIELDS_H_
