// The addon's entry. Loading must cost nothing: no static constructors with work, no threads, no descriptors.
#include <napi.h>

#include "binding/binding.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  hoist::register_files(env, exports);
  hoist::register_file_writes(env, exports);
  hoist::register_directories(env, exports);
  hoist::register_file_status(env, exports);
  hoist::register_descriptors(env, exports);
  hoist::register_spawn(env, exports);
  hoist::register_spawn_process(env, exports);
  hoist::register_pidfd(env, exports);
  hoist::register_process(env, exports);
  hoist::register_procfs(env, exports);
  hoist::register_mounts(env, exports);
  hoist::register_loop(env, exports);
  hoist::register_sockets(env, exports);
  hoist::register_unix_sockets(env, exports);
  hoist::register_netlink(env, exports);
  hoist::register_terminal(env, exports);
  hoist::register_supervise(env, exports);
  hoist::register_watch(env, exports);
  hoist::register_notify(env, exports);
  hoist::register_device_program(env, exports);
  hoist::register_trim(env, exports);
  hoist::register_pump(env, exports);
  hoist::register_orphans(env, exports);
  hoist::register_bus(env, exports);
  hoist::register_seccomp(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(hoist, initialise)
