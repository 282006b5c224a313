// Old primary, new life: what comes back active while its group lives elsewhere is switched off at once. The safe
// direction needs no sign-off, but it is written ahead like everything else.
#pragma once

#include "engine/motion.h"

// The next decision (intent or outcome of a passivation); NULL if none is due.
Motion *reconcile_next(Engine *engine);

// Sends what is meant to be sent.
void reconcile_run(Engine *engine, gint64 *due_ms);
