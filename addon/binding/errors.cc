#include "binding/errors.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace hoist {

void fail(const char* call, int error, std::string path, std::string detail) {
  throw SystemFailure{call, error, std::move(path), std::move(detail), {}};
}

const char* error_name(int error) {
  if (error == EOPNOTSUPP) return "EOPNOTSUPP";  // glibc's answer changed from ENOTSUP between its versions
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : "EUNKNOWN";
}

std::string error_words(int error) {
  const char* words = strerrordesc_np(error);
  if (words == nullptr) return "errno " + std::to_string(error);
  std::string text(words);
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() > 1 && upper(text[0]) && !upper(text[1])) text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string error_message(const SystemFailure& failure) {
  std::string message(failure.call);
  if (!failure.path.empty()) message += " " + failure.path;
  if (!failure.other.empty()) message += " " + failure.other;
  return message + ": " + (failure.detail.empty() ? error_words(failure.error) : failure.detail);
}

}  // namespace hoist
