// The entry point: the stack holds argc, argv and the (empty) environment, and nothing runs before us.
#include "init/main.h"
#include "init/syscall.h"

extern "C" [[noreturn, gnu::used]] void HoistStart(const long* stack) {
  hoist::Main(static_cast<int>(stack[0]), reinterpret_cast<const char* const*>(stack + 1));
}

#if defined(__x86_64__)
__asm__(
    ".text\n"
    ".globl _start\n"
    "_start:\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call HoistStart\n"
    "  hlt\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n"
    ".globl _start\n"
    "_start:\n"
    "  mov x29, #0\n"
    "  mov x30, #0\n"
    "  mov x0, sp\n"
    "  and sp, x0, #-16\n"
    "  bl HoistStart\n"
    "  brk #0\n");
#endif
