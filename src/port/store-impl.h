// For those who implement a store, not for those who use one: the table of functions behind
// port/store.h, and what a transaction holds. store.c has checked keys, values, limits and
// transactions before a function of the table sees them, so that every store refuses the same
// mistakes with the same words.
#pragma once

#include "port/store.h"

typedef struct {
    char *key;
    StoreField field;
    StoreRelation relation;
    guint64 number; // for all fields but the value
    GBytes *value;  // for STORE_FIELD_VALUE, else NULL
} StoreCompare;

typedef struct {
    StoreOpKind kind;
    char *from;    // the key of a put; else the first key
    char *to;      // the first key no longer meant; NULL = to the end
    GBytes *value; // of a put
    guint64 lease; // of a put
    guint limit;   // of a get
} StoreOp;

struct StoreTxn {
    StoreDurability durability;
    GArray *compares; // StoreCompare
    GArray *ops[2];   // StoreOp, by StoreBranch
    gsize bytes;      // keys and values so far
    GError *mistake;  // the first one made while it was built
};

// Each function answers exactly once. `watch` gets "" for all keys.
typedef struct {
    void (*range)(Store *store, const char *from, const char *to, guint limit, StoreRangeFunc done,
                  gpointer user_data);
    void (*commit)(Store *store, StoreTxn *txn, StoreTxnFunc done, gpointer user_data);
    StoreWatch *(*watch)(Store *store, const char *prefix, guint64 from_revision,
                         StoreWatchFunc changed, gpointer user_data);
    void (*lease_grant)(Store *store, gint64 ttl_ms, StoreLeaseFunc done, gpointer user_data);
    void (*lease_keep)(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);
    void (*lease_revoke)(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);
    void (*measure)(Store *store); // brings status.revision and status.bytes up to date
    void (*tick)(Store *store);
    void (*free)(Store *store);
} StoreVtable;

// First member of every implementation.
struct Store {
    const StoreVtable *vtable;
    StoreStatus status; // reason points to reason_text
    char *reason_text;
    StoreStatusFunc status_changed;
    gpointer status_data;
};

// First member of every implementation's watch.
struct StoreWatch {
    void (*free)(StoreWatch *watch);
};

void store_init(Store *store, const StoreVtable *vtable, gint64 now_ms);
void store_release(Store *store);

// Changes the health and tells the listener, unless it is so already (the first reason stays).
void store_set_health(Store *store, StoreHealth health, const char *reason, gint64 now_ms);

// True if `entry` (NULL = no such key) satisfies the guard.
bool store_compare_holds(const StoreCompare *compare, const StoreEntry *entry);

// Refuses what was built wrongly: remembered mistakes, two writes of one key in a branch.
bool store_txn_check(const StoreTxn *txn, GError **error);

// The span as first key and first key no longer meant (NULL = to the end). The caller frees both.
void store_span_bounds(const StoreSpan *span, char **ret_from, char **ret_to);

// ERR_INVALID unless the span's keys can be.
bool store_span_check(const StoreSpan *span, GError **error);

StoreResponse *store_response_new(StoreOpKind kind);
StoreTxnResult *store_txn_result_new(bool succeeded);
void store_txn_result_free(StoreTxnResult *result);
StoreRange *store_range_new(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTxnResult, store_txn_result_free)
