// Writing files of the host. `mode` passes through the umask, as with open(2).
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

/// One write(2): files of cgroupfs and procfs take a value whole or not at all.
Napi::Value write_file(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const std::string data = call.argument(1, "data").text();
  const UniqueFd file = open_path(path, O_WRONLY | O_NOCTTY);
  const ssize_t written = retry([&] { return ::write(file.get(), data.data(), data.size()); });
  if (written == -1) fail("write", errno, path);
  if (static_cast<size_t>(written) != data.size()) fail("write", EIO, path, "short write");
  return {};
}

/// Creates `path`, which nobody else may have put there, and fills it; a file that cannot be filled is removed again.
void create(const std::string& path, const Bytes& data, unsigned mode) {
  const UniqueFd file = open_path(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    write_all(file.get(), data.data(), data.size(), "write", path);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
}

Napi::Value create_file(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const Bytes data = call.argument(1, "data").bytes();
  create(path, data, call.argument(2, "mode").mode());
  return {};
}

/// `.name.0123456789abcdef` in the folder of `path`: the same file system, so that the rename is atomic.
std::string hidden_name(const std::string& path) {
  const size_t slash = path.rfind('/');
  const size_t start = slash == std::string::npos ? 0 : slash + 1;
  unsigned long long random = 0;
  if (retry([&] { return ::getrandom(&random, sizeof random, 0); }) != sizeof random) fail("getrandom", errno);
  std::string suffix(".");
  for (int digit = 0; digit < 16; ++digit, random >>= 4) suffix += "0123456789abcdef"[random & 15];
  return path.substr(0, start) + "." + path.substr(start, 200) + suffix;  // NAME_MAX is 255
}

Napi::Value replace_file(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const Bytes data = call.argument(1, "data").bytes();
  const unsigned mode = call.argument(2, "mode").mode();
  if (path.empty() || path.back() == '/') fail("rename", path.empty() ? ENOENT : EISDIR, path);
  const std::string hidden = hidden_name(path);
  create(hidden, data, mode);
  if (::rename(hidden.c_str(), path.c_str()) == -1) {
    const int error = errno;
    ::unlink(hidden.c_str());
    throw SystemFailure{"rename", error, hidden, {}, path};
  }
  return {};
}

Napi::Value append_file(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const std::string data = call.argument(1, "data").text();
  const UniqueFd file = open_path(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, call.argument(2, "mode").mode());
  write_all(file.get(), data.data(), data.size(), "write", path);
  return {};
}

constexpr Export kExports[] = {
    {"writeFile", write_file}, {"createFile", create_file}, {"replaceFile", replace_file}, {"appendFile", append_file}};

}  // namespace

void register_file_writes(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
