// Loop devices: a file as a block device.
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

/// Somebody else may take the device that was free.
constexpr int kAttempts = 50;

loop_config configuration(int file, const std::string& path, bool read_only, bool direct) {
  loop_config config{};
  config.fd = static_cast<uint32_t>(file);
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (read_only) config.info.lo_flags |= LO_FLAGS_READ_ONLY;
  if (direct) config.info.lo_flags |= LO_FLAGS_DIRECT_IO;
  std::strncpy(reinterpret_cast<char*>(config.info.lo_file_name), path.c_str(), LO_NAME_SIZE - 1);
  return config;
}

Napi::Value attach_loop(const Call& call) {
  const std::string path = call.argument(0, "file").path();
  const bool read_only = call.argument(1, "readOnly").flag();
  const bool direct = call.argument(2, "direct").flag();
  const int access = read_only ? O_RDONLY : O_RDWR;
  const UniqueFd control = open_path("/dev/loop-control", O_RDWR);
  const UniqueFd file = open_path(path, access);
  const loop_config config = configuration(file.get(), path, read_only, direct);
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number == -1) fail("ioctl", errno, "/dev/loop-control");
    const std::string name = "/dev/loop" + std::to_string(number);
    UniqueFd device = open_path(name, access);
    if (ioctl(device.get(), LOOP_CONFIGURE, &config) == -1) {
      if (errno == EBUSY) continue;
      fail("ioctl", errno, name);
    }
    Napi::Object result = Napi::Object::New(call.env());
    result.Set("path", name);
    result.Set("descriptor", device.release());
    return result;
  }
  fail("ioctl", EBUSY, "/dev/loop-control", "no free loop device");
}

constexpr Export kExports[] = {{"attachLoop", attach_loop}};

}  // namespace

void register_loop(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
