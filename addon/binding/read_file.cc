// Reading files of the host.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr int64_t kDefaultLimit = 64 << 20;
constexpr int64_t kLargestLimit = 1 << 30;

/// The whole file, or nothing when `missing_ok` and there is none. O_NONBLOCK, so that a fifo in place of a config
/// cannot hold us, unless pipes are wanted: a shell's `<(...)` is one; the size that stat gives is only a first guess,
/// because files of procfs and cgroupfs say 0.
std::optional<std::string> read_whole(const std::string& path, size_t limit, bool missing_ok, bool pipes = false) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (pipes ? 0 : O_NONBLOCK);
  UniqueFd file(retry([&] { return ::open(path.c_str(), flags); }));
  if (!file) {
    if (errno == ENOENT && missing_ok) return std::nullopt;
    fail("open", errno, path);
  }
  struct stat status;
  if (fstat(file.get(), &status) == -1) fail("stat", errno, path);
  if (!S_ISREG(status.st_mode) && !(pipes && S_ISFIFO(status.st_mode)))
    fail("read", EINVAL, path, "not a regular file");
  std::string content;
  size_t used = 0;
  content.resize(std::min(static_cast<size_t>(status.st_size) + 1, limit + 1));
  if (content.size() < 4096) content.resize(std::min<size_t>(4096, limit + 1));
  for (;;) {
    const ssize_t got = retry([&] { return ::read(file.get(), content.data() + used, content.size() - used); });
    if (got == -1) fail("read", errno, path);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > limit) fail("read", EFBIG, path, "larger than " + std::to_string(limit) + " bytes");
    if (used == content.size()) content.resize(std::min(content.size() * 2, limit + 1));
  }
  content.resize(used);
  return content;
}

size_t limit_of(const Call& call) {
  const Argument limit = call.argument(1, "limit");
  return static_cast<size_t>(limit.absent() ? kDefaultLimit : limit.integer(0, kLargestLimit));
}

Napi::Value read_file(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const Argument pipes = call.argument(2, "pipes");
  const std::string content = *read_whole(path, limit_of(call), false, !pipes.absent() && pipes.flag());
  return make_string(call.env(), content.data(), content.size());
}

Napi::Value read_bytes(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const auto content = read_whole(path, limit_of(call), true);
  if (!content) return {};
  return make_array(call.env(), content->data(), content->size());
}

constexpr Export kExports[] = {{"readFile", read_file}, {"readBytes", read_bytes}};

}  // namespace

void register_files(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
