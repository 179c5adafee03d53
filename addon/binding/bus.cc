// Connections to a D-Bus daemon. Every wait ends: a daemon that stalls must not keep a container half made or frozen
// (runc#4481).
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "binding/binding.h"
#include "binding/bus_library.h"
#include "binding/bus_message.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr uint64_t kNever = UINT64_MAX;

/// sd_bus_error(3); its third member is the library's own.
struct BusError {
  const char* name;
  const char* message;
  int own;
};

struct UnrefMessage {
  const BusLibrary* library;
  void operator()(sd_bus_message* message) const { library->message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, UnrefMessage>;

/// How long something may take.
class Deadline {
 public:
  explicit Deadline(long long milliseconds) : end_(now_ms() + milliseconds) {}
  long long left_ms() const { return end_ - now_ms(); }

 private:
  long long end_;
};

class Bus {
 public:
  Bus(const std::string& address, const Deadline& deadline) : library_(bus_library()) {
    check(library_.new_(&bus_), address);
    try {
      check(library_.set_address(bus_, address.c_str()), address);
      check(library_.set_bus_client(bus_, 1), address);
      check(library_.start(bus_), address);
      while (check(library_.is_ready(bus_), address) == 0) step(deadline, address);
    } catch (...) {
      library_.close_unref(bus_);
      throw;
    }
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  ~Bus() {
    signals_.clear();
    library_.close_unref(bus_);
  }

  const BusLibrary& library() const { return library_; }

  Message method_call(const char* destination, const char* path, const char* interface, const char* member) {
    sd_bus_message* message = nullptr;
    check(library_.message_new_method_call(bus_, &message, destination, path, interface, member), member);
    return own(message);
  }

  /// Sends it and waits for the answer, which may be an error. Signals that come meanwhile are kept for next_signal.
  Message call(sd_bus_message* message, const char* member, const Deadline& deadline) {
    Message reply = own(nullptr);
    Waiting waiting{&library_, &reply};
    sd_bus_slot* slot = nullptr;
    check(library_.call_async(bus_, &slot, message, answered, &waiting, kNever), member);
    try {
      while (reply == nullptr) step(deadline, member);
    } catch (...) {
      library_.slot_unref(slot);
      throw;
    }
    library_.slot_unref(slot);
    return reply;
  }

  /// Nothing when the time is up.
  Message next_signal(const Deadline& deadline) {
    while (signals_.empty() && deadline.left_ms() > 0) {
      if (process() == 0) wait(static_cast<uint64_t>(std::max(deadline.left_ms(), 0LL)) * 1000);
    }
    if (signals_.empty()) return own(nullptr);
    Message first = std::move(signals_.front());
    signals_.pop_front();
    return first;
  }

 private:
  struct Waiting {
    const BusLibrary* library;
    Message* reply;
  };

  static int answered(sd_bus_message* message, void* data, sd_bus_error* /*error*/) {
    const Waiting& waiting = *static_cast<Waiting*>(data);
    waiting.reply->reset(waiting.library->message_ref(message));
    return 1;
  }

  Message own(sd_bus_message* message) const { return {message, UnrefMessage{&library_}}; }

  void step(const Deadline& deadline, const std::string& what) {
    if (process() > 0) return;
    const long long left = deadline.left_ms();
    if (left <= 0) fail("dbus", ETIMEDOUT, what);
    wait(static_cast<uint64_t>(left) * 1000);
  }

  int process() {
    sd_bus_message* message = nullptr;
    const int result = check(library_.process(bus_, &message), {});
    if (message == nullptr) return result;
    Message owned = own(message);
    if (library_.message_is_signal(message, nullptr, nullptr) > 0) signals_.push_back(std::move(owned));
    return result;
  }

  void wait(uint64_t microseconds) {
    const int result = library_.wait(bus_, microseconds);
    if (result < 0 && result != -EINTR) fail("dbus", -result);
  }

  static int check(int result, const std::string& what) {
    if (result < 0) fail("dbus", -result, what);
    return result;
  }

  const BusLibrary& library_;
  sd_bus* bus_ = nullptr;
  std::deque<Message> signals_;
};

std::mutex lock;
std::map<int64_t, std::shared_ptr<Bus>> open_buses;
int64_t last_key = 0;

std::shared_ptr<Bus> bus_of(const Argument& key) {
  const int64_t number = key.integer(1, INT64_C(1) << 53);
  const std::lock_guard<std::mutex> guard(lock);
  const auto found = open_buses.find(number);
  if (found == open_buses.end()) key.reject("an open bus");
  return found->second;
}

Deadline deadline_of(const Argument& argument) { return Deadline(argument.integer(0, INT32_MAX)); }

Napi::Value open_bus(const Call& call) {
  const std::string address = call.argument(0, "address").path();
  auto bus = std::make_shared<Bus>(address, deadline_of(call.argument(1, "timeoutMs")));
  const std::lock_guard<std::mutex> guard(lock);
  open_buses[++last_key] = std::move(bus);
  return Napi::Number::New(call.env(), static_cast<double>(last_key));
}

Napi::Value close_bus(const Call& call) {
  const Argument key = call.argument(0, "bus");
  bus_of(key);
  const std::lock_guard<std::mutex> guard(lock);
  open_buses.erase(key.integer(1, INT64_C(1) << 53));
  return {};
}

Napi::Value text_or_undefined(napi_env env, const char* text) {
  return text == nullptr ? Napi::Env(env).Undefined() : make_string(env, text, std::strlen(text));
}

Napi::Value call_bus(const Call& call) {
  const std::shared_ptr<Bus> bus = bus_of(call.argument(0, "bus"));
  const Argument request = call.argument(1, "call");
  const std::string destination = request.member("destination").path(), path = request.member("path").path();
  const std::string interface = request.member("interface").path(), member = request.member("member").path();
  const Deadline deadline = deadline_of(call.argument(2, "timeoutMs"));
  const Message message = bus->method_call(destination.c_str(), path.c_str(), interface.c_str(), member.c_str());
  append_body(bus->library(), message.get(), request.member("signature").path(), request.member("body"));
  const Message reply = bus->call(message.get(), member.c_str(), deadline);
  Napi::Object result = Napi::Object::New(call.env());
  if (bus->library().message_is_method_error(reply.get(), nullptr) > 0) {
    const auto* error = reinterpret_cast<const BusError*>(bus->library().message_get_error(reply.get()));
    result.Set("error", text_or_undefined(call.env(), error->name));
    result.Set("message", text_or_undefined(call.env(), error->message));
  } else {
    result.Set("body", Napi::Value(call.env(), read_body(bus->library(), call.env(), reply.get())));
  }
  return result;
}

Napi::Value next_signal(const Call& call) {
  const std::shared_ptr<Bus> bus = bus_of(call.argument(0, "bus"));
  const Message signal = bus->next_signal(deadline_of(call.argument(1, "timeoutMs")));
  if (signal == nullptr) return {};
  const BusLibrary& library = bus->library();
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("sender", text_or_undefined(call.env(), library.message_get_sender(signal.get())));
  result.Set("path", text_or_undefined(call.env(), library.message_get_path(signal.get())));
  result.Set("interface", text_or_undefined(call.env(), library.message_get_interface(signal.get())));
  result.Set("member", text_or_undefined(call.env(), library.message_get_member(signal.get())));
  result.Set("body", Napi::Value(call.env(), read_body(library, call.env(), signal.get())));
  return result;
}

constexpr Export kExports[] = {
    {"openBus", open_bus}, {"closeBus", close_bus}, {"callBus", call_bus}, {"nextBusSignal", next_signal}};

}  // namespace

void register_bus(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
