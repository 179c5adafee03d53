// The home folder of a user from /etc/passwd (passwd(5)), read piece by piece: the file is the image's, and may be of
// any size.
#ifndef HOIST_INIT_PASSWD_H_
#define HOIST_INIT_PASSWD_H_

#include <stdint.h>

#include "init/path.h"

namespace hoist {

/// Takes the file in pieces of any size and remembers the home of the first entry with this uid.
class HomeFinder {
 public:
  explicit HomeFinder(uint32_t uid) : uid_(uid) {}

  void Feed(const char* text, uint64_t length);
  /// After the last piece. False when the user is not there, or has no absolute home.
  bool Finish();
  const Path& home() const { return home_; }

 private:
  void TakeField();
  void EndLine();

  uint32_t uid_;
  uint32_t field_ = 0;
  bool matches_ = false;
  bool found_ = false;
  bool overlong_ = false;
  Path text_;
  Path home_;
};

}  // namespace hoist

#endif  // HOIST_INIT_PASSWD_H_
