#include "init/filesystem.h"

#include "init/kernel.h"

namespace hoist {
namespace {

/// fsconfig(2) takes values shorter than this.
constexpr uint32_t kMostValue = 255;

long Configure(int fs, unsigned command, const char* key, const char* value) {
  return Call(__NR_fsconfig, fs, command, key, value, 0);
}

/// Keeps what the kernel has written about this file system: lines such as `e tmpfs: Bad value for 'size'` (`e`:
/// error).
void ExplainLog(Context& context, int fs) {
  char text[512];
  uint64_t length = 0;
  while (length < sizeof(text)) {
    const long got = Call(__NR_read, fs, text + length, sizeof(text) - length);
    if (got <= 0) break;
    length += static_cast<uint64_t>(got);
  }
  while (length > 0 && text[length - 1] == '\n') --length;
  const uint64_t level = length > 2 && text[1] == ' ' ? 2 : 0;
  if (length > 0) context.reporter.Explain(text + level, length - level);
}

/// The layers of an overlay, one by one: together they are longer than fsconfig takes. `::` begins the layers that have
/// data only (Linux 6.8).
long AppendLayers(int fs, const char* layers) {
  const char* key = "lowerdir+";
  Path layer;
  for (const char* at = layers;; ++at) {
    if (*at == '\\' && at[1] != 0) {
      ++at;
    } else if (*at == ':' || *at == 0) {
      if (!layer.empty()) {
        const long answer = Configure(fs, FSCONFIG_SET_STRING, key, layer.text());
        if (answer < 0) return answer;
      } else if (*at == ':') {
        key = "datadir+";
      }
      layer.Truncate(0);
      if (*at == 0) return 0;
      continue;
    }
    if (!layer.Append(at, 1)) return -ENAMETOOLONG;
  }
}

/// One option: `key` or `key=value`.
Result SetOption(Context& context, int fs, plan::Text option) {
  const char* equals = __builtin_strchr(option.data, '=');
  if (equals == nullptr) {
    const Result set = Checked(Configure(fs, FSCONFIG_SET_FLAG, option.data, nullptr), Step::kFsconfig);
    if (!set.ok()) ExplainLog(context, fs);
    return set;
  }
  char key[64];
  const auto length = static_cast<uint64_t>(equals - option.data);
  if (length >= sizeof(key)) return Result{Step::kFsconfig, EINVAL};
  __builtin_memcpy(key, option.data, length);
  key[length] = 0;
  const bool layers = Same(key, "lowerdir") && option.length - length - 1 > kMostValue;
  const long answer = layers ? AppendLayers(fs, equals + 1) : Configure(fs, FSCONFIG_SET_STRING, key, equals + 1);
  const Result set = Checked(answer, Step::kFsconfig);
  if (set.ok()) return kOk;
  ExplainLog(context, fs);
  // A value with a comma, which the wrapper of old file systems refuses: as a flag it is passed on as it stands.
  return Configure(fs, FSCONFIG_SET_FLAG, option.data, nullptr) == 0 ? kOk : set;
}

Result SetMode(int fs, uint64_t mode) {
  char text[24];
  FormatNumber(mode, 8, text);
  return Checked(Configure(fs, FSCONFIG_SET_STRING, "mode", text), Step::kFsconfig);
}

}  // namespace

bool WantsReadOnly(const plan::Texts& options) {
  for (const plan::Text option : options) {
    if (Same(option.data, "ro")) return true;
  }
  return false;
}

Result MakeFileSystem(Context& context, const NewFileSystem& wanted, Descriptor* out) {
  Descriptor fs;
  HOIST_TRY(fs.Take(Call(__NR_fsopen, wanted.type, FSOPEN_CLOEXEC), Step::kFsopen));
  if (*wanted.source != 0) {
    HOIST_TRY(Checked(Configure(fs.get(), FSCONFIG_SET_STRING, "source", wanted.source), Step::kFsconfig));
  }
  for (const plan::Text option : wanted.options) {
    if (wanted.writable && Same(option.data, "ro")) continue;
    HOIST_TRY(SetOption(context, fs.get(), option));
  }
  if (wanted.mode >= 0) HOIST_TRY(SetMode(fs.get(), static_cast<uint64_t>(wanted.mode)));
  const Result created = Checked(Configure(fs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr), Step::kFsconfig);
  if (!created.ok()) ExplainLog(context, fs.get());
  HOIST_TRY(created);
  return out->Take(Call(__NR_fsmount, fs.get(), FSMOUNT_CLOEXEC, wanted.attributes), Step::kFsmount);
}

}  // namespace hoist
