// How an operation went: nothing, or the step (system call or check) that failed, and its errno.
#ifndef HOIST_INIT_RESULT_H_
#define HOIST_INIT_RESULT_H_

#include <stdint.h>

#include "common/operations.h"

namespace hoist {

using plan::Step;

struct [[nodiscard]] Result {
  Step step = Step::kUnknown;
  int error = 0;

  bool ok() const { return step == Step::kUnknown && error == 0; }
};

constexpr Result kOk{};

/// What a system call answered: a failure when it is a negative errno.
inline Result Checked(long answer, Step step) { return answer < 0 ? Result{step, static_cast<int>(-answer)} : kOk; }

/// Leaves the function with the failure, if there is one.
#define HOIST_TRY(expression)                        \
  do {                                               \
    const ::hoist::Result try_result = (expression); \
    if (!try_result.ok()) return try_result;         \
  } while (false)

}  // namespace hoist

#endif  // HOIST_INIT_RESULT_H_
