// How a program without a C library talks to the kernel: raw system calls of x86-64 and aarch64. The fifth argument is
// always 0.
#ifndef HOIST_LAUNCHER_START_H_
#define HOIST_LAUNCHER_START_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

// Where execve leaves argc, argv, NULL, envp, NULL. The entry point (start.c) calls it.
__attribute__((noreturn)) void launch(uintptr_t* stack);

#if defined(__x86_64__)
static inline long system_call(long number, long a, long b, long c, long d) {
  long result;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = 0;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static inline long system_call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
#else
#error "hoist runs on x86-64 and aarch64"
#endif

#endif  // HOIST_LAUNCHER_START_H_
