#include "init/early.h"

#include "init/perform.h"
#include "init/tree.h"

namespace hoist {
namespace {

constexpr uint64_t kShared = 1 << 20;                        // MS_SHARED
constexpr uint64_t kSlaveRecursive = (1 << 19) | (1 << 14);  // MS_SLAVE | MS_REC

/// Whether the `mount` that belongs to the next `openSource` asks for two-way propagation. Both come in the same order.
bool NextWantsShared(Context& context) {
  if (context.early_mount == nullptr) context.early_mount = context.plan + plan::kHeaderSize;
  while (context.early_mount_index < context.header.count) {
    const plan::Operation operation = plan::ReadOperation(context.early_mount);
    context.early_mount += operation.size;
    ++context.early_mount_index;
    if (operation.kind != plan::Kind::kMount) continue;
    plan::Cursor cursor(operation.fields);
    const plan::Mount mount = plan::Mount::Read(cursor);
    if ((mount.how & plan::kMountHowEarly) == 0) continue;
    for (uint32_t i = 0; i < mount.propagations.count; ++i) {
      if ((static_cast<uint64_t>(mount.propagations[i]) & kShared) != 0) return true;
    }
    return false;
  }
  return false;
}

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
  const bool shared = NextWantsShared(context);
  int* tree = &context.early[context.early_count++];
  *tree = -1;
  Descriptor opened;
  const long answer = Call(__NR_open_tree, AT_FDCWD, operation.source.data, CloneFlags(operation.how));
  const Result result = opened.Take(answer, Step::kOpenTree);
  if (context.Absent(result)) return kOk;
  HOIST_TRY(result);
  if (!shared) HOIST_TRY(SetPropagation(opened.get(), kSlaveRecursive));
  *tree = opened.Release();
  return kOk;
}

}  // namespace hoist
