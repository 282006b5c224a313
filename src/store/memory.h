// A store in memory, for tests and simulations: the same revisions, guards, watches, leases and batches
// as the one on disk, with faults on demand and pictures to restart from.
//
// Nothing happens on a loop: what time makes due is done by store_tick, so that a simulation with a
// fake clock is repeatable.
#pragma once

#include "base/clock.h"
#include "port/store.h"

// What may go wrong with one write (a durable change, or a batch).
typedef enum {
    STORE_FAULT_NONE,
    STORE_FAULT_NO_SPACE, // not done; the store is read-only until store_memory_set_full(…, false)
    STORE_FAULT_LOST_REQUEST, // ERR_UNKNOWN, not done
    STORE_FAULT_LOST_ANSWER,  // ERR_UNKNOWN, done
    STORE_FAULT_CRASH_BEFORE, // the program dies before it is done: nobody is answered any more
    STORE_FAULT_CRASH_AFTER,  // the program dies after it is done
    STORE_FAULT_COUNT
} StoreFault;

// Asked before each write; `n` counts them from 1.
typedef StoreFault (*StoreFaultFunc)(guint64 n, gpointer user_data);

// The content of a store at one moment.
typedef struct StoreImage StoreImage;

// An empty store, or one with the content of `image` (copied; NULL = empty). `clock` outlives it.
Store *store_memory_new(const Clock *clock, const StoreImage *image);

// Asks `fault` before each write from now on; NULL ends it.
void store_memory_set_faults(Store *store, StoreFaultFunc fault, gpointer user_data);

// Plans one fault for the n-th write from now (1 = the next). Replaces what was planned.
void store_memory_plan_fault(Store *store, guint n, StoreFault fault);

// Makes the disk full (each change then fails with ERR_NO_SPACE, except a few STORE_RESERVE ones), or
// gives it room again (seen at the next tick).
void store_memory_set_full(Store *store, bool full);

// True once a CRASH fault has struck.
bool store_memory_has_crashed(Store *store);

// How many writes there were (those that failed included).
guint64 store_memory_writes(Store *store);

// What a program that starts now would find: all that was committed, nothing that waits. The caller frees.
StoreImage *store_memory_image(Store *store);
void store_image_free(StoreImage *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreImage, store_image_free)
