// What the files of the local store share.
#pragma once

#include "port/store-impl.h"
#include "store/local.h"

typedef enum { JOB_TXN, JOB_GRANT, JOB_REVOKE } JobKind;

// A change that waits for its answer.
typedef struct {
    JobKind kind;
    StoreTxn *txn;
    StoreTxnFunc txn_done;
    guint64 lease; // of JOB_REVOKE; given in JOB_GRANT
    gint64 ttl_ms;
    StoreLeaseFunc lease_done; // NULL: nobody waits (a lease that lapsed)
    gpointer user_data;
    StoreTxnResult *result; // set when it was done
    GError *error;          // set when it was not
} Job;

// Events of one revision, for knowing what to drop.
typedef struct {
    guint64 revision;
    guint events;
    guint64 bytes;
} HistoryStep;

typedef struct {
    Store store;
    Backend *backend;
    const Clock *clock;
    LocalOptions options;

    BackendState state; // as committed
    BackendState next;  // in the transaction under way

    GQueue jobs;      // Job: batched changes that wait
    gsize jobs_bytes; // keys and values in them

    GQueue history;         // HistoryStep, oldest first
    guint64 history_events; // sums over it
    guint64 history_bytes;
    GArray *steps; // HistoryStep: of the transaction under way

    GHashTable *leases; // LocalLease by id
    GPtrArray *watches; // LocalWatch

    guint batch_source, lease_source, watch_source, retry_source;
    bool crashed;
} Local;

Job *job_new(JobKind kind);

// Does the waiting jobs and `job` (NULL: only those waiting), and answers them.
void local_run(Local *local, Job *job, bool durable);

// Refuses a change before it is tried, if the store's health says so.
bool local_admits(const Local *local, bool reserve, GError **error);

// Writes a deletion as of the revision under way.
bool local_remove(Local *local, const StoreEntry *entry, GError **error);

// ---- local-lease.c ----
bool local_leases_load(Local *local, GError **error);
void local_leases_release(Local *local);
bool local_lease_exists(const Local *local, guint64 lease);
bool local_lease_run(Local *local, Job *job, GError **error);
void local_lease_committed(Local *local, const Job *job);
void local_leases_expire(Local *local);
void local_lease_grant(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data);
void local_lease_keep(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);
void local_lease_revoke(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);

// ---- local-watch.c ----
StoreWatch *local_watch(Store *store, const char *prefix, guint64 from_revision,
                        StoreWatchFunc changed, gpointer user_data);
bool local_watches_tell(Local *local);
void local_watches_schedule(Local *local);
void local_watches_release(Local *local);

// ---- local-history.c ----
bool local_history_load(Local *local, GError **error);
void local_history_release(Local *local);
void local_history_note(Local *local, const StoreEntry *entry);
bool local_history_trim(Local *local, GError **error);
void local_history_committed(Local *local);
