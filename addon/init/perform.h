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

}  // namespace hoist

#endif  // HOIST_INIT_PERFORM_H_
