// This machine's wall clock jumps: somebody set it, or it was put right at last. What must hold is measured on the
// monotonic clock, so that nothing expires, starts or grows fresh by it: the moments that were noted by the old
// reckoning are moved along, which stands in the audit log, and all that was approved is compared with the
// world again.
#pragma once

#include "engine/state.h"

// Compares the two clocks; once in a run of the engine.
void jump_notice(Engine *engine);

// Asks for the change that moves the deadlines along, until it is recorded.
void jump_run(Engine *engine, gint64 *due_ms);

void jump_free(gpointer jump); // of engine->jumps
