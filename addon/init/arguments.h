// Arrays of pointers for execve(2), over texts that stay in the plan.
#ifndef HOIST_INIT_ARGUMENTS_H_
#define HOIST_INIT_ARGUMENTS_H_

#include "init/context.h"

namespace hoist {

/// `HOME=` and the home of the current user in the container's /etc/passwd, `/` when that does not know one.
const char* Home(Context& context);

/// Makes both arrays; `extra` is one more environment entry, or nullptr.
Result MakeArguments(const plan::Texts& argv, const plan::Texts& env, const char* extra, Arguments* out);

/// The arguments of the container's process, with HOME when it is asked for.
Result PrepareArguments(Context& context, const plan::Execute& operation);

}  // namespace hoist

#endif  // HOIST_INIT_ARGUMENTS_H_
