// Packets with descriptors over a SOCK_SEQPACKET pair.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kLargestPacket = 64 * 1024;
constexpr uint32_t kMostDescriptors = 32;

union Control {
  cmsghdr header;
  char space[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
};

Napi::Value send(const Call& call) {
  const int socket = call.argument(0, "socket").descriptor();
  std::vector<int> descriptors;
  for (const Argument& item : call.argument(2, "descriptors").items(kMostDescriptors)) {
    descriptors.push_back(item.descriptor());
  }
  // After the list, whose getters could take the array's memory away.
  const Bytes data = call.argument(1, "data").array();
  // An empty packet looks like the end of the connection to the receiver.
  if (data.size() == 0 || data.size() > kLargestPacket) call.argument(1, "data").reject("1 to 65536 bytes", true);
  iovec vector{const_cast<uint8_t*>(data.data()), data.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const size_t size = descriptors.size() * sizeof(int);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  while (retry([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL); }) == -1) {
    if (errno != EAGAIN) fail("sendmsg", errno);
    wait_for(socket, POLLOUT, -1, "sendmsg");
  }
  return {};
}

/// The descriptors of a packet; they close themselves should anything fail before JavaScript has them.
std::vector<UniqueFd> take_descriptors(msghdr& message) {
  std::vector<UniqueFd> descriptors;
  descriptors.reserve(kMostDescriptors);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
      descriptors.emplace_back(descriptor);
    }
  }
  return descriptors;
}

Napi::Value receive(const Call& call) {
  const int socket = call.argument(0, "socket").descriptor();
  const int timeout = call.argument(1, "timeoutMs").timeout();
  if (!wait_for(socket, POLLIN, timeout, "recvmsg")) fail("recvmsg", ETIMEDOUT);
  const std::unique_ptr<char[]> buffer(new char[kLargestPacket]);
  iovec vector{buffer.get(), kLargestPacket};
  Control control;
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  const int flags = MSG_CMSG_CLOEXEC | (timeout < 0 ? 0 : MSG_DONTWAIT);
  ssize_t got = retry([&] { return ::recvmsg(socket, &message, flags); });
  // The other side went without having read what we sent: said once, before the packets that it left for us.
  if (got == -1 && errno == ECONNRESET) got = retry([&] { return ::recvmsg(socket, &message, flags); });
  if (got == -1) fail("recvmsg", errno == EAGAIN ? ETIMEDOUT : errno);
  std::vector<UniqueFd> descriptors = take_descriptors(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) fail("recvmsg", EMSGSIZE);
  if (got == 0) return {};
  Napi::Object result = Napi::Object::New(call.env());
  Napi::Array numbers = Napi::Array::New(call.env(), descriptors.size());
  result.Set("data", make_array(call.env(), buffer.get(), static_cast<size_t>(got)));
  result.Set("descriptors", numbers);
  uint32_t index = 0;
  for (UniqueFd& descriptor : descriptors) numbers.Set(index++, static_cast<double>(descriptor.release()));
  return result;
}

constexpr Export kExports[] = {{"send", send}, {"receive", receive}};

}  // namespace

void register_sockets(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
