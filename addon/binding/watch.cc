// `watch`: one epoll thread per JavaScript environment, started by the first watch. libuv is not there in Bun.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kThreadStack = 128 * 1024;
constexpr int kEvents = 64;
constexpr uint64_t kStop = 0;  // keys start at 1

/// Everything but `wait` runs on the JavaScript thread, so nothing is locked: the thread knows keys only, and a key
/// that `unwatch` has forgotten meanwhile is passed over in `ready`.
class Watcher {
 public:
  explicit Watcher(Napi::Env env);
  ~Watcher();
  uint32_t watch(int descriptor, Napi::Function callback, uint32_t events);
  void unwatch(uint32_t key);

 private:
  struct Entry {
    UniqueFd descriptor;
    Napi::FunctionReference callback;
  };
  void start();
  void keep_alive();
  static void* wait(void* self);
  static void ready(napi_env env, napi_value function, void* self, void* key);

  Napi::Env env_;
  UniqueFd epoll_;
  UniqueFd stop_;
  pthread_t thread_{};
  bool running_ = false;
  bool alive_ = true;
  napi_threadsafe_function notify_ = nullptr;
  std::unordered_map<uint32_t, Entry> entries_;
  uint32_t next_ = 0;
};

Watcher::Watcher(Napi::Env env) : env_(env) {}

void Watcher::start() {
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) fail("epoll_create1", errno);
  stop_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_) fail("eventfd", errno);
  epoll_event event{EPOLLIN, {}};
  event.data.u64 = kStop;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), &event) == -1) fail("epoll_ctl", errno);
  const napi_value name = Napi::String::New(env_, "hoist.watch");
  if (napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, ready, &notify_) !=
      napi_ok) {
    throw Napi::Error::New(env_);
  }
  // Signals are the engine's and `supervise`'s business.
  sigset_t all, old;
  sigfillset(&all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStack);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  const int error = pthread_create(&thread_, &attributes, wait, this);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    napi_release_threadsafe_function(notify_, napi_tsfn_abort);
    notify_ = nullptr;
    fail("pthread_create", error);
  }
  running_ = true;
}

Watcher::~Watcher() {
  if (!running_) return;
  const uint64_t one = 1;
  while (::write(stop_.get(), &one, sizeof one) == -1 && errno == EINTR) {
  }
  pthread_join(thread_, nullptr);
  napi_release_threadsafe_function(notify_, napi_tsfn_abort);
}

/// The event loop waits for us as long as something is watched.
void Watcher::keep_alive() {
  const bool wanted = !entries_.empty();
  if (wanted == alive_) return;
  alive_ = wanted;
  (wanted ? napi_ref_threadsafe_function : napi_unref_threadsafe_function)(env_, notify_);
}

uint32_t Watcher::watch(int descriptor, Napi::Function callback, uint32_t events) {
  // A copy: the caller may close and reuse the number, and may watch it twice.
  UniqueFd copy(fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!copy) fail("fcntl", errno);
  if (!running_) start();
  do {
    ++next_;
  } while (next_ == kStop || entries_.count(next_) != 0);
  epoll_event event{events | EPOLLONESHOT, {}};
  event.data.u64 = next_;
  const int raw = copy.get();
  entries_.emplace(next_, Entry{std::move(copy), Napi::Persistent(callback)});
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, raw, &event) == -1) {
    const int error = errno;
    entries_.erase(next_);
    keep_alive();
    fail("epoll_ctl", error);
  }
  keep_alive();
  return next_;
}

void Watcher::unwatch(uint32_t key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  // Explicitly: others may hold the same open file, and epoll forgets a file only with its last descriptor.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry->second.descriptor.get(), nullptr);
  entries_.erase(entry);
  keep_alive();
}

void* Watcher::wait(void* self) {
  auto& watcher = *static_cast<Watcher*>(self);
  epoll_event events[kEvents];
  for (;;) {
    const int count = epoll_wait(watcher.epoll_.get(), events, kEvents, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kStop) return nullptr;
      napi_call_threadsafe_function(watcher.notify_, reinterpret_cast<void*>(events[i].data.u64),
                                    napi_tsfn_nonblocking);
    }
  }
}

void Watcher::ready(napi_env env, napi_value, void* self, void* key) {
  if (env == nullptr) return;  // the environment is going away
  auto& watcher = *static_cast<Watcher*>(self);
  const auto entry = watcher.entries_.find(static_cast<uint32_t>(reinterpret_cast<uintptr_t>(key)));
  if (entry == watcher.entries_.end()) return;
  const Napi::FunctionReference callback = std::move(entry->second.callback);
  watcher.unwatch(entry->first);
  napi_value undefined, result, error;
  napi_get_undefined(env, &undefined);
  if (napi_call_function(env, undefined, callback.Value(), 0, nullptr, &result) != napi_pending_exception) return;
  // What a callback throws is uncaught, as from any other callback of the event loop.
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

Watcher& watcher_of(napi_env env) {
  void* data = nullptr;
  if (napi_get_instance_data(env, &data) != napi_ok) throw Napi::Error::New(env);
  if (data != nullptr) return *static_cast<Watcher*>(data);
  auto watcher = std::make_unique<Watcher>(Napi::Env(env));
  const auto destroy = [](void* instance) { delete static_cast<Watcher*>(instance); };
  if (napi_set_instance_data(
          env, watcher.get(), [](napi_env, void*, void*) {}, nullptr) != napi_ok ||
      napi_add_env_cleanup_hook(env, destroy, watcher.get()) != napi_ok) {
    throw Napi::Error::New(env);
  }
  return *watcher.release();
}

Napi::Value watch(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const Napi::Function callback = call.argument(1, "callback").function();
  return Napi::Number::New(call.env(), watcher_of(call.env()).watch(descriptor, callback, EPOLLIN | EPOLLRDHUP));
}

Napi::Value watch_writable(const Call& call) {
  const int descriptor = call.argument(0, "descriptor").descriptor();
  const Napi::Function callback = call.argument(1, "callback").function();
  return Napi::Number::New(call.env(), watcher_of(call.env()).watch(descriptor, callback, EPOLLOUT));
}

Napi::Value unwatch(const Call& call) {
  const auto key = static_cast<uint32_t>(call.argument(0, "key").integer(0, UINT32_MAX));
  watcher_of(call.env()).unwatch(key);
  return {};
}

constexpr Export kExports[] = {{"watch", watch}, {"watchWritable", watch_writable}, {"unwatch", unwatch}};

}  // namespace

void register_watch(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
