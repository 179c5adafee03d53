#include "binding/remove_all.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr int kRaces = 64;  // how often a folder may be found filled again by somebody else

/// A folder on the way down: where to return to, and what it is called there.
struct Level {
  std::string name;
  dev_t device;
  ino_t inode;
};

class Removal {
 public:
  explicit Removal(const std::string& path) : path_(path) {}

  /// Removes the directory `name` in `parent`. Going up is openat("..") with a check that it is the folder that we came
  /// from: somebody may have moved it meanwhile. So one descriptor is open at any depth.
  void run(UniqueFd parent, const std::string& name) {
    folder_ = std::move(parent);
    descend(name);
    while (!levels_.empty()) {
      if (!empty_folder()) continue;
      ascend();
    }
  }

 private:
  void descend(const std::string& name) {
    struct stat status;
    if (fstat(folder_.get(), &status) == -1) fail("stat", errno, path_);
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    const long opened = retry([&] { return syscall(SYS_openat2, folder_.get(), name.c_str(), &how, sizeof how); });
    if (opened == -1 && errno == ENOENT) return;
    if (opened == -1) fail("open", errno, where() + "/" + name);
    levels_.push_back({name, status.st_dev, status.st_ino});
    folder_.reset(static_cast<int>(opened));
  }

  void ascend() {
    const Level level = levels_.back();
    UniqueFd up(retry([&] { return openat(folder_.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    struct stat status;
    if (!up || fstat(up.get(), &status) == -1) fail("open", errno, where() + "/..");
    if (status.st_dev != level.device || status.st_ino != level.inode) {
      fail("rmdir", EBUSY, where(), "the directory was moved while it was being removed");
    }
    if (unlinkat(up.get(), level.name.c_str(), AT_REMOVEDIR) == -1 && errno != ENOENT) {
      if ((errno != ENOTEMPTY && errno != EEXIST) || ++races_ > kRaces) fail("rmdir", errno, where());
      if (lseek(folder_.get(), 0, SEEK_SET) == -1) fail("lseek", errno, where());
      return;
    }
    levels_.pop_back();
    folder_ = std::move(up);
  }

  /// One pass over the folder. False when it went down into a folder that has to be emptied first.
  bool empty_folder() {
    for (;;) {
      alignas(dirent64) char buffer[32768];
      const long got = syscall(SYS_getdents64, folder_.get(), buffer, sizeof buffer);
      if (got == -1 && errno != ENOENT) fail("readdir", errno, where());
      if (got <= 0) return true;
      for (long at = 0; at < got;) {
        const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
        at += entry->d_reclen;
        if (!remove_entry(entry->d_name, entry->d_type)) return false;
      }
    }
  }

  bool remove_entry(const std::string& name, unsigned char type) {
    if (name == "." || name == "..") return true;
    if (type != DT_DIR) {
      if (unlinkat(folder_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return true;
      if (errno != EISDIR && errno != EPERM) fail("unlink", errno, where() + "/" + name);
    }
    if (unlinkat(folder_.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    if (errno == ENOTDIR) fail("unlink", EPERM, where() + "/" + name);  // an immutable file
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY) fail("rmdir", errno, where() + "/" + name);
    const size_t depth = levels_.size();
    descend(name);
    return levels_.size() == depth;
  }

  std::string where() const {
    std::string text = path_;
    for (size_t i = 1; i < levels_.size(); ++i) text += "/" + levels_[i].name;
    return text;
  }

  const std::string path_;
  UniqueFd folder_;
  std::vector<Level> levels_;
  int races_ = 0;
};

}  // namespace

void remove_all(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) fail("removeAll", EINVAL, path);
  const size_t slash = path.rfind('/', end);
  const size_t start = slash == std::string::npos ? 0 : slash + 1;
  const std::string name = path.substr(start, end + 1 - start);
  if (name == "." || name == "..") fail("removeAll", EINVAL, path);
  const std::string folder = start == 0 ? "." : path.substr(0, start);
  UniqueFd parent(retry([&] { return ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }));
  if (!parent && errno == ENOENT) return;
  if (!parent) fail("open", errno, folder);
  if (unlinkat(parent.get(), name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM) fail("unlink", errno, path);
  if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
  if (errno == ENOTDIR) fail("unlink", EPERM, path);
  Removal(path.substr(0, end + 1)).run(std::move(parent), name);
}

}  // namespace hoist
