// sd-bus, of libsystemd: what D-Bus is for systemd itself. Loaded when the systemd cgroup driver first asks for it, so
// that hoist needs nothing but glibc elsewhere; declared here, so that building needs no header of systemd's.
// sd-bus(3).
#pragma once

#include <cstddef>
#include <cstdint>

struct sd_bus;
struct sd_bus_message;
struct sd_bus_slot;
struct sd_bus_error;

namespace hoist {

using BusHandler = int (*)(sd_bus_message* message, void* data, sd_bus_error* error);

/// The functions under their own names, without `sd_bus_`. Each returns a negative errno when it fails.
struct BusLibrary {
  int (*new_)(sd_bus** bus);
  int (*set_address)(sd_bus* bus, const char* address);
  int (*set_bus_client)(sd_bus* bus, int yes);
  int (*start)(sd_bus* bus);
  int (*is_ready)(sd_bus* bus);
  int (*process)(sd_bus* bus, sd_bus_message** message);
  int (*wait)(sd_bus* bus, uint64_t microseconds);
  sd_bus* (*close_unref)(sd_bus* bus);
  int (*call_async)(sd_bus* bus, sd_bus_slot** slot, sd_bus_message* message, BusHandler handler, void* data,
                    uint64_t microseconds);
  sd_bus_slot* (*slot_unref)(sd_bus_slot* slot);
  int (*message_new_method_call)(sd_bus* bus, sd_bus_message** message, const char* destination, const char* path,
                                 const char* interface, const char* member);
  sd_bus_message* (*message_ref)(sd_bus_message* message);
  sd_bus_message* (*message_unref)(sd_bus_message* message);
  int (*message_append_basic)(sd_bus_message* message, char type, const void* value);
  int (*message_append_array)(sd_bus_message* message, char type, const void* data, size_t size);
  int (*message_open_container)(sd_bus_message* message, char type, const char* contents);
  int (*message_close_container)(sd_bus_message* message);
  int (*message_peek_type)(sd_bus_message* message, char* type, const char** contents);
  int (*message_read_basic)(sd_bus_message* message, char type, void* value);
  int (*message_read_array)(sd_bus_message* message, char type, const void** data, size_t* size);
  int (*message_enter_container)(sd_bus_message* message, char type, const char* contents);
  int (*message_exit_container)(sd_bus_message* message);
  int (*message_is_signal)(sd_bus_message* message, const char* interface, const char* member);
  int (*message_is_method_error)(sd_bus_message* message, const char* name);
  const sd_bus_error* (*message_get_error)(sd_bus_message* message);
  const char* (*message_get_sender)(sd_bus_message* message);
  const char* (*message_get_path)(sd_bus_message* message);
  const char* (*message_get_interface)(sd_bus_message* message);
  const char* (*message_get_member)(sd_bus_message* message);
};

/// Loads it once. Throws ENOENT when there is no libsystemd, ENOSYS when it is too old (237 is the oldest that has all
/// of this).
const BusLibrary& bus_library();

}  // namespace hoist
