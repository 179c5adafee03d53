// clone3(2) for a child or a thread that shares our memory, on a stack of its own.
#ifndef HOIST_COMMON_CLONE_H_
#define HOIST_COMMON_CLONE_H_

#include <asm/unistd.h>
#include <linux/sched.h>

namespace hoist {

/// clone3 with a stack in `arguments` (16-byte aligned top), which glibc does not wrap. The child calls
/// `entry(argument)`, which must not return, and never touches the parent's frame. Returns the pid, or a negative
/// errno.
inline long CloneOntoStack(clone_args* arguments, void (*entry)(void*), void* argument) {
#if defined(__x86_64__)
  register void (*function)(void*) asm("r8") = entry;
  register void* parameter asm("r9") = argument;
  long result = __NR_clone3;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"  // the end of the stack, for debuggers
      "mov %%r9, %%rdi\n\t"
      "call *%%r8\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(arguments), "S"(sizeof *arguments), "r"(function), "r"(parameter)
      : "rcx", "r11", "cc", "memory");
  return result;
#elif defined(__aarch64__)
  register long result asm("x0") = reinterpret_cast<long>(arguments);
  register long size asm("x1") = sizeof *arguments;
  register long number asm("x8") = __NR_clone3;
  register void (*function)(void*) asm("x9") = entry;
  register void* parameter asm("x10") = argument;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, #0\n\t"
      "mov x30, #0\n\t"
      "mov x0, x10\n\t"
      "blr x9\n\t"
      "brk #1\n"
      "1:"
      : "+r"(result)
      : "r"(size), "r"(number), "r"(function), "r"(parameter)
      : "cc", "memory");
  return result;
#else
#error "CloneOntoStack: this processor is not supported"
#endif
}

}  // namespace hoist

#endif  // HOIST_COMMON_CLONE_H_
