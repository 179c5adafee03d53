// Executing hoist-init, whose bytes this addon carries.
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/children.h"
#include "binding/io.h"
#include "binding/launch.h"
#include "binding/memfd.h"

extern "C" {
extern const unsigned char hoist_init_start[] __attribute__((visibility("hidden")));
extern const unsigned char hoist_init_end[] __attribute__((visibility("hidden")));
}

namespace hoist {
namespace {

constexpr uint32_t kMostSlots = 65536;
constexpr int kMostPreserved = 65536;
constexpr int64_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

/// A copy for each container. One for all would be cheaper, but a container that got hold of it through /proc could
/// open it for writing once it is not executed: it could write nothing, and still no other container could start
/// (ETXTBSY).
UniqueFd init_program() {
  const auto size = static_cast<size_t>(hoist_init_end - hoist_init_start);
  return sealed_memfd("hoist-init", hoist_init_start, size, MemoryKind::kProgram);
}

std::vector<int> descriptors_of(const Argument& list, uint32_t maximum) {
  std::vector<int> descriptors;
  for (const Argument& item : list.items(maximum)) descriptors.push_back(item.descriptor());
  return descriptors;
}

struct Request {
  explicit Request(const Argument& argument)
      : stdio(descriptors_of(argument.member("stdio"), 3)),
        slots(descriptors_of(argument.member("slots"), kMostSlots)),
        preserved(static_cast<int>(argument.member("preserved").integer(0, kMostPreserved))),
        flags(argument.member("cloneFlags").integer(0, UINT32_MAX)),
        cgroup(argument.member("cgroup").descriptor(true)),
        open_files(open_files_of(argument)),
        // Last: reading the others may run getters, and those could take the array's memory away.
        plan(argument.member("plan").array()) {
    if (stdio.size() != 3) argument.member("stdio").reject("an array of 3 descriptors", true);
    if ((flags & ~kNamespaces) != 0) argument.member("cloneFlags").reject("made of CLONE_NEW* flags only", true);
  }

  std::vector<int> stdio, slots;
  int preserved;
  int64_t flags;
  int cgroup;
  std::optional<rlimit> open_files;
  Bytes plan;
};

/// Numbers of the child: stdio, the preserved ones, the socket, the plan, the slots.
void place(const Request& request, int socket, int plan, Launch& launch) {
  int next = 0;
  for (const int descriptor : request.stdio) launch.placements.push_back({descriptor, next++});
  next += request.preserved;
  launch.keep_until = next;
  launch.placements.push_back({socket, next++});
  launch.placements.push_back({plan, next++});
  for (const int slot : request.slots) launch.placements.push_back({slot, next++});
  launch.end = next;
}

/// A hole among the preserved descriptors would be filled by one of our own, which the container would then inherit.
void check_preserved(int until) {
  for (int descriptor = 3; descriptor < until; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) == -1) {
      fail("fcntl", errno, {}, "descriptor " + std::to_string(descriptor) + " is to be preserved but is not open");
    }
  }
}

Napi::Value spawn_init(const Call& call) {
  const Request request(call.argument(0, "request"));
  check_preserved(3 + request.preserved);
  const UniqueFd plan = sealed_memfd("hoist-plan", request.plan.data(), request.plan.size(), MemoryKind::kData);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) fail("socketpair", errno);
  UniqueFd ours(pair[0]);
  const UniqueFd theirs(pair[1]);
  Launch launch;
  launch.flags = static_cast<uint64_t>(request.flags);
  launch.cgroup = request.cgroup;
  launch.open_files = request.open_files;
  place(request, theirs.get(), plan.get(), launch);

  char name[] = "hoist-init";
  std::string first = std::to_string(launch.keep_until);
  char* const argv[] = {name, first.data(), nullptr};
  char* const env[] = {nullptr};
  const UniqueFd program = init_program();
  launch.program = program.get();
  launch.argv = argv;
  launch.env = env;
  Child child = hoist::launch(launch);
  if (launch.error != 0) fail(launch.failed_call, launch.error, "hoist-init");

  children::add(child.pid);
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("pid", static_cast<double>(child.pid));
  result.Set("pidfd", static_cast<double>(child.pidfd.release()));
  result.Set("socket", static_cast<double>(ours.release()));
  return result;
}

constexpr Export kExports[] = {{"spawnInit", spawn_init}};

}  // namespace

void register_spawn(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
