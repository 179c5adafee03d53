// How a program without a C library starts and talks to the kernel: the entry point and raw system calls of x86-64 and
// aarch64.
#ifndef HOIST_LAUNCHER_START_H_
#define HOIST_LAUNCHER_START_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

// Where execve leaves argc, argv, NULL, envp, NULL; named so that the entry point below finds it.
__attribute__((noreturn, used)) void launch(uintptr_t* stack);

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call launch\n");

static inline long system_call(long number, long a, long b, long c, long d) {
  long result;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x0, sp\n  bl launch\n");

static inline long system_call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "hoist runs on x86-64 and aarch64"
#endif

#endif  // HOIST_LAUNCHER_START_H_
