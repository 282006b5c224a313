// Split brain on every screen: which workload is active in two places, and what each of them has been doing.
#pragma once

#include "view/screen.h"

// The first workload that must be active once and is seen active twice, in a group that is split; NULL if there is
// none. `ret_intruder` (may be NULL) is the place to be switched off: one that does not hold the role.
const WorkloadStatus *split_find(const Picture *picture, const InstanceStatus **ret_intruder);

// The first instance that a person wants switched off and that is not seen off yet; NULL if there is none.
const WorkloadStatus *split_find_pending(const Picture *picture,
                                         const InstanceStatus **ret_instance);

// Draws it over the top of `canvas`, above everything else, and returns what is left. Nothing if nothing is split.
Canvas split_draw(const ViewContext *context, const Canvas *canvas);
