#ifndef HOIST_INIT_COPY_UP_H_
#define HOIST_INIT_COPY_UP_H_

#include "init/context.h"

namespace hoist {

/// Copies what is in the folder `from` into the folder `to`: files, folders, links, devices, with owners, modes, times
/// and extended attributes. Everything goes through descriptors; no link is followed, no mount below is entered, no
/// device is opened.
Result CopyUp(Context& context, int from, int to);

}  // namespace hoist

#endif  // HOIST_INIT_COPY_UP_H_
