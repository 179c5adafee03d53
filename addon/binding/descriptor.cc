// Descriptors as plain numbers.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"
#include "binding/memfd.h"

namespace hoist {
namespace {

constexpr int64_t kLargestRead = 64 << 20;

Napi::Value open_export(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const int flags = static_cast<int>(call.argument(1, "flags").integer(0, INT32_MAX));
  const Argument mode = call.argument(2, "mode");
  return Napi::Number::New(call.env(), open_path(path, flags, mode.absent() ? 0 : mode.mode()).release());
}

Napi::Value close_export(const Call& call) {
  // EINTR: Linux has closed it all the same.
  if (::close(call.argument(0, "descriptor").descriptor()) == -1 && errno != EINTR) fail("close", errno);
  return {};
}

Napi::Value write_export(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const Bytes data = call.argument(1, "data").bytes();
  write_all(descriptor, data.data(), data.size(), "write");
  return {};
}

Napi::Value offer(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const Bytes data = call.argument(1, "data").bytes();
  const ssize_t written = retry([&] { return ::write(descriptor, data.data(), data.size()); });
  if (written == -1 && errno != EAGAIN && errno != EPIPE) fail("write", errno);
  return Napi::Boolean::New(call.env(), written >= 0 && static_cast<size_t>(written) == data.size());
}

Napi::Value redirect(const Call& call) {
  const int from = call.argument(0, "descriptor").descriptor();
  const int to = call.argument(1, "target").descriptor();
  if (retry([&] { return dup2(from, to); }) == -1) fail("dup2", errno);
  return {};
}

Napi::Value read_export(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const auto size = static_cast<size_t>(call.argument(1, "size").integer(1, kLargestRead));
  const int timeout = call.argument(2, "timeoutMs").timeout();
  const long long deadline = timeout < 0 ? 0 : now_ms() + timeout;
  const std::unique_ptr<char[]> buffer(new char[size]);
  for (bool poll_first = timeout >= 0;; poll_first = true) {
    const int left = timeout < 0 ? -1 : static_cast<int>(std::max(0LL, deadline - now_ms()));
    if (poll_first && !wait_for(descriptor, POLLIN, left, "read")) fail("read", ETIMEDOUT);
    const ssize_t got = retry([&] { return ::read(descriptor, buffer.get(), size); });
    if (got == -1 && errno == EAGAIN) continue;
    if (got == -1) fail("read", errno);
    if (got == 0) return {};
    return make_array(call.env(), buffer.get(), static_cast<size_t>(got));
  }
}

Napi::Value read_tail(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const off_t wanted = call.argument(1, "size").integer(0, kLargestRead);
  struct stat status;
  if (fstat(descriptor, &status) == -1) fail("stat", errno);
  const off_t start = std::max<off_t>(0, status.st_size - wanted);
  std::string text(static_cast<size_t>(status.st_size - start), '\0');
  size_t used = 0;
  while (used < text.size()) {
    const off_t at = start + static_cast<off_t>(used);
    const ssize_t got = retry([&] { return ::pread(descriptor, text.data() + used, text.size() - used, at); });
    if (got == -1) fail("pread", errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  return make_string(call.env(), text.data(), used);
}

Napi::Value lock(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const bool exclusive = call.argument(1, "exclusive").flag();
  const bool wait = call.argument(2, "wait").flag();
  const int operation = (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB);
  const bool locked = retry([&] { return ::flock(descriptor, operation); }) == 0;
  if (!locked && errno != EWOULDBLOCK) fail("flock", errno);
  return Napi::Boolean::New(call.env(), locked);
}

Napi::Value memfd(const Call& call) {
  const std::string name = call.argument(0, "name").path();
  const Bytes data = call.argument(1, "data").bytes();
  return Napi::Number::New(call.env(),
                           sealed_memfd(name.c_str(), data.data(), data.size(), MemoryKind::kData).release());
}

Napi::Value get_flags(const Call& call) {
  const int flags = fcntl(call.argument(0, "descriptor").descriptor(), F_GETFL);
  if (flags == -1 && errno == EBADF) return {};
  if (flags == -1) fail("fcntl", errno);
  return Napi::Number::New(call.env(), flags);
}

Napi::Value dup_export(const Call& call) {
  const int copy = fcntl(call.argument(0, "descriptor").descriptor(), F_DUPFD_CLOEXEC, 3);
  if (copy == -1) fail("fcntl", errno);
  return Napi::Number::New(call.env(), copy);
}

Napi::Value waiting_bytes(const Call& call) {
  int bytes = 0;
  if (ioctl(call.argument(0, "descriptor").descriptor(), FIONREAD, &bytes) == -1) fail("ioctl", errno);
  return Napi::Number::New(call.env(), bytes);
}

Napi::Value pipe_export(const Call& call) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) == -1) fail("pipe2", errno);
  Napi::Array numbers = Napi::Array::New(call.env(), 2);
  for (uint32_t i = 0; i < 2; ++i) numbers.Set(i, static_cast<double>(ends[i]));
  return numbers;
}

Napi::Value is_terminal(const Call& call) {
  return Napi::Boolean::New(call.env(), isatty(call.argument(0, "descriptor").descriptor()) == 1);
}

constexpr Export kExports[] = {
    {"open", open_export},  {"close", close_export},         {"write", write_export}, {"offer", offer},
    {"redirect", redirect}, {"read", read_export},           {"readTail", read_tail}, {"lock", lock},
    {"memfd", memfd},       {"fcntlGetFlags", get_flags},    {"dup", dup_export},     {"isTerminal", is_terminal},
    {"pipe", pipe_export},  {"waitingBytes", waiting_bytes},
};

}  // namespace

void register_descriptors(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
