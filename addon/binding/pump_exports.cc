// `startFlow`, `finishFlow`, `settleFlow`, `endFlow`: one pump per JavaScript environment.
#include <memory>
#include <unordered_map>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/pump.h"

namespace hoist {
namespace {

constexpr uint32_t kMostHeld = 8;

/// Used by the JavaScript thread only, but for `ended`, which hands over.
class Flows {
 public:
  explicit Flows(Napi::Env env) : env_(env), pump_([this](uint32_t key, int error) { ended(key, error); }) {
    const napi_value name = Napi::String::New(env, "hoist.flow");
    if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, tell, &notify_) !=
        napi_ok) {
      throw Napi::Error::New(env);
    }
    napi_unref_threadsafe_function(env_, notify_);
  }

  uint32_t start(FlowRequest request, Napi::Function callback) {
    const uint32_t key = pump_.start(std::move(request));
    callbacks_.emplace(key, Napi::Persistent(callback));
    // The event loop waits for us as long as something is copied.
    if (callbacks_.size() == 1) napi_ref_threadsafe_function(env_, notify_);
    return key;
  }

  void finish(uint32_t key) { pump_.finish(key); }
  void settle(uint32_t key) { pump_.settle(key); }

  void end(uint32_t key) {
    pump_.end(key);
    forget(key);
  }

 private:
  struct News {
    uint32_t key;
    int error;
  };

  void forget(uint32_t key) {
    if (callbacks_.erase(key) > 0 && callbacks_.empty()) napi_unref_threadsafe_function(env_, notify_);
  }

  /// On the pump's thread, or on ours.
  void ended(uint32_t key, int error) {
    auto news = std::make_unique<News>(News{key, error});
    if (napi_call_threadsafe_function(notify_, news.get(), napi_tsfn_nonblocking) == napi_ok) (void)news.release();
  }

  static void tell(napi_env env, napi_value, void* self, void* data) {
    const std::unique_ptr<News> news(static_cast<News*>(data));
    if (env == nullptr) return;  // the environment is going away
    auto& flows = *static_cast<Flows*>(self);
    const auto found = flows.callbacks_.find(news->key);
    if (found == flows.callbacks_.end()) return;
    const Napi::FunctionReference callback = std::move(found->second);
    flows.forget(news->key);
    napi_value undefined, result, error, argument;
    napi_get_undefined(env, &undefined);
    napi_create_int32(env, news->error, &argument);
    if (napi_call_function(env, undefined, callback.Value(), 1, &argument, &result) != napi_pending_exception) return;
    // What a callback throws is uncaught, as from any other callback of the event loop.
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
  }

  Napi::Env env_;
  napi_threadsafe_function notify_ = nullptr;
  std::unordered_map<uint32_t, Napi::FunctionReference> callbacks_;
  Pump pump_;
};

/// The addon is loaded once in a program; a second environment (a worker) has no containers to feed.
Flows& flows_of(napi_env env) {
  static Flows* flows = nullptr;
  if (flows == nullptr) flows = new Flows(Napi::Env(env));
  return *flows;
}

FlowKind kind_of(const Argument& argument) {
  const std::string name = argument.text();
  if (name == "output") return FlowKind::kOutput;
  if (name == "input") return FlowKind::kInput;
  if (name == "terminal") return FlowKind::kTerminal;
  argument.reject("output, input or terminal");
}

Napi::Value start_flow(const Call& call) {
  const Argument flow = call.argument(0, "flow");
  const Napi::Function callback = call.argument(1, "onEnd").function();
  const int source = flow.member("source").descriptor();
  const int sink = flow.member("sink").descriptor();
  const FlowKind kind = kind_of(flow.member("kind"));
  std::vector<int> held;
  for (const Argument& each : flow.member("held").items(kMostHeld)) held.push_back(each.descriptor());
  FlowRequest request{UniqueFd(source), UniqueFd(sink), {}, kind};
  for (const int each : held) request.held.emplace_back(each);
  return Napi::Number::New(call.env(), flows_of(call.env()).start(std::move(request), callback));
}

uint32_t key_of(const Call& call) { return static_cast<uint32_t>(call.argument(0, "flow").integer(0, UINT32_MAX)); }

Napi::Value finish_flow(const Call& call) {
  flows_of(call.env()).finish(key_of(call));
  return {};
}

Napi::Value settle_flow(const Call& call) {
  flows_of(call.env()).settle(key_of(call));
  return {};
}

Napi::Value end_flow(const Call& call) {
  flows_of(call.env()).end(key_of(call));
  return {};
}

constexpr Export kExports[] = {
    {"startFlow", start_flow}, {"finishFlow", finish_flow}, {"settleFlow", settle_flow}, {"endFlow", end_flow}};

}  // namespace

void register_pump(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
