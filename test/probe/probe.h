// The probe: runs inside a container and prints facts, one after the other, each followed by a form feed.
//   probe FACT [ARGUMENT...] [, FACT [ARGUMENT...]]...
// A fact that cannot be had is printed as `error: ENAME`; the exit code stays 0, so that one failing fact hides no
// other.
#ifndef HOIST_TEST_PROBE_H_
#define HOIST_TEST_PROBE_H_

#include <stddef.h>

struct fact {
  const char* name;
  int arguments;  // At least so many.
  void (*print)(int count, char** arguments);
};

// Tables, each ended by an entry without a name.
extern const struct fact kProcessFacts[];
extern const struct fact kSecurityFacts[];
extern const struct fact kFileFacts[];
extern const struct fact kTerminalFacts[];
extern const struct fact kActions[];

// Prints the symbolic name of errno.
void print_error(void);
// Prints `ok`, or the name of errno when `result` is negative.
void print_result(long result);
// A number in C notation; ends the program with a message when it is none.
long number(const char* text);
// A signal by number or name without SIG.
int signal_number(const char* text);

#endif  // HOIST_TEST_PROBE_H_
