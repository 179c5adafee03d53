#ifndef HOIST_INIT_MAIN_H_
#define HOIST_INIT_MAIN_H_

namespace hoist {

/// The program: reads the plan and runs it, operation by operation; the last one is `execute`.
/// `argv` is {"hoist-init", number of the socket's descriptor}; the plan is the descriptor after it, then the slots.
[[noreturn]] void Main(int argc, const char* const* argv);

}  // namespace hoist

#endif  // HOIST_INIT_MAIN_H_
