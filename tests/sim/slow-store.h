// A store that answers later, as one over a network does: everything is handed on to another store after a while, in
// the order it was asked.
#pragma once

#include "base/clock.h"
#include "port/store.h"

// `inner` is borrowed. `latency` is asked for each call (ms).
Store *slow_store_new(Store *inner, const Clock *clock, gint64 (*latency)(gpointer data),
                      gpointer data);

// When the next call is handed on (monotonic); G_MAXINT64 = none waits.
gint64 slow_store_next(const Store *store);

// Hands on what is due.
void slow_store_run(Store *store);
