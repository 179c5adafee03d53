// The functions that the compiler calls by itself, and that a C library would bring.
#include <stddef.h>
#include <stdint.h>

// The barrier keeps the compiler from recognising the loop and calling the function from inside itself.
#define HOIST_BARRIER __asm__ volatile("" ::: "memory")

extern "C" {

void* memcpy(void* to, const void* from, size_t size) {
#if defined(__x86_64__)
  void* target = to;
  __asm__ volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(size) : : "memory");
#else
  auto* target = static_cast<uint8_t*>(to);
  const auto* source = static_cast<const uint8_t*>(from);
  for (size_t i = 0; i < size; ++i) {
    target[i] = source[i];
    HOIST_BARRIER;
  }
#endif
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  auto* target = static_cast<uint8_t*>(to);
  const auto* source = static_cast<const uint8_t*>(from);
  if (target <= source) return memcpy(to, from, size);
  for (size_t i = size; i > 0; --i) {
    target[i - 1] = source[i - 1];
    HOIST_BARRIER;
  }
  return to;
}

void* memset(void* to, int value, size_t size) {
#if defined(__x86_64__)
  void* target = to;
  __asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(value) : "memory");
#else
  auto* target = static_cast<uint8_t*>(to);
  for (size_t i = 0; i < size; ++i) {
    target[i] = static_cast<uint8_t>(value);
    HOIST_BARRIER;
  }
#endif
  return to;
}

int memcmp(const void* left, const void* right, size_t size) {
  const auto* a = static_cast<const uint8_t*>(left);
  const auto* b = static_cast<const uint8_t*>(right);
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    HOIST_BARRIER;
  }
  return 0;
}

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != 0) {
    ++length;
    HOIST_BARRIER;
  }
  return length;
}

int strncmp(const char* left, const char* right, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const int difference = static_cast<uint8_t>(left[i]) - static_cast<uint8_t>(right[i]);
    if (difference != 0 || left[i] == 0) return difference;
    HOIST_BARRIER;
  }
  return 0;
}

char* strchr(const char* text, int wanted) {
  for (;; ++text) {
    if (*text == static_cast<char>(wanted)) return const_cast<char*>(text);
    if (*text == 0) return nullptr;
    HOIST_BARRIER;
  }
}

}  // extern "C"
