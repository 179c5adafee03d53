// Files of /proc/<pid>. Runtimes have been tricked into writing a label or an id map into a file of the attacker's
// choice, by mounts over /proc and by symlinks (CVE-2019-16884, CVE-2019-19921, CVE-2025-31133, CVE-2025-52881): here
// the root must be a procfs and nothing may stand in the way.
#include "binding/procfs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr ino_t kProcRootInode = 1;  // PROC_ROOT_INO: not /proc/1 or another folder of it, bound over /proc
constexpr size_t kLargestFile = 4 << 20;

struct Target {
  std::string pid;   ///< "1234"
  std::string path;  ///< "1234/oom_score_adj"
  std::string whole() const { return "/proc/" + path; }
};

Target target_of(const Call& call) {
  const auto pid = std::to_string(call.argument(0, "pid").integer(1, INT32_MAX));
  const std::string name = call.argument(1, "name").path();
  const std::string padded = "/" + name + "/";
  if (name.empty() || name[0] == '/' || padded.find("/../") != std::string::npos) {
    call.argument(1, "name").reject("a relative path without ..", true);
  }
  return {pid, pid + "/" + name};
}

/// No descriptor when the process is gone.
UniqueFd open_target(const Target& target, int flags) {
  const UniqueFd root = open_procfs();
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  const long file = retry([&] { return syscall(SYS_openat2, root.get(), target.path.c_str(), &how, sizeof how); });
  if (file >= 0) return UniqueFd(static_cast<int>(file));
  const int error = errno;
  const bool gone = error == ESRCH || (error == ENOENT && faccessat(root.get(), target.pid.c_str(), F_OK, 0) == -1);
  if (!gone) fail("open", error, target.whole());
  return {};
}

/// One write(2): procfs takes a value whole or not at all.
Napi::Value write_process(const Call& call) {
  const Target target = target_of(call);
  const std::string data = call.argument(2, "data").text();
  const UniqueFd file = open_target(target, O_WRONLY);
  if (!file) fail("open", ESRCH, target.whole());
  const ssize_t written = retry([&] { return ::write(file.get(), data.data(), data.size()); });
  if (written == -1) fail("write", errno, target.whole());
  if (static_cast<size_t>(written) != data.size()) fail("write", EIO, target.whole(), "short write");
  return {};
}

Napi::Value read_process(const Call& call) {
  const Target target = target_of(call);
  const UniqueFd file = open_target(target, O_RDONLY);
  if (!file) return {};
  std::string content(4096, '\0');
  size_t used = 0;
  for (;;) {
    const ssize_t got = retry([&] { return ::read(file.get(), content.data() + used, content.size() - used); });
    if (got == -1 && errno == ESRCH) return {};
    if (got == -1) fail("read", errno, target.whole());
    if (got == 0) return make_string(call.env(), content.data(), used);
    used += static_cast<size_t>(got);
    if (used > kLargestFile) fail("read", EFBIG, target.whole());
    if (used == content.size()) content.resize(content.size() * 2);
  }
}

constexpr Export kExports[] = {{"writeProcess", write_process}, {"readProcess", read_process}};

}  // namespace

UniqueFd open_procfs() {
  UniqueFd root = open_path("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW);
  struct statfs file_system;
  struct stat status;
  if (fstatfs(root.get(), &file_system) == -1 || fstat(root.get(), &status) == -1) fail("statfs", errno, "/proc");
  if (file_system.f_type != PROC_SUPER_MAGIC || status.st_ino != kProcRootInode) {
    fail("open", EXDEV, "/proc", "not the root of a procfs");
  }
  return root;
}

void register_procfs(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
