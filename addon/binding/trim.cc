// What a program that waits gives back: the pages of its own file that only its start needed.
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "binding/binding.h"
#include "binding/call.h"

namespace hoist {
namespace {

/// Executable, read-only mappings of files: nothing in them was ever written, so the page cache has the same bytes.
/// (Read-only data is left alone: relocations were written into some of it.)
bool is_code(const char* permissions, const char* path) {
  return std::strcmp(permissions, "r-xp") == 0 && path[0] == '/';
}

/// NOHUGEPAGE: the file is laid out so that its start maps 2 MB at a time; what is needed from now on comes in small
/// pieces.
void release_code() {
  std::FILE* maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return;
  char line[4608];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    uintptr_t first = 0, last = 0;
    char permissions[8] = {}, path[4200] = {};
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %4199s", &first, &last, permissions, path) != 4)
      continue;
    if (!is_code(permissions, path)) continue;
    auto* const start = reinterpret_cast<void*>(first);
    madvise(start, last - first, MADV_NOHUGEPAGE);
    madvise(start, last - first, MADV_DONTNEED);
  }
  std::fclose(maps);
}

Napi::Value release_memory(const Call&) {
  malloc_trim(0);
  release_code();
  return {};
}

constexpr Export kExports[] = {{"releaseMemory", release_memory}};

}  // namespace

void register_trim(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
