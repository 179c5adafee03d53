#include "binding/io.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "binding/errors.h"

namespace hoist {

UniqueFd open_path(const std::string& path, int flags, unsigned mode) {
  UniqueFd descriptor(retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }));
  if (!descriptor) fail("open", errno, path);
  return descriptor;
}

long long now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

bool wait_for(int descriptor, short events, int timeout_ms, const char* call) {
  const long long deadline = timeout_ms > 0 ? now_ms() + timeout_ms : 0;
  int left = timeout_ms;
  for (;;) {
    pollfd entry{descriptor, events, 0};
    const int ready = ::poll(&entry, 1, left);
    if (ready > 0 && (entry.revents & POLLNVAL) != 0) fail(call, EBADF);
    if (ready > 0) return true;
    if (ready == -1 && errno != EINTR) fail(call, errno);
    if (timeout_ms >= 0) {
      const long long rest = deadline - now_ms();
      if (ready == 0 && (timeout_ms == 0 || rest <= 0)) return false;
      left = timeout_ms == 0 || rest < 0 ? 0 : static_cast<int>(rest);
    }
  }
}

void write_all(int descriptor, const void* data, size_t size, const char* call, const std::string& path) {
  const auto* next = static_cast<const uint8_t*>(data);
  while (size > 0) {
    const ssize_t written = ::write(descriptor, next, size);
    if (written == -1 && errno == EINTR) continue;
    if (written == -1 && errno == EAGAIN) {
      wait_for(descriptor, POLLOUT, -1, call);
      continue;
    }
    if (written == -1) fail(call, errno, path);
    next += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace hoist
