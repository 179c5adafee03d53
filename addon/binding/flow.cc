#include "binding/flow.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "binding/errors.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kSpliceSize = 1 << 20;
/// Less than this is copied: spliced, each small piece would keep a page and one of the sixteen slots of a FIFO that
/// nobody reads, which then takes sixteen lines instead of 64 KiB, and the container waits.
constexpr int kBulk = 16 * 1024;
/// What a flow may copy before the others have their turn.
constexpr int kSteps = 16;

/// The flag belongs to the open file: every descriptor given to us is one of our own making, none is shared with a
/// container.
void make_nonblocking(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags == -1 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == -1) fail("fcntl", errno);
}

bool is_pipe(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

Flow::Flow(FlowRequest request)
    : source_(std::move(request.source)),
      sink_(std::move(request.sink)),
      held_(std::move(request.held)),
      kind_(request.kind),
      spliced_(is_pipe(source_.get()) && is_pipe(sink_.get())) {
  make_nonblocking(source_.get());
  make_nonblocking(sink_.get());
}

FlowState Flow::advance(uint8_t* buffer) {
  for (int step = 0; step < kSteps; ++step) {
    Step result = write_rest();
    if (result == Step::kGoOn)
      result = spliced_ && !dropping_ && waiting() >= kBulk ? splice_some() : read_some(buffer);
    if (result == Step::kWait) return FlowState::kReady;
    if (result == Step::kHungUp) return FlowState::kHungUp;
    if (result == Step::kEnd) return FlowState::kEnded;
  }
  return FlowState::kMore;
}

/// Pages move from pipe to pipe, nothing is copied.
Flow::Step Flow::splice_some() {
  const ssize_t moved =
      retry([&] { return splice(source(), nullptr, sink(), nullptr, kSpliceSize, SPLICE_F_MOVE | SPLICE_F_NONBLOCK); });
  if (moved > 0) return Step::kGoOn;
  if (moved == 0) return Step::kEnd;
  if (errno == EAGAIN) return Step::kWait;
  return sink_failed(errno);
}

Flow::Step Flow::read_some(uint8_t* buffer) {
  const ssize_t got = retry([&] { return ::read(source(), buffer, kBuffer); });
  if (got == 0) return Step::kEnd;
  if (got == -1) return source_failed(errno);
  if (dropping_) return Step::kGoOn;
  const auto size = static_cast<size_t>(got);
  const ssize_t put = retry([&] { return ::write(sink(), buffer, size); });
  if (put == -1 && errno != EAGAIN) return sink_failed(errno);
  const size_t done = put == -1 ? 0 : static_cast<size_t>(put);
  if (done < size) rest_.assign(buffer + done, buffer + size);
  return Step::kGoOn;
}

Flow::Step Flow::write_rest() {
  while (rest_start_ < rest_.size()) {
    const ssize_t put = retry([&] { return ::write(sink(), rest_.data() + rest_start_, rest_.size() - rest_start_); });
    if (put == -1 && errno == EAGAIN) return Step::kWait;
    if (put == -1) return sink_failed(errno);
    rest_start_ += static_cast<size_t>(put);
  }
  // Waiting flows hold no memory.
  if (!rest_.empty()) std::vector<uint8_t>().swap(rest_);
  rest_start_ = 0;
  return Step::kGoOn;
}

Flow::Step Flow::source_failed(int error) {
  if (error == EAGAIN) return finishing_ ? Step::kEnd : Step::kWait;
  // A terminal that nobody has open: somebody may open it again, unless all who could have ended.
  if (error == EIO && kind_ == FlowKind::kTerminal && !finishing_) return Step::kHungUp;
  return Step::kEnd;
}

Flow::Step Flow::sink_failed(int error) {
  error_ = error;
  std::vector<uint8_t>().swap(rest_);
  rest_start_ = 0;
  if (kind_ == FlowKind::kInput) return Step::kEnd;
  dropping_ = true;
  return Step::kGoOn;
}

int Flow::waiting() const {
  int bytes = 0;
  return ioctl(source(), FIONREAD, &bytes) == 0 ? bytes : 0;
}

}  // namespace hoist
