// Going where another process is: what a process that joins a running container needs beyond its namespaces.
#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {

Result Perform(Context& context, const plan::Enter& operation) {
  for (uint32_t i = 0; i < operation.slots.count; ++i) {
    int door = -1;
    HOIST_TRY(context.Slot(operation.slots[i], &door));
    HOIST_TRY(Checked(Call(__NR_write, door, "0", 1), Step::kWrite));
  }
  return kOk;
}

Result Perform(Context& context, const plan::AdoptRoot& operation) {
  int root = -1;
  HOIST_TRY(context.Slot(operation.slot, &root));
  HOIST_TRY(Checked(Call(__NR_fchdir, root), Step::kFchdir));
  HOIST_TRY(Checked(Call(__NR_chroot, "."), Step::kChroot));
  return Checked(Call(__NR_chdir, "/"), Step::kChdir);
}

}  // namespace hoist
