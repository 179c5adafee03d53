// Mounts of the host, and where a path of a container leads.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <string>

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

Napi::Value mount_at(const Call& call) {
  const Argument request = call.argument(0, "request");
  const std::string source = request.member("source").path();
  const std::string target = request.member("target").path();
  const std::string type = request.member("type").path();
  const std::string data = request.member("data").path();
  const auto flags = static_cast<unsigned long>(request.member("flags").integer(0, UINT32_MAX));
  if (::mount(source.c_str(), target.c_str(), type.c_str(), flags, data.c_str()) == -1) fail("mount", errno, target);
  return {};
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

constexpr Export kExports[] = {{"mount", mount_at}, {"cloneMount", clone_mount}, {"resolveInRoot", resolve_in_root}};

}  // namespace

void register_mounts(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
