#include "binding/pump.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kThreadStack = 128 * 1024;
constexpr int kEvents = 64;
constexpr int kReopenMs = 50;  // how soon to look again at a terminal that nobody has open
constexpr int kSettleTurns = 4;
constexpr uint32_t kWake = 0;  // keys start at 1

}  // namespace

Pump::~Pump() {
  if (!running_) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake();
  pthread_join(thread_, nullptr);
}

void Pump::start_thread() {
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) fail("epoll_create1", errno);
  wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) fail("eventfd", errno);
  epoll_event event{EPOLLIN, {}};
  event.data.u32 = kWake;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == -1) fail("epoll_ctl", errno);
  buffer_ = std::make_unique<uint8_t[]>(Flow::kBuffer);
  // Signals are the engine's business; a write to a pipe that nobody reads tells by its error.
  sigset_t all, old;
  sigfillset(&all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStack);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  const auto body = [](void* self) -> void* {
    static_cast<Pump*>(self)->run();
    return nullptr;
  };
  const int error = pthread_create(&thread_, &attributes, body, this);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) fail("pthread_create", error);
  running_ = true;
}

uint32_t Pump::start(FlowRequest request) {
  auto entry = std::make_unique<Entry>(std::move(request));
  if (!running_) start_thread();
  const std::lock_guard<std::mutex> lock(mutex_);
  do {
    ++next_;
  } while (next_ == kWake || flows_.count(next_) != 0);
  const uint32_t key = next_;
  add(key, *entry);
  flows_.emplace(key, std::move(entry));
  turns_.push_back(key);
  wake();
  return key;
}

/// Edge-triggered: a flow is told once that a descriptor became ready, and asks it until it is not. Files are always
/// ready: EPERM.
void Pump::add(uint32_t key, Entry& entry) {
  epoll_event event{EPOLLIN | EPOLLRDHUP | EPOLLET, {}};
  event.data.u32 = key;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.flow.source(), &event) == -1 && errno != EPERM) {
    fail("epoll_ctl", errno);
  }
  event.events = EPOLLOUT | EPOLLET;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.flow.sink(), &event) == -1 && errno != EPERM) {
    fail("epoll_ctl", errno);
  }
}

void Pump::finish(uint32_t key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto entry = flows_.find(key);
  if (entry == flows_.end()) return;
  entry->second->flow.finish();
  turns_.push_back(key);
  wake();
}

void Pump::settle(uint32_t key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Whoever goes on writing is left to the thread.
  FlowState state = FlowState::kMore;
  for (int turn = 0; turn < kSettleTurns && state == FlowState::kMore; ++turn) state = advance(key);
  if (state != FlowState::kEnded) wake();
}

void Pump::end(uint32_t key) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto entry = flows_.find(key);
  if (entry == flows_.end()) return;
  if (entry->second->hung_up) --hung_up_;
  remove(*entry->second);
  flows_.erase(entry);
}

/// Explicitly: other descriptors may hold the same open file, and epoll forgets a file only with its last one.
void Pump::remove(const Entry& entry) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.flow.source(), nullptr);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.flow.sink(), nullptr);
}

void Pump::wake() {
  const uint64_t one = 1;
  retry([&] { return ::write(wake_.get(), &one, sizeof one); });
}

void Pump::run() {
  epoll_event events[kEvents];
  std::vector<uint32_t> now;
  int timeout = -1;
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events, kEvents, timeout);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return;
    now.swap(turns_);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u32 != kWake) {
        now.push_back(events[i].data.u32);
        continue;
      }
      uint64_t times;
      retry([&] { return ::read(wake_.get(), &times, sizeof times); });
    }
    if (hung_up_ > 0) look_at_hung_up();
    for (const uint32_t key : now) advance(key);
    now.clear();
    timeout = !turns_.empty() ? 0 : hung_up_ > 0 ? kReopenMs : -1;
  }
}

void Pump::look_at_hung_up() {
  std::vector<uint32_t> keys;
  for (const auto& [key, entry] : flows_) {
    if (entry->hung_up) keys.push_back(key);
  }
  for (const uint32_t key : keys) advance(key);
}

FlowState Pump::advance(uint32_t key) {
  const auto found = flows_.find(key);
  if (found == flows_.end()) return FlowState::kEnded;
  Entry& entry = *found->second;
  const FlowState state = entry.flow.advance(buffer_.get());
  if (entry.hung_up != (state == FlowState::kHungUp)) {
    entry.hung_up = !entry.hung_up;
    hung_up_ += entry.hung_up ? 1 : -1;
  }
  if (state == FlowState::kMore) turns_.push_back(key);
  if (state != FlowState::kEnded) return state;
  const int error = entry.flow.error();
  remove(entry);
  flows_.erase(found);
  ended_(key, error);
  return state;
}

}  // namespace hoist
