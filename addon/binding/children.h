// The children that this addon started and that somebody will wait for: a subreaper must leave them alone.
#pragma once

#include <sys/types.h>

namespace hoist::children {

void add(pid_t pid);
void remove(pid_t pid);
bool contains(pid_t pid);

}  // namespace hoist::children
