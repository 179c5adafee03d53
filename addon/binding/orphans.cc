// A subreaper's duty: children that others have left to us. Those that we made ourselves are waited for by whoever made
// them.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/children.h"
#include "binding/io.h"

namespace hoist {
namespace {

/// Where the handler of SIGCHLD counts; -1 when nobody listens.
std::atomic<int> counter{-1};
/// What the engine has set for the signal.
struct sigaction engine {};

void on_child(int number, siginfo_t* info, void* context) {
  const int saved = errno;
  const uint64_t one = 1;
  if (::write(counter.load(std::memory_order_relaxed), &one, sizeof one) == -1) {
    // The counter is full: whoever reads it knows anyway.
  }
  if ((engine.sa_flags & SA_SIGINFO) != 0) {
    engine.sa_sigaction(number, info, context);
  } else if (engine.sa_handler != SIG_DFL && engine.sa_handler != SIG_IGN) {
    engine.sa_handler(number);
  }
  errno = saved;
}

/// An eventfd that becomes readable when a child may have ended.
Napi::Value child_events(const Call& call) {
  UniqueFd descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor) fail("eventfd", errno);
  int none = -1;
  if (!counter.compare_exchange_strong(none, descriptor.get())) fail("childEvents", EBUSY);
  struct sigaction action {};
  action.sa_sigaction = on_child;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NOCLDSTOP;
  sigfillset(&action.sa_mask);
  if (sigaction(SIGCHLD, &action, &engine) == -1) fail("sigaction", errno);
  return Napi::Number::New(call.env(), descriptor.release());
}

/// A file of numbers with blanks between them; a thread that has ended meanwhile has none.
void add_numbers(const std::string& path, std::vector<pid_t>& numbers) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return;
  std::string text;
  char piece[4096];
  for (;;) {
    const ssize_t size = retry([&] { return ::read(file.get(), piece, sizeof piece); });
    if (size <= 0) break;
    text.append(piece, static_cast<size_t>(size));
  }
  char* end = text.data();
  for (const char* at = end;; at = end) {
    const long number = std::strtol(at, &end, 10);
    if (end == at) return;
    numbers.push_back(static_cast<pid_t>(number));
  }
}

/// Our children by thread, as the kernel lists them: waitid(2) for any of them shows the same first one again and
/// again.
std::vector<pid_t> all_children() {
  std::vector<pid_t> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(opendir("/proc/self/task"), closedir);
  if (!threads) fail("opendir", errno, "/proc/self/task");
  while (const dirent* entry = readdir(threads.get())) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = std::string("/proc/self/task/") + entry->d_name + "/children";
    add_numbers(path, pids);
  }
  return pids;
}

Napi::Value reap_orphans(const Call& call) {
  int reaped = 0;
  siginfo_t info{};
  // Mostly there is nothing to do, and this tells at the price of one call.
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 || info.si_pid == 0) {
    return Napi::Number::New(call.env(), 0);
  }
  for (const pid_t pid : all_children()) {
    if (children::contains(pid)) continue;
    info = {};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) == 0 && info.si_pid == pid) ++reaped;
  }
  return Napi::Number::New(call.env(), reaped);
}

Napi::Value adopt_child(const Call& call) {
  children::add(static_cast<pid_t>(call.argument(0, "pid").integer(1, INT32_MAX)));
  return {};
}

constexpr Export kExports[] = {
    {"childEvents", child_events}, {"reapOrphans", reap_orphans}, {"adoptChild", adopt_child}};

}  // namespace

void register_orphans(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
