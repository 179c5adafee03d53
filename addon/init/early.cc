#include "init/early.h"

#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kSlaveRecursive = (1 << 19) | (1 << 14);  // MS_SLAVE | MS_REC

}  // namespace

unsigned CloneFlags(int64_t how) {
  return OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | ((how & plan::kMountHowRecursive) != 0 ? AT_RECURSIVE : 0) |
         ((how & plan::kMountHowSourceNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
}

Result TakeEarlyTree(Context& context, Descriptor* out) {
  if (context.early_used == context.early_count) return Result{Step::kPlan, ERANGE};
  const int tree = context.early[context.early_used++];
  if (tree < 0) return Result{Step::kOpenTree, ENOENT};
  out->Reset(tree);
  return kOk;
}

Result Perform(Context& context, const plan::OpenSource& operation) {
  if (context.early == nullptr) {
    // As many as there are operations is more than enough, and costs only what is used.
    context.early = static_cast<int*>(Allocate(uint64_t{context.header.count} * sizeof(int)));
    if (context.early == nullptr) return Result{Step::kMmap, ENOMEM};
  }
  int* tree = &context.early[context.early_count++];
  *tree = -1;
  Descriptor opened;
  const long answer = Call(__NR_open_tree, AT_FDCWD, operation.source.data, CloneFlags(operation.how));
  const Result result = opened.Take(answer, Step::kOpenTree);
  if (context.Absent(result)) return kOk;
  HOIST_TRY(result);
  if ((operation.how & plan::kMountHowTwoWay) == 0) HOIST_TRY(SetPropagation(opened.get(), kSlaveRecursive));
  if (operation.mapping != plan::kNoSlot) {
    int mapping = -1;
    HOIST_TRY(context.Slot(operation.mapping, &mapping));
    HOIST_TRY(MapIds(opened.get(), mapping, (operation.how & plan::kMountHowMapBelow) != 0 ? AT_RECURSIVE : 0));
  }
  *tree = opened.Release();
  return kOk;
}

}  // namespace hoist
