// Why a file cannot be executed, from its first bytes.
#include "init/program.h"

#include <linux/elf.h>
#include <string.h>

#include <string>
#include <vector>

#include "check.h"

using Kind = hoist::ProgramFile::Kind;

namespace {

struct Answer {
  Kind kind;
  std::string interpreter;
  uint32_t machine;
  bool operator==(const Answer& other) const {
    return kind == other.kind && interpreter == other.interpreter && machine == other.machine;
  }
};

Answer Read(const std::string& file) {
  const std::vector<uint8_t> bytes(file.begin(), file.end());
  hoist::ProgramFile program;
  hoist::ReadProgram(bytes.data(), bytes.size(), &program);
  return Answer{program.kind, program.interpreter.text(), program.machine};
}

void ReadsScripts() {
  CHECK((Read("#!/bin/sh\necho") == Answer{Kind::kScript, "/bin/sh", 0}));
  CHECK((Read("#! \t/usr/bin/env  python3 -u\n") == Answer{Kind::kScript, "/usr/bin/env", 0}));
  CHECK((Read("#!/bin/sh\r\necho\r\n") == Answer{Kind::kScriptWithCr, "/bin/sh", 0}));
  CHECK((Read("#!/bin/sh") == Answer{Kind::kScript, "/bin/sh", 0}));
  CHECK((Read("#!\n") == Answer{Kind::kScript, "", 0}));
  CHECK((Read("#!") == Answer{Kind::kScript, "", 0}));
  CHECK((Read("#") == Answer{Kind::kOther, "", 0}));
  CHECK((Read("") == Answer{Kind::kOther, "", 0}));
  CHECK((Read("#!/" + std::string(5000, 'x')) == Answer{Kind::kScript, "", 0}));
}

std::string Elf(uint16_t machine, uint8_t bits, const std::string& loader, uint64_t offset = 200) {
  Elf64_Ehdr header = {};
  memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = bits;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = machine;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr part = {};
  part.p_type = PT_INTERP;
  part.p_offset = offset;
  part.p_filesz = loader.size() + 1;
  std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
  file.append(reinterpret_cast<const char*>(&part), sizeof(part));
  file.resize(200);
  return file + loader + std::string(1, '\0');
}

void ReadsPrograms() {
#if defined(__x86_64__)
  constexpr uint16_t kOurs = EM_X86_64;
  constexpr uint16_t kTheirs = EM_AARCH64;
#else
  constexpr uint16_t kOurs = EM_AARCH64;
  constexpr uint16_t kTheirs = EM_X86_64;
#endif
  const std::string good = Elf(kOurs, ELFCLASS64, "/lib/ld.so");
  CHECK((Read(good) == Answer{Kind::kProgram, "/lib/ld.so", kOurs}));
  CHECK((Read(Elf(kTheirs, ELFCLASS64, "/lib/ld.so")) == Answer{Kind::kForeign, "", kTheirs}));
  CHECK((Read(Elf(kOurs, ELFCLASS32, "/lib/ld.so")) == Answer{Kind::kForeign, "", kOurs}));
  CHECK((Read(Elf(kOurs, ELFCLASS64, "/lib/ld.so", 1 << 20)) == Answer{Kind::kProgram, "", kOurs}));
  CHECK((Read(Elf(kOurs, ELFCLASS64, "/lib/ld.so", ~uint64_t{0})) == Answer{Kind::kProgram, "", kOurs}));
  CHECK(Read(std::string(ELFMAG, SELFMAG)).kind == Kind::kForeign);
  for (size_t size = 0; size < good.size(); ++size) Read(good.substr(0, size));
}

}  // namespace

int main() {
  ReadsScripts();
  ReadsPrograms();
  return 0;
}
