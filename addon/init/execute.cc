// The end of a birth: the wait for `start`, and execve.
#include "init/arguments.h"
#include "init/kernel.h"
#include "init/perform.h"
#include "init/procfs.h"
#include "init/program.h"

namespace hoist {
namespace {

constexpr uint32_t kDefaultUmask = 022;
constexpr int kFirstPreserved = 3;

/// As the kernel has it, not the C library (rt_sigaction(2)).
struct SignalAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};

constexpr unsigned long kRestorer = 0x04000000;  // SA_RESTORER: x86 delivers no signal without
constexpr int kExitSignalled = 128;
constexpr int kEndingSignals[] = {1, 2, 3, 15};  // SIGHUP, SIGINT, SIGQUIT, SIGTERM

void EndBySignal(int signal) { Exit(kExitSignalled + signal); }

void NeverReached() {}

/// Reads the first bytes of the executable and says more than execve's errno does.
Result Diagnose(Context& context, int error) {
  Descriptor file;
  const int flags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const Result plain = {Step::kExecve, error};
  if (!file.Take(Call(__NR_openat, AT_FDCWD, context.executable.text(), flags), Step::kOpen).ok()) return plain;
  uint8_t data[2048];
  const long size = Call(__NR_read, file.get(), data, sizeof(data));
  if (size < 0) return plain;
  ProgramFile program;
  ReadProgram(data, static_cast<uint64_t>(size), &program);
  context.reporter.Explain(program.interpreter.text());
  const bool missing =
      !program.interpreter.empty() && Call(__NR_faccessat, AT_FDCWD, program.interpreter.text(), 0) == -ENOENT;
  switch (program.kind) {
    case ProgramFile::Kind::kScript:
      return missing ? Result{Step::kMissingInterpreter, error} : plain;
    case ProgramFile::Kind::kScriptWithCr:
      return Result{Step::kCrlfInterpreter, error};
    case ProgramFile::Kind::kProgram:
      return missing ? Result{Step::kMissingLoader, error} : plain;
    case ProgramFile::Kind::kForeign: {
      char machine[24];
      context.reporter.Explain(machine, FormatNumber(program.machine, 10, machine));
      return error == ENOEXEC ? Result{Step::kWrongArchitecture, error} : plain;
    }
    case ProgramFile::Kind::kOther:
      break;
  }
  return error == ENOEXEC ? Result{Step::kNoExecFormat, error} : plain;
}

/// Closes everything but stdio, what the container inherits, and the channel for the last failure, which is closed by
/// execve.
Result CloseOthers(const Context& context) {
  const auto first = static_cast<uint32_t>(kFirstPreserved) + context.header.preserved;
  const int channel = context.reporter.channel();
  long closed = 0;
  if (channel < 0) {
    closed = Call(__NR_close_range, first, ~0u, 0);
  } else {
    const auto kept = static_cast<uint32_t>(channel);
    if (kept > first) closed = Call(__NR_close_range, first, kept - 1, 0);
    if (closed == 0) closed = Call(__NR_close_range, kept + 1, ~0u, 0);
  }
  return Checked(closed, Step::kOpen);
}

}  // namespace

void HeedSignals() {
  const SignalAction action = {EndBySignal, kRestorer, NeverReached, 0};
  for (const int signal : kEndingSignals) Call(__NR_rt_sigaction, signal, &action, nullptr, sizeof(action.mask));
}

void PrepareToWait(Context& context) {
  context.null.tree.Reset(-1);
  context.empty.tree.Reset(-1);
  context.sys.Replace(Descriptor());
}

Result Perform(Context& context, const plan::Fifo& operation) {
  int slot = -1;
  HOIST_TRY(context.Slot(operation.slot, &slot));
  context.reporter.FlushTrace();
  HOIST_TRY(context.Release());
  context.reporter.CloseSocket();
  if (!context.seccomp_loaded) PrepareToWait(context);
  Descriptor fifo;
  HOIST_TRY(Reopen(context, slot, O_WRONLY, &fifo));
  const long written = Call(__NR_write, fifo.get(), "0", 1);
  context.reporter.UseFifo(static_cast<Descriptor&&>(fifo));
  return Checked(written, Step::kWrite);
}

Result Perform(Context& context, const plan::Execute& operation) {
  if (context.arguments.argv == nullptr) HOIST_TRY(PrepareArguments(context, operation));
  if (!context.umask_set) Call(__NR_umask, kDefaultUmask);
  context.reporter.FlushTrace();
  HOIST_TRY(context.Release());
  // Behind a filter that knows nothing but what the container needs, no system call but execve is certain: `seccomp`
  // has marked every descriptor to be closed by it.
  if (!context.seccomp_loaded) HOIST_TRY(CloseOthers(context));
  const long answer = Call(__NR_execve, context.executable.text(), context.arguments.argv, context.arguments.env);
  return Diagnose(context, static_cast<int>(-answer));
}

Result Perform(Context&, const plan::End&) { Exit(0); }

}  // namespace hoist
