// One function per kind of operation. Each does what src/plan/operations.ts says of its kind.
#ifndef HOIST_INIT_PERFORM_H_
#define HOIST_INIT_PERFORM_H_

#include "common/operations.h"
#include "init/context.h"
#include "init/result.h"

namespace hoist {

#define HOIST_DECLARE(Kind) Result Perform(Context& context, const plan::Kind& operation);
HOIST_EACH_OPERATION(HOIST_DECLARE)
#undef HOIST_DECLARE

/// Opens (O_PATH) what is to be masked or made read-only. Below /proc and /sys the mounts that we have made count, not
/// the names of their folders.
Result OpenProtected(Context& context, const char* path, Descriptor* out);

/// Who waits for `start` holds nothing open that only the set-up took. Not behind a seccomp filter,
/// which need not allow it.
void PrepareToWait(Context& context);

/// The first process of a pid namespace gets no signal that it does not handle: a container that waits for `start`
/// could only be killed (runc's Go handles these). execve(2) takes the handlers away again.
void HeedSignals();

}  // namespace hoist

#endif  // HOIST_INIT_PERFORM_H_
