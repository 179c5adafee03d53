#include "init/path.h"

namespace hoist {

uint32_t Length(const char* text) { return static_cast<uint32_t>(__builtin_strlen(text)); }

bool Same(const char* left, const char* right) {
  const uint32_t length = Length(left);
  return length == Length(right) && __builtin_memcmp(left, right, length) == 0;
}

bool Path::Assign(const char* text) {
  const uint32_t length = Length(text);
  if (length >= sizeof(text_)) return false;
  __builtin_memcpy(text_, text, length + 1);
  length_ = length;
  return true;
}

bool Path::Append(const char* text, uint32_t length) {
  if (length >= sizeof(text_) - length_) return false;
  __builtin_memcpy(text_ + length_, text, length);
  Truncate(length_ + length);
  return true;
}

bool Path::Append(const char* text) { return Append(text, Length(text)); }

bool Path::AppendName(const char* name, uint32_t length) {
  if (uint64_t{length} + 1 >= sizeof(text_) - length_) return false;
  return Append("/", 1) && Append(name, length);
}

void Path::Truncate(uint32_t length) {
  length_ = length;
  text_[length] = 0;
}

void Path::Pop() {
  uint32_t length = length_;
  while (length > 0 && text_[length - 1] != '/') --length;
  while (length > 0 && text_[length - 1] == '/') --length;
  Truncate(length);
}

bool Path::ReplaceFront(uint32_t count, const char* text) {
  const uint32_t length = Length(text);
  const uint32_t rest = length_ - count;
  if (uint64_t{length} + rest >= sizeof(text_)) return false;
  __builtin_memmove(text_ + length, text_ + count, rest);
  __builtin_memcpy(text_, text, length);
  Truncate(length + rest);
  return true;
}

bool Name::Is(const char* other) const { return length == Length(other) && __builtin_memcmp(text, other, length) == 0; }

Name NextName(const char** at) {
  const char* start = *at;
  while (*start == '/') ++start;
  const char* end = start;
  while (*end != 0 && *end != '/') ++end;
  *at = end;
  return Name{start, static_cast<uint32_t>(end - start)};
}

bool SplitPath::Assign(const char* path) {
  if (!parent.Assign(path)) return false;
  while (parent.length() > 0 && parent.text()[parent.length() - 1] == '/') parent.Truncate(parent.length() - 1);
  uint32_t start = parent.length();
  while (start > 0 && parent.text()[start - 1] != '/') --start;
  const Name last{parent.text() + start, parent.length() - start};
  if (last.length == 0 || last.length > NAME_MAX || last.Is(".") || last.Is("..")) return false;
  __builtin_memcpy(name, last.text, last.length);
  name[last.length] = 0;
  parent.Truncate(start);
  return true;
}

bool ParseNumber(const char* text, uint32_t length, uint64_t most, uint64_t* value) {
  if (length == 0) return false;
  uint64_t number = 0;
  for (uint32_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    const auto digit = static_cast<uint64_t>(text[i] - '0');
    if (digit > most || number > (most - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *value = number;
  return true;
}

uint32_t FormatNumber(uint64_t value, uint32_t base, char* out) {
  char reversed[24];
  uint32_t length = 0;
  do {
    reversed[length++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  for (uint32_t i = 0; i < length; ++i) out[i] = reversed[length - 1 - i];
  out[length] = 0;
  return length;
}

}  // namespace hoist
