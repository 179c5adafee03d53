// What a program that waits gives back: the pages of its own file that only its start needed.
#include <malloc.h>
#include <sys/mman.h>

#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "binding/binding.h"
#include "binding/call.h"

namespace hoist {
namespace {

constexpr size_t kLine = PATH_MAX + 128;
constexpr int kHexadecimal = 16;

/// Executable, read-only mappings of files: nothing in them was ever written, so the page cache has the same bytes.
/// (Read-only data is left alone: relocations were written into some of it.) `after` is what follows the addresses.
bool is_code(const char* after) { return std::strncmp(after, " r-xp ", 6) == 0 && std::strchr(after, '/') != nullptr; }

/// NOHUGEPAGE: the file may be laid out so that its start maps 2 MB at a time; what is needed from now on comes in
/// small pieces.
void release_code() {
  const std::unique_ptr<FILE, int (*)(FILE*)> maps(std::fopen("/proc/self/maps", "re"), std::fclose);
  char line[kLine];
  // `first-last permissions offset device inode path`
  while (maps && std::fgets(line, sizeof line, maps.get()) != nullptr) {
    char* end = nullptr;
    const auto first = static_cast<uintptr_t>(std::strtoull(line, &end, kHexadecimal));
    if (*end != '-') continue;
    const auto last = static_cast<uintptr_t>(std::strtoull(end + 1, &end, kHexadecimal));
    if (!is_code(end)) continue;
    auto* const start = reinterpret_cast<void*>(first);
    madvise(start, last - first, MADV_NOHUGEPAGE);
    madvise(start, last - first, MADV_DONTNEED);
  }
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
