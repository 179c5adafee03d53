// A seccomp agent: takes the listeners of containers and answers what their filters ask.
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define LARGEST_STATE (1 << 20)

static int is_mkdir(int number) {
#ifdef SYS_mkdir
  if (number == SYS_mkdir) return 1;
#endif
  return number == SYS_mkdirat;
}

// There is no medium to make a folder on; all else goes on as it is.
static void answer(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct seccomp_notif question;
  for (;;) {
    memset(&question, 0, sizeof(question));
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0) {
      if (errno == EINTR) continue;
      exit(0);
    }
    struct seccomp_notif_resp response = {.id = question.id};
    if (is_mkdir(question.data.nr)) {
      response.error = -ENOMEDIUM;
    } else {
      response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    printf("asked %d\n", question.data.nr);
    fflush(stdout);
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
}

// The listener that a connection brings, or -1; prints what it says of itself, and how many descriptors came.
static int receive(int connection) {
  static char state[LARGEST_STATE];
  int descriptors[8], listener = -1;
  char control[CMSG_SPACE(sizeof(descriptors))];
  struct iovec text = {state, sizeof(state)};
  struct msghdr message = {
      .msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
  ssize_t size = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  struct cmsghdr* header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  size_t count = header ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
  if (count > 0) memcpy(&listener, CMSG_DATA(header), sizeof(int));
  for (ssize_t more = size; more > 0; size += more) more = read(connection, state + size, sizeof(state) - (size_t)size);
  printf("state %zu %.*s\n", count, (int)size, state);
  fflush(stdout);
  return listener;
}

int agent(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '@' ? 0 : 1));
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server, (struct sockaddr*)&address, size) < 0 || listen(server, 8) < 0) return 125;
  if (path[0] != '@') chmod(path, 0777);
  printf("listening\n");
  fflush(stdout);
  for (;;) {
    int connection = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    int listener = receive(connection);
    close(connection);
    if (listener >= 0 && fork() == 0) answer(listener);
    close(listener);
  }
}
