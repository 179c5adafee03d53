#include "init/main.h"

#include <linux/close_range.h>
#include <linux/mman.h>
#include <linux/prctl.h>

#include "common/plan.h"
#include "init/context.h"
#include "init/kernel.h"
#include "init/perform.h"

namespace hoist {
namespace {

/// Lowest number of the socket: stdio is below it.
constexpr int kFirstFree = 3;
constexpr uint64_t kMostPreserved = 1 << 20;
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

[[noreturn]] void BadPlan(Context& context, uint32_t operation, int error) {
  context.reporter.Begin(operation, false);
  context.reporter.Fail(Result{Step::kPlan, error});
}

/// Maps the plan. It must be sealed: what has been checked must not change.
void LoadPlan(Context& context, int descriptor) {
  const long seals = Call(__NR_fcntl, descriptor, F_GET_SEALS, 0);
  if (seals < 0 || (seals & kSeals) != kSeals) BadPlan(context, 0, EPERM);
  struct statx status = {};
  if (Call(__NR_statx, descriptor, "", AT_EMPTY_PATH, STATX_SIZE, &status) < 0) BadPlan(context, 0, EBADF);
  const long address = Call(__NR_mmap, nullptr, status.stx_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address < 0 && address > -4096) BadPlan(context, 0, static_cast<int>(-address));
  context.plan = reinterpret_cast<const uint8_t*>(address);
  const plan::Verdict verdict = plan::Check(context.plan, status.stx_size);
  if (verdict.flaw != plan::Flaw::kNone) BadPlan(context, verdict.operation, EINVAL);
  context.header = verdict.header;
  if (verdict.header.preserved != static_cast<uint32_t>(context.first - kFirstFree)) BadPlan(context, 0, EINVAL);
}

/// Ours are the descriptors from `first` on: none of them may survive an execve (CVE-2024-21626).
void TakeDescriptors(Context& context, int argc, const char* const* argv) {
  uint64_t first = 0;
  if (argc != 2 || !ParseNumber(argv[1], Length(argv[1]), kMostPreserved, &first) || first < kFirstFree) Exit(1);
  context.first = static_cast<int>(first);
  if (Call(__NR_close_range, context.first, ~0u, CLOSE_RANGE_CLOEXEC) < 0) Exit(1);
  context.reporter.UseSocket(context.first);
  // Every number below ours must be taken, or a descriptor of ours would get it and pass for one of the container's.
  for (int i = 0; i < context.first; ++i) {
    if (Call(__NR_fcntl, i, F_GETFD, 0) >= 0) continue;
    const int flags = O_RDWR | (i < kFirstFree ? 0 : O_CLOEXEC);
    if (Call(__NR_openat, AT_FDCWD, "/dev/null", flags) != i) Exit(1);
  }
}

Result Dispatch(Context& context, const plan::Operation& operation) {
  plan::Cursor cursor(operation.fields);
  switch (operation.kind) {
#define HOIST_CASE(Name)    \
  case plan::Kind::k##Name: \
    return Perform(context, plan::Name::Read(cursor));
    HOIST_EACH_OPERATION(HOIST_CASE)
#undef HOIST_CASE
  }
  return Result{Step::kPlan, EINVAL};
}

/// Performs the operations of the loaded part of the plan, the first of which has the index `base`, as far as `more`.
/// Returns the index after the last one.
uint32_t RunPart(Context& context, uint32_t base) {
  const bool trace = (context.header.flags & plan::kTrace) != 0;
  const uint8_t* at = context.plan + plan::kHeaderSize;
  for (uint32_t i = 0; i < context.header.count && !context.next_plan.valid(); ++i, ++base) {
    const plan::Operation operation = plan::ReadOperation(at);
    context.reporter.Begin(base, trace);
    context.flags = operation.flags;
    const Result result = Dispatch(context, operation);
    if (!result.ok()) {
      if ((operation.flags & plan::kFlagTolerate) == 0) context.reporter.Fail(result);
      context.reporter.Warn(result);
    }
    at += operation.size;
  }
  return base;
}

}  // namespace

void Main(int argc, const char* const* argv) {
  // On the stack, not static: nothing here runs constructors before main.
  Context context;
  TakeDescriptors(context, argc, argv);
  // Modes are given by the plan to the bit; `umask` sets the container's own.
  Call(__NR_umask, 0);
  const Result guarded = context.Guard();
  if (!guarded.ok()) context.reporter.Fail(guarded);
  const Result session = Checked(Call(__NR_setsid), Step::kSetsid);
  if (!session.ok()) context.reporter.Fail(session);
  context.next_plan.Reset(context.first + 1);
  uint32_t done = 0;
  while (context.next_plan.valid()) {
    LoadPlan(context, context.next_plan.get());
    context.next_plan.Reset(-1);  // the mapping stays
    done = RunPart(context, done);
  }
  // A plan ends with `execute`, which does not come back.
  BadPlan(context, done, ENOEXEC);
}

}  // namespace hoist
