// Programs of the host: hooks, those that write id maps, criu.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/children.h"
#include "binding/io.h"
#include "binding/launch.h"
#include "binding/memfd.h"

namespace hoist {
namespace {

constexpr uint32_t kMostDescriptors = 64;
constexpr uint32_t kMostStrings = 1 << 20;  // the kernel's own bounds (E2BIG) come first

/// A null-terminated array of C strings.
class StringList {
 public:
  explicit StringList(const Argument& argument) {
    for (const Argument& item : argument.items(kMostStrings)) strings_.push_back(item.path());
    for (std::string& text : strings_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  char* const* get() const { return pointers_.data(); }
  bool empty() const { return strings_.empty(); }

 private:
  std::vector<std::string> strings_;
  std::vector<char*> pointers_;
};

/// Standard input: nobody has to feed a pipe, and a program that does not read it cannot block us. Reopened, so that it
/// is read-only.
UniqueFd input_of(const std::string& text) {
  if (text.empty()) return open_path("/dev/null", O_RDONLY);
  const UniqueFd file = sealed_memfd("hoist-input", text.data(), text.size(), MemoryKind::kData);
  return open_path("/proc/self/fd/" + std::to_string(file.get()), O_RDONLY);
}

[[noreturn]] void fail_child(const Launch& launch, const std::string& path, const std::string& directory) {
  const std::string call = launch.failed_call;
  if (call == "chdir") fail("chdir", launch.error, directory);
  if (call == "execve") fail("fork/exec", launch.error, path);
  fail(launch.failed_call, launch.error, launch.tree >= 0 ? launch.tree_target : path);
}

/// A memfd for both outputs, or descriptors of the caller's for all three.
struct Stdio {
  explicit Stdio(const Argument& request) {
    const Argument given = request.member("stdio");
    if (given.absent()) {
      input = input_of(request.member("input").text());
      output = open_memfd("hoist-output");
      if (fcntl(output.get(), F_SETFL, O_APPEND) == -1) fail("fcntl", errno);
      descriptors = {input.get(), output.get(), output.get()};
      replace(request.member("outputs"));
      return;
    }
    for (const Argument& item : given.items(3)) descriptors.push_back(item.descriptor());
    if (descriptors.size() != 3) given.reject("an array of 3 descriptors", true);
  }

  /// Standard output and error to descriptors of the caller's, where there are any.
  void replace(const Argument& outputs) {
    if (outputs.absent()) return;
    const auto given = outputs.items(2);
    if (given.size() != 2) outputs.reject("an array of 2 descriptors", true);
    for (size_t i = 0; i < given.size(); ++i) {
      const int descriptor = given[i].descriptor(true);
      if (descriptor >= 0) descriptors[i + 1] = descriptor;
    }
  }

  UniqueFd input, output;
  std::vector<int> descriptors;
};

/// Ours and theirs, when the request wants a channel.
struct Channel {
  explicit Channel(const Argument& wanted) {
    if (wanted.absent() || !wanted.flag()) return;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) fail("socketpair", errno);
    ours = UniqueFd(pair[0]);
    theirs = UniqueFd(pair[1]);
  }

  UniqueFd ours, theirs;
};

/// The channel follows stdio, and the request's `descriptors` that.
void place(const Stdio& stdio, const Channel& channel, const Argument& others, Launch& launch) {
  std::vector<int> descriptors = stdio.descriptors;
  if (channel.theirs) descriptors.push_back(channel.theirs.get());
  if (!others.absent()) {
    for (const Argument& item : others.items(kMostDescriptors)) descriptors.push_back(item.descriptor());
  }
  for (const int descriptor : descriptors) launch.placements.push_back({descriptor, launch.end++});
}

Napi::Value spawn_process(const Call& call) {
  const Argument request = call.argument(0, "request");
  const std::string path = request.member("path").path();
  if (path.empty() || path[0] != '/') request.member("path").reject("an absolute path", true);
  const StringList argv(request.member("argv"));
  if (argv.empty()) request.member("argv").reject("an array with at least the program's name", true);
  const StringList env(request.member("env"));
  const Argument cwd = request.member("cwd");
  const std::string directory = cwd.absent() ? std::string() : cwd.path();
  Stdio stdio(request);
  Channel channel(request.member("channel"));
  const Argument mount = request.member("mount");
  const std::string target = mount.absent() ? std::string() : mount.member("target").path();

  Launch launch;
  launch.open_files = open_files_of(request);
  launch.end = 0;
  place(stdio, channel, request.member("descriptors"), launch);
  if (!mount.absent()) launch.tree = mount.member("tree").descriptor();
  launch.tree_target = target.c_str();
  launch.path = path.c_str();
  launch.directory = cwd.absent() ? nullptr : directory.c_str();
  launch.argv = argv.get();
  launch.env = env.get();
  Child child = hoist::launch(launch);
  if (launch.error != 0) fail_child(launch, path, directory);

  children::add(child.pid);
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("pid", static_cast<double>(child.pid));
  result.Set("pidfd", static_cast<double>(child.pidfd.release()));
  result.Set("output", static_cast<double>(stdio.output ? stdio.output.release() : -1));
  result.Set("socket", static_cast<double>(channel.ours ? channel.ours.release() : -1));
  return result;
}

constexpr Export kExports[] = {{"spawnProcess", spawn_process}};

}  // namespace

void register_spawn_process(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
