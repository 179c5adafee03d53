// Executing hoist-init, whose bytes this addon carries.
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

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

struct Request {
  Bytes plan;
  UniqueFd plan_file;
  UniqueFd ours, theirs;
};

/// Numbers of the child: stdio, the preserved ones, the socket, the plan, the slots.
void place(const Argument& argument, Launch& launch, const Request& request) {
  const auto stdio = argument.member("stdio").items(3);
  if (stdio.size() != 3) argument.member("stdio").reject("an array of 3 descriptors", true);
  const auto slots = argument.member("slots").items(kMostSlots);
  launch.keep_until = 3 + static_cast<int>(argument.member("preserved").integer(0, kMostPreserved));
  int next = 0;
  for (const Argument& descriptor : stdio) launch.placements.push_back({descriptor.descriptor(), next++});
  next = launch.keep_until;
  launch.placements.push_back({request.theirs.get(), next++});
  launch.placements.push_back({request.plan_file.get(), next++});
  for (const Argument& slot : slots) launch.placements.push_back({slot.descriptor(), next++});
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
  const Argument argument = call.argument(0, "request");
  Request request;
  Launch launch;
  request.plan = argument.member("plan").array();
  launch.flags = static_cast<uint64_t>(argument.member("cloneFlags").integer(0, UINT32_MAX));
  if ((launch.flags & ~static_cast<uint64_t>(kNamespaces)) != 0) {
    argument.member("cloneFlags").reject("made of CLONE_NEW* flags only", true);
  }
  launch.cgroup = argument.member("cgroup").descriptor(true);
  launch.open_files = open_files_of(argument);
  check_preserved(3 + static_cast<int>(argument.member("preserved").integer(0, kMostPreserved)));

  request.plan_file = sealed_memfd("hoist-plan", request.plan.data(), request.plan.size(), MemoryKind::kData);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) fail("socketpair", errno);
  request.ours.reset(pair[0]);
  request.theirs.reset(pair[1]);
  place(argument, launch, request);

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
  result.Set("socket", static_cast<double>(request.ours.release()));
  return result;
}

constexpr Export kExports[] = {{"spawnInit", spawn_init}};

}  // namespace

void register_spawn(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
