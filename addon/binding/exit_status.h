// How a process ended.
#pragma once

#include <napi.h>

#include <optional>

namespace hoist {

struct ExitStatus {
  bool signalled;
  int value;
};

/// `{code}` or `{signal}`; undefined when there is none.
Napi::Value exit_object(Napi::Env env, const std::optional<ExitStatus>& status);

/// Reaps the child behind a pidfd, waiting for ever; ECHILD when it is no child of ours.
ExitStatus reap(int pidfd);

/// What the kernel remembers of a process that somebody else reaped (PIDFD_GET_INFO, Linux 6.15); nothing when it does
/// not know.
std::optional<ExitStatus> remembered_exit(int pidfd);

}  // namespace hoist
