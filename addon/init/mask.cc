// Paths that the container must not see (maskedPaths) or not change (readonlyPaths).
#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

/// A folder, its mount, and what stands behind the folder in a path.
struct Place {
  Root* root;
  const char* rest;
};

/// Where a path is to be looked up. A path below /proc or /sys: in the mount that we have made there, and not by the
/// name of its folder. Whoever can write to the root's folder from elsewhere (a shared volume) can rename that name
/// away, mount and all, and the kernel's file system would lie open under the new name.
Place Find(Context& context, const char* path) {
  struct {
    const char* folder;
    Root* root;
  } const mounts[] = {{"/proc", &context.proc}, {"/sys", &context.sys}};
  for (const auto& mount : mounts) {
    const uint32_t length = Length(mount.folder);
    if (!mount.root->is_set() || __builtin_strncmp(path, mount.folder, length) != 0) continue;
    if (path[length] == '/' || path[length] == 0) return Place{mount.root, path + length};
  }
  return Place{&context.root, path};
}

}  // namespace

Result OpenProtected(Context& context, const char* path, Descriptor* out) {
  const Place place = Find(context, path);
  return place.root->Open(place.rest, O_PATH, 0, out);
}

Result Perform(Context& context, const plan::Mask& operation) {
  Descriptor target;
  const Result opened = OpenProtected(context, operation.path.data, &target);
  // Nothing but absence is ever ignored (CVE-2025-31133).
  if (context.Absent(opened)) return kOk;
  HOIST_TRY(opened);
  struct statx status;
  HOIST_TRY(Status(target.get(), &status));
  if (!S_ISDIR(status.stx_mode)) {
    if (!context.null.tree.valid()) return Result{Step::kWrongDevice, ENODEV};
    return AttachShared(&context.null, target.get());
  }
  if (!context.empty.tree.valid()) HOIST_TRY(EmptyFolder(&context.empty.tree));
  return AttachShared(&context.empty, target.get());
}

Result Perform(Context& context, const plan::Readonly& operation) {
  Descriptor target;
  Descriptor tree;
  const Result opened = OpenProtected(context, operation.path.data, &target);
  if (context.Absent(opened)) return kOk;
  HOIST_TRY(opened);
  HOIST_TRY(CloneTree(target.get(), AT_RECURSIVE, &tree));
  HOIST_TRY(SetAttributes(tree.get(), MOUNT_ATTR_RDONLY, 0, 0));
  HOIST_TRY(Attach(tree.get(), target.get()));
  // All of /proc or /sys: what is to be masked in it must be masked in what covers it now.
  const Place place = Find(context, operation.path.data);
  if (place.root != &context.root && *place.rest == 0) place.root->Replace(static_cast<Descriptor&&>(tree));
  return kOk;
}

}  // namespace hoist
