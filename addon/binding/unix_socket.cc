// Unix sockets with a name: those of programs that listen for a terminal, a pidfd, a seccomp listener (runc's console
// socket protocol and its kin) or for the readiness of a service (sd_notify(3)), and one of our own for the latter.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kLargestPayload = 4096;

/// The address that a name stands for.
struct Address {
  sockaddr_un value{};
  socklen_t length = 0;
  /// Keeps the folder of a long path open.
  UniqueFd folder;
};

/// A path, or with an `@` in front of it a name in the abstract namespace, as Go has it. Paths beyond the 107 bytes of
/// sun_path go through the descriptor of their folder.
Address address_of(const char* call, const std::string& path) {
  if (path.empty()) fail(call, ENOENT, path);
  Address address;
  address.value.sun_family = AF_UNIX;
  const bool abstract = path.front() == '@';
  std::string name = path;
  if (name.size() >= sizeof address.value.sun_path) {
    const size_t slash = path.rfind('/');
    if (abstract || slash == std::string::npos) fail(call, ENAMETOOLONG, path);
    address.folder = open_path(path.substr(0, slash + 1), O_PATH | O_DIRECTORY);
    name = "/proc/self/fd/" + std::to_string(address.folder.get()) + path.substr(slash);
    if (name.size() >= sizeof address.value.sun_path) fail(call, ENAMETOOLONG, path);
  }
  std::memcpy(address.value.sun_path, name.c_str(), name.size() + 1);
  if (abstract) address.value.sun_path[0] = '\0';
  // An abstract name ends where the address does, a path with a NUL.
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  return address;
}

UniqueFd new_socket(int type) {
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket) fail("socket", errno);
  return socket;
}

UniqueFd connect_to(const std::string& path, int type) {
  const Address address = address_of("connect", path);
  UniqueFd socket = new_socket(type);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.value);
  if (retry([&] { return ::connect(socket.get(), generic, address.length); }) == -1) fail("connect", errno, path);
  return socket;
}

Napi::Value connect_socket(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const int type = call.argument(1, "datagrams").flag() ? SOCK_DGRAM : SOCK_STREAM;
  return Napi::Number::New(call.env(), connect_to(path, type).release());
}

Napi::Value bind_socket(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const Address address = address_of("bind", path);
  UniqueFd socket = new_socket(SOCK_DGRAM);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.value);
  if (::bind(socket.get(), generic, address.length) == -1) fail("bind", errno, path);
  return Napi::Number::New(call.env(), socket.release());
}

Napi::Value send_descriptor(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const std::string payload = call.argument(1, "payload").text();
  const int descriptor = call.argument(2, "descriptor").descriptor();
  if (payload.empty() || payload.size() > kLargestPayload) call.argument(1, "payload").reject("1 to 4096 bytes", true);
  const UniqueFd socket = connect_to(path, SOCK_STREAM);

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

/// The mode of a socket's file is that of the socket before it is bound (net/unix/af_unix.c): nobody ever sees another
/// one.
Napi::Value listen_socket(const Call& call) {
  const std::string path = call.argument(0, "path").path();
  const Address address = address_of("bind", path);
  UniqueFd socket = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.value);
  if (fchmod(socket.get(), S_IRUSR | S_IWUSR) == -1) fail("fchmod", errno, path);
  if (::bind(socket.get(), generic, address.length) == -1) fail("bind", errno, path);
  if (::listen(socket.get(), SOMAXCONN) == -1) fail("listen", errno, path);
  return Napi::Number::New(call.env(), socket.release());
}

Napi::Value accept_connection(const Call& call) {
  const int listener = call.argument(0, "listener").descriptor();
  const int socket = retry([&] { return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); });
  // ECONNABORTED: whoever called has gone again.
  if (socket == -1 && (errno == EAGAIN || errno == ECONNABORTED)) return {};
  if (socket == -1) fail("accept4", errno);
  return Napi::Number::New(call.env(), socket);
}

Napi::Value peer(const Call& call) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  const int socket = call.argument(0, "socket").descriptor();
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == -1) fail("getsockopt", errno);
  Napi::Object object = Napi::Object::New(call.env());
  object.Set("pid", static_cast<double>(credentials.pid));
  object.Set("uid", static_cast<double>(credentials.uid));
  object.Set("gid", static_cast<double>(credentials.gid));
  return object;
}

/// What fits now; 0 when nothing does.
Napi::Value write_socket(const Call& call) {
  const int socket = call.argument(0, "socket").descriptor();
  const Bytes data = call.argument(1, "data").array();
  const ssize_t sent = retry([&] { return ::send(socket, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
  if (sent == -1 && errno != EAGAIN) fail("send", errno);
  return Napi::Number::New(call.env(), static_cast<double>(sent == -1 ? 0 : sent));
}

constexpr Export kExports[] = {
    {"connectSocket", connect_socket},
    {"bindSocket", bind_socket},
    {"sendDescriptor", send_descriptor},
    {"listenSocket", listen_socket},
    {"peer", peer},
    {"writeSocket", write_socket},
    {"acceptConnection", accept_connection},
};

}  // namespace

void register_unix_sockets(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
