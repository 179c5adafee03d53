#include "binding/bus_message.h"

#include <cerrno>
#include <cstring>
#include <vector>

namespace hoist {
namespace {

constexpr char kStruct = 'r';
constexpr char kEntry = 'e';
constexpr uint32_t kMostItems = 100000;
constexpr int kDeepest = 32;

/// A negative errno of sd-bus becomes an error.
int check(int result, const char* what) {
  if (result < 0) fail(what, -result);
  return result;
}

/// Where the first complete type of a signature ends; throws when there is none.
size_t type_end(const std::string& signature, size_t at) {
  size_t open = 0;
  for (; at < signature.size(); ++at) {
    const char letter = signature[at];
    if (letter == 'a') continue;
    if (letter == '(' || letter == '{') ++open;
    if ((letter == ')' || letter == '}') && open-- == 0) break;
    if (open == 0) return at + 1;
  }
  fail("callBus", EINVAL, signature, "the signature is not complete");
}

class Writer {
 public:
  Writer(const BusLibrary& library, sd_bus_message* message) : library_(library), message_(message) {}

  /// One item for each complete type.
  void members(const std::string& signature, const Argument& values, int depth) {
    const std::vector<Argument> items = values.items(kMostItems);
    size_t at = 0;
    for (const Argument& item : items) {
      if (at == signature.size()) values.reject("no longer than its signature");
      const size_t end = type_end(signature, at);
      value(signature.substr(at, end - at), item, depth);
      at = end;
    }
    if (at != signature.size()) values.reject("as long as its signature");
  }

 private:
  void value(const std::string& type, const Argument& argument, int depth) {
    if (depth > kDeepest) fail("callBus", EINVAL, type, "nested too deep");
    switch (type[0]) {
      case 'y':
        return number<uint8_t>('y', argument, 0, UINT8_MAX);
      case 'n':
        return number<int16_t>('n', argument, INT16_MIN, INT16_MAX);
      case 'q':
        return number<uint16_t>('q', argument, 0, UINT16_MAX);
      case 'i':
        return number<int32_t>('i', argument, INT32_MIN, INT32_MAX);
      case 'u':
        return number<uint32_t>('u', argument, 0, UINT32_MAX);
      case 'b':
        return number(argument.flag());
      case 'x':
        return basic('x', argument.signed_big());
      case 't':
        return basic('t', argument.big());
      case 'd':
        return basic('d', argument.real());
      case 's':
      case 'o':
      case 'g':
        return text(type[0], argument.path());
      case 'v':
        return variant(argument, depth);
      case 'a':
        return array(type.substr(1), argument, depth);
      case '(':
        return container(kStruct, type, argument, depth);
      case '{':
        return container(kEntry, type, argument, depth);
      default:
        fail("callBus", EINVAL, type, "no such type");
    }
  }

  template <typename Number>
  void number(char type, const Argument& argument, int64_t minimum, int64_t maximum) {
    basic(type, static_cast<Number>(argument.integer(minimum, maximum)));
  }

  void number(bool flag) { basic('b', static_cast<int>(flag)); }

  template <typename Value>
  void basic(char type, Value value) {
    check(library_.message_append_basic(message_, type, &value), "sd_bus_message_append_basic");
  }

  /// The string itself, not a pointer to it (sd_bus_message_append_basic(3)).
  void text(char type, const std::string& text) {
    check(library_.message_append_basic(message_, type, text.c_str()), "sd_bus_message_append_basic");
  }

  void variant(const Argument& argument, int depth) {
    const std::vector<Argument> pair = argument.items(2);
    if (pair.size() != 2) argument.reject("a signature and a value");
    const std::string type = pair[0].path();
    open('v', type);
    value(type, pair[1], depth + 1);
    close();
  }

  void array(const std::string& type, const Argument& argument, int depth) {
    if (type == "y") {
      const Bytes bytes = argument.array();
      check(library_.message_append_array(message_, 'y', bytes.data(), bytes.size()), "sd_bus_message_append_array");
      return;
    }
    open('a', type);
    for (const Argument& item : argument.items(kMostItems)) value(type, item, depth + 1);
    close();
  }

  void container(char kind, const std::string& type, const Argument& argument, int depth) {
    const std::string inside = type.substr(1, type.size() - 2);
    open(kind, inside);
    members(inside, argument, depth + 1);
    close();
  }

  void open(char kind, const std::string& contents) {
    check(library_.message_open_container(message_, kind, contents.c_str()), "sd_bus_message_open_container");
  }

  void close() { check(library_.message_close_container(message_), "sd_bus_message_close_container"); }

  const BusLibrary& library_;
  sd_bus_message* message_;
};

class Reader {
 public:
  Reader(const BusLibrary& library, napi_env env, sd_bus_message* message)
      : library_(library), env_(env), message_(message) {}

  /// What is left of the container that we are in.
  napi_value rest() {
    Napi::Array items = Napi::Array::New(env_);
    char type = 0;
    const char* contents = nullptr;
    while (check(library_.message_peek_type(message_, &type, &contents), "sd_bus_message_peek_type") > 0) {
      items[items.Length()] = Napi::Value(env_, value(type, contents));
    }
    return items;
  }

 private:
  napi_value value(char type, const char* contents) {
    switch (type) {
      case 'y':
        return number<uint8_t>(type);
      case 'n':
        return number<int16_t>(type);
      case 'q':
        return number<uint16_t>(type);
      case 'i':
        return number<int32_t>(type);
      case 'u':
        return number<uint32_t>(type);
      case 'd':
        return number<double>(type);
      case 'b':
        return Napi::Boolean::New(env_, basic<int>(type) != 0);
      case 'x':
        return Napi::BigInt::New(env_, basic<int64_t>(type));
      case 't':
        return Napi::BigInt::New(env_, basic<uint64_t>(type));
      case 's':
      case 'o':
      case 'g': {
        const char* text = basic<const char*>(type);
        return make_string(env_, text, std::strlen(text));
      }
      case 'v': {
        const std::string inside = contents;
        const Napi::Array one(env_, container('v', contents));
        Napi::Array pair = Napi::Array::New(env_, 2);
        pair[0U] = make_string(env_, inside.data(), inside.size());
        pair[1U] = one.Get(0U);
        return pair;
      }
      case 'a':
        return std::strcmp(contents, "y") == 0 ? bytes() : container('a', contents);
      case kStruct:
      case kEntry:
        return container(type, contents);
      default:
        fail("callBus", EOPNOTSUPP, std::string(1, type), "no such type");
    }
  }

  template <typename Value>
  Value basic(char type) {
    Value value{};
    check(library_.message_read_basic(message_, type, &value), "sd_bus_message_read_basic");
    return value;
  }

  template <typename Value>
  napi_value number(char type) {
    return Napi::Number::New(env_, static_cast<double>(basic<Value>(type)));
  }

  napi_value bytes() {
    const void* data = nullptr;
    size_t size = 0;
    check(library_.message_read_array(message_, 'y', &data, &size), "sd_bus_message_read_array");
    return make_array(env_, data, size);
  }

  napi_value container(char type, const char* contents) {
    check(library_.message_enter_container(message_, type, contents), "sd_bus_message_enter_container");
    napi_value items = rest();
    check(library_.message_exit_container(message_), "sd_bus_message_exit_container");
    return items;
  }

  const BusLibrary& library_;
  napi_env env_;
  sd_bus_message* message_;
};

}  // namespace

void append_body(const BusLibrary& library, sd_bus_message* message, const std::string& signature,
                 const Argument& values) {
  Writer(library, message).members(signature, values, 0);
}

napi_value read_body(const BusLibrary& library, napi_env env, sd_bus_message* message) {
  return Reader(library, env, message).rest();
}

}  // namespace hoist
