#include "binding/children.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace hoist::children {
namespace {

struct Registry {
  std::mutex mutex;
  std::vector<pid_t> pids;
};

/// Never destroyed: engine threads may still run while the program ends.
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}

}  // namespace

void add(pid_t pid) {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  registry().pids.push_back(pid);
}

void remove(pid_t pid) {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  auto& pids = registry().pids;
  pids.erase(std::remove(pids.begin(), pids.end(), pid), pids.end());
}

bool contains(pid_t pid) {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  const auto& pids = registry().pids;
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

}  // namespace hoist::children
