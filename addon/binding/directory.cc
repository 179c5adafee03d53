// Folders and names of the host.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/file_kind.h"
#include "binding/io.h"
#include "binding/remove_all.h"

namespace hoist {
namespace {

bool is_directory(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// True when made, false when a directory was there.
bool make_directory(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0) return true;
  const int error = errno;
  if (error != EEXIST || !is_directory(path)) fail("mkdir", error, path);
  return false;
}

Napi::Value mkdir(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  return Napi::Boolean::New(call.env(), make_directory(path, call.argument(1, "mode").mode()));
}

/// Tries the whole path first (nearly always it or its parent is there), then goes forward from the first folder.
Napi::Value mkdir_all(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const unsigned mode = call.argument(1, "mode").mode();
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno != ENOENT || path.empty()) {
    make_directory(path, mode);
    return {};
  }
  for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    make_directory(path.substr(0, end), mode);
  }
  make_directory(path, mode);
  return {};
}

Napi::Value rmdir(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  if (::rmdir(path.c_str()) == -1) fail("rmdir", errno, path);
  return {};
}

Napi::Value unlink(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  if (::unlink(path.c_str()) == 0) return Napi::Boolean::New(call.env(), true);
  if (errno != ENOENT) fail("unlink", errno, path);
  return Napi::Boolean::New(call.env(), false);
}

Napi::Value remove_all_export(const Call& call) {
  remove_all(call.argument(0, "path").path());
  return {};
}

Napi::Value rename(const Call& call) {
  const std::string from = call.argument(0, "from").path();
  const std::string to = call.argument(1, "to").path();
  if (::rename(from.c_str(), to.c_str()) == -1) throw SystemFailure{"rename", errno, from, {}, to};
  return {};
}

Napi::Value symlink(const Call& call) {
  const std::string target = call.argument(0, "target").path();
  const std::string path = call.argument(1, "path").path();
  if (::symlink(target.c_str(), path.c_str()) == -1) throw SystemFailure{"symlink", errno, target, {}, path};
  return {};
}

Napi::Value mkfifo(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  if (::mkfifo(path.c_str(), call.argument(1, "mode").mode()) == -1) fail("mkfifo", errno, path);
  return {};
}

/// The kind that the directory gives, or that lstat gives where the file system leaves it out.
const char* entry_kind(int directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return file_kind(DTTOIF(entry.d_type));
  struct stat status;
  if (fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == -1) return nullptr;
  return file_kind(status.st_mode);
}

Napi::Value read_directory(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  UniqueFd descriptor = open_path(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  struct Closer {
    void operator()(DIR* stream) const { closedir(stream); }
  };
  std::unique_ptr<DIR, Closer> stream(fdopendir(descriptor.get()));
  if (!stream) fail("readdir", errno, path);
  descriptor.release();
  Napi::Array entries = Napi::Array::New(call.env());
  uint32_t count = 0;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr && errno != 0) fail("readdir", errno, path);
    if (entry == nullptr) return entries;
    const std::string name = entry->d_name;
    const char* kind = name == "." || name == ".." ? nullptr : entry_kind(dirfd(stream.get()), *entry);
    if (kind == nullptr) continue;
    Napi::Object item = Napi::Object::New(call.env());
    item.Set("name", make_string(call.env(), name.data(), name.size()));
    item.Set("kind", kind);
    entries.Set(count++, item);
  }
}

constexpr Export kExports[] = {
    {"mkdir", mkdir},
    {"mkdirAll", mkdir_all},
    {"rmdir", rmdir},
    {"unlink", unlink},
    {"removeAll", remove_all_export},
    {"rename", rename},
    {"symlink", symlink},
    {"mkfifo", mkfifo},
    {"readDirectory", read_directory},
};

}  // namespace

void register_directories(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
