// System calls with the retries that every caller needs.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "common/unique_fd.h"

namespace hoist {

/// Repeats a call that a signal interrupted.
template <typename Function>
auto retry(Function function) {
  decltype(function()) result;
  do {
    result = function();
  } while (result == -1 && errno == EINTR);
  return result;
}

/// open(2) with O_CLOEXEC; throws `open <path>: …`.
UniqueFd open_path(const std::string& path, int flags, unsigned mode = 0);

/// A moment of CLOCK_MONOTONIC in milliseconds.
long long now_ms();

/// Waits for `events` (poll(2)) until `timeout_ms` have passed (-1: for ever); false when they have.
bool wait_for(int descriptor, short events, int timeout_ms, const char* call);

/// Writes everything, waiting where the descriptor is non-blocking; throws `<call> <path>: …`.
void write_all(int descriptor, const void* data, size_t size, const char* call, const std::string& path = {});

}  // namespace hoist
