// The home of a user, from files as images have them.
#include "init/passwd.h"

#include <string>

#include "check.h"

namespace {

/// The home of `uid`, the file given in pieces of `piece` bytes; `-` when there is none.
std::string HomeOf(uint32_t uid, const std::string& file, size_t piece = 7) {
  hoist::HomeFinder finder(uid);
  for (size_t at = 0; at < file.size(); at += piece) {
    const std::string part = file.substr(at, piece);
    finder.Feed(part.data(), part.size());
  }
  return finder.Finish() ? finder.home().text() : "-";
}

constexpr char kFile[] =
    "root:x:0:0:root:/root:/bin/sh\n"
    "\n"
    "broken:x:5\n"
    "user:x:1000:1000:A, User:/home/user:/bin/sh\n"
    "again:x:1000:1000::/home/again:/bin/sh\n"
    "relative:x:7:7::home:/bin/sh\n"
    "odd:x: 8:8::/home/odd:/bin/sh\n"
    "last:x:9:9::/home/last";

}  // namespace

int main() {
  for (const size_t piece : {1, 2, 7, 1000}) {
    CHECK(HomeOf(0, kFile, piece) == "/root");
    CHECK(HomeOf(1000, kFile, piece) == "/home/user");
    CHECK(HomeOf(9, kFile, piece) == "/home/last");
    for (const uint32_t nobody : {5u, 7u, 8u, 77u, 0xffffffffu}) CHECK(HomeOf(nobody, kFile, piece) == "-");
  }
  CHECK(HomeOf(0, "") == "-");
  CHECK(HomeOf(0, "::::::\n") == "-");
  CHECK(HomeOf(0, "a:x:4294967296:0::/x:\n") == "-");
  CHECK(HomeOf(0, "a:x:0:0::/" + std::string(5000, 'x') + ":\nb:x:0:0::/b:\n") == "/b");
  CHECK(HomeOf(0, std::string("a:x:0:0::/a\0b:\n", 15)) == "-");
  return 0;
}
