// Pure work on the text of paths; nothing here looks at a file system.
#ifndef HOIST_INIT_PATH_H_
#define HOIST_INIT_PATH_H_

#include <linux/limits.h>
#include <stdint.h>

namespace hoist {

/// A path in a fixed buffer, always terminated. Every change that does not fit answers false and leaves the path as it
/// was.
class Path {
 public:
  Path() { text_[0] = 0; }

  const char* text() const { return text_; }
  char* mutable_text() { return text_; }
  uint32_t length() const { return length_; }
  bool empty() const { return length_ == 0; }

  bool Assign(const char* text);
  /// Appends bytes as they are.
  bool Append(const char* text, uint32_t length);
  bool Append(const char* text);
  /// Appends `/` and a name.
  bool AppendName(const char* name, uint32_t length);
  /// Takes the last name and its slash off: `/a/b` → `/a` → ``.
  void Pop();
  /// Cuts to `length`, which must not be longer than the path.
  void Truncate(uint32_t length);
  /// Replaces the first `count` bytes by `text`.
  bool ReplaceFront(uint32_t count, const char* text);

 private:
  uint32_t length_ = 0;
  char text_[PATH_MAX];  // NOLINT: filled as far as it is used, so that unused pages are never touched
};

/// One name within a path.
struct Name {
  const char* text;
  uint32_t length;

  bool Is(const char* other) const;
};

/// The next name at `*at`, slashes skipped; moves `*at` behind it. Length 0 at the end.
Name NextName(const char** at);

/// A path cut into the folder and the last name, both terminated. False for a path that names nothing (`/`, `..`, too
/// long).
struct SplitPath {
  Path parent;
  char name[NAME_MAX + 1];

  bool Assign(const char* path);
};

/// Strict decimal number without sign, at most `most`. False for anything else.
bool ParseNumber(const char* text, uint32_t length, uint64_t most, uint64_t* value);

/// Writes a number in base 8, 10 or 16 and a NUL; returns the length. 24 bytes are enough.
uint32_t FormatNumber(uint64_t value, uint32_t base, char* out);

uint32_t Length(const char* text);
bool Same(const char* left, const char* right);

}  // namespace hoist

#endif  // HOIST_INIT_PATH_H_
