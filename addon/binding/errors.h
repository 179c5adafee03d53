// What the addon throws. C++ code throws these structs; `call.cc` turns them into JavaScript errors at the border, so
// no function in between touches JavaScript's exception state.
#pragma once

#include <string>

namespace hoist {

/// A failed system call: becomes a `SystemError` (src/errors.ts) whose message is what Go prints, `open /x: no such
/// file or directory`.
struct SystemFailure {
  const char* call;    ///< `open`; also the key `syscall`
  int error;           ///< errno
  std::string path;    ///< the key `path`; empty when there is none
  std::string detail;  ///< words in place of those of errno ("not a regular file"), or empty
  std::string other;   ///< the second path of rename and symlink, as Go's LinkError prints it
};

/// A wrong argument: becomes a TypeError (or RangeError) `chown: uid must be …`.
struct BadArgument {
  std::string message;
  bool range;
};

/// Throws a SystemFailure. `call` must be a string literal.
[[noreturn]] void fail(const char* call, int error, std::string path = {}, std::string detail = {});

/// The symbolic name, `ENOENT`; 95 is `EOPNOTSUPP`.
const char* error_name(int error);

/// The words of strerror(3) as Go prints them: the first letter is small unless the second is big too.
std::string error_words(int error);

/// The whole message of a failure.
std::string error_message(const SystemFailure& failure);

}  // namespace hoist
