// Work on the text of paths, and numbers.
#include "init/path.h"

#include <string.h>

#include <string>

#include "check.h"

using hoist::Name;
using hoist::NextName;
using hoist::ParseNumber;
using hoist::Path;
using hoist::SplitPath;

namespace {

std::string Names(const char* path) {
  std::string all;
  for (Name name = NextName(&path); name.length > 0; name = NextName(&path))
    all += std::string(name.text, name.length) + "|";
  return all;
}

void CutsNames() {
  CHECK(Names("/a/b") == "a|b|");
  CHECK(Names("a//b///") == "a|b|");
  CHECK(Names("///").empty());
  CHECK(Names("").empty());
  CHECK(Names("/../.") == "..|.|");
}

void ChangesPaths() {
  Path path;
  CHECK(path.empty() && *path.text() == 0);
  CHECK(path.AppendName("abc", 2) && strcmp(path.text(), "/ab") == 0);
  CHECK(path.AppendName("c", 1) && strcmp(path.text(), "/ab/c") == 0);
  path.Pop();
  CHECK(strcmp(path.text(), "/ab") == 0);
  path.Pop();
  path.Pop();
  CHECK(path.empty());
  CHECK(path.Assign("/link/rest") && path.ReplaceFront(5, "/some/where/far/away"));
  CHECK(strcmp(path.text(), "/some/where/far/away/rest") == 0);
  CHECK(path.ReplaceFront(20, "x") && strcmp(path.text(), "x/rest") == 0 && path.length() == 6);
}

void KeepsWithinItsBuffer() {
  Path path;
  const std::string longest(PATH_MAX - 1, 'x');
  CHECK(path.Assign(longest.c_str()));
  CHECK(!path.Append("y") && !path.AppendName("y", 1) && path.length() == PATH_MAX - 1);
  CHECK(!path.ReplaceFront(0, "y") && path.ReplaceFront(1, "y"));
  CHECK(!path.Assign((longest + "x").c_str()) && path.text()[0] == 'y');
  path.Truncate(PATH_MAX - 3);
  CHECK(!path.AppendName("yy", 2) && path.AppendName("y", 1));
}

void SplitsPaths() {
  SplitPath split;
  CHECK(split.Assign("/dev/null") && strcmp(split.parent.text(), "/dev/") == 0 && strcmp(split.name, "null") == 0);
  CHECK(split.Assign("null") && split.parent.empty() && strcmp(split.name, "null") == 0);
  CHECK(split.Assign("/a/b//") && strcmp(split.parent.text(), "/a/") == 0 && strcmp(split.name, "b") == 0);
  for (const char* nothing : {"", "/", "//", "/a/..", "/a/.", "..", ".", "/a/../"}) CHECK(!split.Assign(nothing));
  CHECK(split.Assign((std::string("/") + std::string(NAME_MAX, 'x')).c_str()));
  CHECK(!split.Assign((std::string("/") + std::string(NAME_MAX + 1, 'x')).c_str()));
}

bool Parses(const char* text, uint64_t most, uint64_t expected) {
  uint64_t value = 0;
  return ParseNumber(text, static_cast<uint32_t>(strlen(text)), most, &value) && value == expected;
}

void ReadsNumbersStrictly() {
  uint64_t value = 0;
  CHECK(Parses("0", 0, 0) && Parses("007", 10, 7) && Parses("4294967294", 0xfffffffe, 0xfffffffe));
  CHECK(Parses("18446744073709551615", ~uint64_t{0}, ~uint64_t{0}));
  for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "0x1", "1a", "18446744073709551616", "99999999999999999999"}) {
    CHECK(!ParseNumber(wrong, static_cast<uint32_t>(strlen(wrong)), ~uint64_t{0}, &value));
  }
  CHECK(!ParseNumber("4294967295", 10, 0xfffffffe, &value) && !ParseNumber("10", 2, 9, &value) &&
        !ParseNumber("9", 1, 8, &value));
}

void WritesNumbers() {
  char text[24];
  CHECK(hoist::FormatNumber(0, 10, text) == 1 && strcmp(text, "0") == 0);
  CHECK(hoist::FormatNumber(01777, 8, text) == 4 && strcmp(text, "1777") == 0);
  CHECK(hoist::FormatNumber(~uint64_t{0}, 16, text) == 16 && strcmp(text, "ffffffffffffffff") == 0);
  CHECK(hoist::FormatNumber(~uint64_t{0}, 8, text) == 22 && strcmp(text, "1777777777777777777777") == 0);
}

}  // namespace

int main() {
  CutsNames();
  ChangesPaths();
  KeepsWithinItsBuffer();
  SplitsPaths();
  ReadsNumbersStrictly();
  WritesNumbers();
  return 0;
}
