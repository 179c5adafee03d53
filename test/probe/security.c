// Facts about privileges: capabilities, no_new_privs, seccomp, keyring, and what a system call answers.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"

static void line_of_set(const char* name, unsigned long long set) { printf("%s %016llx\n", name, set); }

static void capabilities(int count, char** arguments) {
  (void)count, (void)arguments;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return print_error();
#define BOTH(member) ((unsigned long long)data[1].member << 32 | data[0].member)
  line_of_set("inheritable", BOTH(inheritable));
  line_of_set("permitted", BOTH(permitted));
  line_of_set("effective", BOTH(effective));
#undef BOTH
  unsigned long long bounding = 0, ambient = 0;
  for (int i = 0; i < 64; i++) {
    if (prctl(PR_CAPBSET_READ, i) == 1) bounding |= 1ULL << i;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1) ambient |= 1ULL << i;
  }
  line_of_set("bounding", bounding);
  line_of_set("ambient", ambient);
}

static void privileges(int count, char** arguments) {
  (void)count, (void)arguments;
  printf("no_new_privs %d dumpable %d seccomp %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_DUMPABLE),
         prctl(PR_GET_SECCOMP));
}

static void keyring(int count, char** arguments) {
  (void)count, (void)arguments;
  char text[512];
  long length = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof(text), 0);
  if (length < 0) return print_error();
  const char* name = strrchr(text, ';');
  printf("%s\n", name ? name + 1 : text);
}

// The security label of the session keyring.
static void keyring_label(int count, char** arguments) {
  (void)count, (void)arguments;
  char text[512];
  long length = syscall(SYS_keyctl, KEYCTL_GET_SECURITY, KEY_SPEC_SESSION_KEYRING, text, sizeof(text), 0);
  if (length < 0) return print_error();
  printf("%s\n", text);
}

// Arguments: the number, then up to six numbers. Prints the errno's name or `ok`.
static void system_call(int count, char** arguments) {
  long given[7] = {0};
  for (int i = 0; i < count && i < 7; i++) given[i] = number(arguments[i]);
  fflush(stdout);
  print_result(syscall(given[0], given[1], given[2], given[3], given[4], given[5], given[6]));
}

const struct fact kSecurityFacts[] = {{"capabilities", 0, capabilities}, {"privileges", 0, privileges},
                                      {"keyring", 0, keyring},           {"keylabel", 0, keyring_label},
                                      {"syscall", 1, system_call},       {NULL, 0, NULL}};
