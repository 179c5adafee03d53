// The seccomp filter of the container.
#ifndef HOIST_INIT_SECURITY_H_
#define HOIST_INIT_SECURITY_H_

#include "init/context.h"
#include "init/result.h"

namespace hoist {

/// Loads a filter into this process. Nothing but what it allows is possible from then on.
Result LoadFilter(const plan::Seccomp& operation);

/// The same with the filter that the plan will load later, if there is one: for a process of the container that runs
/// before that.
Result LoadPlannedFilter(const Context& context);

}  // namespace hoist

#endif  // HOIST_INIT_SECURITY_H_
