// The floor: a container of `runc spec` made with nothing but its system calls.
//
// It reads no configuration and checks nothing: the namespaces, mounts, devices, masks, limits and capabilities of
// runc's default configuration are written out below, in the order and with the overlap that was fastest on Linux 6.18.
// What a runtime needs more than this is its own work; what it needs less is something it left out. Never use it to run
// anything: paths inside the rootfs are not defended.
//
//   floor --root DIR run|create [--bundle B] [--pid-file F] [--memory BYTES] ID    the process is always /bin/true, or
//   /bin/sleep 1000 floor --root DIR start|state|delete ID, kill ID SIGNAL                         when create is given
//   --sleep
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"
#define MAX_CONTROLLERS 32
#define ATTRS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

struct options {
  const char *root, *bundle, *pid_file, *memory, *id;
  int sleep, create;
};

static char controllers[MAX_CONTROLLERS][256];
static int controller_count;

static void die(const char* what, const char* on) {
  fprintf(stderr, "floor: %s %s: %s\n", what, on ? on : "", strerror(errno));
  exit(1);
}

static void must(long result, const char* what, const char* on) {
  if (result < 0) die(what, on);
}

static void put(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(fd, "open", path);
  must(write(fd, text, strlen(text)), "write", path);
  close(fd);
}

static ssize_t get(const char* path, char* text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  must(fd, "open", path);
  ssize_t length = read(fd, text, size - 1);
  must(length, "read", path);
  text[length] = 0;
  close(fd);
  return length;
}

static void await_byte(int fd) {
  char byte;
  if (read(fd, &byte, 1) != 1) exit(1);  // the other side has said why
}

static void send_byte(int fd) { must(write(fd, "", 1), "write", "socket"); }

// ---- cgroups: one v1 hierarchy per folder of /sys/fs/cgroup, `unified` among them ----

static void list_controllers(void) {
  if (access(CGROUPS "/cgroup.controllers", F_OK) == 0) {
    errno = ENOTSUP;
    die("this floor knows cgroup v1 only:", CGROUPS);
  }
  DIR* dir = opendir(CGROUPS);
  if (!dir) die("opendir", CGROUPS);
  for (struct dirent* entry; (entry = readdir(dir)) && controller_count < MAX_CONTROLLERS;) {
    if (entry->d_name[0] == '.' || entry->d_type != DT_DIR) continue;
    snprintf(controllers[controller_count++], sizeof controllers[0], "%s", entry->d_name);
  }
  closedir(dir);
}

static void cgroup_path(char* path, size_t size, int i, const char* id, const char* file) {
  int length = snprintf(path, size, CGROUPS "/%s/%s%s%s", controllers[i], id, *file ? "/" : "", file);
  if (length < 0 || (size_t)length >= size) die("path too long", id);
}

// A v1 cpuset is empty until told otherwise, and nothing may join an empty one.
static void inherit_cpuset(int i, const char* id, const char* file) {
  char path[512], text[256];
  snprintf(path, sizeof path, CGROUPS "/cpuset/%s", file);
  get(path, text, sizeof text);
  cgroup_path(path, sizeof path, i, id, file);
  put(path, text);
}

static void limit_devices(int i, const char* id) {
  static const char* const rules[] = {"c *:* m",   "b *:* m",   "c 1:3 rwm", "c 1:8 rwm",   "c 1:7 rwm", "c 5:0 rwm",
                                      "c 1:5 rwm", "c 1:9 rwm", "c 5:1 rwm", "c 136:* rwm", "c 5:2 rwm"};
  char path[512];
  cgroup_path(path, sizeof path, i, id, "devices.deny");
  put(path, "a");
  cgroup_path(path, sizeof path, i, id, "devices.allow");
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd, "open", path);
  for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
    must(write(fd, rules[r], strlen(rules[r])), "write", rules[r]);
  close(fd);
}

static int is_unified(int i) { return !strcmp(controllers[i], "unified"); }

// The v2 group comes first, for the child to be born into; returns its descriptor, or -1 where v2 is not mounted.
static int make_unified_cgroup(const struct options* o) {
  char path[512];
  for (int i = 0; i < controller_count; i++) {
    if (!is_unified(i)) continue;
    cgroup_path(path, sizeof path, i, o->id, "");
    must(mkdir(path, 0755), "mkdir", path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(fd, "open", path);
    return fd;
  }
  return -1;
}

static void make_cgroups(const struct options* o) {
  char path[512];
  for (int i = 0; i < controller_count; i++) {
    if (is_unified(i)) continue;
    cgroup_path(path, sizeof path, i, o->id, "");
    must(mkdir(path, 0755), "mkdir", path);
    if (!strcmp(controllers[i], "cpuset")) {
      inherit_cpuset(i, o->id, "cpuset.cpus");
      inherit_cpuset(i, o->id, "cpuset.mems");
    } else if (!strcmp(controllers[i], "memory") && o->memory) {
      cgroup_path(path, sizeof path, i, o->id, "memory.limit_in_bytes");
      put(path, o->memory);
    } else if (!strcmp(controllers[i], "devices")) {
      limit_devices(i, o->id);
    }
  }
}

// The child moves itself, through `tasks` and not `cgroup.procs`: the kernel then skips the lock that stops every fork,
// exec and exit on the machine (cgroup_threadgroup_rwsem), whose first taker waits for a grace period of RCU, 3 to 12
// ms. The child has one thread, so that is all of it. It was born into the v2 group (CLONE_INTO_CGROUP), which takes no
// such lock either.
static void join_cgroups(const char* id) {
  char path[512];
  for (int i = 0; i < controller_count; i++) {
    if (is_unified(i)) continue;
    cgroup_path(path, sizeof path, i, id, "tasks");
    put(path, "0");
  }
}

static void remove_cgroups(const char* id) {
  char path[512];
  for (int i = 0; i < controller_count; i++) {
    cgroup_path(path, sizeof path, i, id, "");
    must(rmdir(path), "rmdir", path);
  }
}

// ---- inside the container ----

static void mount_one(const char* source, const char* target, const char* type, unsigned long flags, const char* data) {
  must(mount(source, target, type, flags, data), "mount", target);
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(fd, "socket", 0);
  must(ioctl(fd, SIOCSIFFLAGS, &request), "ioctl", "SIOCSIFFLAGS");
  close(fd);
}

// Relative to the working directory, which is the rootfs.
static void mount_filesystems(void) {
  mount_one("proc", "proc", "proc", 0, 0);
  mount_one("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
  mkdir("dev/pts", 0755);
  mkdir("dev/shm", 0755);
  mkdir("dev/mqueue", 0755);
  mount_one("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
  mount_one("shm", "dev/shm", "tmpfs", ATTRS, "mode=1777,size=65536k");
  mount_one("mqueue", "dev/mqueue", "mqueue", ATTRS, 0);
  mount_one("sysfs", "sys", "sysfs", ATTRS | MS_RDONLY, 0);
  mount_one("cgroup", "sys/fs/cgroup", "tmpfs", ATTRS, "mode=755");
}

static void mount_cgroups(const char* id) {
  char source[512], target[512];
  for (int i = 0; i < controller_count; i++) {
    cgroup_path(source, sizeof source, i, id, "");
    snprintf(target, sizeof target, "sys/fs/cgroup/%s", controllers[i]);
    must(mkdir(target, 0755), "mkdir", target);
    mount_one(source, target, 0, MS_BIND, 0);
    mount_one(0, target, 0, MS_REMOUNT | MS_BIND | MS_RDONLY | ATTRS, 0);
  }
  mount_one(0, "sys/fs/cgroup", 0, MS_REMOUNT | MS_BIND | MS_RDONLY | ATTRS, 0);
}

static void make_devices(void) {
  static const struct {
    const char* name;
    int major, minor;
  } nodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5}, {"dev/full", 1, 7},
               {"dev/random", 1, 8}, {"dev/tty", 5, 0},  {"dev/urandom", 1, 9}};
  static const char* const links[][2] = {{"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"},
                                         {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"},
                                         {"/proc/kcore", "dev/core"},       {"pts/ptmx", "dev/ptmx"}};
  umask(0);
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
    must(mknod(nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)), "mknod", nodes[i].name);
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    must(symlink(links[i][0], links[i][1]), "symlink", links[i][1]);
  umask(022);
}

static void mask_paths(void) {
  static const char* const masked[] = {"proc/acpi",          "proc/asound",     "proc/kcore",       "proc/keys",
                                       "proc/latency_stats", "proc/timer_list", "proc/timer_stats", "proc/sched_debug",
                                       "sys/firmware",       "proc/scsi"};
  static const char* const readonly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
  for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
    if (mount("dev/null", masked[i], 0, MS_BIND, 0) == 0 || errno == ENOENT) continue;
    if (errno != ENOTDIR) die("mask", masked[i]);
    mount_one("tmpfs", masked[i], "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1");
  }
  for (size_t i = 0; i < sizeof readonly / sizeof *readonly; i++) {
    if (mount(readonly[i], readonly[i], 0, MS_BIND | MS_REC, 0) < 0 && errno == ENOENT) continue;
    mount_one(0, readonly[i], 0, MS_REMOUNT | MS_BIND | MS_RDONLY | ATTRS, 0);
  }
}

static void enter_root(void) {
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root", ".");
  must(umount2(".", MNT_DETACH), "umount2", ".");
  must(chdir("/"), "chdir", "/");
}

static void drop_privileges(void) {
  const uint32_t kept = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
  const struct rlimit files = {1024, 1024};
  must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit", "NOFILE");
  for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
    if (cap >= 32 || !(kept >> cap & 1)) prctl(PR_CAPBSET_DROP, cap);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{kept, kept, kept}, {0, 0, 0}};
  must(syscall(SYS_capset, &header, data), "capset", 0);
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "NO_NEW_PRIVS");
}

static void join(const char* id, int sync) {
  await_byte(sync);
  join_cgroups(id);
}

// `fifo` is opened for writing to wait for `start`, as runc does; -1 with run.
static void be_container(const struct options* o, const char* rootfs, int sync, int fifo) {
  if (o->memory) join(o->id, sync);  // what the container allocates belongs to its own group, from its first mount on
  loopback_up();
  mount_one(0, "/", 0, MS_REC | MS_PRIVATE, 0);
  mount_one(rootfs, rootfs, 0, MS_BIND | MS_REC, 0);
  must(chdir(rootfs), "chdir", rootfs);
  mount_filesystems();
  make_devices();
  mask_paths();
  if (!o->memory) join(o->id, sync);  // until here the parent was making the cgroups at the same time
  mount_cgroups(o->id);
  enter_root();
  mount_one(0, "/", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0);
  must(setsid(), "setsid", 0);
  must(sethostname("runc", 4), "sethostname", 0);
  drop_privileges();
  send_byte(sync);
  if (fifo >= 0) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fifo);
    int gate = open(path, O_WRONLY | O_CLOEXEC);
    must(gate, "open", "exec fifo");
    send_byte(gate);
  }
  syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
  char* const envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", 0};
  char *const quick[] = {"/bin/true", 0}, *const lasting[] = {"/bin/sleep", "1000", 0};
  char* const* argv = o->sleep ? lasting : quick;
  execve(argv[0], argv, envp);
  die("execve", argv[0]);
}

// ---- the runtime ----

static void state_path(char* path, size_t size, const struct options* o, const char* file) {
  snprintf(path, size, "%s/%s%s%s", o->root, o->id, *file ? "/" : "", file);
}

static void write_state(const struct options* o, pid_t pid) {
  char path[512], final[512], text[600];
  state_path(path, sizeof path, o, "state.tmp");
  state_path(final, sizeof final, o, "state");
  snprintf(text, sizeof text, "%d %s", pid, o->bundle);
  put(path, text);
  must(rename(path, final), "rename", final);
}

static pid_t read_pid(const struct options* o) {
  char path[512], text[600];
  state_path(path, sizeof path, o, "state");
  get(path, text, sizeof text);
  return atoi(text);
}

static void remove_state(const struct options* o) {
  char path[512];
  state_path(path, sizeof path, o, "state");
  unlink(path);
  state_path(path, sizeof path, o, "exec.fifo");
  unlink(path);
  state_path(path, sizeof path, o, "");
  must(rmdir(path), "rmdir", path);
}

static int make_fifo(const struct options* o) {
  char path[512];
  state_path(path, sizeof path, o, "exec.fifo");
  must(mkfifo(path, 0600), "mkfifo", path);
  int fd = open(path, O_PATH | O_CLOEXEC);
  must(fd, "open", path);
  return fd;
}

// Both `run` and `create`: returns the pid of a container whose process is about to be executed (run) or waits on its
// fifo (create).
static pid_t launch(const struct options* o) {
  char path[512], rootfs[512];
  int pair[2];
  state_path(path, sizeof path, o, "");
  mkdir(o->root, 0700);
  must(mkdir(path, 0700), "mkdir", path);
  snprintf(rootfs, sizeof rootfs, "%s/rootfs", o->bundle);
  list_controllers();
  int fifo = o->create ? make_fifo(o) : -1;
  must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair", 0);
  struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET,
                            .exit_signal = SIGCHLD};
  int unified = make_unified_cgroup(o);
  if (unified >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = unified;
  }
  pid_t pid = syscall(SYS_clone3, &args, sizeof args);
  must(pid, "clone3", 0);
  if (pid == 0) {
    close(pair[0]);
    be_container(o, rootfs, pair[1], fifo);
  }
  close(pair[1]);
  make_cgroups(o);
  send_byte(pair[0]);
  await_byte(pair[0]);
  write_state(o, pid);
  return pid;
}

static int run(const struct options* o) {
  int status;
  pid_t pid = launch(o);
  must(waitpid(pid, &status, 0), "waitpid", 0);
  remove_cgroups(o->id);
  remove_state(o);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int create(const struct options* o) {
  char text[16];
  pid_t pid = launch(o);
  snprintf(text, sizeof text, "%d", pid);
  if (o->pid_file) put(o->pid_file, text);
  return 0;
}

static int start(const struct options* o) {
  char path[512];
  state_path(path, sizeof path, o, "exec.fifo");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  must(fd, "open", path);
  await_byte(fd);
  must(unlink(path), "unlink", path);
  return 0;
}

static int state(const struct options* o) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", read_pid(o));
  printf("%s", access(path, F_OK) == 0 && get(path, text, sizeof text) > 0 ? text : "stopped\n");
  return 0;
}

static int destroy(const struct options* o) {
  list_controllers();
  remove_cgroups(o->id);
  remove_state(o);
  return 0;
}

static int signal_container(const struct options* o, const char* number) {
  int fd = syscall(SYS_pidfd_open, read_pid(o), 0);
  must(fd, "pidfd_open", o->id);
  must(syscall(SYS_pidfd_send_signal, fd, atoi(number), 0, 0), "pidfd_send_signal", o->id);
  return 0;
}

int main(int argc, char** argv) {
  struct options o = {.root = "/run/floor", .bundle = "."};
  const char* words[3] = {0};
  int count = 0;
  for (int i = 1; i < argc; i++) {
    const char** value = !strcmp(argv[i], "--root")       ? &o.root
                         : !strcmp(argv[i], "--bundle")   ? &o.bundle
                         : !strcmp(argv[i], "--pid-file") ? &o.pid_file
                         : !strcmp(argv[i], "--memory")   ? &o.memory
                                                          : 0;
    if (value && i + 1 < argc)
      *value = argv[++i];
    else if (!strcmp(argv[i], "--sleep"))
      o.sleep = 1;
    else if (!strcmp(argv[i], "--version"))
      return puts("floor") < 0;
    else if (count < 3)
      words[count++] = argv[i];
  }
  o.id = words[1];
  if (!o.id) return fprintf(stderr, "floor: a command and an id are needed\n"), 1;
  o.create = !strcmp(words[0], "create");
  if (o.create) return create(&o);
  if (!strcmp(words[0], "run")) return run(&o);
  if (!strcmp(words[0], "start")) return start(&o);
  if (!strcmp(words[0], "state")) return state(&o);
  if (!strcmp(words[0], "delete")) return destroy(&o);
  if (!strcmp(words[0], "kill") && words[2]) return signal_container(&o, words[2]);
  return fprintf(stderr, "floor: unknown command %s\n", words[0]), 1;
}
