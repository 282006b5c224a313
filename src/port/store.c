#include "port/store.h"

#include "port/store-impl.h"

enum { LEASE_MIN_MS = 1000, LEASE_MAX_MS = 24 * 60 * 60 * 1000 };

// ---- questions ----

void store_get(Store *store, const char *key, StoreRangeFunc done, gpointer user_data)
{
    StoreSpan span = store_span_key(key);
    store_range(store, &span, 1, done, user_data);
}

void store_range(Store *store, const StoreSpan *span, guint limit, StoreRangeFunc done,
                 gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    if (!store_span_check(span, &error)) {
        done(NULL, error, user_data);
        return;
    }
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    store_span_bounds(span, &from, &to);
    guint most = limit ? MIN(limit, STORE_RANGE_MAX) : STORE_RANGE_MAX;
    store->vtable->range(store, from, to, most, done, user_data);
}

void store_commit(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    if (store_txn_check(txn, &error)) {
        store->vtable->commit(store, txn, done, user_data);
        return;
    }
    store_txn_free(txn);
    done(NULL, error, user_data);
}

StoreWatch *store_watch(Store *store, const char *prefix, guint64 from_revision,
                        StoreWatchFunc changed, gpointer user_data)
{
    return store->vtable->watch(store, prefix, from_revision, changed, user_data);
}

void store_watch_free(StoreWatch *watch)
{
    if (watch)
        watch->free(watch);
}

void store_lease_grant(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data)
{
    if (ttl_ms >= LEASE_MIN_MS && ttl_ms <= LEASE_MAX_MS) {
        store->vtable->lease_grant(store, ttl_ms, done, user_data);
        return;
    }
    g_autoptr(GError) error = g_error_new(
        ERR, ERR_INVALID,
        "A lease of %" G_GINT64_FORMAT " ms was asked for; 1 s to 24 h are possible.", ttl_ms);
    done(0, 0, error, user_data);
}

void store_lease_keep(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    store->vtable->lease_keep(store, lease, done, user_data);
}

void store_lease_revoke(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data)
{
    store->vtable->lease_revoke(store, lease, done, user_data);
}

void store_tick(Store *store)
{
    store->vtable->tick(store);
}

void store_free(Store *store)
{
    if (store)
        store->vtable->free(store);
}

// ---- status ----

const StoreStatus *store_status(Store *store)
{
    store->vtable->measure(store);
    return &store->status;
}

void store_on_status(Store *store, StoreStatusFunc changed, gpointer user_data)
{
    store->status_changed = changed;
    store->status_data = user_data;
}

void store_init(Store *store, const StoreVtable *vtable, gint64 now_ms)
{
    store->vtable = vtable;
    store->status = (StoreStatus){.health = STORE_HEALTHY, .reason = "", .since_ms = now_ms};
}

void store_release(Store *store)
{
    g_clear_pointer(&store->reason_text, g_free);
}

void store_set_health(Store *store, StoreHealth health, const char *reason, gint64 now_ms)
{
    StoreStatus *status = &store->status;
    if (status->health == health || status->health == STORE_FATAL)
        return;
    g_free(store->reason_text);
    store->reason_text = g_strdup(reason);
    status->health = health;
    status->reason = store->reason_text;
    status->since_ms = now_ms;
    store->vtable->measure(store);
    if (store->status_changed)
        store->status_changed(status, store->status_data);
}

// ---- what is answered ----

StoreEntry *store_entry_copy(const StoreEntry *entry)
{
    StoreEntry *copy = g_new(StoreEntry, 1);
    *copy = *entry;
    copy->key = g_strdup(entry->key);
    copy->value = g_bytes_ref(entry->value);
    return copy;
}

void store_entry_free(StoreEntry *entry)
{
    if (!entry)
        return;
    g_free(entry->key);
    g_bytes_unref(entry->value);
    g_free(entry);
}

static GPtrArray *entries_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)store_entry_free);
}

StoreRange *store_range_new(void)
{
    StoreRange *range = g_new0(StoreRange, 1);
    range->entries = entries_new();
    return range;
}

void store_range_free(StoreRange *range)
{
    if (!range)
        return;
    g_ptr_array_unref(range->entries);
    g_free(range);
}

StoreResponse *store_response_new(StoreOpKind kind)
{
    StoreResponse *response = g_new0(StoreResponse, 1);
    response->kind = kind;
    if (kind == STORE_OP_GET)
        response->entries = entries_new();
    return response;
}

static void store_response_free(StoreResponse *response)
{
    if (!response)
        return;
    g_clear_pointer(&response->entries, g_ptr_array_unref);
    g_free(response);
}

StoreTxnResult *store_txn_result_new(bool succeeded)
{
    StoreTxnResult *result = g_new0(StoreTxnResult, 1);
    result->succeeded = succeeded;
    result->responses = g_ptr_array_new_with_free_func((GDestroyNotify)store_response_free);
    return result;
}

void store_txn_result_free(StoreTxnResult *result)
{
    if (!result)
        return;
    g_ptr_array_unref(result->responses);
    g_free(result);
}
