// Lines of /proc/self/mountinfo (proc(5)).
#include "init/mountinfo.h"

#include <string>

#include "check.h"

namespace {

/// The line must outlive the answer, which points into it.
bool Read(const char* line, hoist::MountLine* out) { return hoist::ParseMountLine(line, hoist::Length(line), out); }

}  // namespace

int main() {
  hoist::MountLine line;
  CHECK(Read("22 1 0:21 / /proc rw,relatime shared:5 - proc proc rw", &line));
  CHECK(line.whole && line.type.Is("proc") && hoist::Same(line.mount_point.text(), "/proc"));
  CHECK(Read("22 1 0:21 /sys /a\\040b\\134c\\012 rw - sysfs sysfs rw", &line));
  CHECK(!line.whole && line.type.Is("sysfs") && hoist::Same(line.mount_point.text(), "/a b\\c\n"));
  CHECK(Read("1 1 0:1 / / rw master:1 propagate_from:2 - ext4 /dev/sda rw", &line) && line.type.Is("ext4"));
  CHECK(Read("1 1 0:1 / /ends\\04 rw - proc p rw", &line) && hoist::Same(line.mount_point.text(), "/ends\\04"));
  for (const char* wrong :
       {"", "22", "22 1 0:21 /", "22 1 0:21 / /proc rw", "22 1 0:21 / /proc rw -", "22 1 0:21 / /a\\000b rw - proc"}) {
    CHECK(!Read(wrong, &line));
  }
  const std::string overlong = "1 1 0:1 / /" + std::string(5000, 'x') + " rw - proc p rw";
  CHECK(!Read(overlong.c_str(), &line));
  return 0;
}
