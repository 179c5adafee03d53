// This process, and processes by number.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "binding/binding.h"
#include "binding/call.h"

namespace hoist {
namespace {

constexpr int64_t kMostResources = 1024;  // the kernel answers EINVAL above RLIM_NLIMITS

Napi::Value kill_export(const Call& call) {
  // Never 0 or negative: those are groups and everybody.
  const auto pid = static_cast<pid_t>(call.argument(0, "pid").integer(1, INT32_MAX));
  const auto signal = static_cast<int>(call.argument(1, "signal").integer(0, 64));
  if (::kill(pid, signal) == -1) fail("kill", errno);
  return {};
}

Napi::Value set_limit(const Call& call) {
  const auto pid = static_cast<pid_t>(call.argument(0, "pid").integer(1, INT32_MAX));
  const auto resource = static_cast<int>(call.argument(1, "resource").integer(0, kMostResources));
  const rlimit limit{call.argument(2, "soft").big(), call.argument(3, "hard").big()};
  if (prlimit(pid, static_cast<__rlimit_resource>(resource), &limit, nullptr) == -1) fail("prlimit", errno);
  return {};
}

Napi::Value set_subreaper(const Call& call) {
  const bool on = call.argument(0, "on").flag();
  if (prctl(PR_SET_CHILD_SUBREAPER, on ? 1L : 0L, 0L, 0L, 0L) == -1) fail("prctl", errno);
  return {};
}

Napi::Value exit_export(const Call& call) { _exit(static_cast<int>(call.argument(0, "code").integer(0, 255))); }

Napi::Value ids(const Call& call) {
  Napi::Object object = Napi::Object::New(call.env());
  object.Set("uid", static_cast<double>(getuid()));
  object.Set("gid", static_cast<double>(getgid()));
  object.Set("euid", static_cast<double>(geteuid()));
  object.Set("egid", static_cast<double>(getegid()));
  return object;
}

Napi::Value now(const Call& call) {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const long long microseconds = time.tv_sec * 1000000LL + time.tv_nsec / 1000;
  return Napi::Number::New(call.env(), static_cast<double>(microseconds));
}

Napi::Value local_offset(const Call& call) {
  const time_t time = static_cast<time_t>(call.argument(0, "seconds").integer(0, INT64_C(1) << 40));
  tm local{};
  tzset();  // localtime_r need not look at TZ (POSIX)
  if (localtime_r(&time, &local) == nullptr) fail("localtime_r", errno);
  return Napi::Number::New(call.env(), static_cast<double>(local.tm_gmtoff));
}

constexpr Export kExports[] = {{"kill", kill_export},
                               {"setLimit", set_limit},
                               {"setSubreaper", set_subreaper},
                               {"exit", exit_export},
                               {"ids", ids},
                               {"now", now},
                               {"localOffset", local_offset}};

}  // namespace

void register_process(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
