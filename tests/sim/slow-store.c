#include "slow-store.h"

#include "port/store-impl.h"

typedef struct {
    gint64 at_ms;
    StoreTxn *txn; // NULL = a range
    StoreTxnFunc committed;
    char *from, *to;
    guint limit;
    StoreRangeFunc ranged;
    gpointer data;
} Call;

typedef struct {
    Store store; // first
    Store *inner;
    const Clock *clock;
    gint64 (*latency)(gpointer data);
    gpointer data;
    GQueue calls; // of Call *, in order
} SlowStore;

static void free_call(Call *call)
{
    store_txn_free(call->txn);
    g_free(call->from);
    g_free(call->to);
    g_free(call);
}

// After those before it: nothing overtakes.
static Call *add_call(SlowStore *slow, gpointer data)
{
    const Call *last = g_queue_peek_tail(&slow->calls);
    Call *call = g_new0(Call, 1);
    call->at_ms = clock_mono_ms(slow->clock) + slow->latency(slow->data);
    if (last)
        call->at_ms = MAX(call->at_ms, last->at_ms);
    call->data = data;
    g_queue_push_tail(&slow->calls, call);
    return call;
}

static void range(Store *store, const char *from, const char *to, guint limit, StoreRangeFunc done,
                  gpointer data)
{
    Call *call = add_call((SlowStore *)store, data);
    call->from = g_strdup(from);
    call->to = g_strdup(to);
    call->limit = limit;
    call->ranged = done;
}

static void commit(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer data)
{
    Call *call = add_call((SlowStore *)store, data);
    call->txn = txn;
    call->committed = done;
}

static void measure(Store *store)
{
    const StoreStatus *status = store_status(((SlowStore *)store)->inner);
    store->status.health = status->health;
    store->status.revision = status->revision;
}

static void tick(Store *store)
{
    store_tick(((SlowStore *)store)->inner);
}

// Whoever still waits learns that nobody knows.
static void free_slow(Store *store)
{
    SlowStore *slow = (SlowStore *)store;
    g_autoptr(GError) unknown = g_error_new_literal(ERR, ERR_UNKNOWN, "The store is gone.");
    Call *call;
    while ((call = g_queue_pop_head(&slow->calls))) {
        if (call->txn)
            call->committed(NULL, unknown, call->data);
        else
            call->ranged(NULL, unknown, call->data);
        free_call(call);
    }
    store_release(store);
    g_free(slow);
}

static const StoreVtable VTABLE = {
    .range = range, .commit = commit, .measure = measure, .tick = tick, .free = free_slow};

Store *slow_store_new(Store *inner, const Clock *clock, gint64 (*latency)(gpointer data),
                      gpointer data)
{
    SlowStore *slow = g_new0(SlowStore, 1);
    store_init(&slow->store, &VTABLE, clock_wall_ms(clock));
    slow->inner = inner;
    slow->clock = clock;
    slow->latency = latency;
    slow->data = data;
    g_queue_init(&slow->calls);
    return &slow->store;
}

gint64 slow_store_next(const Store *store)
{
    const Call *call = g_queue_peek_head((GQueue *)&((const SlowStore *)store)->calls);
    return call ? call->at_ms : G_MAXINT64;
}

static void hand_on(SlowStore *slow, Call *call)
{
    if (call->txn)
        store_commit(slow->inner, g_steal_pointer(&call->txn), call->committed, call->data);
    else {
        StoreSpan span = store_span_between(call->from, call->to);
        store_range(slow->inner, &span, call->limit, call->ranged, call->data);
    }
    free_call(call);
}

void slow_store_run(Store *store)
{
    SlowStore *slow = (SlowStore *)store;
    while (slow_store_next(store) <= clock_mono_ms(slow->clock))
        hand_on(slow, g_queue_pop_head(&slow->calls));
}
