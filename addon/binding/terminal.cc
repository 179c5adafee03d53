// Terminals: size and newline mapping.
#include <sys/ioctl.h>
#include <termios.h>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

Napi::Value set_window_size(const Call& call) {
  const int terminal = call.argument(0, "terminal").descriptor();
  winsize size{};
  size.ws_col = static_cast<unsigned short>(call.argument(1, "columns").integer(0, UINT16_MAX));
  size.ws_row = static_cast<unsigned short>(call.argument(2, "rows").integer(0, UINT16_MAX));
  if (ioctl(terminal, TIOCSWINSZ, &size) == -1) fail("ioctl", errno);
  return {};
}

Napi::Value window_size(const Call& call) {
  winsize size{};
  if (ioctl(call.argument(0, "terminal").descriptor(), TIOCGWINSZ, &size) == -1) fail("ioctl", errno);
  Napi::Object object = Napi::Object::New(call.env());
  object.Set("columns", static_cast<double>(size.ws_col));
  object.Set("rows", static_cast<double>(size.ws_row));
  return object;
}

Napi::Value clear_newline_mapping(const Call& call) {
  const int terminal = call.argument(0, "terminal").descriptor();
  termios settings{};
  if (tcgetattr(terminal, &settings) == -1) fail("tcgetattr", errno);
  settings.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
  if (retry([&] { return tcsetattr(terminal, TCSANOW, &settings); }) == -1) fail("tcsetattr", errno);
  return {};
}

constexpr Export kExports[] = {
    {"setWindowSize", set_window_size}, {"windowSize", window_size}, {"clearNewlineMapping", clear_newline_mapping}};

}  // namespace

void register_terminal(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
