// A guarded change, put together before it is given to store_commit: compares, what to do if they
// all hold (`then`), what to do if one does not (`otherwise`). One typed builder for every store,
// because an engine that silently ignores a misspelt guard does the change unguarded.
//
// Mistakes (a bad key, too many operations, two writes of one key in a branch) are remembered, and
// store_commit answers them as ERR_INVALID or ERR_TOO_LARGE before anything is sent.
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    STORE_KEY_MAX = 512,                      // bytes of a key
    STORE_VALUE_MAX = 1024 * 1024,            // bytes of a value
    STORE_TXN_OPS_MAX = 128,                  // compares, and operations of each branch
    STORE_TXN_BYTES_MAX = 1280 * 1024,        // keys and values of a transaction together
    STORE_RANGE_MAX = 10000,                  // entries of one answer
    STORE_RANGE_BYTES_MAX = 32 * 1024 * 1024, // keys and values of one answer
};

// Which keys: one, all with a prefix, or from <= key < to in byte order (`to` NULL = to the end).
// Keys are UTF-8 text without control characters, 1 to STORE_KEY_MAX bytes; a bound may be ""
// (all).
typedef enum { STORE_SPAN_KEY, STORE_SPAN_PREFIX, STORE_SPAN_BETWEEN } StoreSpanKind;

typedef struct {
    StoreSpanKind kind;
    const char *from; // the key, the prefix, or the first key
    const char *to;   // only for STORE_SPAN_BETWEEN
} StoreSpan;

// How hard a change must be written.
typedef enum {
    STORE_DURABLE, // a decision: on stable storage before it is answered
    STORE_BATCHED, // an observation: written with others within moments; a power cut may lose it
    STORE_RESERVE, // durable, and still accepted when the disk is full: only for the record that
                   // something was refused, from a reserve that is soon used up
} StoreDurability;

typedef enum { STORE_BRANCH_THEN, STORE_BRANCH_OTHERWISE } StoreBranch;

typedef enum {
    STORE_FIELD_CREATE_REVISION,
    STORE_FIELD_MOD_REVISION,
    STORE_FIELD_VERSION,
    STORE_FIELD_VALUE,
} StoreField;

typedef enum { STORE_EQUAL, STORE_NOT_EQUAL, STORE_LESS, STORE_GREATER } StoreRelation;

typedef enum { STORE_OP_PUT, STORE_OP_DELETE, STORE_OP_GET } StoreOpKind;

typedef struct StoreTxn StoreTxn;

StoreTxn *store_txn_new(StoreDurability durability);
void store_txn_free(StoreTxn *txn);

// Guard: the key's revision or version stands in `relation` to `number`. A key that is not there
// counts as 0 in each of these fields.
void store_txn_if(StoreTxn *txn, const char *key, StoreField field, StoreRelation relation,
                  guint64 number);

// Guard: the key is there and its value stands in `relation` to `value` (bytes compared like
// memcmp). Never holds for a key that is not there.
void store_txn_if_value(StoreTxn *txn, const char *key, StoreRelation relation, GBytes *value);

// Guards: the key is there, or is not.
void store_txn_if_exists(StoreTxn *txn, const char *key);
void store_txn_if_absent(StoreTxn *txn, const char *key);

// Writes a key. `lease` 0 = none (and a former lease is dropped). `value` is ref'ed, not taken.
void store_txn_put(StoreTxn *txn, StoreBranch branch, const char *key, GBytes *value,
                   guint64 lease);

// As above for text, without a lease.
void store_txn_put_text(StoreTxn *txn, StoreBranch branch, const char *key, const char *text);

// Deletes the keys of `span`, if there are any.
void store_txn_delete(StoreTxn *txn, StoreBranch branch, const StoreSpan *span);

// Reads as store_range does, in the order given: it sees the writes before it in its branch.
void store_txn_get(StoreTxn *txn, StoreBranch branch, const StoreSpan *span, guint limit);

// The three spans, as values to take the address of. They borrow their texts.
static inline StoreSpan store_span_key(const char *key)
{
    return (StoreSpan){STORE_SPAN_KEY, key, NULL};
}

static inline StoreSpan store_span_prefix(const char *prefix)
{
    return (StoreSpan){STORE_SPAN_PREFIX, prefix, NULL};
}

static inline StoreSpan store_span_between(const char *from, const char *to)
{
    return (StoreSpan){STORE_SPAN_BETWEEN, from, to};
}

// The smallest key after `key`: where a cut range goes on. The caller frees.
char *store_key_after(const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTxn, store_txn_free)
