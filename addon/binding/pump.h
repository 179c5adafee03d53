// Copies the standard streams of containers, on a thread of its own: no JavaScript runs for a byte of them.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "binding/flow.h"

namespace hoist {

class Pump {
 public:
  /// Called once for each flow that ends by itself, on the pump's thread or in `settle`.
  using Ended = std::function<void(uint32_t key, int error)>;

  explicit Pump(Ended ended) : ended_(std::move(ended)) {}
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// Returns the key of the flow. The first one starts the thread. Throws SystemFailure.
  uint32_t start(FlowRequest request);
  /// See Flow::finish.
  void finish(uint32_t key);
  /// Copies now, on the thread of the caller, what is there and fits.
  void settle(uint32_t key);
  /// Stops it and closes its descriptors; `ended` is not called any more.
  void end(uint32_t key);

 private:
  struct Entry {
    explicit Entry(FlowRequest request) : flow(std::move(request)) {}
    Flow flow;
    bool hung_up = false;
  };
  void start_thread();
  void add(uint32_t key, Entry& entry);
  void remove(const Entry& entry);
  void wake();
  void run();
  FlowState advance(uint32_t key);
  void look_at_hung_up();

  Ended ended_;
  UniqueFd epoll_;
  UniqueFd wake_;
  pthread_t thread_{};
  bool running_ = false;
  bool stopping_ = false;
  /// Everything below: whoever copies holds it, which never blocks.
  std::mutex mutex_;
  std::unordered_map<uint32_t, std::unique_ptr<Entry>> flows_;
  std::vector<uint32_t> turns_;
  std::unique_ptr<uint8_t[]> buffer_;
  size_t hung_up_ = 0;
  uint32_t next_ = 0;
};

}  // namespace hoist
