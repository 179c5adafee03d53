#include "binding/bus_library.h"

#include <dlfcn.h>

#include <cerrno>
#include <string>

#include "binding/errors.h"

namespace hoist {
namespace {

constexpr char kName[] = "libsystemd.so.0";

template <typename Function>
void find(void* library, const char* name, Function& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) fail("dlsym", ENOSYS, kName, std::string(name) + " is missing: it is older than 237");
  function = reinterpret_cast<Function>(symbol);
}

BusLibrary load() {
  // RTLD_LOCAL: its symbols and those of what it needs are nobody else's.
  void* library = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* words = dlerror();
    fail("dlopen", ENOENT, kName, words != nullptr ? words : "");
  }
  BusLibrary all{};
  find(library, "sd_bus_new", all.new_);
  find(library, "sd_bus_set_address", all.set_address);
  find(library, "sd_bus_set_bus_client", all.set_bus_client);
  find(library, "sd_bus_start", all.start);
  find(library, "sd_bus_is_ready", all.is_ready);
  find(library, "sd_bus_process", all.process);
  find(library, "sd_bus_wait", all.wait);
  find(library, "sd_bus_close_unref", all.close_unref);
  find(library, "sd_bus_call_async", all.call_async);
  find(library, "sd_bus_slot_unref", all.slot_unref);
  find(library, "sd_bus_message_new_method_call", all.message_new_method_call);
  find(library, "sd_bus_message_ref", all.message_ref);
  find(library, "sd_bus_message_unref", all.message_unref);
  find(library, "sd_bus_message_append_basic", all.message_append_basic);
  find(library, "sd_bus_message_append_array", all.message_append_array);
  find(library, "sd_bus_message_open_container", all.message_open_container);
  find(library, "sd_bus_message_close_container", all.message_close_container);
  find(library, "sd_bus_message_peek_type", all.message_peek_type);
  find(library, "sd_bus_message_read_basic", all.message_read_basic);
  find(library, "sd_bus_message_read_array", all.message_read_array);
  find(library, "sd_bus_message_enter_container", all.message_enter_container);
  find(library, "sd_bus_message_exit_container", all.message_exit_container);
  find(library, "sd_bus_message_is_signal", all.message_is_signal);
  find(library, "sd_bus_message_is_method_error", all.message_is_method_error);
  find(library, "sd_bus_message_get_error", all.message_get_error);
  find(library, "sd_bus_message_get_sender", all.message_get_sender);
  find(library, "sd_bus_message_get_path", all.message_get_path);
  find(library, "sd_bus_message_get_interface", all.message_get_interface);
  find(library, "sd_bus_message_get_member", all.message_get_member);
  return all;
}

}  // namespace

const BusLibrary& bus_library() {
  static const BusLibrary library = load();
  return library;
}

}  // namespace hoist
