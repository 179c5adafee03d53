// A service manager, as far as sd_notify(3) goes: prints every message that it gets, and lets go of barriers.
#define _GNU_SOURCE
#include "manager.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int manager(const char* path, int keeps_barriers) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(server, (struct sockaddr*)&address, size) < 0) return 125;
  if (path[0] != '@') chmod(path, 0777);
  printf("listening\n");
  fflush(stdout);
  for (;;) {
    char text[4096], control[CMSG_SPACE(sizeof(int))];
    struct iovec vector = {text, sizeof(text)};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    ssize_t got = recvmsg(server, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return 125;
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    printf("%s %.*s%s", header ? "descriptor" : "text", (int)got, text, got > 0 && text[got - 1] == '\n' ? "" : "\n");
    fflush(stdout);
    if (!header || keeps_barriers) continue;
    int barrier;
    memcpy(&barrier, CMSG_DATA(header), sizeof(barrier));
    close(barrier);
  }
}
