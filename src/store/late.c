#include "store/late.h"

#include "port/store-impl.h"

typedef enum { CALL_RANGE, CALL_COMMIT, CALL_GRANT, CALL_KEEP, CALL_REVOKE } CallKind;

typedef struct {
    CallKind kind;
    char *from, *to; // of a range
    guint limit;
    StoreTxn *txn;
    guint64 lease;
    gint64 ttl_ms;
    StoreRangeFunc range_done;
    StoreTxnFunc txn_done;
    StoreLeaseFunc lease_done;
    gpointer user_data;
} Call;

typedef struct {
    Store store;
    Store *inner;
    GQueue calls; // Call, in the order they were made
    bool on_loop;
    guint source;
} Late;

static void call_free(Call *call)
{
    g_free(call->from);
    g_free(call->to);
    store_txn_free(call->txn);
    g_free(call);
}

// ---- travelling ----

static void pass_on(Store *inner, Call *call)
{
    const StoreVtable *vtable = inner->vtable;
    switch (call->kind) {
    case CALL_RANGE:
        vtable->range(inner, call->from, call->to, call->limit, call->range_done, call->user_data);
        return;
    case CALL_COMMIT:
        vtable->commit(inner, g_steal_pointer(&call->txn), call->txn_done, call->user_data);
        return;
    case CALL_GRANT:
        vtable->lease_grant(inner, call->ttl_ms, call->lease_done, call->user_data);
        return;
    case CALL_KEEP:
        vtable->lease_keep(inner, call->lease, call->lease_done, call->user_data);
        return;
    case CALL_REVOKE:
        vtable->lease_revoke(inner, call->lease, call->lease_done, call->user_data);
        return;
    }
    g_assert_not_reached();
}

// Those that are waiting now; what their callbacks ask travels the next time.
static void travel(Late *late)
{
    GQueue calls = late->calls;
    g_queue_init(&late->calls);
    Call *call;
    while ((call = g_queue_pop_head(&calls))) {
        pass_on(late->inner, call);
        call_free(call);
    }
}

static gboolean travel_due(gpointer user_data)
{
    Late *late = user_data;
    late->source = 0;
    travel(late);
    return G_SOURCE_REMOVE;
}

static Call *send(Store *store, CallKind kind, gpointer user_data)
{
    Late *late = (Late *)store;
    Call *call = g_new0(Call, 1);
    call->kind = kind;
    call->user_data = user_data;
    g_queue_push_tail(&late->calls, call);
    if (late->on_loop && !late->source)
        late->source = g_idle_add_full(G_PRIORITY_DEFAULT, travel_due, late, NULL);
    return call;
}

// ---- questions ----

static void late_range(Store *store, const char *from, const char *to, guint limit,
                       StoreRangeFunc done, gpointer user_data)
{
    Call *call = send(store, CALL_RANGE, user_data);
    call->from = g_strdup(from);
    call->to = g_strdup(to);
    call->limit = limit;
    call->range_done = done;
}

static void late_commit(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer user_data)
{
    Call *call = send(store, CALL_COMMIT, user_data);
    call->txn = txn;
    call->txn_done = done;
}

static void late_grant(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data)
{
    Call *call = send(store, CALL_GRANT, user_data);
    call->ttl_ms = ttl_ms;
    call->lease_done = done;
}

static void late_keep(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    Call *call = send(store, CALL_KEEP, user_data);
    call->lease = lease;
    call->lease_done = done;
}

static void late_revoke(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    Call *call = send(store, CALL_REVOKE, user_data);
    call->lease = lease;
    call->lease_done = done;
}

static StoreWatch *late_watch(Store *store, const char *prefix, guint64 from_revision,
                              StoreWatchFunc changed, gpointer user_data)
{
    return store_watch(((Late *)store)->inner, prefix, from_revision, changed, user_data);
}

// ---- the rest ----

static void copy_status(Late *late, const StoreStatus *status)
{
    char *reason = g_strdup(status->reason);
    g_free(late->store.reason_text);
    late->store.reason_text = reason;
    late->store.status = *status;
    late->store.status.reason = reason;
}

static void late_measure(Store *store)
{
    Late *late = (Late *)store;
    copy_status(late, store_status(late->inner));
}

static void inner_changed(const StoreStatus *status, gpointer user_data)
{
    Late *late = user_data;
    copy_status(late, status);
    if (late->store.status_changed)
        late->store.status_changed(&late->store.status, late->store.status_data);
}

static void late_tick(Store *store)
{
    Late *late = (Late *)store;
    travel(late);
    store_tick(late->inner);
}

// On the way when the store is closed: a question was not answered, a change nobody knows of.
static void answer_lost(const Call *call)
{
    const bool read = call->kind == CALL_RANGE;
    g_autoptr(GError) error = g_error_new_literal(
        ERR, read ? ERR_CANCELLED : ERR_UNKNOWN,
        read ? "The store was closed before it answered."
             : "The store was closed before it answered: it may or may not have been recorded.");
    if (read)
        call->range_done(NULL, error, call->user_data);
    else if (call->kind == CALL_COMMIT)
        call->txn_done(NULL, error, call->user_data);
    else
        call->lease_done(0, 0, error, call->user_data);
}

static void late_free(Store *store)
{
    Late *late = (Late *)store;
    Call *call;
    while ((call = g_queue_pop_head(&late->calls))) {
        answer_lost(call);
        call_free(call);
    }
    g_clear_handle_id(&late->source,
                      g_source_remove); // a callback may have asked again: not answered
    store_free(late->inner);
    store_release(store);
    g_free(late);
}

static const StoreVtable LATE_VTABLE = {
    .range = late_range,
    .commit = late_commit,
    .watch = late_watch,
    .lease_grant = late_grant,
    .lease_keep = late_keep,
    .lease_revoke = late_revoke,
    .measure = late_measure,
    .tick = late_tick,
    .free = late_free,
};

Store *store_late_new(Store *inner, bool on_loop)
{
    Late *late = g_new0(Late, 1);
    late->inner = inner;
    late->on_loop = on_loop;
    g_queue_init(&late->calls);
    store_init(&late->store, &LATE_VTABLE, 0);
    store_on_status(inner, inner_changed, late);
    late_measure(&late->store);
    return &late->store;
}

Store *store_late_inner(Store *store)
{
    g_assert(store->vtable == &LATE_VTABLE);
    return ((Late *)store)->inner;
}
