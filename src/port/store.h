// Where decisions and observations are kept. The interface is shaped like a distributed key-value
// engine's, so that the embedded store cannot promise more than the real one: keys with revisions,
// ranges, guarded transactions, watches, leases. Code above never knows which store it has.
//
//   key  ──▶ value, create_revision, mod_revision, version, lease
//   store ─▶ revision: goes up by one with every transaction that changes something
//
// Every question is answered by a callback, exactly once. A local store may call back before the
// function returns, a remote one calls back later from the main loop: callers must be ready for
// both (set your state first, then ask). What a callback is given lives only until it returns;
// entries and arrays may be ref'ed or copied. store_free answers what is still waiting: a read with
// ERR_CANCELLED, a change with ERR_UNKNOWN. Freeing a store inside one of its callbacks is not
// allowed.
//
// Errors of every call: ERR_INVALID and ERR_TOO_LARGE (bad key, value or transaction; nothing was
// sent), ERR_NO_SPACE (not recorded, not done), ERR_UNREACHABLE (certainly not done), ERR_BUSY (not
// done, try again), ERR_UNKNOWN (it may or may not have been recorded: read back), ERR_CORRUPT and
// ERR_INTERNAL (the store can no longer be trusted; see STORE_FATAL). A guard that does not hold is
// no error: the result says succeeded = false.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/error.h"
#include "port/store-txn.h"

typedef struct Store Store;
typedef struct StoreWatch StoreWatch;

// What is kept under a key.
typedef struct {
    char *key;
    GBytes *value;           // never NULL; empty in a deletion's event
    guint64 create_revision; // when the key came into being (since it was last deleted)
    guint64 mod_revision;    // when it was last written; in a deletion's event: when it was deleted
    guint64 version;         // 1 when created, one more with each write; 0 in a deletion's event
    guint64 lease;           // the lease it dies with; 0 = none
} StoreEntry;

typedef struct {
    GPtrArray *entries; // StoreEntry, in byte order of their keys
    guint64 revision;   // of the store when it was read: watch from revision + 1 to miss nothing
    bool more;          // there are further keys (limit, or the answer grew too large)
} StoreRange;

// What one operation of a transaction did.
typedef struct {
    StoreOpKind kind;
    GPtrArray *entries; // of a get: StoreEntry; NULL otherwise
    bool more;          // of a get
    guint64 deleted;    // of a deletion: how many keys
} StoreResponse;

typedef struct {
    bool succeeded;       // all guards held: `then` was done; otherwise `otherwise` was
    guint64 revision;     // of the store afterwards; the mod_revision of all that was written
    GPtrArray *responses; // StoreResponse, one per operation of the branch that was done
} StoreTxnResult;

typedef enum { STORE_EVENT_PUT, STORE_EVENT_DELETE } StoreEventKind;

typedef struct {
    StoreEventKind kind;
    const StoreEntry *entry;
} StoreEvent;

// What a watch tells at once: all its events of one or more whole revisions, in order.
typedef struct {
    const StoreEvent *events;
    gsize count;
    guint64 revision; // of the last event: resume with revision + 1
} StoreEvents;

typedef enum {
    STORE_HEALTHY,
    STORE_READ_ONLY,   // reads are answered, changes refused (the disk is full); recovers by itself
    STORE_UNREACHABLE, // nobody answers, or no majority; recovers by itself
    STORE_FATAL,       // can no longer be trusted: stop the program, check the store, start again
} StoreHealth;

typedef struct {
    StoreHealth health;
    const char *reason; // a sentence for the operator; "" when healthy
    gint64 since_ms;    // wall time of the last change of health
    guint64 revision;
    guint64 bytes; // on disk, as far as known
} StoreStatus;

// `range` and `result` are NULL if and only if `error` is set.
typedef void (*StoreRangeFunc)(const StoreRange *range, const GError *error, gpointer user_data);
typedef void (*StoreTxnFunc)(const StoreTxnResult *result, const GError *error, gpointer user_data);

// `lease` names it; `ttl_ms` is what was granted (at least what was asked for). 0, 0 with an error.
typedef void (*StoreLeaseFunc)(guint64 lease, gint64 ttl_ms, const GError *error,
                               gpointer user_data);

// Called with events, or once with an error, after which the watch is silent: ERR_GONE (the
// revisions asked for are no longer kept: read everything, watch from there), ERR_UNREACHABLE,
// ERR_CANCELLED. Never called inside another call of the store. The watch may be freed in it.
typedef void (*StoreWatchFunc)(const StoreEvents *events, const GError *error, gpointer user_data);

typedef void (*StoreStatusFunc)(const StoreStatus *status, gpointer user_data);

// Reads one key: a range of one entry, or none if there is no such key.
void store_get(Store *store, const char *key, StoreRangeFunc done, gpointer user_data);

// Reads up to `limit` keys (1 to STORE_RANGE_MAX; 0 = STORE_RANGE_MAX) of `span`. Answers of more
// than 32 MiB are cut earlier, with `more`. Go on from store_key_after(last key).
void store_range(Store *store, const StoreSpan *span, guint limit, StoreRangeFunc done,
                 gpointer user_data);

// Does the transaction whole or not at all. Takes `txn` and frees it. When `done` is called without
// an error, a STORE_DURABLE transaction is on stable storage; a STORE_BATCHED one is visible to
// everybody and survives this program, but perhaps not a power cut. Transactions of one caller are
// done in the order they were given; reads do not wait for those not yet answered.
void store_commit(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer user_data);

// Tells every change of the keys with `prefix` ("" = all) from `from_revision` on (0 = from now
// on). The caller frees the watch, before the store.
StoreWatch *store_watch(Store *store, const char *prefix, guint64 from_revision,
                        StoreWatchFunc changed, gpointer user_data);

// Ends it; its callback is not called again. NULL is fine.
void store_watch_free(StoreWatch *watch);

// Makes a lease that lapses unless kept alive; keys bound to it are deleted when it lapses or is
// revoked. A lease is an aid to liveness, never a lock: a store that was down grants its leases
// their whole time again. `ttl_ms` is 1 s to 24 h.
void store_lease_grant(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data);

// Gives it its whole time again. ERR_NOT_FOUND: it has lapsed.
void store_lease_keep(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);

// Ends it now and deletes its keys. ERR_NOT_FOUND: it has lapsed already.
void store_lease_revoke(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);

// How the store is. Owned by the store, good until it is next called upon.
const StoreStatus *store_status(Store *store);

// Calls `changed` whenever the health changes (from the next change on). One listener; NULL ends
// it.
void store_on_status(Store *store, StoreStatusFunc changed, gpointer user_data);

// Does what time has made due: leases that lapse, batches to be written, watchers to be told, a
// full disk to be tried again. The main loop does the same by itself; a simulation, whose clock no
// loop knows, calls this after it has moved the clock.
void store_tick(Store *store);

// Writes what is waiting, closes. NULL is fine.
void store_free(Store *store);

// Copies and frees. Free functions accept NULL.
StoreEntry *store_entry_copy(const StoreEntry *entry);
void store_entry_free(StoreEntry *entry);
void store_range_free(StoreRange *range);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreWatch, store_watch_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreEntry, store_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreRange, store_range_free)
