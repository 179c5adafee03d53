// A file descriptor that is closed when its owner goes out of scope.
#ifndef HOIST_INIT_DESCRIPTOR_H_
#define HOIST_INIT_DESCRIPTOR_H_

#include "init/result.h"
#include "init/syscall.h"

namespace hoist {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  ~Descriptor() { Reset(-1); }

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

  int Release() {
    const int number = number_;
    number_ = -1;
    return number;
  }

  void Reset(int number) {
    if (number_ >= 0) Call(__NR_close, number_);
    number_ = number;
  }

  /// Takes what a system call answered: a descriptor, or a failure of `step`.
  Result Take(long answer, Step step) {
    HOIST_TRY(Checked(answer, step));
    Reset(static_cast<int>(answer));
    return kOk;
  }

 private:
  int number_ = -1;
};

}  // namespace hoist

#endif  // HOIST_INIT_DESCRIPTOR_H_
