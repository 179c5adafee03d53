#include "init/root.h"

#include "init/kernel.h"

namespace hoist {
namespace {

/// As many links as the kernel follows in one path.
constexpr int kMostLinks = 40;
/// A rename elsewhere makes openat2 give up with EAGAIN: try again, but not for ever.
constexpr int kMostTries = 128;

bool IsSymlink(int descriptor) {
  struct statx status = {};
  return Call(__NR_statx, descriptor, "", AT_EMPTY_PATH, STATX_TYPE, &status) == 0 && S_ISLNK(status.stx_mode);
}

}  // namespace

Result Root::Get(int* descriptor) {
  if (!root_.valid()) {
    HOIST_TRY(root_.Take(Call(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC), Step::kOpen));
  }
  *descriptor = root_.get();
  return kOk;
}

void Root::Replace(Descriptor&& tree) { root_ = static_cast<Descriptor&&>(tree); }

Result Root::Open(const char* path, uint64_t flags, uint64_t resolve, Descriptor* out) {
  int root = -1;
  HOIST_TRY(Get(&root));
  struct open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
  long answer = -EAGAIN;
  for (int i = 0; i < kMostTries && answer == -EAGAIN; ++i) {
    answer = Call(__NR_openat2, root, *path == 0 ? "/" : path, &how, sizeof(how));
  }
  return out->Take(answer, Step::kOpenat2);
}

Result Root::Expand(const char* path, Path* out) {
  Path work;
  Path target;
  if (!work.Assign(path)) return Result{Step::kOpenat2, ENAMETOOLONG};
  int links = 0;
  const char* at = work.text();
  for (Name name = NextName(&at); name.length > 0; name = NextName(&at)) {
    if (name.Is(".")) continue;
    if (name.Is("..")) {
      out->Pop();
      continue;
    }
    if (!out->AppendName(name.text, name.length)) return Result{Step::kOpenat2, ENAMETOOLONG};
    Descriptor entry;
    const Result opened = Open(out->text(), O_PATH | O_NOFOLLOW, 0, &entry);
    if (opened.error == ENOENT) continue;
    HOIST_TRY(opened);
    if (!IsSymlink(entry.get())) continue;
    if (++links > kMostLinks) return Result{Step::kOpenat2, ELOOP};
    const long length = Call(__NR_readlinkat, entry.get(), "", target.mutable_text(), PATH_MAX - 1);
    HOIST_TRY(Checked(length, Step::kReadlink));
    target.Truncate(static_cast<uint32_t>(length));
    if (target.text()[0] == '/') {
      out->Truncate(0);
    } else {
      out->Pop();
    }
    // The rest of the path goes on from the target of the link.
    if (!work.ReplaceFront(static_cast<uint32_t>(at - work.text()), target.text())) {
      return Result{Step::kOpenat2, ENAMETOOLONG};
    }
    at = work.text();
  }
  return kOk;
}

Result Root::OpenLongestPrefix(const Path& path, Descriptor* out, uint32_t* length) {
  Path prefix;
  if (!prefix.Assign(path.text())) return Result{Step::kOpenat2, ENAMETOOLONG};
  for (;;) {
    const Result opened = Open(prefix.text(), O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS, out);
    *length = prefix.length();
    if (opened.error != ENOENT || prefix.empty()) return opened;
    prefix.Pop();
  }
}

Result Root::MakeDirectories(const char* path, uint32_t mode, Descriptor* out) {
  const Result opened = Open(path, O_PATH | O_DIRECTORY, 0, out);
  if (opened.error != ENOENT) return opened;
  Path expanded;
  HOIST_TRY(Expand(path, &expanded));
  uint32_t length = 0;
  HOIST_TRY(OpenLongestPrefix(expanded, out, &length));
  // Every missing folder is made in, and opened from, the descriptor of its parent: nothing can be swapped in between
  // (CVE-2024-45310).
  const char* at = expanded.text() + length;
  for (Name name = NextName(&at); name.length > 0; name = NextName(&at)) {
    char text[NAME_MAX + 1];
    if (name.length > NAME_MAX) return Result{Step::kMkdirat, ENAMETOOLONG};
    __builtin_memcpy(text, name.text, name.length);
    text[name.length] = 0;
    const long made = Call(__NR_mkdirat, out->get(), text, *at == 0 ? mode : 0755);
    if (made != -EEXIST) HOIST_TRY(Checked(made, Step::kMkdirat));
    HOIST_TRY(
        out->Take(Call(__NR_openat, out->get(), text, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), Step::kOpen));
  }
  return kOk;
}

Result Root::OpenDestination(const Destination& destination, Descriptor* out, bool* existed) {
  const uint64_t flags = O_PATH | (destination.no_follow ? O_NOFOLLOW : 0);
  const Result opened = Open(destination.path, flags, destination.ordinary ? RESOLVE_NO_SYMLINKS : 0, out);
  *existed = opened.ok();
  if (destination.ordinary && opened.error == ELOOP) return Result{Step::kIsASymlink, ELOOP};
  if (opened.error != ENOENT) return opened;
  if (destination.directory) return MakeDirectories(destination.path, 0755, out);
  Path expanded;
  HOIST_TRY(Expand(destination.path, &expanded));
  SplitPath split;
  if (!split.Assign(expanded.text())) return Result{Step::kOpenat2, ENOENT};
  Descriptor parent;
  HOIST_TRY(OpenParent(split, &parent));
  return CreateFile(parent.get(), split.name, 0755, out);
}

Result CreateFile(int parent, const char* name, uint32_t mode, Descriptor* out) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  return out->Take(Call(__NR_openat, parent, name, flags, mode), Step::kOpen);
}

}  // namespace hoist
