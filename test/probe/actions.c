// What a process in a container does: attempts that print an errno's name, and ways to live and die.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

static void attempt_open(int count, char** arguments) {
  int flags = O_RDONLY;
  if (count > 1 && strchr(arguments[1], 'w')) flags = O_WRONLY;
  if (count > 1 && strchr(arguments[1], 'c')) flags = O_WRONLY | O_CREAT;
  int descriptor = open(arguments[0], flags | O_CLOEXEC | O_NONBLOCK, 0666);
  print_result(descriptor);
  if (descriptor >= 0) close(descriptor);
}

static void attempt_write(int count, char** arguments) {
  (void)count;
  int descriptor = open(arguments[0], O_WRONLY | O_CLOEXEC);
  print_result(descriptor < 0 ? -1 : write(descriptor, arguments[1], strlen(arguments[1])));
  if (descriptor >= 0) close(descriptor);
}

static void attempt_mkdir(int count, char** arguments) {
  (void)count;
  print_result(mkdir(arguments[0], 0755));
}

static void attempt_unlink(int count, char** arguments) {
  (void)count;
  print_result(unlink(arguments[0]));
}

static void attempt_mount(int count, char** arguments) {
  (void)count;
  print_result(mount("probe", arguments[0], "tmpfs", 0, NULL));
}

static void attempt_unmount(int count, char** arguments) {
  (void)count;
  print_result(umount2(arguments[0], MNT_DETACH));
}

// PATH MAJOR MINOR: a character device is made, opened for reading and removed.
static void attempt_device(int count, char** arguments) {
  (void)count;
  dev_t device = makedev((unsigned)number(arguments[1]), (unsigned)number(arguments[2]));
  if (mknod(arguments[0], S_IFCHR | 0600, device) < 0) return print_result(-1);
  int descriptor = open(arguments[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  print_result(descriptor);
  unlink(arguments[0]);
}

static void attempt_chroot(int count, char** arguments) {
  (void)count;
  print_result(chroot(arguments[0]));
}

// How many children can be made, up to COUNT; they end with us.
static void attempt_forks(int count, char** arguments) {
  (void)count;
  long wanted = number(arguments[0]), made = 0;
  pid_t* children = calloc((size_t)wanted, sizeof(pid_t));
  for (; made < wanted; made++) {
    children[made] = fork();
    if (children[made] == 0) {
      pause();
      _exit(0);
    }
    if (children[made] < 0) break;
  }
  printf("%ld %s\n", made, made < wanted ? strerrorname_np(errno) : "ok");
  for (long i = 0; i < made; i++) kill(children[i], SIGKILL);
  while (wait(NULL) > 0) continue;
  free(children);
}

// Uses so many bytes of memory.
static void eat(int count, char** arguments) {
  (void)count;
  size_t size = (size_t)number(arguments[0]);
  char* memory = malloc(size);
  for (size_t i = 0; memory && i < size; i += 4096) memory[i] = 1;
  print_result(memory ? 0 : -1);
  free(memory);
}

static volatile sig_atomic_t caught;

static void note(int signal) { caught = signal; }

// Says `waiting`, waits for any signal that can be caught, prints its name and goes on.
static void await_signal(int count, char** arguments) {
  (void)count, (void)arguments;
  for (int i = 1; i < NSIG; i++) {
    if (i != SIGURG) signal(i, note);  // Go's own, which runc 1.1 passes on.
  }
  printf("waiting\n");
  fflush(stdout);
  while (!caught) pause();
  printf("%s\n", sigabbrev_np(caught));
}

static void stay(int count, char** arguments) {
  (void)count, (void)arguments;
  printf("waiting\n");
  fflush(stdout);
  for (;;) pause();
}

static void leave(int count, char** arguments) {
  (void)count;
  fflush(stdout);
  _exit((int)number(arguments[0]));
}

static void end_by_signal(int count, char** arguments) {
  (void)count;
  fflush(stdout);
  raise(signal_number(arguments[0]));
}

static void doze(int count, char** arguments) {
  (void)count;
  usleep((useconds_t)number(arguments[0]) * 1000);
}

// Writes a text to a descriptor.
static void say(int count, char** arguments) {
  (void)count;
  int descriptor = (int)number(arguments[0]);
  fflush(stdout);
  print_result(write(descriptor, arguments[1], strlen(arguments[1])));
}

// Says something to the service manager, as sd_notify(3) does.
static void notify(int count, char** arguments) {
  (void)count;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char* path = getenv("NOTIFY_SOCKET");
  if (!path) return (void)printf("no NOTIFY_SOCKET\n");
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  size_t size = strlen(arguments[0]);
  print_result(sendto(descriptor, arguments[0], size, 0, (struct sockaddr*)&address, sizeof(address)));
  close(descriptor);
}

// Sends a message with as many descriptors to the service manager.
static void store(int count, char** arguments) {
  (void)count;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", getenv("NOTIFY_SOCKET"));
  int socket_number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), descriptors[253] = {0};
  char control[CMSG_SPACE(sizeof(descriptors))] = {0};
  size_t size = (size_t)number(arguments[0]) * sizeof(int);
  struct iovec text = {"FDSTORE=1", 9};
  struct msghdr message = {.msg_name = &address,
                           .msg_namelen = sizeof(address),
                           .msg_iov = &text,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = CMSG_SPACE(size)};
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  print_result(sendmsg(socket_number, &message, 0));
  close(socket_number);
}

const struct fact kActions[] = {{"notify", 1, notify},
                                {"store", 1, store},
                                {"open", 1, attempt_open},
                                {"write", 2, attempt_write},
                                {"mkdir", 1, attempt_mkdir},
                                {"unlink", 1, attempt_unlink},
                                {"mount", 1, attempt_mount},
                                {"unmount", 1, attempt_unmount},
                                {"mknod", 3, attempt_device},
                                {"chroot", 1, attempt_chroot},
                                {"forks", 1, attempt_forks},
                                {"eat", 1, eat},
                                {"await", 0, await_signal},
                                {"stay", 0, stay},
                                {"exit", 1, leave},
                                {"raise", 1, end_by_signal},
                                {"sleep", 1, doze},
                                {"say", 2, say},
                                {NULL, 0, NULL}};
