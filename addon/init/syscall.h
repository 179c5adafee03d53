// Raw system calls: this program has no C library. Every call answers what the kernel answers, a negative errno on
// failure.
#ifndef HOIST_INIT_SYSCALL_H_
#define HOIST_INIT_SYSCALL_H_

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

namespace hoist {

#if defined(__x86_64__)
inline long RawCall(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long RawCall(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
  return x0;
}
#else
#error "hoist-init is written for x86_64 and aarch64"
#endif

inline long Word(const void* value) { return reinterpret_cast<long>(value); }
inline long Word(decltype(nullptr)) { return 0; }
inline long Word(int value) { return value; }
inline long Word(unsigned value) { return static_cast<long>(value); }
inline long Word(long value) { return value; }
inline long Word(unsigned long value) { return static_cast<long>(value); }
inline long Word(long long value) { return static_cast<long>(value); }
inline long Word(unsigned long long value) { return static_cast<long>(value); }

/// System call with up to six arguments of any integer or pointer type.
template <typename A = int, typename B = int, typename C = int, typename D = int, typename E = int, typename F = int>
inline long Call(long number, A a = 0, B b = 0, C c = 0, D d = 0, E e = 0, F f = 0) {
  return RawCall(number, Word(a), Word(b), Word(c), Word(d), Word(e), Word(f));
}

[[noreturn]] inline void Exit(int code) {
  for (;;) Call(__NR_exit_group, code);
}

}  // namespace hoist

#endif  // HOIST_INIT_SYSCALL_H_
