// JavaScript values to and from the bodies of D-Bus messages, by signature.
//
//   y n q i u   number          x t       bigint          b   boolean      d   number
//   s o g       string          ay        Uint8Array      aT  array        (…) {…}  array of the members
//   v           [signature, value]
#pragma once

#include <string>

#include "binding/bus_library.h"
#include "binding/call.h"

namespace hoist {

/// Appends the items of `values`, an array with one for each complete type of the signature.
void append_body(const BusLibrary& library, sd_bus_message* message, const std::string& signature,
                 const Argument& values);

/// Everything in the message's body, an array.
napi_value read_body(const BusLibrary& library, napi_env env, sd_bus_message* message);

}  // namespace hoist
