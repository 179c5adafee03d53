// The seccomp filter of the container.
#ifndef HOIST_INIT_SECURITY_H_
#define HOIST_INIT_SECURITY_H_

#include "init/context.h"
#include "init/result.h"

namespace hoist {

/// Loads a filter into this thread. Nothing but what it allows is possible from then on.
/// @param answer what seccomp(2) answered: with SECCOMP_FILTER_FLAG_NEW_LISTENER a descriptor
Result LoadFilter(const plan::Seccomp& operation, long* answer);

/// Loads a filter that has a listener (SECCOMP_FILTER_FLAG_NEW_LISTENER), and sends that to the parent.
Result LoadFilterWithListener(Context& context, const plan::Seccomp& operation);

/// Loads the filter that the plan will load later, if there is one: for a process of the container that runs before
/// that.
Result LoadPlannedFilter(const Context& context);

}  // namespace hoist

#endif  // HOIST_INIT_SECURITY_H_
