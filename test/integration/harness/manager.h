#ifndef HOIST_TEST_MANAGER_H_
#define HOIST_TEST_MANAGER_H_

/// Listens on a unix socket (`@name`: an abstract one) until it is killed.
int manager(const char* path, int keeps_barriers);

#endif
