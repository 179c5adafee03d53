#include "init/program.h"

#include <linux/elf.h>

namespace hoist {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kMachine = EM_AARCH64;
#endif

bool IsBlank(uint8_t byte) { return byte == ' ' || byte == '\t'; }

void ReadScript(const uint8_t* data, uint64_t size, ProgramFile* out) {
  out->kind = ProgramFile::Kind::kScript;
  uint64_t end = 2;
  while (end < size && data[end] != '\n') ++end;
  if (end > 2 && data[end - 1] == '\r') {
    out->kind = ProgramFile::Kind::kScriptWithCr;
    --end;
  }
  uint64_t start = 2;
  while (start < end && IsBlank(data[start])) ++start;
  uint64_t stop = start;
  while (stop < end && !IsBlank(data[stop]) && data[stop] != 0) ++stop;
  out->interpreter.Append(reinterpret_cast<const char*>(data + start), static_cast<uint32_t>(stop - start));
}

/// Copies a header out of the file; false when it is not all there.
template <typename T>
bool Take(const uint8_t* data, uint64_t size, uint64_t offset, T* out) {
  if (offset > size || size - offset < sizeof(T)) return false;
  __builtin_memcpy(out, data + offset, sizeof(T));
  return true;
}

void ReadElf(const uint8_t* data, uint64_t size, ProgramFile* out) {
  Elf64_Ehdr header;
  out->kind = ProgramFile::Kind::kForeign;
  if (!Take(data, size, 0, &header)) return;
  out->machine = header.e_machine;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) return;
  if (header.e_machine != kMachine) return;
  out->kind = ProgramFile::Kind::kProgram;
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return;
  for (uint32_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    if (header.e_phoff > size || !Take(data, size, header.e_phoff + i * sizeof(part), &part)) return;
    if (part.p_type != PT_INTERP) continue;
    if (part.p_offset > size || part.p_filesz == 0 || part.p_filesz > size - part.p_offset) return;
    const auto* text = reinterpret_cast<const char*>(data + part.p_offset);
    uint32_t length = 0;
    while (length < part.p_filesz && text[length] != 0) ++length;
    out->interpreter.Append(text, length);
    return;
  }
}

}  // namespace

void ReadProgram(const uint8_t* data, uint64_t size, ProgramFile* out) {
  if (size >= 2 && data[0] == '#' && data[1] == '!') {
    ReadScript(data, size, out);
  } else if (size >= SELFMAG && __builtin_memcmp(data, ELFMAG, SELFMAG) == 0) {
    ReadElf(data, size, out);
  }
}

}  // namespace hoist
