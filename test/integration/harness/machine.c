// The harness's own program, outside of containers:
//   machine reap                        the first process of the machine: reaps orphans, ends when descriptor 3 closes
//   machine hold                        keeps the namespaces it was started in; prints its pid
//   machine enter [-g] [-u UID] [-n PID] [-C FOLDER] MACHINE COMMAND...
//                                       runs a command inside the machine whose first process is MACHINE (a pid of the
//                                       host): in its cgroups (-g: stays in its own) and namespaces, optionally as
//                                       another user, as root of the user namespace of process PID (a pid of the
//                                       machine), in a folder
//   machine console SOCKET              receives a terminal over the socket, as an engine does, and relays it
//   machine pidfd SOCKET                receives a pidfd over the socket, and prints whose it is
//   machine pty COMMAND...              runs a command under a terminal of its own and relays that
//   machine agent SOCKET                answers the questions of seccomp filters (agent.c)
//   machine pipes COMMAND...            runs a command with pipes of ours as its output and /dev/null as its input;
//                                       whoever still has them afterwards is relayed until it ends
//   machine manager SOCKET [keep]       prints what services say of themselves (manager.c)
//   machine linger SECONDS COMMAND...   runs a command as a subreaper that never reaps, as a careless parent does
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "manager.h"

static void die(const char* what) {
  fprintf(stderr, "machine: %s: %s\n", what, strerror(errno));
  exit(125);
}

static int reap(void) {
  signal(SIGTERM, SIG_IGN);
  for (;;) {
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    struct pollfd end = {.fd = 3, .events = POLLIN};
    if (poll(&end, 1, 5) > 0) return 0;
  }
}

static void hold(void) {
  printf("%d\n", getpid());
  fflush(stdout);
  for (;;) pause();
}

// The machine's own group in every hierarchy: inside its namespaces these are the roots of what is mounted.
static void join_groups(void) {
  DIR* hierarchies = opendir("/sys/fs/cgroup");
  if (!hierarchies) die("/sys/fs/cgroup");
  for (struct dirent* one = readdir(hierarchies); one; one = readdir(hierarchies)) {
    if (one->d_name[0] == '.') continue;
    char file[512];
    // One thread of ours through `tasks` is much cheaper than a process through cgroup.procs; v2 has only the latter.
    snprintf(file, sizeof(file), "/sys/fs/cgroup/%s/tasks", one->d_name);
    int descriptor = open(file, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
      snprintf(file, sizeof(file), "/sys/fs/cgroup/%s/cgroup.procs", one->d_name);
      descriptor = open(file, O_WRONLY | O_CLOEXEC);
    }
    if (descriptor < 0 || write(descriptor, "0", 1) != 1) die(file);
    close(descriptor);
  }
  closedir(hierarchies);
}

static void join_namespaces(const char* pid) {
  int machine = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
  if (machine < 0) die(pid);
  int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  if (setns(machine, all) < 0) die("setns");
  close(machine);
}

static int user_namespace(const char* pid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s/ns/user", pid);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) die(path);
  return descriptor;
}

static pid_t child;

static void pass_on(int signal) { kill(child, signal); }

static int wait_for_child(void) {
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}

static int enter(int argc, char** argv) {
  const char *user = NULL, *holder = NULL, *folder = "/";
  int option, groups = 1;
  while ((option = getopt(argc, argv, "+gu:n:C:")) != -1) {
    if (option == 'g') groups = 0;
    if (option == 'u') user = optarg;
    if (option == 'n') holder = optarg;
    if (option == 'C') folder = optarg;
  }
  if (argc - optind < 2) return 125;
  join_namespaces(argv[optind]);
  if (groups) join_groups();
  child = fork();
  if (child > 0) {
    static const int passed[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH};
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) signal(passed[i], pass_on);
    return wait_for_child();
  }
  if ((user || holder) && setgroups(0, NULL) < 0) die("setgroups");
  if (holder) {
    if (setns(user_namespace(holder), CLONE_NEWUSER) < 0) die("setns of the user namespace");
    user = "0";
  }
  uid_t id = user ? (uid_t)atoi(user) : 0;
  if (user && (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)) die("setresuid");
  // Whoever ends us ends the command.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 1);
  if (chdir(folder) < 0) die(folder);
  execvp(argv[optind + 1], argv + optind + 1);
  die(argv[optind + 1]);
  return 125;
}

// Between our stdin and stdout and a terminal, until nobody has the terminal open any more.
static void relay(int master) {
  struct pollfd watched[2] = {{.fd = master, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  char buffer[4096];
  while (poll(watched, 2, -1) >= 0 || errno == EINTR) {
    if (watched[0].revents) {
      ssize_t got = read(master, buffer, sizeof(buffer));
      if (got <= 0 || write(1, buffer, (size_t)got) != got) return;
    }
    if (watched[1].revents) {
      ssize_t got = read(0, buffer, sizeof(buffer));
      if (got <= 0) watched[1].fd = -1;
      if (got > 0 && write(master, buffer, (size_t)got) != got) return;
    }
  }
}

// Listens on a socket until somebody has sent a descriptor over it.
static int receive_descriptor(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr*)&address, sizeof(address)) < 0 || listen(listener, 1) < 0) die(path);
  chmod(path, 0777);
  printf("listening\n");
  fflush(stdout);
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  char name[256] = "", control[CMSG_SPACE(sizeof(int))];
  struct iovec text = {name, sizeof(name) - 1};
  struct msghdr message = {
      .msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
  if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) < 0) die("recvmsg");
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) die("no descriptor in the message");
  int received;
  memcpy(&received, CMSG_DATA(header), sizeof(received));
  printf("received %s\n", name);
  fflush(stdout);
  close(connection);
  close(listener);
  return received;
}

static int console(const char* path) {
  relay(receive_descriptor(path));
  return 0;
}

static int pidfd(const char* path) {
  char info[64], line[256];
  snprintf(info, sizeof(info), "/proc/self/fdinfo/%d", receive_descriptor(path));
  FILE* file = fopen(info, "re");
  if (!file) die(info);
  while (fgets(line, sizeof(line), file)) {
    if (strncmp(line, "Pid:", 4) == 0) printf("of %d\n", atoi(line + 4));
  }
  return 0;
}

static int under_terminal(char** command) {
  int master;
  struct winsize size = {.ws_row = 33, .ws_col = 101};
  child = forkpty(&master, NULL, NULL, &size);
  if (child < 0) die("forkpty");
  if (child == 0) {
    execvp(command[0], command);
    die(command[0]);
  }
  relay(master);
  return wait_for_child();
}

/// Copies what is there, or with a blocking descriptor until the end of it.
static void copy_output(int from) {
  char buffer[4096];
  ssize_t got;
  while ((got = read(from, buffer, sizeof(buffer))) > 0 && write(1, buffer, (size_t)got) == got) continue;
}

static int with_pipes(char** command) {
  int ends[2];
  if (pipe(ends) < 0) die("pipe");
  child = fork();
  if (child == 0) {
    int null = open("/dev/null", O_RDONLY);
    if (dup2(null, 0) < 0 || dup2(ends[1], 1) < 0 || dup2(ends[1], 2) < 0) die("dup2");
    close(null);
    close(ends[0]);
    close(ends[1]);
    execvp(command[0], command);
    die(command[0]);
  }
  close(ends[1]);
  // All that the command has written is there when it has ended.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  siginfo_t end = {0};
  while (waitid(P_PID, (id_t)child, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == 0) {
    struct pollfd output = {.fd = ends[0], .events = POLLIN};
    poll(&output, 1, 5);
    copy_output(ends[0]);
    // Nobody has it any more.
    if ((output.revents & POLLHUP) != 0) break;
  }
  copy_output(ends[0]);
  if (fork() == 0) {
    fcntl(ends[0], F_SETFL, 0);
    copy_output(ends[0]);
    exit(0);
  }
  close(ends[0]);
  return wait_for_child();
}

static int linger(const char* seconds, char** command) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  child = fork();
  if (child == 0) {
    execvp(command[0], command);
    die(command[0]);
  }
  int code = wait_for_child();
  printf("ended %d\n", code);
  fflush(stdout);
  sleep((unsigned)atoi(seconds));
  return code;
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "reap") == 0) return reap();
  if (strcmp(what, "hold") == 0) hold();
  if (strcmp(what, "enter") == 0) return enter(argc - 1, argv + 1);
  if (strcmp(what, "console") == 0 && argc == 3) return console(argv[2]);
  if (strcmp(what, "pidfd") == 0 && argc == 3) return pidfd(argv[2]);
  if (strcmp(what, "pty") == 0 && argc > 2) return under_terminal(argv + 2);
  if (strcmp(what, "agent") == 0 && argc == 3) return agent(argv[2]);
  if (strcmp(what, "pipes") == 0 && argc > 2) return with_pipes(argv + 2);
  if (strcmp(what, "manager") == 0 && argc >= 3) return manager(argv[2], argc > 3);
  if (strcmp(what, "linger") == 0 && argc > 3) return linger(argv[2], argv + 3);
  fprintf(stderr, "machine: see machine.c for what it can do\n");
  return 125;
}
