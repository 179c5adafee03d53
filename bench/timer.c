// Runs a script of commands and prints how long the timed ones took; a small static process, so that it costs next to
// nothing itself.
//
// The script comes on standard input, one step per line, fields separated by tabs:
//   sample  LABEL           begins a sample; a failing step abandons the rest of it, but for the cleanup steps
//   time    METRIC  ARGV…   runs a command that must exit 0 and prints its time
//   do      ARGV…           runs a command that must exit 0
//   reap    PIDFILE         waits until the process named there has ended (it is an orphan that this subreaper has
//   inherited) cleanup ARGV…           runs a command, whatever happened before, and ignores how it ends end PIDFILE
//   kills and reaps the process named there, if there is one, and removes the file; a cleanup step too
// On standard output, tabs again:
//   time    LABEL METRIC WALL_NS USER_US SYSTEM_US MAX_RSS_KIB
//   failed  LABEL STEP      the first line of the command's standard error, or how it ended
// A time runs from just before vfork to the return of wait4. Commands get /dev/null as standard input and output.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_FIELDS 64

static int null_fd, error_fd;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Returns the wait status, or -1.
static int run(char** argv, long long* ns, struct rusage* usage) {
  int status;
  if (ftruncate(error_fd, 0) < 0 || lseek(error_fd, 0, SEEK_SET) < 0) return -1;
  const long long begin = now();
  pid_t pid = vfork();
  if (pid < 0) return -1;
  if (pid == 0) {
    dup2(null_fd, 0);
    dup2(null_fd, 1);
    dup2(error_fd, 2);
    execv(argv[0], argv);
    _exit(127);
  }
  while (wait4(pid, &status, 0, usage) < 0)
    if (errno != EINTR) return -1;
  *ns = now() - begin;
  return status;
}

static void print_failure(const char* label, const char* step, int status) {
  char text[512];
  ssize_t length = pread(error_fd, text, sizeof text - 1, 0);
  text[length > 0 ? length : 0] = 0;
  text[strcspn(text, "\n")] = 0;
  for (char* c = text; *c; c++)
    if (*c == '\t') *c = ' ';
  if (!*text) snprintf(text, sizeof text, "ended with status 0x%x", status);
  printf("failed\t%s\t%s\t%s\n", label, step, text);
}

static pid_t read_pid(const char* path) {
  char text[32];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return -1;
  text[length] = 0;
  return atoi(text);
}

static int reap(const char* path, int with_signal) {
  pid_t pid = read_pid(path);
  if (pid <= 1) return -1;
  // Only a child of ours is signalled, so a stale pid file cannot hit a stranger.
  siginfo_t info = {0};
  if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -1;
  if (with_signal) kill(pid, with_signal);
  unlink(path);
  return waitpid(pid, 0, 0) == pid ? 0 : -1;
}

static int split(char* line, char** fields) {
  int count = 0;
  line[strcspn(line, "\n")] = 0;
  while (line && count < MAX_FIELDS - 1) fields[count++] = strsep(&line, "\t");
  fields[count] = 0;
  return count;
}

static int timed(const char* label, char** fields) {
  long long ns = 0;
  struct rusage u = {0};
  int status = run(fields + 2, &ns, &u);
  if (status != 0) return print_failure(label, fields[1], status), 0;
  printf("time\t%s\t%s\t%lld\t%lld\t%lld\t%ld\n", label, fields[1], ns,
         u.ru_utime.tv_sec * 1000000LL + u.ru_utime.tv_usec, u.ru_stime.tv_sec * 1000000LL + u.ru_stime.tv_usec,
         u.ru_maxrss);
  return 1;
}

// Performs one step; returns whether the sample can go on.
static int perform(char** fields, const char* label, int going) {
  long long ns;
  struct rusage usage;
  if (!strcmp(fields[0], "cleanup")) return run(fields + 1, &ns, &usage), going;
  if (!strcmp(fields[0], "end")) return reap(fields[1], SIGKILL), going;
  if (!going) return 0;
  if (!strcmp(fields[0], "time")) return timed(label, fields);
  if (!strcmp(fields[0], "reap")) {
    if (reap(fields[1], 0) == 0) return 1;
    return printf("failed\t%s\treap\tno such child: %s\n", label, fields[1]), 0;
  }
  if (!strcmp(fields[0], "do")) {
    int status = run(fields + 1, &ns, &usage);
    return status == 0 ? 1 : (print_failure(label, "do", status), 0);
  }
  fprintf(stderr, "timer: unknown step %s\n", fields[0]);
  exit(2);
}

int main(void) {
  static char line[65536];
  char label[128] = "";
  char* fields[MAX_FIELDS];
  int going = 1;
  null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  error_fd = memfd_create("stderr", MFD_CLOEXEC);
  if (null_fd < 0 || error_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return perror("timer"), 2;
  while (fgets(line, sizeof line, stdin)) {
    if (split(line, fields) < 2) continue;
    if (!strcmp(fields[0], "sample")) {
      snprintf(label, sizeof label, "%s", fields[1]);
      going = 1;
    } else {
      going = perform(fields, label, going);
    }
  }
  return 0;
}
