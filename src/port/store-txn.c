#include "port/store-txn.h"

#include <string.h>

#include "base/error.h"
#include "port/store-impl.h"

static const char *const BRANCH_NAMES[] = {
    [STORE_BRANCH_THEN] = "then", [STORE_BRANCH_OTHERWISE] = "otherwise"};

// ---- keys and spans ----

static bool text_is_plain(const char *text, gsize max)
{
    gsize length = strlen(text);
    if (length > max || !g_utf8_validate(text, (gssize)length, NULL))
        return false;
    for (const char *at = text; *at; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            return false;
    return true;
}

// True if `key` can be one.
static bool store_key_is_valid(const char *key)
{
    return key && *key && text_is_plain(key, STORE_KEY_MAX);
}

char *store_key_after(const char *key)
{
    // No key holds control characters, so nothing fits between a key and itself with U+0001.
    return g_strconcat(key, "\001", NULL);
}

static char *prefix_end(const char *prefix)
{
    if (!*prefix)
        return NULL;
    char *end = g_strdup(prefix);
    end[strlen(end) - 1]++; // valid UTF-8 has no 0xff byte: this cannot wrap
    return end;
}

void store_span_bounds(const StoreSpan *span, char **ret_from, char **ret_to)
{
    *ret_from = g_strdup(span->from);
    switch (span->kind) {
    case STORE_SPAN_KEY:
        *ret_to = store_key_after(span->from);
        return;
    case STORE_SPAN_PREFIX:
        *ret_to = prefix_end(span->from);
        return;
    case STORE_SPAN_BETWEEN:
        *ret_to = g_strdup(span->to);
        return;
    }
    g_assert_not_reached();
}

static bool bound_is_valid(const char *bound)
{
    return strlen(bound) <= STORE_KEY_MAX + 1 && g_utf8_validate(bound, -1, NULL);
}

static bool key_check(const char *key, GError **error)
{
    if (store_key_is_valid(key))
        return true;
    g_autofree char *shown = key ? g_utf8_make_valid(key, -1) : g_strdup("");
    g_set_error(error, ERR, ERR_INVALID,
                "\"%.64s\" cannot be a store key: 1 to %d bytes of UTF-8 text without control "
                "characters were expected.",
                shown, STORE_KEY_MAX);
    return false;
}

bool store_span_check(const StoreSpan *span, GError **error)
{
    if (span->kind == STORE_SPAN_KEY)
        return key_check(span->from, error);
    if (bound_is_valid(span->from) && (!span->to || bound_is_valid(span->to)))
        return true;
    g_set_error(error, ERR, ERR_INVALID,
                "The bounds of a range of store keys are at most %d bytes of UTF-8 text.",
                STORE_KEY_MAX);
    return false;
}

// ---- building ----

static void compare_release(gpointer data)
{
    StoreCompare *compare = data;
    g_free(compare->key);
    g_clear_pointer(&compare->value, g_bytes_unref);
}

static void op_release(gpointer data)
{
    StoreOp *op = data;
    g_free(op->from);
    g_free(op->to);
    g_clear_pointer(&op->value, g_bytes_unref);
}

StoreTxn *store_txn_new(StoreDurability durability)
{
    StoreTxn *txn = g_new0(StoreTxn, 1);
    txn->durability = durability;
    txn->compares = g_array_new(FALSE, TRUE, sizeof(StoreCompare));
    g_array_set_clear_func(txn->compares, compare_release);
    for (guint i = 0; i < G_N_ELEMENTS(txn->ops); i++) {
        txn->ops[i] = g_array_new(FALSE, TRUE, sizeof(StoreOp));
        g_array_set_clear_func(txn->ops[i], op_release);
    }
    return txn;
}

void store_txn_free(StoreTxn *txn)
{
    if (!txn)
        return;
    g_array_unref(txn->compares);
    for (guint i = 0; i < G_N_ELEMENTS(txn->ops); i++)
        g_array_unref(txn->ops[i]);
    g_clear_error(&txn->mistake);
    g_free(txn);
}

// Makes room in the limits for one more element of `array`; the first mistake is kept.
static bool admit(StoreTxn *txn, const GArray *array, gsize bytes)
{
    if (txn->mistake)
        return false;
    if (array->len >= STORE_TXN_OPS_MAX) {
        g_set_error(&txn->mistake, ERR, ERR_TOO_LARGE,
                    "A store transaction holds at most %d guards and %d operations a branch.",
                    STORE_TXN_OPS_MAX, STORE_TXN_OPS_MAX);
        return false;
    }
    txn->bytes += bytes;
    if (txn->bytes > STORE_TXN_BYTES_MAX) {
        g_set_error(&txn->mistake, ERR, ERR_TOO_LARGE,
                    "A store transaction holds at most %d bytes of keys and values.",
                    STORE_TXN_BYTES_MAX);
        return false;
    }
    return true;
}

void store_txn_if(StoreTxn *txn, const char *key, StoreField field, StoreRelation relation,
                  guint64 number)
{
    g_assert(field != STORE_FIELD_VALUE);
    if (!admit(txn, txn->compares, strlen(key)) || !key_check(key, &txn->mistake))
        return;
    StoreCompare compare = {g_strdup(key), field, relation, number, NULL};
    g_array_append_val(txn->compares, compare);
}

void store_txn_if_value(StoreTxn *txn, const char *key, StoreRelation relation, GBytes *value)
{
    if (!admit(txn, txn->compares, strlen(key) + g_bytes_get_size(value)) ||
        !key_check(key, &txn->mistake))
        return;
    StoreCompare compare = {g_strdup(key), STORE_FIELD_VALUE, relation, 0, g_bytes_ref(value)};
    g_array_append_val(txn->compares, compare);
}

void store_txn_if_exists(StoreTxn *txn, const char *key)
{
    store_txn_if(txn, key, STORE_FIELD_CREATE_REVISION, STORE_GREATER, 0);
}

void store_txn_if_absent(StoreTxn *txn, const char *key)
{
    store_txn_if(txn, key, STORE_FIELD_CREATE_REVISION, STORE_EQUAL, 0);
}

void store_txn_put(StoreTxn *txn, StoreBranch branch, const char *key, GBytes *value, guint64 lease)
{
    gsize size = g_bytes_get_size(value);
    if (!admit(txn, txn->ops[branch], strlen(key) + MIN(size, STORE_VALUE_MAX)) ||
        !key_check(key, &txn->mistake))
        return;
    if (size > STORE_VALUE_MAX) {
        g_set_error(&txn->mistake, ERR, ERR_TOO_LARGE,
                    "The value of the store key %s has %" G_GSIZE_FORMAT " bytes; %d are allowed.",
                    key, size, STORE_VALUE_MAX);
        return;
    }
    StoreOp op = {.kind = STORE_OP_PUT,
                  .from = g_strdup(key),
                  .to = store_key_after(key),
                  .value = g_bytes_ref(value),
                  .lease = lease};
    g_array_append_val(txn->ops[branch], op);
}

void store_txn_put_text(StoreTxn *txn, StoreBranch branch, const char *key, const char *text)
{
    g_autoptr(GBytes) value = g_bytes_new(text, strlen(text));
    store_txn_put(txn, branch, key, value, 0);
}

static void add_span_op(StoreTxn *txn, StoreBranch branch, const StoreSpan *span, StoreOp op)
{
    gsize bytes = strlen(span->from) + (span->to ? strlen(span->to) : 0);
    if (!admit(txn, txn->ops[branch], bytes) || !store_span_check(span, &txn->mistake))
        return;
    store_span_bounds(span, &op.from, &op.to);
    g_array_append_val(txn->ops[branch], op);
}

void store_txn_delete(StoreTxn *txn, StoreBranch branch, const StoreSpan *span)
{
    add_span_op(txn, branch, span, (StoreOp){.kind = STORE_OP_DELETE});
}

void store_txn_get(StoreTxn *txn, StoreBranch branch, const StoreSpan *span, guint limit)
{
    add_span_op(txn, branch, span, (StoreOp){.kind = STORE_OP_GET, .limit = limit});
}

// ---- checking and comparing ----

static bool op_covers(const StoreOp *op, const char *key)
{
    return strcmp(op->from, key) <= 0 && (!op->to || strcmp(key, op->to) < 0);
}

// A put may meet no other put and no deletion of its key in the same branch: which one came last
// would be a question, and the distributed engine refuses it too.
static bool branch_check(const StoreTxn *txn, StoreBranch branch, GError **error)
{
    const GArray *ops = txn->ops[branch];
    for (guint i = 0; i < ops->len; i++) {
        const StoreOp *put = &g_array_index(ops, StoreOp, i);
        for (guint j = 0; put->kind == STORE_OP_PUT && j < ops->len; j++) {
            const StoreOp *other = &g_array_index(ops, StoreOp, j);
            if (j == i || other->kind == STORE_OP_GET || !op_covers(other, put->from))
                continue;
            g_set_error(error, ERR, ERR_INVALID,
                        "A store transaction writes the key %s twice in its \"%s\" branch.",
                        put->from, BRANCH_NAMES[branch]);
            return false;
        }
    }
    return true;
}

bool store_txn_check(const StoreTxn *txn, GError **error)
{
    if (txn->mistake) {
        g_propagate_error(error, g_error_copy(txn->mistake));
        return false;
    }
    return branch_check(txn, STORE_BRANCH_THEN, error) &&
           branch_check(txn, STORE_BRANCH_OTHERWISE, error);
}

static guint64 entry_field(const StoreEntry *entry, StoreField field)
{
    if (!entry)
        return 0;
    const guint64 fields[] = {[STORE_FIELD_CREATE_REVISION] = entry->create_revision,
                              [STORE_FIELD_MOD_REVISION] = entry->mod_revision,
                              [STORE_FIELD_VERSION] = entry->version};
    return fields[field];
}

static bool relation_holds(StoreRelation relation, int order)
{
    switch (relation) {
    case STORE_EQUAL:
        return order == 0;
    case STORE_NOT_EQUAL:
        return order != 0;
    case STORE_LESS:
        return order < 0;
    case STORE_GREATER:
        return order > 0;
    }
    g_assert_not_reached();
}

bool store_compare_holds(const StoreCompare *compare, const StoreEntry *entry)
{
    if (compare->field == STORE_FIELD_VALUE)
        return entry &&
               relation_holds(compare->relation, g_bytes_compare(entry->value, compare->value));
    guint64 found = entry_field(entry, compare->field);
    return relation_holds(compare->relation, (found > compare->number) - (found < compare->number));
}
