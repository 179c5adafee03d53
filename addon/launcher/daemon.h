// The launcher as a containerd shim.
#ifndef HOIST_LAUNCHER_DAEMON_H_
#define HOIST_LAUNCHER_DAEMON_H_

// Tells the program that it is the shim: `_HOIST_SHIM=1`, or `_HOIST_SHIM=start:4` for one that becomes a daemon and
// reports on descriptor 4 (daemon.c).
static const char kShimVariable[] = "_HOIST_SHIM=";

// The variable. For the verb `start` it forks, and returns in the child only: the parent waits for its report and ends.
char* shim_variable(const char* verb, char* const* environment);

#endif  // HOIST_LAUNCHER_DAEMON_H_
