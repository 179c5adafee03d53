/** The programs of the images that are not busybox: so small that they are written here, in C. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../cache.ts';

/** The first process of a pod: waits, ends when it is asked to, and takes in orphans when containers share its pid namespace. */
const pause = `
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int number) { (void)number; _exit(0); }
static void reap(int number) { (void)number; while (waitpid(-1, NULL, WNOHANG) > 0) {} }
int main(void) {
  signal(SIGINT, end);
  signal(SIGTERM, end);
  signal(SIGCHLD, reap);
  for (;;) pause();
}`;

/** Set-uid to root: says whether that had an effect. */
const nonewprivs = `
#include <stdio.h>
#include <unistd.h>
int main(void) { return printf("Effective uid: %d\\n", (int)geteuid()) < 0; }`;

function compile(text: string, target: string): void {
  writeFileSync(`${target}.c`, text);
  command('gcc', ['-static', '-Os', '-s', '-o', target, `${target}.c`]);
  rmSync(`${target}.c`);
}

/** Puts the first process of a pod at /pause of a root file system. */
export function installPause(rootfs: string): void {
  compile(pause, join(rootfs, 'pause'));
}

export function installNoNewPrivs(rootfs: string): void {
  compile(nonewprivs, join(rootfs, 'nonewprivs'));
  chmodSync(join(rootfs, 'nonewprivs'), 0o4755);
}
