// Bytes that come from an image or from the kernel: they are read without harm, however they are cut.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <string>

#include "check.h"
#include "init/mountinfo.h"
#include "init/passwd.h"
#include "init/program.h"

namespace {

std::string HomeOf(const uint8_t* data, size_t size, size_t piece) {
  hoist::HomeFinder finder(0);
  for (size_t at = 0; at < size; at += piece) {
    const std::string part(reinterpret_cast<const char*>(data) + at, size - at < piece ? size - at : piece);
    finder.Feed(part.data(), part.size());
  }
  return finder.Finish() ? finder.home().text() : "-";
}

void SplitText(const std::string& text) {
  hoist::SplitPath split;
  if (!split.Assign(text.c_str())) return;
  CHECK(strchr(split.name, '/') == nullptr && split.name[0] != 0);
  CHECK(strcmp(split.name, ".") != 0 && strcmp(split.name, "..") != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hoist::ProgramFile program;
  hoist::ReadProgram(data, size, &program);
  CHECK(strlen(program.interpreter.text()) <= program.interpreter.length());
  CHECK(HomeOf(data, size, 1) == HomeOf(data, size, size + 1));
  hoist::MountLine line;
  if (hoist::ParseMountLine(reinterpret_cast<const char*>(data), static_cast<uint32_t>(size), &line)) {
    CHECK(strlen(line.mount_point.text()) == line.mount_point.length());
  }
  SplitText(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
