// A motion as one guarded transaction: whatever it changes is compared with what memory says it was, and its audit
// records go with it.
#include "engine/motion.h"

#include "wire/audit.h"
#include "wire/operation.h"

static void put_json(StoreTxn *txn, const char *key, json_t *json)
{
    g_autofree char *text = wire_format(json);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    json_decref(json);
}

// Each group has one place for an operation that has not ended. A region-level one takes its groups' places
// by its children.
static void write_operation(const Engine *engine, const Operation *operation, bool fresh,
                            StoreTxn *txn)
{
    const Operation *before = world_operation(engine, operation->id);
    bool ends = operation_has_ended(operation) && !(before && operation_has_ended(before));
    g_autofree char *key = g_strconcat("operation/", operation->id, NULL);
    g_autofree char *open = g_strconcat("open/", operation->group, NULL);
    if (fresh) {
        store_txn_if_absent(txn, key);
        if (!operation->region) {
            store_txn_if_absent(txn, open);
            store_txn_put_text(txn, STORE_BRANCH_THEN, open, operation->id);
        }
    } else
        store_txn_if(txn, key, STORE_FIELD_MOD_REVISION, STORE_EQUAL, operation->revision);
    put_json(txn, key, operation_to_json(operation));
    if (ends &&
        !operation
             ->region) { // an operation that ended before has no place to give back: it may be another's
        StoreSpan span = store_span_key(open);
        store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    }
}

static void write_records(const Engine *engine, const Motion *motion, StoreTxn *txn)
{
    for (guint i = 0; i < motion->records->len; i++) {
        const GroupRecord *record = motion->records->pdata[i];
        g_autofree char *key = g_strconcat("group/", record->group, NULL);
        store_txn_if(txn, key, STORE_FIELD_MOD_REVISION, STORE_EQUAL, record->revision);
        put_json(txn, key, group_record_to_json(record));
    }
    if (motion->automation) {
        store_txn_if(txn, "automation", STORE_FIELD_MOD_REVISION, STORE_EQUAL,
                     engine->automation->revision);
        put_json(txn, "automation", automation_record_to_json(motion->automation));
    }
}

static void write_audit(const Engine *engine, const Motion *motion, StoreTxn *txn)
{
    const char *prev = engine->audit_hash;
    gint64 seq = engine->audit_seq;
    store_txn_if(txn, "audit/head", STORE_FIELD_MOD_REVISION, STORE_EQUAL, engine->audit_revision);
    for (guint i = 0; i < motion->audit->len; i++) {
        AuditRecord *record = motion->audit->pdata[i];
        record->seq = ++seq;
        record->at_ms = engine->now_ms;
        g_free(record->prev_hash);
        record->prev_hash = g_strdup(prev);
        g_free(record->hash);
        record->hash = audit_record_hash(record);
        prev = record->hash;
        g_autofree char *key = g_strdup_printf("audit/record/%016" G_GINT64_FORMAT, seq);
        put_json(txn, key, audit_record_to_json(record));
    }
    g_autofree char *head = g_strdup_printf("%" G_GINT64_FORMAT " %s", seq, prev);
    store_txn_put_text(txn, STORE_BRANCH_THEN, "audit/head", head);
}

static void write_puts(const Motion *motion, StoreTxn *txn)
{
    for (guint i = 0; i < motion->puts->len; i++) {
        const MotionPut *put = motion->puts->pdata[i];
        if (put->absent)
            store_txn_if_absent(txn, put->key);
        const StoreSpan span = store_span_key(put->key);
        if (put->text)
            store_txn_put_text(txn, STORE_BRANCH_THEN, put->key, put->text);
        else
            store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    }
    if (!motion->key)
        return;
    g_autofree char *key = g_strconcat("request/", motion->key, NULL);
    g_autofree char *note =
        g_strconcat(motion->content, " ", motion->object ? motion->object : "-", NULL);
    store_txn_if_absent(txn, key);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, note);
}

StoreTxn *motion_transaction(const Engine *engine, const Motion *motion)
{
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    // Without an audit record nobody could tell afterwards whether it was committed.
    g_assert(motion->audit->len > 0);
    if (motion->operation)
        write_operation(engine, motion->operation, motion->fresh, txn);
    for (guint i = 0; i < motion->others->len; i++) {
        const Operation *other = motion->others->pdata[i];
        write_operation(engine, other, !world_operation(engine, other->id), txn);
    }
    write_records(engine, motion, txn);
    write_puts(motion, txn);
    write_audit(engine, motion, txn);
    return txn;
}
