// Text without a C library, and the end of a program that cannot do what it is for.
#ifndef HOIST_LAUNCHER_TEXT_H_
#define HOIST_LAUNCHER_TEXT_H_

#include <stdint.h>

static inline int begins(const char* text, const char* prefix) {
  while (*prefix && *text == *prefix) text++, prefix++;
  return !*prefix;
}

static inline int equals(const char* one, const char* other) {
  while (*one && *one == *other) one++, other++;
  return *one == *other;
}

// Copies with the NUL. Returns where that went.
static inline char* put(char* to, const char* text) {
  while (*text) *to++ = *text++;
  *to = 0;
  return to;
}

static inline char* put_number(char* to, uint64_t value) {
  char digits[21];
  char* first = digits + sizeof(digits) - 1;
  *first = 0;
  do *--first = (char)('0' + value % 10);
  while (value /= 10);
  return put(to, first);
}

// Says what is wrong on standard error, with the number of a system call's error unless that is 0, and ends with 1.
__attribute__((noreturn)) void fail(const char* what, long error);

#endif  // HOIST_LAUNCHER_TEXT_H_
