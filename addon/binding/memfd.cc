#include "binding/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "binding/errors.h"
#include "binding/io.h"

// Linux 6.3; older headers lack them.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

namespace hoist {
namespace {

/// A kernel before 6.3 refuses the flag that says whether the file may be executed, and needs none.
UniqueFd create(const char* name, unsigned flags, unsigned kind) {
  int descriptor = memfd_create(name, flags | kind);
  if (descriptor == -1 && errno == EINVAL) descriptor = memfd_create(name, flags);
  if (descriptor == -1) fail("memfd_create", errno);
  return UniqueFd(descriptor);
}

}  // namespace

UniqueFd sealed_memfd(const char* name, const void* data, size_t size, MemoryKind kind) {
  UniqueFd file =
      create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING, kind == MemoryKind::kProgram ? MFD_EXEC : MFD_NOEXEC_SEAL);
  const auto* next = static_cast<const char*>(data);
  for (size_t done = 0; done < size;) {
    const ssize_t written =
        retry([&] { return pwrite(file.get(), next + done, size - done, static_cast<off_t>(done)); });
    if (written == -1) fail("write", errno, "memfd:" + std::string(name));
    done += static_cast<size_t>(written);
  }
  const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (fcntl(file.get(), F_ADD_SEALS, seals | F_SEAL_EXEC) == -1) {
    if (errno != EINVAL || fcntl(file.get(), F_ADD_SEALS, seals) == -1)
      fail("fcntl", errno, "memfd:" + std::string(name));
  }
  return file;
}

UniqueFd open_memfd(const char* name) { return create(name, MFD_CLOEXEC, MFD_NOEXEC_SEAL); }

}  // namespace hoist
