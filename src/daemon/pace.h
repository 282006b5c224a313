// Runs the engine when it asks to: one source of the main loop, with one time at which it is due. After a run
// it rests as long as the run took: what comes in meanwhile is handled together, and a large fleet leaves
// the others on the loop their half of the time.
#pragma once

#include <glib.h>

#include "base/clock.h"

// Runs what there is to run and returns the monotonic time (of the clock) at which it is due again;
// G_MAXINT64 = only when woken.
typedef gint64 (*PaceRun)(gpointer data);

// Attached to the default main context, due at once. Freed by pace_free.
GSource *pace_new(const Clock *clock, PaceRun run, gpointer data);

// Runs soon: in the next turn of the loop.
void pace_wake(GSource *pace);

// NULL is fine.
void pace_free(GSource *pace);
