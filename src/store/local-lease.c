// Leases: their times are kept in memory, on the monotonic clock; which leases there are, and which keys
// die with them, is in the backend. A store that was down gives them their whole time again, as
// the distributed engine does when its leader changes.
#include "store/local-impl.h"

typedef struct {
    gint64 ttl_ms;
    gint64 deadline_ms; // monotonic
} LocalLease;

static gint64 mono_ms(const Local *local)
{
    return clock_mono_ms(local->clock);
}

// ---- time ----

static gint64 next_deadline(const Local *local)
{
    gint64 first = G_MAXINT64;
    GHashTableIter i;
    gpointer lease;
    g_hash_table_iter_init(&i, local->leases);
    while (g_hash_table_iter_next(&i, NULL, &lease))
        first = MIN(first, ((const LocalLease *)lease)->deadline_ms);
    return first;
}

static gboolean lapse_due(gpointer user_data);

static void schedule(Local *local)
{
    g_clear_handle_id(&local->lease_source, g_source_remove);
    gint64 deadline = next_deadline(local);
    if (!local->options.on_loop || local->crashed || deadline == G_MAXINT64)
        return;
    gint64 left = deadline - mono_ms(local);
    gint64 wait = CLAMP(left, 1, G_MAXINT32);
    local->lease_source = g_timeout_add((guint)wait, lapse_due, local);
}

// Those that lapsed go in one batch; a store that cannot write now tries again with the next timer.
void local_leases_expire(Local *local)
{
    g_autoptr(GArray) lapsed = g_array_new(FALSE, FALSE, sizeof(guint64));
    GHashTableIter i;
    gpointer key, lease;
    g_hash_table_iter_init(&i, local->leases);
    while (g_hash_table_iter_next(&i, &key, &lease))
        if (((const LocalLease *)lease)->deadline_ms <= mono_ms(local))
            g_array_append_val(lapsed, *(const guint64 *)key);
    for (guint n = 0; n < lapsed->len && local_admits(local, true, NULL); n++) {
        Job *job = job_new(JOB_REVOKE);
        job->lease = g_array_index(lapsed, guint64, n);
        local_run(local, job, true);
    }
}

static gboolean lapse_due(gpointer user_data)
{
    Local *local = user_data;
    local->lease_source = 0;
    local_leases_expire(local);
    // What could not be revoked is overdue still: not at once again, but in a second.
    if (next_deadline(local) <= mono_ms(local))
        local->lease_source = g_timeout_add(1000, lapse_due, local);
    else
        schedule(local);
    return G_SOURCE_REMOVE;
}

// ---- the table ----

static void add_lease(guint64 lease, gint64 ttl_ms, gpointer user_data)
{
    Local *local = user_data;
    LocalLease *added = g_new(LocalLease, 1);
    *added = (LocalLease){ttl_ms, mono_ms(local) + ttl_ms};
    g_hash_table_insert(local->leases, g_memdup2(&lease, sizeof lease), added);
}

bool local_leases_load(Local *local, GError **error)
{
    g_clear_pointer(&local->leases, g_hash_table_unref);
    local->leases = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    BackendWalk walk = {.lease = add_lease, .user_data = local};
    if (!local->backend->vtable->scan_leases(local->backend, &walk, error))
        return false;
    schedule(local);
    return true;
}

void local_leases_release(Local *local)
{
    g_clear_handle_id(&local->lease_source, g_source_remove);
    g_clear_pointer(&local->leases, g_hash_table_unref);
}

bool local_lease_exists(const Local *local, guint64 lease)
{
    return g_hash_table_contains(local->leases, &lease);
}

// ---- jobs ----

static bool collect_entry(const StoreEntry *entry, gpointer user_data)
{
    g_ptr_array_add(user_data, store_entry_copy(entry));
    return true;
}

static bool run_revoke(Local *local, Job *job, GError **error)
{
    Backend *backend = local->backend;
    if (!local_lease_exists(local, job->lease)) {
        g_set_error(&job->error, ERR, ERR_NOT_FOUND,
                    "The lease %" G_GUINT64_FORMAT " has lapsed already.", job->lease);
        return true;
    }
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)store_entry_free);
    BackendWalk walk = {.entry = collect_entry, .user_data = entries};
    if (!backend->vtable->scan_lease(backend, job->lease, &walk, error))
        return false;
    if (entries->len)
        local->next.revision++;
    for (guint i = 0; i < entries->len; i++)
        if (!local_remove(local, g_ptr_array_index(entries, i), error))
            return false;
    return backend->vtable->remove_lease(backend, job->lease, error);
}

static bool run_grant(Local *local, Job *job, GError **error)
{
    job->lease = ++local->next.last_lease;
    return local->backend->vtable->put_lease(local->backend, job->lease, job->ttl_ms, error);
}

bool local_lease_run(Local *local, Job *job, GError **error)
{
    return (job->kind == JOB_GRANT ? run_grant : run_revoke)(local, job, error);
}

void local_lease_committed(Local *local, const Job *job)
{
    if (job->kind == JOB_GRANT)
        add_lease(job->lease, job->ttl_ms, local);
    else
        g_hash_table_remove(local->leases, &job->lease);
    schedule(local);
}

// ---- calls ----

static void submit(Local *local, Job *job, StoreLeaseFunc done, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    if (!local_admits(local, false, &error)) {
        g_free(job);
        done(0, 0, error, user_data);
        return;
    }
    job->lease_done = done;
    job->user_data = user_data;
    local_run(local, job, true);
}

void local_lease_grant(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data)
{
    Local *local = (Local *)store;
    if (local->crashed)
        return;
    Job *job = job_new(JOB_GRANT);
    job->ttl_ms = ttl_ms;
    submit(local, job, done, user_data);
}

void local_lease_revoke(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    Local *local = (Local *)store;
    if (local->crashed)
        return;
    Job *job = job_new(JOB_REVOKE);
    job->lease = lease;
    submit(local, job, done, user_data);
}

void local_lease_keep(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    Local *local = (Local *)store;
    if (local->crashed)
        return;
    g_autoptr(GError) error = NULL;
    LocalLease *kept = g_hash_table_lookup(local->leases, &lease);
    if (!kept || kept->deadline_ms <= mono_ms(local)) {
        g_set_error(&error, ERR, ERR_NOT_FOUND, "The lease %" G_GUINT64_FORMAT " has lapsed.",
                    lease);
        done(0, 0, error, user_data);
        return;
    }
    kept->deadline_ms = mono_ms(local) + kept->ttl_ms;
    schedule(local);
    done(lease, kept->ttl_ms, NULL, user_data);
}
