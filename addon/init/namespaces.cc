// Entering namespaces.
#include "init/kernel.h"
#include "init/perform.h"
#include "init/procfs.h"

namespace hoist {
namespace {

constexpr int64_t kUserNamespace = CLONE_NEWUSER;

/// struct ifreq of netdevice(7): a name and the flags.
struct InterfaceRequest {
  char name[16];
  int16_t flags;
  char rest[22];
};
static_assert(sizeof(InterfaceRequest) == 40, "the size of struct ifreq");

constexpr unsigned kGetInterfaceFlags = 0x8913;  // SIOCGIFFLAGS
constexpr unsigned kSetInterfaceFlags = 0x8914;  // SIOCSIFFLAGS
constexpr int16_t kInterfaceUp = 1;              // IFF_UP

/// The first stage waits for this pipe's end before it says anything: so its STAGE comes before any word of the second
/// stage.
Result AwaitFirstStage(int pipe) {
  char byte = 0;
  long got = -EINTR;
  while (got == -EINTR) got = Call(__NR_read, pipe, &byte, 1);
  HOIST_TRY(Checked(got, Step::kRead));
  // EOF without the byte: the first stage has died before its report.
  if (got == 0) Exit(1);
  return kOk;
}

[[noreturn]] void ReportStage(Context& context, long pid, int pidfd, int pipe) {
  const Result sent = context.reporter.Send(plan::kMessageStage, static_cast<uint32_t>(pid), pidfd);
  if (!sent.ok()) context.reporter.Fail(sent);
  Call(__NR_write, pipe, "0", 1);
  Exit(0);
}

}  // namespace

Result Perform(Context& context, const plan::Join& operation) {
  int descriptor = -1;
  HOIST_TRY(context.Slot(operation.slot, &descriptor));
  HOIST_TRY(Checked(Call(__NR_setns, descriptor, operation.type), Step::kSetns));
  return (operation.type & kUserNamespace) != 0 ? context.Guard() : kOk;
}

Result Perform(Context& context, const plan::Clone& operation) {
  int pipe[2] = {-1, -1};
  HOIST_TRY(Checked(Call(__NR_pipe2, pipe, O_CLOEXEC), Step::kOpen));
  Descriptor readable(pipe[0]);
  Descriptor writable(pipe[1]);
  context.reporter.FlushTrace();
  int pidfd = -1;
  struct clone_args arguments = {};
  // The second stage is a child of our parent, with our exit signal: that is what CLONE_PARENT demands.
  arguments.flags = static_cast<uint64_t>(operation.flags) | CLONE_PARENT | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  const long pid = Call(__NR_clone3, &arguments, sizeof(arguments));
  HOIST_TRY(Checked(pid, Step::kClone3));
  if (pid > 0) ReportStage(context, pid, pidfd, writable.get());
  writable.Reset(-1);
  HOIST_TRY(context.Guard());
  HOIST_TRY(AwaitFirstStage(readable.get()));
  return Checked(Call(__NR_setsid), Step::kSetsid);
}

Result Perform(Context& context, const plan::Become& operation) {
  // Denied where an unprivileged user wrote the maps (CVE-2014-8989).
  const bool keep = (operation.how & plan::kUserHowKeepGroups) != 0;
  const long groups = keep ? 0 : Call(__NR_setgroups, 0, nullptr);
  if (groups != -EPERM) HOIST_TRY(Checked(groups, Step::kSetgroups));
  const auto uid = static_cast<uint32_t>(operation.uid);
  const auto gid = static_cast<uint32_t>(operation.gid);
  HOIST_TRY(Checked(Call(__NR_setresgid, gid, gid, gid), Step::kSetresgid));
  HOIST_TRY(Checked(Call(__NR_setresuid, uid, uid, uid), Step::kSetresuid));
  return context.Guard();
}

Result Perform(Context& context, const plan::Unshare& operation) {
  HOIST_TRY(Checked(Call(__NR_unshare, operation.flags), Step::kUnshare));
  return (operation.flags & kUserNamespace) != 0 ? context.Guard() : kOk;
}

Result Perform(Context& context, const plan::TimeOffsets& operation) {
  HOIST_TRY(Checked(Call(__NR_unshare, CLONE_NEWTIME), Step::kUnshare));
  if (!operation.offsets.empty()) HOIST_TRY(WriteProc(context, "self/timens_offsets", operation.offsets));
  // Without this only children would be in it.
  Descriptor folder;
  Descriptor name_space;
  HOIST_TRY(OpenProc(context, "self/ns", O_PATH | O_DIRECTORY, &folder));
  const long opened = Call(__NR_openat, folder.get(), "time_for_children", O_RDONLY | O_CLOEXEC);
  HOIST_TRY(name_space.Take(opened, Step::kOpen));
  return Checked(Call(__NR_setns, name_space.get(), CLONE_NEWTIME), Step::kSetns);
}

Result Perform(Context&, const plan::Loopback&) {
  // Any socket will do for these requests; one of AF_UNIX needs no internet protocols in the kernel.
  Descriptor socket;
  HOIST_TRY(socket.Take(Call(__NR_socket, kAfUnix, kSockDatagram | kSockCloexec, 0), Step::kSocket));
  InterfaceRequest request = {"lo", 0, {}};
  HOIST_TRY(Checked(Call(__NR_ioctl, socket.get(), kGetInterfaceFlags, &request), Step::kIoctl));
  request.flags = static_cast<int16_t>(request.flags | kInterfaceUp);
  return Checked(Call(__NR_ioctl, socket.get(), kSetInterfaceFlags, &request), Step::kIoctl);
}

Result Perform(Context&, const plan::Hostname& operation) {
  return Checked(Call(__NR_sethostname, operation.name.data, operation.name.length), Step::kSethostname);
}

Result Perform(Context&, const plan::Domainname& operation) {
  return Checked(Call(__NR_setdomainname, operation.name.data, operation.name.length), Step::kSetdomainname);
}

}  // namespace hoist
