// One copy of a stream, from a descriptor to another: what a pump does whenever either may be ready.
#pragma once

#include <cstdint>
#include <vector>

#include "common/unique_fd.h"

namespace hoist {

enum class FlowKind {
  kOutput,    ///< of a container: a sink that fails must not stop it, what it writes is dropped from then on
  kInput,     ///< for a container: when it has closed its end, so do we
  kTerminal,  ///< the output of a terminal, whose other end may be closed and opened again
};

struct FlowRequest {
  UniqueFd source;
  UniqueFd sink;
  /// Stay open as long as the flow.
  std::vector<UniqueFd> held;
  FlowKind kind = FlowKind::kOutput;
};

/// What a flow waits for.
enum class FlowState {
  kMore,    ///< for its turn: others shall have theirs
  kReady,   ///< for either descriptor to become ready
  kHungUp,  ///< for somebody to open the terminal again: nobody tells, look from time to time
  kEnded,
};

class Flow {
 public:
  /// Makes both descriptors non-blocking. Throws SystemFailure.
  explicit Flow(FlowRequest request);

  int source() const { return source_.get(); }
  int sink() const { return sink_.get(); }
  /// The source counts as ended when there is nothing more to read from it.
  void finish() { finishing_ = true; }
  /// Copies as much as goes, within a turn. @param buffer of kBuffer bytes, for all flows of a thread
  FlowState advance(uint8_t* buffer);
  /// errno of a sink that failed, or 0.
  int error() const { return error_; }

  static constexpr size_t kBuffer = 64 * 1024;

 private:
  enum class Step { kGoOn, kWait, kHungUp, kEnd };
  Step splice_some();
  Step read_some(uint8_t* buffer);
  Step write_rest();
  Step source_failed(int error);
  Step sink_failed(int error);
  /// Bytes in the pipe that it reads.
  int waiting() const;

  UniqueFd source_;
  UniqueFd sink_;
  std::vector<UniqueFd> held_;
  FlowKind kind_;
  bool spliced_;
  bool finishing_ = false;
  bool dropping_ = false;
  int error_ = 0;
  /// What was read and the sink did not take.
  std::vector<uint8_t> rest_;
  size_t rest_start_ = 0;
};

}  // namespace hoist
