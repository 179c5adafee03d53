#include "init/arguments.h"

#include "init/passwd.h"
#include "init/procfs.h"
#include "init/tree.h"

namespace hoist {
namespace {

/// What is read of /etc/passwd: the image decides how long it is (a sparse one has no end).
constexpr uint64_t kMostPasswd = 16 << 20;

}  // namespace

const char* Home(Context& context) {
  Path* out = &context.home;
  out->Assign("HOME=");
  HomeFinder finder(static_cast<uint32_t>(Call(__NR_getuid)));
  Descriptor node;
  Descriptor file;
  struct statx status;
  const bool readable = context.root.Open("/etc/passwd", O_PATH, 0, &node).ok() && Status(node.get(), &status).ok() &&
                        S_ISREG(status.stx_mode) && Reopen(context, node.get(), O_RDONLY, &file).ok();
  char text[1024];
  for (uint64_t left = kMostPasswd; readable && left > 0;) {
    const long got = Call(__NR_read, file.get(), text, sizeof(text));
    if (got <= 0) break;
    left -= static_cast<uint64_t>(got) < left ? static_cast<uint64_t>(got) : left;
    finder.Feed(text, static_cast<uint64_t>(got));
  }
  if (!finder.Finish() || !out->Append(finder.home().text())) out->Append("/");
  return out->text();
}

Result MakeArguments(const plan::Texts& argv, const plan::Texts& env, const char* extra, Arguments* out) {
  const uint64_t pointers = uint64_t{argv.count} + env.count + 3;
  auto** array = static_cast<const char**>(Allocate(pointers * sizeof(const char*)));
  if (array == nullptr) return Result{Step::kMmap, ENOMEM};
  out->argv = array;
  for (const plan::Text text : argv) *array++ = text.data;
  *array++ = nullptr;
  out->env = array;
  for (const plan::Text text : env) *array++ = text.data;
  if (extra != nullptr) *array++ = extra;
  *array = nullptr;
  return kOk;
}

Result PrepareArguments(Context& context, const plan::Execute& operation) {
  const bool add_home = (operation.how & plan::kExecuteHowAddHome) != 0;
  return MakeArguments(operation.argv, operation.env, add_home ? Home(context) : nullptr, &context.arguments);
}

}  // namespace hoist
