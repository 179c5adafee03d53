// Facts of the process: arguments, ids, limits, signals, scheduling.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

extern char** environ;

static void arguments(int count, char** arguments) {
  for (int i = 0; i < count; i++) printf("[%s]\n", arguments[i]);
}

static void environment(int count, char** arguments) {
  (void)count, (void)arguments;
  for (char** one = environ; *one; one++) printf("%s\n", *one);
}

static void cwd(int count, char** arguments) {
  (void)count, (void)arguments;
  char path[4096];
  // The system call: the C library would hide "(unreachable)".
  if (syscall(SYS_getcwd, path, sizeof(path)) < 0) {
    print_error();
  } else {
    printf("%s\n", path);
  }
}

static void mask_of_files(int count, char** arguments) {
  (void)count, (void)arguments;
  printf("%04o\n", umask(0));
}

static void ids(int count, char** arguments) {
  (void)count, (void)arguments;
  uid_t real, effective, saved;
  getresuid(&real, &effective, &saved);
  printf("uid %u %u %u %u\n", real, effective, saved, (unsigned)setfsuid((uid_t)-1));
  getresgid(&real, &effective, &saved);
  printf("gid %u %u %u %u\n", real, effective, saved, (unsigned)setfsgid((gid_t)-1));
  gid_t groups[1024];
  int found = getgroups(1024, groups);
  printf("groups");
  for (int i = 0; i < found; i++) printf(" %u", groups[i]);
  printf("\n");
}

static void pids(int count, char** arguments) {
  (void)count, (void)arguments;
  printf("pid %d ppid %d session %d group %d\n", getpid(), getppid(), getsid(0), getpgrp());
}

static void limits(int count, char** arguments) {
  static const struct {
    const char* name;
    int number;
  } all[] = {{"AS", RLIMIT_AS},           {"CORE", RLIMIT_CORE},         {"CPU", RLIMIT_CPU},
             {"DATA", RLIMIT_DATA},       {"FSIZE", RLIMIT_FSIZE},       {"LOCKS", RLIMIT_LOCKS},
             {"MEMLOCK", RLIMIT_MEMLOCK}, {"MSGQUEUE", RLIMIT_MSGQUEUE}, {"NICE", RLIMIT_NICE},
             {"NOFILE", RLIMIT_NOFILE},   {"NPROC", RLIMIT_NPROC},       {"RSS", RLIMIT_RSS},
             {"RTPRIO", RLIMIT_RTPRIO},   {"RTTIME", RLIMIT_RTTIME},     {"SIGPENDING", RLIMIT_SIGPENDING},
             {"STACK", RLIMIT_STACK}};
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
    if (count > 0 && strcmp(arguments[0], all[i].name) != 0) continue;
    struct rlimit limit;
    getrlimit(all[i].number, &limit);
    printf("%s %lld %lld\n", all[i].name, (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
}

static void status(int count, char** arguments) {
  (void)count;
  FILE* file = fopen("/proc/self/status", "re");
  if (!file) return print_error();
  char line[4096];
  size_t length = strlen(arguments[0]);
  while (fgets(line, sizeof(line), file)) {
    if (strncmp(line, arguments[0], length) == 0 && line[length] == ':') {
      printf("%s", line + length + 1 + strspn(line + length + 1, " \t"));
    }
  }
  fclose(file);
}

static void signals(int count, char** arguments) {
  (void)count, (void)arguments;
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  printf("blocked");
  for (int i = 1; i < NSIG; i++) {
    if (sigismember(&blocked, i) == 1) printf(" %d", i);
  }
  printf("\nignored");
  for (int i = 1; i < NSIG; i++) {
    struct sigaction action;
    if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN) printf(" %d", i);
  }
  printf("\n");
}

struct attributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

static void scheduler(int count, char** arguments) {
  (void)count, (void)arguments;
  struct attributes got = {0};
  if (syscall(SYS_sched_getattr, 0, &got, sizeof(got), 0) < 0) return print_error();
  printf("policy %u flags %llu nice %d priority %u runtime %llu deadline %llu period %llu\n", got.policy,
         (unsigned long long)got.flags, got.nice, got.priority, (unsigned long long)got.runtime,
         (unsigned long long)got.deadline, (unsigned long long)got.period);
}

static void io_priority(int count, char** arguments) {
  (void)count, (void)arguments;
  long got = syscall(SYS_ioprio_get, 1, 0);
  printf("class %ld priority %ld\n", got >> 13, got & 0x1fff);
}

static void execution_domain(int count, char** arguments) {
  (void)count, (void)arguments;
  struct utsname names;
  uname(&names);
  printf("%#x %s\n", (unsigned)personality(0xffffffff), names.machine);
}

static void affinity(int count, char** arguments) {
  (void)count, (void)arguments;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) < 0) return print_error();
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (CPU_ISSET(i, &set)) printf("%d ", i);
  }
  printf("\n");
}

static void names(int count, char** arguments) {
  (void)count, (void)arguments;
  struct utsname names;
  uname(&names);
  printf("%s %s\n", names.nodename, names.domainname);
}

static void clocks(int count, char** arguments) {
  (void)count, (void)arguments;
  struct timespec boot, monotonic;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  printf("boottime %lld monotonic %lld\n", (long long)boot.tv_sec, (long long)monotonic.tv_sec);
}

static void death_signal(int count, char** arguments) {
  (void)count, (void)arguments;
  int signal = -1;
  prctl(PR_GET_PDEATHSIG, &signal);
  printf("%d\n", signal);
}

const struct fact kProcessFacts[] = {{"args", 0, arguments},
                                     {"env", 0, environment},
                                     {"cwd", 0, cwd},
                                     {"umask", 0, mask_of_files},
                                     {"ids", 0, ids},
                                     {"pids", 0, pids},
                                     {"rlimits", 0, limits},
                                     {"status", 1, status},
                                     {"signals", 0, signals},
                                     {"scheduler", 0, scheduler},
                                     {"ioprio", 0, io_priority},
                                     {"personality", 0, execution_domain},
                                     {"affinity", 0, affinity},
                                     {"names", 0, names},
                                     {"clocks", 0, clocks},
                                     {"pdeathsig", 0, death_signal},
                                     {NULL, 0, NULL}};
