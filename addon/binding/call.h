// The border to JavaScript: checked arguments in, values or errors out.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "binding/errors.h"

namespace hoist {

/// The bytes of a string or Uint8Array argument; valid until the exported function returns.
struct Bytes {
  std::string text;  ///< keeps the UTF-8 of a string alive
  const uint8_t* start = nullptr;
  size_t length = 0;
  const uint8_t* data() const { return start != nullptr ? start : reinterpret_cast<const uint8_t*>(text.data()); }
  size_t size() const { return start != nullptr ? length : text.size(); }
};

/// One argument, or a member or item of one. Every reader throws BadArgument naming it when the type or range is wrong;
/// nothing is coerced.
class Argument {
 public:
  Argument(napi_env env, napi_value value, const char* function, const char* name, const char* member = nullptr)
      : env_(env), value_(value), function_(function), name_(name), member_(member) {}

  /// True for undefined (an optional argument that is not there).
  bool absent() const;
  bool flag() const;
  int64_t integer(int64_t minimum, int64_t maximum) const;
  /// 0 to 2^31-1; `or_none` allows -1.
  int descriptor(bool or_none = false) const;
  /// Permission bits with set-id and sticky.
  unsigned mode() const { return static_cast<unsigned>(integer(0, 07777)); }
  /// Milliseconds; -1 waits for ever.
  int timeout() const { return static_cast<int>(integer(-1, INT32_MAX)); }
  /// A bigint from 0 to 2^64-1.
  uint64_t big() const;
  /// A bigint from -2^63 to 2^63-1.
  int64_t signed_big() const;
  /// Any number.
  double real() const;
  /// Any string, as UTF-8.
  std::string text() const;
  /// A string without NUL: a path, a name, an element of argv. Throws EINVAL for a NUL, as Go does.
  std::string path() const;
  /// A string or Uint8Array.
  Bytes bytes() const;
  /// A Uint8Array.
  Bytes array() const;
  Napi::Function function() const;
  /// A property of an object argument.
  Argument member(const char* name) const;
  /// The items of an array argument, at most `maximum` of them.
  std::vector<Argument> items(uint32_t maximum) const;
  /// Throws BadArgument: `<function>: <argument> must be <expected>`.
  [[noreturn]] void reject(const char* expected, bool range = false) const;

 private:
  napi_valuetype type() const;

  napi_env env_;
  napi_value value_;
  const char* function_;
  const char* name_;
  const char* member_;
};

/// One call from JavaScript.
class Call {
 public:
  static constexpr size_t kArguments = 4;
  Call(napi_env env, const napi_value* values, const char* function)
      : env_(env), values_(values), function_(function) {}
  napi_env env() const { return env_; }
  /// `index` is below kArguments; what the caller left out is undefined.
  Argument argument(size_t index, const char* name) const { return {env_, values_[index], function_, name}; }

 private:
  napi_env env_;
  const napi_value* values_;
  const char* function_;
};

/// An exported function. An empty value returns undefined.
struct Export {
  const char* name;
  Napi::Value (*function)(const Call& call);
};

/// Puts a table of functions, which must live for ever, on the addon's exports.
void define(Napi::Env env, Napi::Object exports, const Export* table, size_t count);

template <size_t Count>
void define(Napi::Env env, Napi::Object exports, const Export (&table)[Count]) {
  define(env, exports, table, Count);
}

/// A Uint8Array with a copy of these bytes.
Napi::Value make_array(napi_env env, const void* data, size_t size);

/// A string from UTF-8; what is not UTF-8 becomes U+FFFD.
Napi::Value make_string(napi_env env, const char* data, size_t size);

}  // namespace hoist
