// The launcher: what people call `hoist`. Any JavaScript engine raises the soft limit of open files and opens
// descriptors of its own before the first line of JavaScript runs, and reads settings from the environment. So this
// little program, which the kernel starts in a tenth of a millisecond, first writes down what the caller gave us, and
// then becomes the real program, `hoist.bin` beside it.
//
// It hands over one variable, which it always writes itself, so what the caller put there does not matter:
//   _HOIST_LAUNCH=<soft>:<hard>:<descriptors>    RLIMIT_NOFILE, "unlimited" as 18446744073709551615; descriptors above
//   2 as "3-5,9"
// and it hides the variables of the engine (BUN_OPTIONS, JSC_*, NODE_EXTRA_CA_CERTS ...) by turning their first letter
// into a dot, which needs no memory and can be undone for the processes that are owed the caller's environment (hooks
// without one of their own).
//
// The same file under the name of a containerd shim (containerd-shim-hoist-v1) starts the shim, which it tells so by
// one more variable, `_HOIST_SHIM` (daemon.c).

#include <fcntl.h>
#include <linux/errno.h>
#include <linux/limits.h>

#include "daemon.h"
#include "start.h"
#include "text.h"

enum { kRlimitStack = 3, kRlimitNofile = 7, kRlimitAs = 9, kListSize = 64 * 1024 };

// What the engine dies without, unable to say why (tried: 360 MiB, 128 KiB and 5 are too little).
enum { kLeastAddressSpace = 400 << 20, kLeastStack = 160 << 10, kLeastFiles = 8 };

struct limit {
  uint64_t soft, hard;
};

struct entry {  // struct linux_dirent64
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

static const char kVariable[] = "_HOIST_LAUNCH=";
static const char kProgram[] = "hoist.bin";
static const char kShimPrefix[] = "containerd-shim-";
static const char kShimProgram[] = "hoist-shim.bin";
static const char* const kEngine[] = {"BUN_", "NODE_", "JSC_", "WTF_", "MIMALLOC_", "UV_", "SIMDUTF_", "Malloc"};

// Without its compilers the engine starts 0.4 ms sooner, and code that runs once for five milliseconds never gets
// compiled anyway: a configuration of 200,000 mounts is checked in the same time with and without
// (docs/performance.md).
static char no_compiler[] = "BUN_JSC_useJIT=0";

static char handed[sizeof(kVariable) + kListSize + 128];
static char program[PATH_MAX + sizeof(kShimProgram)];

void fail(const char* what, long error) {
  char text[PATH_MAX + 512];
  char* end = put(put(text, "hoist: "), what);
  if (error) end = put_number(put(end, ": error "), (uint64_t)-error);
  end = put(end, "\n");
  system_call(SYS_write, 2, (long)text, end - text, 0);
  for (;;) system_call(SYS_exit_group, 1, 0, 0, 0);
}

// A closed 0, 1 or 2 would become the number of the next file we open, and then be written to as if it were the
// caller's output.
static void fill_standard_descriptors(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (system_call(SYS_fcntl, fd, F_GETFD, 0, 0) != -EBADF) continue;
    long opened = system_call(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR, 0);
    if (opened < 0) fail("cannot open /dev/null in place of a closed standard descriptor", opened);
  }
}

static struct limit read_limit(int resource) {
  struct limit limit = {0, 0};
  long error = system_call(SYS_prlimit64, 0, resource, 0, (long)&limit);
  if (error < 0) fail("cannot read the resource limits", error);
  return limit;
}

static void check_limits(void) {
  if (read_limit(kRlimitAs).soft < kLeastAddressSpace) {
    fail("the limit of address space (ulimit -v) is too low: at least 409600 KiB are needed", 0);
  }
  if (read_limit(kRlimitStack).soft < kLeastStack) {
    fail("the limit of the stack (ulimit -s) is too low: at least 160 KiB are needed", 0);
  }
}

// In a folder that was removed the engine gives up, whatever the command is; absolute paths are as good as ever there.
// Relative ones must not mean something else: in this folder nothing is found but numbers, and nothing can be made.
static void leave_removed_folder(void) {
  static char path[PATH_MAX];
  if (system_call(SYS_getcwd, (long)path, sizeof(path), 0, 0) != -ENOENT) return;
  long error = system_call(SYS_chdir, (long)"/proc/self/task", 0, 0, 0);
  if (error < 0) fail("cannot leave the working directory, which was removed", error);
}

static char* put_limit(char* to) {
  const struct limit files = read_limit(kRlimitNofile);
  if (files.hard < kLeastFiles) fail("the limit of open files (ulimit -n) is too low: at least 8 are needed", 0);
  return put(put_number(put(put_number(to, files.soft), ":"), files.hard), ":");
}

static char* put_range(char* to, int64_t first, int64_t last) {
  if (first < 0) return to;
  if (to > handed + sizeof(handed) - 64) fail("too many open descriptors to keep track of; close some", 0);
  if (to[-1] != ':') to = put(to, ",");
  to = put_number(to, (uint64_t)first);
  return first == last ? to : put_number(put(to, "-"), (uint64_t)last);
}

// /proc/self/fd lists the numbers in ascending order, so neighbours merge into ranges.
static char* put_descriptors(char* to) {
  static char buffer[4096] __attribute__((aligned(8)));
  int64_t first = -1, last = -1;
  long folder = system_call(SYS_openat, AT_FDCWD, (long)"/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) fail("cannot open /proc/self/fd; a mounted /proc is needed", folder);
  for (;;) {
    long size = system_call(SYS_getdents64, folder, (long)buffer, sizeof(buffer), 0);
    if (size < 0) fail("cannot read /proc/self/fd", size);
    if (size == 0) break;
    for (long at = 0; at < size; at += ((struct entry*)(buffer + at))->length) {
      const char* name = ((struct entry*)(buffer + at))->name;
      int64_t fd = 0;
      if (*name < '0' || *name > '9') continue;  // "." and ".."
      while (*name) fd = fd * 10 + (*name++ - '0');
      if (fd < 3 || fd == folder) continue;
      if (fd != last + 1 || first < 0) to = put_range(to, first, last), first = fd;
      last = fd;
    }
  }
  system_call(SYS_close, folder, 0, 0, 0);
  return put_range(to, first, last);
}

// The program lies beside the launcher's own file, whatever argv[0] or a symbolic link says. True for the shim's name.
static int find_program(void) {
  long size = system_call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)program, PATH_MAX);
  if (size < 0) fail("cannot read /proc/self/exe; a mounted /proc is needed", size);
  if (size == PATH_MAX) fail("the path of this program is too long", 0);
  while (size > 0 && program[size - 1] != '/') size--;
  const int is_shim = begins(program + size, kShimPrefix);
  put(program + size, is_shim ? kShimProgram : kProgram);
  return is_shim;
}

static int belongs_to_engine(const char* variable) {
  for (size_t i = 0; i < sizeof(kEngine) / sizeof(*kEngine); i++) {
    if (begins(variable, kEngine[i])) return 1;
  }
  return 0;
}

void launch(uintptr_t* stack) {
  size_t argc = *stack;
  char** argv = (char**)(stack + 1);
  char** from = argv + argc + 1;
  size_t count = 0;
  while (from[count]) count++;

  fill_standard_descriptors();
  check_limits();
  leave_removed_folder();
  char* shim = find_program() ? shim_variable(argc > 1 ? argv[argc - 1] : "", from) : NULL;
  put_descriptors(put_limit(put(handed, kVariable)));

  char* environment[count + 4];  // the kernel keeps arguments and environment below a quarter of the stack
  char** to = environment;
  for (size_t i = 0; i < count; i++) {
    if (begins(from[i], kVariable) || begins(from[i], kShimVariable)) continue;
    if (belongs_to_engine(from[i])) *from[i] = '.';
    *to++ = from[i];
  }
  *to++ = handed;
  *to++ = no_compiler;
  if (shim) *to++ = shim;
  *to = NULL;

  char* nameless[] = {program, NULL};
  long error = system_call(SYS_execve, (long)program, (long)(argc ? argv : nameless), (long)environment, 0);
  char what[sizeof(program) + 128];
  put(put(put(what, "cannot execute "), program), error == -ENOENT ? ": it is missing; install hoist again" : "");
  fail(what, error);
}
