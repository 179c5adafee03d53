#ifndef HOIST_TEST_AGENT_H_
#define HOIST_TEST_AGENT_H_

/// Listens on a unix socket (`@name`: an abstract one) until it is killed.
int agent(const char* path);

#endif
