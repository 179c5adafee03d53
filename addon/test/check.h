// The checks of the native tests: a failed one says where and ends the program.
#ifndef HOIST_TEST_CHECK_H_
#define HOIST_TEST_CHECK_H_

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                               \
  do {                                                                                                 \
    if (!(condition)) {                                                                                \
      static_cast<void>(fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition)); \
      abort();                                                                                         \
    }                                                                                                  \
  } while (false)

#endif  // HOIST_TEST_CHECK_H_
