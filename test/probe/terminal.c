// Facts about the terminal.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "probe.h"

static void terminal(int count, char** arguments) {
  (void)count, (void)arguments;
  for (int i = 0; i < 3; i++) {
    char name[128] = "none";
    if (isatty(i)) ttyname_r(i, name, sizeof(name));
    printf("%d %s\n", i, name);
  }
  struct winsize size = {0};
  if (ioctl(0, TIOCGWINSZ, &size) == 0) printf("size %dx%d\n", size.ws_col, size.ws_row);
  struct termios modes;
  if (tcgetattr(0, &modes) == 0) printf("onlcr %d\n", (modes.c_oflag & ONLCR) != 0);
  int controlling = open("/dev/tty", O_RDWR | O_CLOEXEC);
  printf("controlling %s\n", controlling < 0 ? "none" : "yes");
  printf("foreground %d\n", tcgetpgrp(0) == getpgrp());
  if (controlling >= 0) close(controlling);
}

const struct fact kTerminalFacts[] = {{"tty", 0, terminal}, {NULL, 0, NULL}};
