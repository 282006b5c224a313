// What a store on this machine must be able to do with its bytes: tables of entries, events and leases
// that change in transactions. store/local.h makes a whole Store (revisions, guards, watches, leases,
// batches, health) of any backend, so that memory and SQLite differ in nothing but where bytes go.
//
// Errors: ERR_NO_SPACE (rolled back; there was no room), ERR_BUSY (rolled back; another program holds the
// file), ERR_UNKNOWN (commit: may have happened). Whoever finds that the bytes can no longer be trusted
// sets `broken`; then the store is over.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "port/store.h"

typedef struct Backend Backend;

// The numbers that a store goes on from.
typedef struct {
    guint64 revision;   // the last one given
    guint64 compacted;  // events up to this revision are gone
    guint64 last_lease; // the last lease given
} BackendState;

// Each gets what a walk over a table finds; false ends the walk. Texts and entries are borrowed.
typedef bool (*BackendEntryFunc)(const StoreEntry *entry, gpointer user_data);
typedef bool (*BackendEventFunc)(StoreEventKind kind, const StoreEntry *entry, gpointer user_data);
typedef void (*BackendLeaseFunc)(guint64 lease, gint64 ttl_ms, gpointer user_data);
typedef void (*BackendHistoryFunc)(guint64 revision, guint events, guint64 bytes,
                                   gpointer user_data);

typedef struct {
    BackendEntryFunc entry;
    BackendEventFunc event;
    BackendLeaseFunc lease;
    BackendHistoryFunc history;
    gpointer user_data;
} BackendWalk;

typedef struct {
    bool (*load)(Backend *backend, BackendState *ret_state, GError **error);
    bool (*begin)(Backend *backend, bool durable, GError **error);
    bool (*commit)(Backend *backend, const BackendState *state, GError **error);
    void (*rollback)(Backend *backend);

    // *ret_entry is NULL if there is no such key.
    bool (*find)(Backend *backend, const char *key, StoreEntry **ret_entry, GError **error);
    // from <= key < to (NULL: to the end), in order.
    bool (*scan)(Backend *backend, const char *from, const char *to, const BackendWalk *walk,
                 GError **error);
    bool (*scan_lease)(Backend *backend, guint64 lease, const BackendWalk *walk, GError **error);
    bool (*put)(Backend *backend, const StoreEntry *entry, GError **error);
    bool (*remove)(Backend *backend, const char *key, GError **error);

    bool (*add_event)(Backend *backend, StoreEventKind kind, const StoreEntry *entry,
                      GError **error);
    // Events from `revision` on, in order.
    bool (*scan_events)(Backend *backend, guint64 revision, const BackendWalk *walk,
                        GError **error);
    bool (*drop_events)(Backend *backend, guint64 up_to_revision, GError **error);
    // For each revision that has events, in order: how many, and how large.
    bool (*scan_history)(Backend *backend, const BackendWalk *walk, GError **error);

    bool (*put_lease)(Backend *backend, guint64 lease, gint64 ttl_ms, GError **error);
    bool (*remove_lease)(Backend *backend, guint64 lease, GError **error);
    bool (*scan_leases)(Backend *backend, const BackendWalk *walk, GError **error);

    // Called when there was no room (gives the reserve back to the disk), and from time to time
    // after that (true: there is room again, and the reserve is back).
    void (*open_reserve)(Backend *backend);
    bool (*refill_reserve)(Backend *backend);

    guint64 (*bytes)(Backend *backend);
    void (*free)(Backend *backend);
} BackendVtable;

// First member of every backend.
struct Backend {
    const BackendVtable *vtable;
    bool broken; // its bytes can no longer be trusted
};
