// What files are and who owns them.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/file_kind.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr int64_t kLargestId = 4294967294;  // 2^32-1 is -1, "unchanged", to chown(2)

Napi::Value status_object(Napi::Env env, const struct stat& status) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", file_kind(status.st_mode));
  object.Set("mode", static_cast<double>(status.st_mode & 07777));
  object.Set("uid", static_cast<double>(status.st_uid));
  object.Set("gid", static_cast<double>(status.st_gid));
  object.Set("size", static_cast<double>(status.st_size));
  object.Set("device", Napi::BigInt::New(env, static_cast<uint64_t>(status.st_dev)));
  object.Set("inode", Napi::BigInt::New(env, static_cast<uint64_t>(status.st_ino)));
  object.Set("major", static_cast<double>(major(status.st_rdev)));
  object.Set("minor", static_cast<double>(minor(status.st_rdev)));
  object.Set("modifiedMs",
             static_cast<double>(status.st_mtim.tv_sec) * 1e3 + static_cast<double>(status.st_mtim.tv_nsec) / 1e6);
  return object;
}

Napi::Value status_of(const Call& call, int flags, const char* name) {
  const std::string path = call.argument(0, "path").path();
  struct stat status;
  if (fstatat(AT_FDCWD, path.c_str(), &status, flags) == -1) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail(name, errno, path);
  }
  return status_object(call.env(), status);
}

Napi::Value stat_export(const Call& call) { return status_of(call, 0, "stat"); }
Napi::Value lstat_export(const Call& call) { return status_of(call, AT_SYMLINK_NOFOLLOW, "lstat"); }

Napi::Value chmod(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  if (::chmod(path.c_str(), call.argument(1, "mode").mode()) == -1) fail("chmod", errno, path);
  return {};
}

Napi::Value chown(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const auto uid = static_cast<uid_t>(call.argument(1, "uid").integer(0, kLargestId));
  const auto gid = static_cast<gid_t>(call.argument(2, "gid").integer(0, kLargestId));
  if (::chown(path.c_str(), uid, gid) == -1) fail("chown", errno, path);
  return {};
}

Napi::Value read_link(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  std::string target(256, '\0');
  for (;;) {
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length == -1) fail("readlink", errno, path);
    if (static_cast<size_t>(length) < target.size())
      return make_string(call.env(), target.data(), static_cast<size_t>(length));
    target.resize(target.size() * 2);
  }
}

Napi::Value real_path(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) fail("realpath", errno, path);
  return make_string(call.env(), resolved, std::string(resolved).size());
}

Napi::Value access_export(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const int mode = static_cast<int>(call.argument(1, "mode").integer(0, R_OK | W_OK | X_OK));
  return Napi::Boolean::New(call.env(), faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0);
}

Napi::Value file_system(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  struct statfs status;
  if (retry([&] { return ::statfs(path.c_str(), &status); }) == -1) fail("statfs", errno, path);
  return Napi::Number::New(call.env(), static_cast<uint32_t>(status.f_type));
}

Napi::Value unmount(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const int flags = static_cast<int>(call.argument(1, "flags").integer(0, INT32_MAX));
  if (::umount2(path.c_str(), flags) == -1) fail("umount2", errno, path);
  return {};
}

constexpr Export kExports[] = {
    {"stat", stat_export},     {"lstat", lstat_export},     {"chmod", chmod},
    {"chown", chown},          {"readLink", read_link},     {"realPath", real_path},
    {"access", access_export}, {"fileSystem", file_system}, {"unmount", unmount},
};

}  // namespace

void register_file_status(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
