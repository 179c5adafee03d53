#include "init/passwd.h"

namespace hoist {
namespace {

constexpr uint32_t kUidField = 2;
constexpr uint32_t kHomeField = 5;

}  // namespace

void HomeFinder::TakeField() {
  uint64_t number = 0;
  if (field_ == kUidField) {
    matches_ = !overlong_ && ParseNumber(text_.text(), text_.length(), 0xffffffff, &number) && number == uid_;
  }
  if (field_ == kHomeField && matches_) {
    if (overlong_) {
      matches_ = false;
    } else {
      home_.Assign(text_.text());
    }
  }
  ++field_;
  overlong_ = false;
  text_.Truncate(0);
}

void HomeFinder::EndLine() {
  TakeField();
  found_ = matches_ && field_ > kHomeField;
  if (!found_) matches_ = false;
  field_ = 0;
}

void HomeFinder::Feed(const char* text, uint64_t length) {
  for (uint64_t i = 0; i < length && !found_; ++i) {
    if (text[i] == '\n') {
      EndLine();
    } else if (text[i] == ':') {
      TakeField();
    } else if (field_ == kUidField || field_ == kHomeField) {
      if (text[i] == 0 || !text_.Append(text + i, 1)) overlong_ = true;
    }
  }
}

bool HomeFinder::Finish() {
  if (!found_) EndLine();
  return found_ && home_.text()[0] == '/';
}

}  // namespace hoist
