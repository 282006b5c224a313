#include "store/local.h"

#include <string.h>

#include "store/local-impl.h"

// Batched jobs are done without waiting further when there are so many of them.
enum { JOBS_MAX = 256, JOBS_BYTES_MAX = 1024 * 1024 };

// ---- health ----

static gint64 now_ms(const Local *local)
{
    return clock_wall_ms(local->clock);
}

static void try_recover(Local *local)
{
    if (local->store.status.health == STORE_READ_ONLY &&
        local->backend->vtable->refill_reserve(local->backend)) {
        g_clear_handle_id(&local->retry_source, g_source_remove);
        store_set_health(&local->store, STORE_HEALTHY, "", now_ms(local));
    }
}

static gboolean retry(gpointer user_data)
{
    Local *local = user_data;
    try_recover(local);
    if (local->store.status.health == STORE_READ_ONLY)
        return G_SOURCE_CONTINUE;
    local->retry_source = 0;
    return G_SOURCE_REMOVE;
}

static void became_full(Local *local, const char *reason)
{
    local->backend->vtable->open_reserve(local->backend);
    if (local->options.on_loop && !local->retry_source)
        local->retry_source = g_timeout_add(local->options.retry_ms, retry, local);
    store_set_health(&local->store, STORE_READ_ONLY, reason, now_ms(local));
}

// What a failure of the backend means for the store as a whole.
static void note_failure(Local *local, const GError *error)
{
    if (local->backend->broken)
        store_set_health(&local->store, STORE_FATAL, error->message, now_ms(local));
    else if (err_is(error, ERR_NO_SPACE))
        became_full(local, error->message);
}

bool local_admits(const Local *local, bool reserve, GError **error)
{
    const StoreStatus *status = &local->store.status;
    if (status->health == STORE_HEALTHY || (status->health == STORE_READ_ONLY && reserve))
        return true;
    g_set_error_literal(error, ERR, status->health == STORE_READ_ONLY ? ERR_NO_SPACE : ERR_INTERNAL,
                        status->reason);
    return false;
}

// ---- jobs ----

Job *job_new(JobKind kind)
{
    Job *job = g_new0(Job, 1);
    job->kind = kind;
    return job;
}

static void job_free(gpointer data)
{
    Job *job = data;
    store_txn_free(job->txn);
    store_txn_result_free(job->result);
    g_clear_error(&job->error);
    g_free(job);
}

static void job_answer(const Job *job)
{
    if (job->kind == JOB_TXN)
        job->txn_done(job->result, job->error, job->user_data);
    else if (job->lease_done)
        job->lease_done(job->error ? 0 : job->lease, job->error ? 0 : job->ttl_ms, job->error,
                        job->user_data);
}

// ---- operations ----

static bool first_entry(const StoreEntry *entry, gpointer user_data)
{
    g_ptr_array_add(user_data, store_entry_copy(entry));
    return true;
}

static GPtrArray *collect(Local *local, const char *from, const char *to, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)store_entry_free);
    BackendWalk walk = {.entry = first_entry, .user_data = entries};
    if (!local->backend->vtable->scan(local->backend, from, to, &walk, error))
        return NULL;
    return g_steal_pointer(&entries);
}

static bool local_put(Local *local, const StoreOp *op, GError **error)
{
    Backend *backend = local->backend;
    g_autoptr(StoreEntry) old = NULL;
    if (!backend->vtable->find(backend, op->from, &old, error))
        return false;
    const guint64 revision = local->next.revision;
    const StoreEntry entry = {.key = op->from,
                              .value = op->value,
                              .create_revision = old ? old->create_revision : revision,
                              .mod_revision = revision,
                              .version = old ? old->version + 1 : 1,
                              .lease = op->lease};
    local_history_note(local, &entry);
    return backend->vtable->put(backend, &entry, error) &&
           backend->vtable->add_event(backend, STORE_EVENT_PUT, &entry, error);
}

bool local_remove(Local *local, const StoreEntry *entry, GError **error)
{
    Backend *backend = local->backend;
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    const StoreEntry gone = {
        .key = entry->key, .value = empty, .mod_revision = local->next.revision};
    local_history_note(local, &gone);
    return backend->vtable->remove(backend, entry->key, error) &&
           backend->vtable->add_event(backend, STORE_EVENT_DELETE, &gone, error);
}

static bool remove_span(Local *local, const StoreOp *op, StoreResponse *response, GError **error)
{
    g_autoptr(GPtrArray) entries = collect(local, op->from, op->to, error);
    if (!entries)
        return false;
    for (guint i = 0; i < entries->len; i++)
        if (!local_remove(local, g_ptr_array_index(entries, i), error))
            return false;
    response->deleted = entries->len;
    return true;
}

// ---- reading ----

typedef struct {
    GPtrArray *entries;
    guint limit;
    gsize bytes;
    bool more;
} Reading;

static bool read_entry(const StoreEntry *entry, gpointer user_data)
{
    Reading *reading = user_data;
    if (reading->entries->len >= reading->limit || reading->bytes > STORE_RANGE_BYTES_MAX) {
        reading->more = true;
        return false;
    }
    reading->bytes += strlen(entry->key) + g_bytes_get_size(entry->value);
    g_ptr_array_add(reading->entries, store_entry_copy(entry));
    return true;
}

static bool read_span(Local *local, const char *from, const char *to, Reading *reading,
                      GError **error)
{
    BackendWalk walk = {.entry = read_entry, .user_data = reading};
    return local->backend->vtable->scan(local->backend, from, to, &walk, error);
}

static void local_range(Store *store, const char *from, const char *to, guint limit,
                        StoreRangeFunc done, gpointer user_data)
{
    Local *local = (Local *)store;
    if (local->crashed)
        return;
    g_autoptr(StoreRange) range = store_range_new();
    g_autoptr(GError) error = NULL;
    Reading reading = {.entries = range->entries, .limit = limit};
    if (!read_span(local, from, to, &reading, &error)) {
        note_failure(local, error);
        done(NULL, error, user_data);
        return;
    }
    range->revision = local->state.revision;
    range->more = reading.more;
    done(range, NULL, user_data);
}

static bool get_span(Local *local, const StoreOp *op, StoreResponse *response, GError **error)
{
    guint limit = op->limit ? MIN(op->limit, STORE_RANGE_MAX) : STORE_RANGE_MAX;
    Reading reading = {.entries = response->entries, .limit = limit};
    if (!read_span(local, op->from, op->to, &reading, error))
        return false;
    response->more = reading.more;
    return true;
}

// ---- transactions ----

static bool compares_hold(Local *local, const StoreTxn *txn, bool *ret_hold, GError **error)
{
    for (guint i = 0; i < txn->compares->len; i++) {
        const StoreCompare *compare = &g_array_index(txn->compares, StoreCompare, i);
        g_autoptr(StoreEntry) entry = NULL;
        if (!local->backend->vtable->find(local->backend, compare->key, &entry, error))
            return false;
        if (!store_compare_holds(compare, entry)) {
            *ret_hold = false;
            return true;
        }
    }
    *ret_hold = true;
    return true;
}

// A lease that has lapsed makes the whole transaction void, before anything of it is written.
static bool leases_exist(const Local *local, const GArray *ops, GError **error)
{
    for (guint i = 0; i < ops->len; i++) {
        const StoreOp *op = &g_array_index(ops, StoreOp, i);
        if (op->lease && !local_lease_exists(local, op->lease)) {
            g_set_error(error, ERR, ERR_NOT_FOUND,
                        "The key %s cannot be bound to the lease %" G_GUINT64_FORMAT
                        ": it has lapsed.",
                        op->from, op->lease);
            return false;
        }
    }
    return true;
}

static bool run_op(Local *local, const StoreOp *op, StoreResponse *response, GError **error)
{
    switch (op->kind) {
    case STORE_OP_PUT:
        return local_put(local, op, error);
    case STORE_OP_DELETE:
        return remove_span(local, op, response, error);
    case STORE_OP_GET:
        return get_span(local, op, response, error);
    }
    g_assert_not_reached();
}

static bool changes_something(const StoreTxnResult *result)
{
    for (guint i = 0; i < result->responses->len; i++) {
        const StoreResponse *response = g_ptr_array_index(result->responses, i);
        if (response->kind == STORE_OP_PUT || response->deleted)
            return true;
    }
    return false;
}

// Does one transaction as of the next revision, which is only used up if something changes.
static bool run_txn(Local *local, Job *job, GError **error)
{
    bool hold;
    if (!compares_hold(local, job->txn, &hold, error))
        return false;
    const GArray *ops = job->txn->ops[hold ? STORE_BRANCH_THEN : STORE_BRANCH_OTHERWISE];
    if (!leases_exist(local, ops, &job->error))
        return true;
    g_autoptr(StoreTxnResult) result = store_txn_result_new(hold);
    local->next.revision++;
    for (guint i = 0; i < ops->len; i++) {
        const StoreOp *op = &g_array_index(ops, StoreOp, i);
        StoreResponse *response = store_response_new(op->kind);
        g_ptr_array_add(result->responses, response);
        if (!run_op(local, op, response, error))
            return false;
    }
    if (!changes_something(result))
        local->next.revision--;
    result->revision = local->next.revision;
    job->result = g_steal_pointer(&result);
    return true;
}

// ---- batches ----

static bool run_jobs(Local *local, const GQueue *jobs, GError **error)
{
    for (GList *at = jobs->head; at; at = at->next) {
        Job *job = at->data;
        if (!(job->kind == JOB_TXN ? run_txn : local_lease_run)(local, job, error))
            return false;
    }
    return true;
}

// The backend's transaction around the jobs. On failure nothing of it is left, unless the error is
// ERR_UNKNOWN.
static bool run_transaction(Local *local, const GQueue *jobs, bool durable, GError **error)
{
    Backend *backend = local->backend;
    local->next = local->state;
    g_array_set_size(local->steps, 0);
    if (!backend->vtable->begin(backend, durable, error))
        return false;
    if (!run_jobs(local, jobs, error) || !local_history_trim(local, error)) {
        backend->vtable->rollback(backend);
        return false;
    }
    return backend->vtable->commit(backend, &local->next, error);
}

static void commit_done(Local *local, const GQueue *jobs)
{
    local->state = local->next;
    local_history_committed(local);
    for (GList *at = jobs->head; at; at = at->next) {
        const Job *job = at->data;
        if (!job->error && job->kind != JOB_TXN)
            local_lease_committed(local, job);
    }
    local_watches_schedule(local);
}

// The jobs were not done, or nobody knows. After an answer that was lost, the numbers are read back.
static void commit_failed(Local *local, const GQueue *jobs, const GError *error)
{
    if (err_is(error, ERR_UNKNOWN) && !local->backend->broken) {
        local->backend->vtable->load(local->backend, &local->state, NULL);
        local_history_load(local, NULL);
        local_leases_load(local, NULL);
        local_watches_schedule(local);
    }
    for (GList *at = jobs->head; at; at = at->next) {
        Job *job = at->data;
        g_clear_error(&job->error);
        job->error = g_error_copy(error);
        g_clear_pointer(&job->result, store_txn_result_free);
    }
    note_failure(local, error);
}

void local_run(Local *local, Job *job, bool durable)
{
    GQueue jobs = local->jobs; // taken: what the callbacks add belongs to the next batch
    g_queue_init(&local->jobs);
    local->jobs_bytes = 0;
    g_clear_handle_id(&local->batch_source, g_source_remove);
    if (job)
        g_queue_push_tail(&jobs, job);
    g_autoptr(GError) error = NULL;
    if (!jobs.length)
        return;
    if (run_transaction(local, &jobs, durable, &error))
        commit_done(local, &jobs);
    else if (!local->crashed)
        commit_failed(local, &jobs, error);
    Job *next;
    while ((next = g_queue_pop_head(&jobs))) {
        if (!local->crashed)
            job_answer(next);
        job_free(next);
    }
}

static gboolean batch_due(gpointer user_data)
{
    Local *local = user_data;
    local->batch_source = 0;
    local_run(local, NULL, false);
    return G_SOURCE_REMOVE;
}

static void enqueue(Local *local, Job *job)
{
    g_queue_push_tail(&local->jobs, job);
    local->jobs_bytes += job->txn->bytes;
    if (local->jobs.length >= JOBS_MAX || local->jobs_bytes >= JOBS_BYTES_MAX)
        local_run(local, NULL, false);
    else if (local->options.on_loop && !local->batch_source)
        local->batch_source = g_timeout_add(local->options.batch_ms, batch_due, local);
}

static void local_commit(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer user_data)
{
    Local *local = (Local *)store;
    g_autoptr(StoreTxn) owned = txn;
    g_autoptr(GError) error = NULL;
    if (local->crashed)
        return;
    if (!local_admits(local, txn->durability == STORE_RESERVE, &error)) {
        done(NULL, error, user_data);
        return;
    }
    Job *job = job_new(JOB_TXN);
    job->txn = g_steal_pointer(&owned);
    job->txn_done = done;
    job->user_data = user_data;
    if (txn->durability == STORE_BATCHED)
        enqueue(local, job);
    else
        local_run(local, job, true);
}

// ---- the store ----

static void local_measure(Store *store)
{
    Local *local = (Local *)store;
    store->status.revision = local->state.revision;
    store->status.bytes = local->backend->vtable->bytes(local->backend);
}

static void local_tick(Store *store)
{
    Local *local = (Local *)store;
    if (local->crashed)
        return;
    try_recover(local);
    local_leases_expire(local);
    local_run(local, NULL, false);
    bool more = true;
    while (more)
        more = local_watches_tell(local);
}

static void local_free(Store *store)
{
    Local *local = (Local *)store;
    if (!local->crashed)
        local_run(local, NULL, true);
    g_queue_clear_full(&local->jobs, job_free);
    g_clear_handle_id(&local->batch_source, g_source_remove);
    g_clear_handle_id(&local->retry_source, g_source_remove);
    local_watches_release(local);
    local_leases_release(local);
    local_history_release(local);
    local->backend->vtable->free(local->backend);
    store_release(store);
    g_free(local);
}

static const StoreVtable LOCAL_VTABLE = {
    .range = local_range,
    .commit = local_commit,
    .watch = local_watch,
    .lease_grant = local_lease_grant,
    .lease_keep = local_lease_keep,
    .lease_revoke = local_lease_revoke,
    .measure = local_measure,
    .tick = local_tick,
    .free = local_free,
};

LocalOptions local_options(void)
{
    return (LocalOptions){.batch_ms = 50,
                          .retry_ms = 5000,
                          .events_max = 10000,
                          .event_bytes_max = 64 * 1024 * 1024,
                          .on_loop = true};
}

Store *local_store_new(Backend *backend, const Clock *clock, const LocalOptions *options,
                       GError **error)
{
    Local *local = g_new0(Local, 1);
    local->backend = backend;
    local->clock = clock;
    local->options = *options;
    local->watches = g_ptr_array_new();
    g_queue_init(&local->jobs);
    g_queue_init(&local->history);
    store_init(&local->store, &LOCAL_VTABLE, now_ms(local));
    if (!backend->vtable->load(backend, &local->state, error) ||
        !local_history_load(local, error) || !local_leases_load(local, error)) {
        local->crashed = true; // nothing to write, nobody to answer
        store_free(&local->store);
        return NULL;
    }
    if (!backend->vtable->refill_reserve(backend))
        became_full(local, "The disk that holds the store is full: nothing is recorded, so nothing "
                           "can be decided. Free some space on it.");
    return &local->store;
}

Backend *local_store_backend(Store *store)
{
    g_assert(store->vtable == &LOCAL_VTABLE);
    return ((Local *)store)->backend;
}

void local_store_crash(Store *store)
{
    g_assert(store->vtable == &LOCAL_VTABLE);
    Local *local = (Local *)store;
    local->crashed = true;
    g_queue_clear_full(&local->jobs, job_free);
    g_clear_handle_id(&local->batch_source, g_source_remove);
}
