// What the kernel tells of changes in: an eventfd (cgroup v1 writes to it), and inotify on files (cgroup v2 "modifies"
// them).
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "common/unique_fd.h"

namespace hoist {
namespace {

constexpr uint32_t kMostWatches = 64;

Napi::Value make_eventfd(const Call& call) {
  UniqueFd descriptor(eventfd(0, EFD_CLOEXEC));
  if (!descriptor) fail("eventfd", errno);
  return Napi::Number::New(call.env(), descriptor.release());
}

Napi::Value watch_files(const Call& call) {
  UniqueFd descriptor(inotify_init1(IN_CLOEXEC));
  if (!descriptor) fail("inotify_init", errno);
  for (const Argument& item : call.argument(0, "paths").items(kMostWatches)) {
    const std::string path = item.path();
    if (inotify_add_watch(descriptor.get(), path.c_str(), IN_MODIFY) == -1) fail("inotify_add_watch", errno, path);
  }
  return Napi::Number::New(call.env(), descriptor.release());
}

constexpr Export kExports[] = {{"eventfd", make_eventfd}, {"watchFiles", watch_files}};

}  // namespace

void register_notify(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
