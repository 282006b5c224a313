// A Store over a Backend of this machine.
//
// Changes are jobs. A durable one is done at once; a batched one waits a moment for others (batch_ms, or
// the next durable one, with which it shares the disk's flush). The jobs of a batch are one transaction of the
// backend: they are all recorded or none is, and only then anybody is answered. No callback is ever
// called inside a transaction.
//
// Watches are cursors over the kept events: what is live and what is caught up on is the same code.
//
// When the disk is full the store goes on reading, refuses changes, and tries again every retry_ms.
#pragma once

#include <glib.h>

#include "base/clock.h"
#include "store/backend.h"

typedef struct {
    guint batch_ms;          // how long a batched change may wait
    guint retry_ms;          // how often a full disk is tried again
    guint events_max;        // events kept for watches that resume
    guint64 event_bytes_max; // and their keys and values
    bool on_loop;            // timers on the main loop; false: only store_tick does what is due
} LocalOptions;

// 50 ms, 5 s, 10 000 events, 64 MiB, on the loop.
LocalOptions local_options(void);

// Takes `backend` (freed on failure too). Leases found in it get their whole time again.
Store *local_store_new(Backend *backend, const Clock *clock, const LocalOptions *options,
                       GError **error);

// The backend of a store made by local_store_new.
Backend *local_store_backend(Store *store);

// As if the program had been killed: what waits is forgotten, nobody is answered any more. For
// simulations; the store must still be freed.
void local_store_crash(Store *store);
