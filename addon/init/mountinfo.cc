#include "init/mountinfo.h"

#include "init/kernel.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kSlaveRecursive = (1 << 19) | (1 << 14);  // MS_SLAVE | MS_REC
constexpr int kDetach = 2;                                   // MNT_DETACH

/// The next word of a line; length 0 at its end.
Name NextWord(const char** at, const char* end) {
  const char* start = *at;
  while (start < end && *start == ' ') ++start;
  const char* stop = start;
  while (stop < end && *stop != ' ') ++stop;
  *at = stop;
  return Name{start, static_cast<uint32_t>(stop - start)};
}

bool IsOctal(const char* text) {
  for (int i = 0; i < 3; ++i) {
    if (text[i] < '0' || text[i] > '7') return false;
  }
  return true;
}

/// The kernel writes space, tab, line feed and backslash as `\040`.
bool Unescape(const Name& word, Path* out) {
  out->Truncate(0);
  for (uint32_t i = 0; i < word.length; ++i) {
    char byte = word.text[i];
    if (byte == '\\' && word.length - i > 3 && IsOctal(word.text + i + 1)) {
      byte = static_cast<char>((word.text[i + 1] - '0') * 64 + (word.text[i + 2] - '0') * 8 + (word.text[i + 3] - '0'));
      i += 3;
    }
    if (byte == 0 || !out->Append(&byte, 1)) return false;
  }
  return true;
}

bool IsBelow(const char* path, const Path& root) {
  if (__builtin_strncmp(path, root.text(), root.length()) != 0) return false;
  return path[root.length()] == 0 || path[root.length()] == '/';
}

Result Hide(const char* path) {
  Descriptor mount;
  const Result opened = mount.Take(Call(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC), Step::kOpen);
  // Gone already, together with the mount that it was on.
  if (opened.error == ENOENT) return kOk;
  HOIST_TRY(opened);
  HOIST_TRY(SetPropagation(mount.get(), kSlaveRecursive));
  mount.Reset(-1);
  const long unmounted = Call(__NR_umount2, path, kDetach);
  if (unmounted != -EINVAL && unmounted != -EPERM) return Checked(unmounted, Step::kUmount2);
  Descriptor cover;
  HOIST_TRY(mount.Take(Call(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC), Step::kOpen));
  HOIST_TRY(EmptyFolder(&cover));
  return Attach(cover.get(), mount.get());
}

Result HideLine(const char* text, uint32_t length, const Path& root) {
  MountLine line;
  if (!ParseMountLine(text, length, &line)) return Result{Step::kRead, EINVAL};
  if (!line.whole || !(line.type.Is("proc") || line.type.Is("sysfs"))) return kOk;
  return IsBelow(line.mount_point.text(), root) ? kOk : Hide(line.mount_point.text());
}

}  // namespace

bool ParseMountLine(const char* line, uint32_t length, MountLine* out) {
  const char* at = line;
  const char* end = line + length;
  // 36 35 98:0 /root /mount/point options [optional fields] - type source super-options
  for (int i = 0; i < 3; ++i) {
    if (NextWord(&at, end).length == 0) return false;
  }
  out->whole = NextWord(&at, end).Is("/");
  if (!Unescape(NextWord(&at, end), &out->mount_point) || out->mount_point.empty()) return false;
  for (;;) {
    const Name word = NextWord(&at, end);
    if (word.length == 0) return false;
    if (word.Is("-")) break;
  }
  out->type = NextWord(&at, end);
  return out->type.length > 0;
}

Result HideKernelFileSystems(Context& context, int root) {
  Path root_path;
  const DescriptorLink link(root);
  const long length = Call(__NR_readlinkat, context.procfs.get(), link.text, root_path.mutable_text(), PATH_MAX - 1);
  HOIST_TRY(Checked(length, Step::kReadlink));
  root_path.Truncate(static_cast<uint32_t>(length));
  Descriptor file;
  HOIST_TRY(OpenProc(context, "self/mountinfo", O_RDONLY, &file));
  // A line holds two paths, each up to four times as long when escaped; longer ones than this are not worth the memory:
  // fail closed.
  constexpr uint64_t kSize = 8 * PATH_MAX;
  auto* buffer = static_cast<char*>(Allocate(kSize));
  if (buffer == nullptr) return Result{Step::kMmap, ENOMEM};
  uint64_t filled = 0;
  for (;;) {
    const long got = Call(__NR_read, file.get(), buffer + filled, kSize - filled);
    HOIST_TRY(Checked(got, Step::kRead));
    if (got == 0) return filled == 0 ? kOk : Result{Step::kRead, E2BIG};
    filled += static_cast<uint64_t>(got);
    uint64_t start = 0;
    for (uint64_t i = 0; i < filled; ++i) {
      if (buffer[i] != '\n') continue;
      HOIST_TRY(HideLine(buffer + start, static_cast<uint32_t>(i - start), root_path));
      start = i + 1;
    }
    filled -= start;
    __builtin_memmove(buffer, buffer + start, filled);
    if (filled == kSize) return Result{Step::kRead, E2BIG};
  }
}

}  // namespace hoist
