// Mounts of the host, and where a path of a container leads.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <string>
#include <thread>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/file_kind.h"
#include "binding/io.h"
#include "binding/procfs.h"

namespace hoist {
namespace {

UniqueFd open_resolving(int folder, const std::string& path, uint64_t flags, uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve;
  const long descriptor = retry([&] { return syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how); });
  return UniqueFd(static_cast<int>(descriptor));
}

struct MountRequest {
  std::string source, target, type, data;
  unsigned long flags = 0;

  int perform() const {
    const void* options = data.empty() ? nullptr : data.c_str();
    // Not by mount(3) of sys/mount.h, whose constants collide with those of linux/mount.h.
    const long done = syscall(SYS_mount, source.c_str(), target.c_str(), type.c_str(), flags, options);
    return done == -1 ? errno : 0;
  }
};

/// On a thread that has a working directory of its own: that of the process stays as it is.
int mount_from(const std::string& folder, const MountRequest& request) {
  int error = 0;
  std::thread([&] {
    if (unshare(CLONE_FS) == -1 || chdir(folder.c_str()) == -1) {
      error = errno;
    } else {
      error = request.perform();
    }
  }).join();
  return error;
}

Napi::Value mount_at(const Call& call) {
  const Argument given = call.argument(0, "request");
  MountRequest request;
  request.source = given.member("source").path();
  request.target = given.member("target").path();
  request.type = given.member("type").path();
  request.data = given.member("data").path();
  request.flags = static_cast<unsigned long>(given.member("flags").integer(0, UINT32_MAX));
  const Argument folder = given.member("folder");
  const int error = folder.absent() ? request.perform() : mount_from(folder.path(), request);
  if (error != 0) fail("mount", error, request.target);
  return {};
}

/// As containerd has it: the one mount at `source`, not what is mounted below it.
Napi::Value mount_mapped(const Call& call) {
  const std::string source = call.argument(0, "source").path();
  const std::string target = call.argument(1, "target").path();
  mount_attr attributes{};
  attributes.userns_fd = static_cast<uint64_t>(call.argument(2, "namespace").descriptor());
  attributes.attr_set = MOUNT_ATTR_IDMAP | (call.argument(3, "readOnly").flag() ? MOUNT_ATTR_RDONLY : 0);
  const UniqueFd tree(
      static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  if (!tree) fail("open_tree", errno, source);
  if (syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) == -1)
    fail("mount_setattr", errno, source);
  if (syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == -1)
    fail("move_mount", errno, target);
  return {};
}

Napi::Value open_in_root(const Call& call) {
  const std::string root = call.argument(0, "root").path();
  const std::string path = call.argument(1, "path").path();
  const UniqueFd folder = open_path(root, O_PATH | O_DIRECTORY);
  UniqueFd found = open_resolving(folder.get(), path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (!found) fail("openat2", errno, path);
  return Napi::Number::New(call.env(), found.release());
}

/// The path was resolved before: a link on it now was put there meanwhile.
Napi::Value clone_mount(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const UniqueFd folder = open_resolving(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
  if (!folder) fail("openat2", errno, path);
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
  const long tree = syscall(SYS_open_tree, folder.get(), "", flags);
  if (tree == -1) fail("open_tree", errno, path);
  return Napi::Number::New(call.env(), static_cast<double>(tree));
}

/// The kernel's own words for where a descriptor is, as seen from the root of its mount namespace.
std::string path_of(int procfs, int descriptor) {
  char text[PATH_MAX];
  const std::string link = "self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlinkat(procfs, link.c_str(), text, sizeof text);
  if (length == -1) fail("readlink", errno, "/proc/" + link);
  return {text, static_cast<size_t>(length)};
}

/// Links lead where they lead for the process: not one of them leaves its root.
Napi::Value resolve_in_root(const Call& call) {
  const std::string pid = std::to_string(call.argument(0, "pid").integer(1, INT32_MAX));
  const std::string path = call.argument(1, "path").path();
  const UniqueFd procfs = open_procfs();
  const UniqueFd root(openat(procfs.get(), (pid + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) fail("open", errno, "/proc/" + pid + "/root");
  const UniqueFd found = open_resolving(root.get(), path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!found) fail("openat2", errno, path);
  struct stat status;
  if (fstat(found.get(), &status) == -1) fail("stat", errno, path);
  const std::string resolved = path_of(procfs.get(), found.get());
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("path", make_string(call.env(), resolved.data(), resolved.size()));
  result.Set("kind", file_kind(status.st_mode));
  return result;
}

constexpr Export kExports[] = {{"mount", mount_at},
                               {"mountMapped", mount_mapped},
                               {"openInRoot", open_in_root},
                               {"cloneMount", clone_mount},
                               {"resolveInRoot", resolve_in_root}};

}  // namespace

void register_mounts(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
