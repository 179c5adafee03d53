// Paths that the container must not see (maskedPaths) or not change (readonlyPaths).
#include "init/perform.h"
#include "init/tree.h"

namespace hoist {

Result Perform(Context& context, const plan::Mask& operation) {
  Descriptor target;
  const Result opened = context.root.Open(operation.path.data, O_PATH, 0, &target);
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
  const Result opened = context.root.Open(operation.path.data, O_PATH, 0, &target);
  if (context.Absent(opened)) return kOk;
  HOIST_TRY(opened);
  HOIST_TRY(CloneTree(target.get(), AT_RECURSIVE, &tree));
  HOIST_TRY(SetAttributes(tree.get(), MOUNT_ATTR_RDONLY, 0, 0));
  return Attach(tree.get(), target.get());
}

}  // namespace hoist
