// Why a program cannot be executed although its file is there. Pure: works on the first bytes of the file.
#ifndef HOIST_INIT_PROGRAM_H_
#define HOIST_INIT_PROGRAM_H_

#include <stdint.h>

#include "init/path.h"

namespace hoist {

struct ProgramFile {
  enum class Kind {
    /// Neither a script nor an ELF file.
    kOther,
    /// `#!`: `interpreter` is the first word of the line.
    kScript,
    /// The same, and the line ends with a carriage return.
    kScriptWithCr,
    /// An ELF file for this machine; `interpreter` is its loader, or empty.
    kProgram,
    /// An ELF file for another machine.
    kForeign,
  };
  Kind kind = Kind::kOther;
  /// e_machine of an ELF file.
  uint32_t machine = 0;
  Path interpreter;
};

/// Says what the beginning of a file is. A loader whose name lies beyond `size` is not found.
void ReadProgram(const uint8_t* data, uint64_t size, ProgramFile* out);

}  // namespace hoist

#endif  // HOIST_INIT_PROGRAM_H_
