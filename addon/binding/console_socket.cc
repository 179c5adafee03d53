// runc's console socket protocol: the master of the container's terminal goes to whoever listens on a unix socket.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kLargestPayload = 4096;

/// Paths beyond the 107 bytes of sun_path go through the descriptor of their folder. `folder` keeps it open.
sockaddr_un address_of(const std::string& path, UniqueFd& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string name = path;
  if (name.size() >= sizeof address.sun_path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) fail("connect", ENAMETOOLONG, path);
    folder = open_path(path.substr(0, slash + 1), O_PATH | O_DIRECTORY);
    name = "/proc/self/fd/" + std::to_string(folder.get()) + path.substr(slash);
    if (name.size() >= sizeof address.sun_path) fail("connect", ENAMETOOLONG, path);
  }
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  return address;
}

Napi::Value send_descriptor(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const std::string payload = call.argument(1, "payload").text();
  const int descriptor = call.argument(2, "descriptor").descriptor();
  if (payload.empty() || payload.size() > kLargestPayload) call.argument(1, "payload").reject("1 to 4096 bytes", true);
  if (path.empty()) fail("connect", ENOENT, path);
  UniqueFd folder;
  const sockaddr_un address = address_of(path, folder);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail("socket", errno);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (retry([&] { return ::connect(socket.get(), generic, sizeof address); }) == -1) fail("connect", errno, path);

  iovec vector{const_cast<char*>(payload.data()), payload.size()};
  union {
    cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  const ssize_t sent = retry([&] { return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL); });
  if (sent == -1) fail("sendmsg", errno, path);
  if (static_cast<size_t>(sent) != payload.size()) fail("sendmsg", EIO, path, "short write");
  return {};
}

constexpr Export kExports[] = {{"sendDescriptor", send_descriptor}};

}  // namespace

void register_console_socket(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
