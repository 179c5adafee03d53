#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

void print_error(void) { printf("error: %s\n", strerrorname_np(errno) ? strerrorname_np(errno) : "?"); }

void print_result(long result) {
  if (result < 0) {
    printf("%s\n", strerrorname_np(errno) ? strerrorname_np(errno) : "?");
  } else {
    printf("ok\n");
  }
}

long number(const char* text) {
  char* end = NULL;
  long value = strtol(text, &end, 0);
  if (*text == '\0' || *end != '\0') {
    fprintf(stderr, "probe: not a number: %s\n", text);
    exit(99);
  }
  return value;
}

int signal_number(const char* text) {
  for (int signal = 1; signal < NSIG; signal++) {
    const char* name = sigabbrev_np(signal);
    if (name && strcmp(name, text) == 0) return signal;
  }
  return (int)number(text);
}

static const struct fact* find(const char* name) {
  static const struct fact* const tables[] = {kProcessFacts, kSecurityFacts, kFileFacts, kTerminalFacts, kActions};
  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
    for (const struct fact* one = tables[i]; one->name; one++) {
      if (strcmp(one->name, name) == 0) return one;
    }
  }
  return NULL;
}

int main(int argc, char** argv) {
  for (int at = 1; at < argc;) {
    int end = at;
    while (end < argc && strcmp(argv[end], ",") != 0) end++;
    const struct fact* one = find(argv[at]);
    if (!one || end - at - 1 < one->arguments) {
      fprintf(stderr, "probe: no such fact, or too few arguments: %s\n", argv[at]);
      return 99;
    }
    one->print(end - at - 1, argv + at + 1);
    printf("\f");
    fflush(stdout);
    at = end + 1;
  }
  return 0;
}
