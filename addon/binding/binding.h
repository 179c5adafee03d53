// What each file of the addon puts on its exports; the typed contract is src/host/native.ts.
#pragma once

#include <napi.h>

namespace hoist {

void register_files(Napi::Env env, Napi::Object exports);           // read_file.cc
void register_file_writes(Napi::Env env, Napi::Object exports);     // write_file.cc
void register_directories(Napi::Env env, Napi::Object exports);     // directory.cc
void register_file_status(Napi::Env env, Napi::Object exports);     // file_status.cc
void register_descriptors(Napi::Env env, Napi::Object exports);     // descriptor.cc
void register_spawn(Napi::Env env, Napi::Object exports);           // spawn_init.cc
void register_spawn_process(Napi::Env env, Napi::Object exports);   // spawn_process.cc
void register_pidfd(Napi::Env env, Napi::Object exports);           // pidfd.cc
void register_process(Napi::Env env, Napi::Object exports);         // process.cc
void register_procfs(Napi::Env env, Napi::Object exports);          // procfs.cc
void register_mounts(Napi::Env env, Napi::Object exports);          // mount.cc
void register_loop(Napi::Env env, Napi::Object exports);            // loop.cc
void register_sockets(Napi::Env env, Napi::Object exports);         // socket.cc
void register_unix_sockets(Napi::Env env, Napi::Object exports);    // unix_socket.cc
void register_netlink(Napi::Env env, Napi::Object exports);         // netlink.cc
void register_terminal(Napi::Env env, Napi::Object exports);        // terminal.cc
void register_supervise(Napi::Env env, Napi::Object exports);       // supervise.cc
void register_watch(Napi::Env env, Napi::Object exports);           // watch.cc
void register_notify(Napi::Env env, Napi::Object exports);          // notify.cc
void register_device_program(Napi::Env env, Napi::Object exports);  // device_program.cc
void register_trim(Napi::Env env, Napi::Object exports);            // trim.cc
void register_pump(Napi::Env env, Napi::Object exports);            // pump_exports.cc
void register_orphans(Napi::Env env, Napi::Object exports);         // orphans.cc
void register_bus(Napi::Env env, Napi::Object exports);             // bus.cc
void register_seccomp(Napi::Env env, Napi::Object exports);         // seccomp.cc: compileSeccomp, seccompInfo

}  // namespace hoist
