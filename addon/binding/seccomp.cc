// seccomp profiles to BPF, by libseccomp. What the rules mean is decided in src/seccomp/profile.ts; here they are only
// compiled.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "binding/binding.h"
#include "binding/call.h"
#include "binding/enosys.h"
#include "binding/hash.h"

namespace hoist {
namespace {

constexpr uint32_t kMostRules = 100000;
constexpr uint32_t kMostArguments = 6;
constexpr size_t kLinearRules = 32;  // beyond, a binary tree over the numbers pays
constexpr size_t kMostInstructions = BPF_MAXINSNS;

struct Rule {
  std::vector<std::string> names;
  uint32_t action;
  std::vector<scmp_arg_cmp> arguments;
};

struct Filter {
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context;
  std::vector<uint32_t> architectures;
  std::vector<std::string> unknown;
};

/// libseccomp returns negative errnos.
void check(int result, const std::string& what) {
  if (result < 0) fail("seccomp", -result, {}, what + ": " + error_words(-result));
}

uint32_t word(const Argument& argument) { return static_cast<uint32_t>(argument.integer(0, UINT32_MAX)); }

std::vector<std::string> names_of(const Argument& list) {
  std::vector<std::string> names;
  for (const Argument& name : list.items(kMostRules)) names.push_back(name.path());
  return names;
}

Rule read_rule(const Argument& item) {
  Rule rule{names_of(item.member("names")), word(item.member("action")), {}};
  for (const Argument& argument : item.member("args").items(kMostArguments)) {
    scmp_arg_cmp comparison{};
    comparison.arg = static_cast<unsigned>(argument.member("index").integer(0, 5));
    comparison.op = static_cast<scmp_compare>(argument.member("op").integer(_SCMP_CMP_MIN + 1, _SCMP_CMP_MAX - 1));
    comparison.datum_a = argument.member("value").big();
    comparison.datum_b = argument.member("valueTwo").big();
    rule.arguments.push_back(comparison);
  }
  return rule;
}

/// The native architecture is there from the start; one that this libseccomp does not know cannot be let in.
void add_architectures(Filter& filter, const std::vector<std::string>& names) {
  filter.architectures = {seccomp_arch_native()};
  for (const std::string& name : names) {
    const uint32_t token = seccomp_arch_resolve_name(name.c_str());
    if (token == 0) {
      filter.unknown.push_back(name);
      continue;
    }
    const int result = seccomp_arch_add(filter.context.get(), token);
    if (result == -EEXIST) continue;
    check(result, "error adding architecture " + name + " to seccomp filter");
    filter.architectures.push_back(token);
  }
}

void add_rule(Filter& filter, const Rule& rule, uint32_t default_action) {
  for (const std::string& name : rule.names) {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) {
      filter.unknown.push_back(name);
    } else if (rule.action != default_action) {  // libseccomp refuses rules that say what is said already
      check(seccomp_rule_add_array(filter.context.get(), rule.action, number,
                                   static_cast<unsigned>(rule.arguments.size()), rule.arguments.data()),
            "error adding seccomp filter rule for syscall " + name);
    }
  }
}

/// For every architecture of the filter in which the profile knows any call at all.
std::vector<LargestCall> largest_calls(const Filter& filter, const std::vector<Rule>& rules) {
  std::vector<LargestCall> largest;
  for (const uint32_t architecture : filter.architectures) {
    int number = 0;  // negative numbers are calls that this architecture does not have
    for (const Rule& rule : rules) {
      for (const std::string& name : rule.names) {
        number = std::max(number, seccomp_syscall_resolve_name_arch(architecture, name.c_str()));
      }
    }
    if (number > 0) largest.push_back({architecture, static_cast<uint32_t>(number)});
  }
  return largest;
}

std::vector<sock_filter> compiled(const Filter& filter) {
  // seccomp_export_bpf_mem came with 2.6; Debian 12 has 2.5.4.
  const int descriptor = memfd_create("seccomp", MFD_CLOEXEC);
  if (descriptor == -1) fail("memfd_create", errno);
  const std::unique_ptr<const int, void (*)(const int*)> closer(&descriptor, [](const int* open) { ::close(*open); });
  check(seccomp_export_bpf(filter.context.get(), descriptor), "error exporting seccomp filter");
  const off_t size = lseek(descriptor, 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<size_t>(size) / sizeof(sock_filter));
  if (pread(descriptor, program.data(), static_cast<size_t>(size), 0) != size) fail("pread", errno);
  return program;
}

Napi::Value compile_seccomp(const Call& call) {
  const Argument request = call.argument(0, "request");
  const uint32_t default_action = word(request.member("defaultAction"));
  std::vector<Rule> rules;
  for (const Argument& item : request.member("rules").items(kMostRules)) rules.push_back(read_rule(item));

  Filter filter{{seccomp_init(default_action), seccomp_release}, {}, {}};
  if (!filter.context) fail("seccomp", EINVAL, {}, "error creating filter: invalid default action");
  add_architectures(filter, names_of(request.member("architectures")));
  // hoist-init sets no_new_privs itself, and only when it was asked for.
  check(seccomp_attr_set(filter.context.get(), SCMP_FLTATR_CTL_NNP, 0), "error setting no new privileges");
  // libseccomp up to 2.5.4 misbehaves with a tree over no rules.
  if (rules.size() > kLinearRules) seccomp_attr_set(filter.context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const Rule& rule : rules) add_rule(filter, rule, default_action);

  std::vector<sock_filter> program;
  if (request.member("enosys").flag()) program = enosys_stub(largest_calls(filter, rules));
  const std::vector<sock_filter> body = compiled(filter);
  program.insert(program.end(), body.begin(), body.end());
  if (program.size() > kMostInstructions) {
    fail("seccomp", E2BIG, {},
         "the filter has " + std::to_string(program.size()) + " instructions, the kernel takes 4096");
  }

  const Napi::Env env(call.env());
  Napi::Object result = Napi::Object::New(env);
  result.Set("filter", make_array(env, program.data(), program.size() * sizeof(sock_filter)));
  Napi::Array unknown = Napi::Array::New(env, filter.unknown.size());
  for (uint32_t i = 0; i < filter.unknown.size(); ++i) {
    unknown.Set(i, make_string(env, filter.unknown[i].data(), filter.unknown[i].size()));
  }
  result.Set("unknown", unknown);
  return result;
}

Napi::Value seccomp_info(const Call& call) {
  const Napi::Env env(call.env());
  const scmp_version* version = seccomp_version();
  const std::string text =
      std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->micro);
  Napi::Object result = Napi::Object::New(env);
  result.Set("version", make_string(env, text.data(), text.size()));
  result.Set("architecture", Napi::Number::New(env, seccomp_arch_native()));
  return result;
}

Napi::Value hash(const Call& call) {
  const Bytes bytes = call.argument(0, "data").bytes();
  const std::string text = hex(blake2s(bytes.data(), bytes.size()));
  return make_string(call.env(), text.data(), text.size());
}

/// Without a filter the kernel gets as far as looking for it, unless it does not know a flag.
Napi::Value knows_seccomp_flags(const Call& call) {
  const auto flags = static_cast<unsigned>(call.argument(0, "flags").integer(0, UINT32_MAX));
  const long answer = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, nullptr);
  return Napi::Boolean::New(call.env(), answer == -1 && errno == EFAULT);
}

constexpr Export kExports[] = {{"compileSeccomp", compile_seccomp},
                               {"seccompInfo", seccomp_info},
                               {"knowsSeccompFlags", knows_seccomp_flags},
                               {"hash", hash}};

}  // namespace

void register_seccomp(Napi::Env env, Napi::Object exports) { define(env, exports, kExports); }

}  // namespace hoist
