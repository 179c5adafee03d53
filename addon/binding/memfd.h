// Memory files that nobody can change.
#pragma once

#include <cstddef>

#include "common/unique_fd.h"

namespace hoist {

enum class MemoryKind { kData, kProgram };

/// A memfd with this content, offset 0, sealed against writing, growing, shrinking and further seals (and, where the
/// kernel can, against a change of its execute bits). A container that reaches its runtime's executable through /proc
/// finds nothing to overwrite (CVE-2019-5736).
UniqueFd sealed_memfd(const char* name, const void* data, size_t size, MemoryKind kind);

/// An empty, unsealed memfd that is not executable.
UniqueFd open_memfd(const char* name);

}  // namespace hoist
