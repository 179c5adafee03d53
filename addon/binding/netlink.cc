// Requests to the kernel's network configuration (rtnetlink(7)); what they say is TypeScript's business.
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kLargestRequest = 64 * 1024;
/// The kernel sends dumps in pieces of at most 32 KiB.
constexpr size_t kPiece = 64 * 1024;
constexpr int kPatienceMs = 10'000;

/// Connected to the kernel, which is port 0: whoever may configure the namespace (a container that shares it) may send
/// messages to others in it, to be taken for answers or to leave no room for those. Invalid on failure, with errno.
UniqueFd open_here() {
  UniqueFd opened(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const auto* generic = reinterpret_cast<const sockaddr*>(&kernel);
  if (opened && connect(opened.get(), generic, sizeof kernel) == -1) return {};
  return opened;
}

/// A socket belongs to the network namespace in which it was opened. A thread of its own enters the other one: no other
/// ever leaves ours.
UniqueFd open_in(int name_space, const char** call, int* error) {
  UniqueFd opened;
  std::thread([&] {
    *call = "setns";
    if (setns(name_space, CLONE_NEWNET) == 0) {
      *call = "socket";
      opened = open_here();
    }
    *error = errno;
  }).join();
  return opened;
}

/// Takes the messages of one piece; true when the last one was among them.
bool take(const char* piece, size_t length, std::string* answer) {
  size_t at = 0;
  while (at + sizeof(nlmsghdr) <= length) {
    nlmsghdr header;
    std::memcpy(&header, piece + at, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > length - at) fail("netlink", EPROTO);
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      int error = 0;
      if (header.nlmsg_len >= sizeof header + sizeof error)
        std::memcpy(&error, piece + at + sizeof header, sizeof error);
      if (error < 0) fail("netlink", -error);
      return true;
    }
    answer->append(piece + at, header.nlmsg_len);
    at += NLMSG_ALIGN(header.nlmsg_len);
  }
  return false;
}

Napi::Value netlink(const Call& call) {
  const int name_space = call.argument(0, "namespace").descriptor(true);
  const Bytes request = call.argument(1, "request").array();
  if (request.size() < sizeof(nlmsghdr) || request.size() > kLargestRequest) {
    call.argument(1, "request").reject("one netlink message", true);
  }
  const char* failed = "socket";
  int error = 0;
  const UniqueFd socket = name_space >= 0 ? open_in(name_space, &failed, &error) : open_here();
  if (!socket) fail(failed, name_space >= 0 ? error : errno);
  if (retry([&] { return ::send(socket.get(), request.data(), request.size(), 0); }) == -1) fail("send", errno);
  std::string answer;
  std::string piece(kPiece, '\0');
  for (;;) {
    if (!wait_for(socket.get(), POLLIN, kPatienceMs, "recv")) fail("recv", ETIMEDOUT);
    sockaddr_nl sender{};
    socklen_t length = sizeof sender;
    auto* generic = reinterpret_cast<sockaddr*>(&sender);
    const ssize_t got =
        retry([&] { return ::recvfrom(socket.get(), piece.data(), kPiece, MSG_TRUNC, generic, &length); });
    if (got == -1) fail("recv", errno);
    // From before it was connected.
    if (sender.nl_pid != 0) continue;
    if (got > static_cast<ssize_t>(kPiece)) fail("recv", EMSGSIZE);
    if (take(piece.data(), static_cast<size_t>(got), &answer)) break;
  }
  return make_array(call.env(), answer.data(), answer.size());
}

constexpr Export kExports[] = {{"netlink", netlink}};

}  // namespace

void register_netlink(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
