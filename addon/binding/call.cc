#include "binding/call.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <new>

namespace hoist {
namespace {

void check(napi_env env, napi_status status) {
  if (status != napi_ok) throw Napi::Error::New(env);
}

void set_string(napi_env env, napi_value object, const char* key, const std::string& text) {
  napi_value value;
  if (napi_create_string_utf8(env, text.data(), text.size(), &value) == napi_ok) {
    napi_set_named_property(env, object, key, value);
  }
}

void throw_failure(napi_env env, const SystemFailure& failure) {
  napi_value code, message, error, number;
  const std::string words = error_message(failure);
  napi_create_string_utf8(env, error_name(failure.error), NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, words.data(), words.size(), &message);
  if (napi_create_error(env, code, message, &error) != napi_ok) return;
  napi_create_int32(env, failure.error, &number);
  napi_set_named_property(env, error, "errno", number);
  set_string(env, error, "syscall", failure.call);
  if (!failure.path.empty()) set_string(env, error, "path", failure.path);
  napi_throw(env, error);
}

/// Every export comes through here: nothing that C++ throws may reach the engine's frames.
napi_value enter(napi_env env, napi_callback_info info) {
  size_t count = Call::kArguments;
  napi_value values[Call::kArguments];
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, values, nullptr, &data) != napi_ok) return nullptr;
  const Export& entry = *static_cast<const Export*>(data);
  try {
    return entry.function(Call(env, values, entry.name));
  } catch (const SystemFailure& failure) {
    throw_failure(env, failure);
  } catch (const BadArgument& bad) {
    (bad.range ? napi_throw_range_error : napi_throw_type_error)(env, nullptr, bad.message.c_str());
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::bad_alloc&) {
    throw_failure(env, {entry.name, ENOMEM, {}, {}, {}});
  }
  return nullptr;
}

}  // namespace

napi_valuetype Argument::type() const {
  napi_valuetype type = napi_undefined;
  check(env_, napi_typeof(env_, value_, &type));
  return type;
}

void Argument::reject(const char* expected, bool range) const {
  std::string message = std::string(function_) + ": " + name_;
  if (member_ != nullptr) message += std::string(".") + member_;
  throw BadArgument{message + " must be " + expected, range};
}

bool Argument::absent() const { return type() == napi_undefined; }

bool Argument::flag() const {
  bool value = false;
  if (napi_get_value_bool(env_, value_, &value) != napi_ok) reject("a boolean");
  return value;
}

int64_t Argument::integer(int64_t minimum, int64_t maximum) const {
  double value = 0;
  if (napi_get_value_double(env_, value_, &value) != napi_ok) reject("a number");
  if (!(value >= static_cast<double>(minimum) && value <= static_cast<double>(maximum)) || std::trunc(value) != value) {
    reject(("an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum)).c_str(), true);
  }
  return static_cast<int64_t>(value);
}

int Argument::descriptor(bool or_none) const { return static_cast<int>(integer(or_none ? -1 : 0, INT32_MAX)); }

uint64_t Argument::big() const {
  uint64_t value = 0;
  bool lossless = false;
  if (napi_get_value_bigint_uint64(env_, value_, &value, &lossless) != napi_ok) reject("a bigint");
  if (!lossless) reject("from 0 to 18446744073709551615", true);
  return value;
}

int64_t Argument::signed_big() const {
  int64_t value = 0;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env_, value_, &value, &lossless) != napi_ok) reject("a bigint");
  if (!lossless) reject("from -9223372036854775808 to 9223372036854775807", true);
  return value;
}

double Argument::real() const {
  double value = 0;
  if (napi_get_value_double(env_, value_, &value) != napi_ok) reject("a number");
  return value;
}

std::string Argument::text() const {
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, value_, nullptr, 0, &length) != napi_ok) reject("a string");
  std::string text(length, '\0');
  check(env_, napi_get_value_string_utf8(env_, value_, text.data(), length + 1, &length));
  text.resize(length);
  return text;
}

std::string Argument::path() const {
  std::string path = text();
  const size_t nul = path.find('\0');
  if (nul != std::string::npos) fail(function_, EINVAL, path.substr(0, nul), "the string contains a NUL byte");
  return path;
}

Bytes Argument::array() const {
  bool is_array = false;
  napi_typedarray_type kind = napi_int8_array;
  Bytes bytes;
  void* data = nullptr;
  check(env_, napi_is_typedarray(env_, value_, &is_array));
  if (is_array) {
    check(env_, napi_get_typedarray_info(env_, value_, &kind, &bytes.length, &data, nullptr, nullptr));
  }
  if (!is_array || kind != napi_uint8_array) reject("a Uint8Array");
  bytes.start = static_cast<const uint8_t*>(data);
  if (bytes.start == nullptr) bytes.length = 0;  // empty or detached
  return bytes;
}

Bytes Argument::bytes() const {
  if (type() != napi_string) {
    bool is_array = false;
    check(env_, napi_is_typedarray(env_, value_, &is_array));
    if (!is_array) reject("a string or a Uint8Array");
    return array();
  }
  Bytes bytes;
  bytes.text = text();
  return bytes;
}

Napi::Function Argument::function() const {
  if (type() != napi_function) reject("a function");
  return {env_, value_};
}

Argument Argument::member(const char* name) const {
  const napi_valuetype kind = type();
  if (kind != napi_object) reject("an object");
  napi_value value = nullptr;
  check(env_, napi_get_named_property(env_, value_, name, &value));
  return {env_, value, function_, name_, name};
}

std::vector<Argument> Argument::items(uint32_t maximum) const {
  bool is_array = false;
  uint32_t count = 0;
  check(env_, napi_is_array(env_, value_, &is_array));
  if (!is_array) reject("an array");
  check(env_, napi_get_array_length(env_, value_, &count));
  if (count > maximum) reject(("an array of at most " + std::to_string(maximum)).c_str(), true);
  std::vector<Argument> items;
  items.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    napi_value value = nullptr;
    check(env_, napi_get_element(env_, value_, i, &value));
    items.push_back({env_, value, function_, name_, member_});
  }
  return items;
}

void define(Napi::Env env, Napi::Object exports, const Export* table, size_t count) {
  std::vector<napi_property_descriptor> properties(count);
  for (size_t i = 0; i < count; ++i) {
    properties[i] = {table[i].name, nullptr, enter,           nullptr,
                     nullptr,       nullptr, napi_enumerable, const_cast<Export*>(&table[i])};
  }
  check(env, napi_define_properties(env, exports, count, properties.data()));
}

Napi::Value make_array(napi_env env, const void* data, size_t size) {
  void* memory = nullptr;
  napi_value buffer = nullptr, array = nullptr;
  check(env, napi_create_arraybuffer(env, size, &memory, &buffer));
  if (size > 0) std::memcpy(memory, data, size);
  check(env, napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &array));
  return {env, array};
}

Napi::Value make_string(napi_env env, const char* data, size_t size) {
  napi_value value = nullptr;
  check(env, napi_create_string_utf8(env, size > 0 ? data : "", size, &value));
  return {env, value};
}

}  // namespace hoist
