// Facts about files, mounts, devices, descriptors and namespaces.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

// Every open descriptor: number, close-on-exec or not, what it is. Needs /proc.
static void descriptors(int count, char** arguments) {
  (void)count, (void)arguments;
  DIR* folder = opendir("/proc/self/fd");
  if (!folder) return print_error();
  for (struct dirent* entry = readdir(folder); entry; entry = readdir(folder)) {
    int descriptor = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || descriptor == dirfd(folder)) continue;
    char target[4096] = "";
    if (readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1) < 0) strcpy(target, "?");
    printf("%d %s\n", descriptor, target);
  }
  closedir(folder);
}

// Every line of mountinfo whose mount point is the path (the last is on top); without a path all.
static void mounts(int count, char** arguments) {
  FILE* file = fopen("/proc/self/mountinfo", "re");
  if (!file) return print_error();
  static char line[65536];
  while (fgets(line, sizeof(line), file)) {
    static char point[65536];
    if (sscanf(line, "%*s %*s %*s %*s %65535s", point) != 1) continue;
    if (count == 0 || strcmp(point, arguments[0]) == 0) printf("%s", line);
  }
  fclose(file);
}

static void file_system(int count, char** arguments) {
  (void)count;
  struct statfs got;
  if (statfs(arguments[0], &got) < 0) return print_error();
  printf("type %#lx flags %#lx size %llu\n", (unsigned long)got.f_type, (unsigned long)got.f_flags,
         (unsigned long long)got.f_blocks * (unsigned long long)got.f_bsize);
}

static const char* kind(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFCHR:
      return "char";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    default:
      return "socket";
  }
}

static void print_stat(const struct stat* got) {
  printf("%s %04o %u:%u dev %u:%u size %lld\n", kind(got->st_mode), got->st_mode & 07777, got->st_uid, got->st_gid,
         major(got->st_rdev), minor(got->st_rdev), (long long)got->st_size);
}

static void status_of_file(int count, char** arguments) {
  (void)count;
  struct stat got;
  if (lstat(arguments[0], &got) < 0) return print_error();
  print_stat(&got);
}

static void status_of_target(int count, char** arguments) {
  (void)count;
  struct stat got;
  if (stat(arguments[0], &got) < 0) return print_error();
  print_stat(&got);
}

static void link_target(int count, char** arguments) {
  (void)count;
  char target[4096] = "";
  if (readlink(arguments[0], target, sizeof(target) - 1) < 0) return print_error();
  printf("%s\n", target);
}

static void content(int count, char** arguments) {
  (void)count;
  int descriptor = open(arguments[0], O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return print_error();
  char buffer[8192];
  ssize_t got;
  while ((got = read(descriptor, buffer, sizeof(buffer))) > 0) fwrite(buffer, 1, (size_t)got, stdout);
  if (got < 0) print_error();
  close(descriptor);
}

static int by_name(const struct dirent** left, const struct dirent** right) {
  return strcmp((*left)->d_name, (*right)->d_name);
}

static void listing(int count, char** arguments) {
  (void)count;
  struct dirent** entries;
  int found = scandir(arguments[0], &entries, NULL, by_name);
  if (found < 0) return print_error();
  for (int i = 0; i < found; i++) {
    if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
      printf("%s\n", entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
}

// Everything below a folder, mounts included: a line for each entry, with what a link leads to.
static void below(const char* path) {
  struct dirent** entries;
  int found = scandir(path, &entries, NULL, by_name);
  for (int i = 0; i < found; i++) {
    char inside[4096], target[4096] = "";
    struct stat got;
    snprintf(inside, sizeof(inside), "%s/%s", path, entries[i]->d_name);
    bool real = strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0;
    free(entries[i]);
    if (!real || lstat(inside, &got) < 0) continue;
    if (S_ISLNK(got.st_mode) && readlink(inside, target, sizeof(target) - 1) < 0) strcpy(target, "?");
    printf("%s %s%s", inside, target, *target ? " " : "");
    print_stat(&got);
    if (S_ISDIR(got.st_mode)) below(inside);
  }
  if (found >= 0) free(entries);
}

static void tree(int count, char** arguments) {
  (void)count;
  below(arguments[0]);
}

static void namespaces(int count, char** arguments) {
  for (int i = 0; i < count; i++) {
    char path[64], target[64] = "";
    snprintf(path, sizeof(path), "/proc/self/ns/%s", arguments[i]);
    if (readlink(path, target, sizeof(target) - 1) < 0) {
      print_error();
    } else {
      printf("%s\n", target);
    }
  }
}

// The seals of a memfd, by name; an error for anything else.
static void seals(int count, char** arguments) {
  (void)count;
  int descriptor = open(arguments[0], O_RDONLY | O_CLOEXEC);
  int got = descriptor < 0 ? -1 : fcntl(descriptor, F_GET_SEALS);
  if (got < 0) return print_error();
  printf("%s%s%s%s%s\n", got & F_SEAL_SEAL ? "seal " : "", got & F_SEAL_SHRINK ? "shrink " : "",
         got & F_SEAL_GROW ? "grow " : "", got & F_SEAL_WRITE ? "write " : "", got & 0x20 ? "exec" : "");
  close(descriptor);
}

const struct fact kFileFacts[] = {
    {"fds", 0, descriptors},      {"mounts", 0, mounts},         {"statfs", 1, file_system},
    {"lstat", 1, status_of_file}, {"stat", 1, status_of_target}, {"readlink", 1, link_target},
    {"read", 1, content},         {"list", 1, listing},          {"tree", 1, tree},
    {"ns", 1, namespaces},        {"seals", 1, seals},           {NULL, 0, NULL}};
