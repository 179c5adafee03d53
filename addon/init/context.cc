#include "init/context.h"

#include <linux/mman.h>
#include <linux/prctl.h>

#include "init/kernel.h"

namespace hoist {

bool Context::Absent(const Result& result) const {
  return tolerates_absence() && (result.error == ENOENT || result.error == ENOTDIR);
}

Result Context::Slot(int64_t slot, int* descriptor) const {
  // The socket, the plan, then the slots. The number stays far away from an overflow.
  if (slot < 0 || slot > (1 << 20)) return Result{Step::kPlan, EBADF};
  *descriptor = first + 2 + static_cast<int>(slot);
  return kOk;
}

Result Context::Guard() {
  if (!released) {
    HOIST_TRY(Checked(Call(__NR_prctl, PR_SET_PDEATHSIG, kSigKill), Step::kPrctl));
    if (reporter.ParentIsGone()) Exit(1);
  }
  if (dumpable >= 0) HOIST_TRY(Checked(Call(__NR_prctl, PR_SET_DUMPABLE, dumpable, 0, 0, 0), Step::kPrctl));
  return kOk;
}

Result Context::Release() {
  if (released) return kOk;
  released = true;
  return Checked(Call(__NR_prctl, PR_SET_PDEATHSIG, 0), Step::kPrctl);
}

void* Allocate(uint64_t size) {
  const long address = Call(__NR_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address < 0 && address > -4096 ? nullptr : reinterpret_cast<void*>(address);
}

}  // namespace hoist
