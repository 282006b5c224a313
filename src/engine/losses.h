// What an operation cost, by the targets' own count: at its end, and again later where they did not know yet (what
// a dead primary had alone is known when it comes back).
#pragma once

#include "engine/motion.h"

// Counts now. What nobody knows is -1.
void losses_count(const Engine *engine, const Operation *operation, Losses *ret_losses);

// Enters what has become known since the last operation of a group ended; NULL if nothing has.
Motion *losses_next(Engine *engine);
