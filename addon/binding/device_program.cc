// The device controller of cgroup v2: an eBPF program on the cgroup (bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE).
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/io.h"

namespace hoist {
namespace {

constexpr size_t kMostPrograms = 64;  // BPF_CGROUP_MAX_PROGS
constexpr int kMostTries = 10;
constexpr size_t kMostInstructions = 1000000;
constexpr size_t kLogSize = 64 * 1024;

uint64_t pointer(const void* data) { return reinterpret_cast<uintptr_t>(data); }

/// Only the fields up to the last one used are passed, so that older kernels accept the call.
long bpf(int command, bpf_attr& attributes, size_t size) { return syscall(SYS_bpf, command, &attributes, size); }

/// What the kernel's verifier says about the program: its last line.
std::string verifier_says(bpf_attr attributes) {
  std::string log(kLogSize, '\0');
  attributes.log_level = 1;
  attributes.log_size = kLogSize;
  attributes.log_buf = pointer(log.data());
  const long loaded = bpf(BPF_PROG_LOAD, attributes, offsetof(bpf_attr, kern_version));
  if (loaded >= 0) ::close(static_cast<int>(loaded));
  log.resize(std::strlen(log.c_str()));
  while (!log.empty() && log.back() == '\n') log.pop_back();
  const size_t line = log.rfind("\nprocessed ");  // statistics follow the reason
  if (line != std::string::npos) log.resize(line);
  return log.substr(log.rfind('\n') + 1);
}

UniqueFd load(const Bytes& instructions) {
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insn_cnt = static_cast<uint32_t>(instructions.size() / sizeof(bpf_insn));
  attributes.insns = pointer(instructions.data());
  attributes.license = pointer("Apache-2.0");
  // The verifier gives up with EAGAIN when a signal is pending, which the thread takes on its way back from the call.
  const auto attempt = [&] {
    long loaded = -1;
    for (int tries = 0; tries < kMostTries; ++tries) {
      loaded = bpf(BPF_PROG_LOAD, attributes, offsetof(bpf_attr, kern_version));
      if (loaded >= 0 || errno != EAGAIN) break;
    }
    return loaded;
  };
  long program = attempt();
  rlimit old{};
  // Before Linux 5.11 programs counted against RLIMIT_MEMLOCK, 64 KiB by default.
  if (program == -1 && errno == EPERM && getrlimit(RLIMIT_MEMLOCK, &old) == 0) {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0) {
      program = attempt();
      const int error = errno;
      setrlimit(RLIMIT_MEMLOCK, &old);
      errno = error;
    } else {
      errno = EPERM;
    }
  }
  if (program >= 0) return UniqueFd(static_cast<int>(program));
  const int error = errno;
  const std::string reason = verifier_says(attributes);
  fail("bpf", error, {}, "loading the device program: " + error_words(error) + (reason.empty() ? "" : ": " + reason));
}

std::vector<UniqueFd> attached(int cgroup, const std::string& path) {
  uint32_t ids[kMostPrograms] = {};
  bpf_attr query{};
  query.query.target_fd = static_cast<uint32_t>(cgroup);
  query.query.attach_type = BPF_CGROUP_DEVICE;
  query.query.prog_ids = pointer(ids);
  query.query.prog_cnt = kMostPrograms;
  if (bpf(BPF_PROG_QUERY, query, sizeof query.query) == -1) fail("bpf", errno, path);
  std::vector<UniqueFd> programs;
  for (uint32_t i = 0; i < query.query.prog_cnt; ++i) {
    bpf_attr get{};
    get.prog_id = ids[i];
    const long program = bpf(BPF_PROG_GET_FD_BY_ID, get, sizeof(uint32_t) * 3);
    if (program == -1 && errno == ENOENT) continue;  // detached meanwhile
    if (program == -1) fail("bpf", errno, path);
    programs.emplace_back(static_cast<int>(program));
  }
  return programs;
}

long attach(int cgroup, int program, const UniqueFd* replaced) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(cgroup);
  attributes.attach_bpf_fd = static_cast<uint32_t>(program);
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (replaced == nullptr) return bpf(BPF_PROG_ATTACH, attributes, offsetof(bpf_attr, replace_bpf_fd));
  attributes.attach_flags |= BPF_F_REPLACE;
  attributes.replace_bpf_fd = static_cast<uint32_t>(replaced->get());
  return bpf(BPF_PROG_ATTACH, attributes, offsetof(bpf_attr, replace_bpf_fd) + sizeof attributes.replace_bpf_fd);
}

/// All attached programs must allow an access, so the new one goes on first: there is no moment without any.
Napi::Value attach_device_program(const Call& call) {
  const std::string path = call.argument(0, "cgroup").path();
  const Bytes instructions = call.argument(1, "instructions").array();
  if (instructions.size() == 0 || instructions.size() % sizeof(bpf_insn) != 0 ||
      instructions.size() / sizeof(bpf_insn) > kMostInstructions) {
    call.argument(1, "instructions").reject("a multiple of 8 bytes, 8 to 8000000", true);
  }
  const UniqueFd cgroup = open_path(path, O_RDONLY | O_DIRECTORY);
  const UniqueFd program = load(instructions);
  std::vector<UniqueFd> old = attached(cgroup.get(), path);
  if (old.size() == 1 && attach(cgroup.get(), program.get(), &old[0]) == 0) return {};
  // More than one, or a kernel before 5.6, or one that was attached without BPF_F_ALLOW_MULTI.
  if (attach(cgroup.get(), program.get(), nullptr) == -1) fail("bpf", errno, path);
  for (const UniqueFd& replaced : old) {
    bpf_attr detach{};
    detach.target_fd = static_cast<uint32_t>(cgroup.get());
    detach.attach_bpf_fd = static_cast<uint32_t>(replaced.get());
    detach.attach_type = BPF_CGROUP_DEVICE;
    if (bpf(BPF_PROG_DETACH, detach, offsetof(bpf_attr, replace_bpf_fd)) == -1 && errno != ENOENT) {
      fail("bpf", errno, path);
    }
  }
  return {};
}

constexpr Export kExports[] = {{"attachDeviceProgram", attach_device_program}};

}  // namespace

void register_device_program(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
