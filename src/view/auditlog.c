#include "view/auditlog.h"

#include <string.h>

#include "base/error.h"

static void drop_record(gpointer record)
{
    audit_record_free(record);
}

static GPtrArray *new_records(void)
{
    return g_ptr_array_new_with_free_func(drop_record);
}

void auditlog_init(AuditLog *log)
{
    *log = (AuditLog){.records = new_records()};
}

void auditlog_release(AuditLog *log)
{
    g_ptr_array_unref(log->records);
    g_free(log->broken);
}

static const AuditRecord *first_of(const AuditLog *log)
{
    return log->records->len ? log->records->pdata[0] : NULL;
}

// The state of a chain right before a record: what that record claims.
static AuditChain chain_before(const AuditRecord *record)
{
    AuditChain chain = {.seq = record->seq - 1};
    g_strlcpy(chain.hash, record->prev_hash ? record->prev_hash : AUDIT_ZERO_HASH,
              sizeof chain.hash);
    return chain;
}

static void verify(AuditLog *log, AuditChain *chain, const AuditRecord *record)
{
    g_autoptr(GError) error = NULL;
    if (audit_chain_verify(chain, record, &error))
        return;
    if (!log->broken)
        log->broken = g_strdup(error->message);
    *chain = chain_before(record);
    chain->seq = record->seq;
    g_strlcpy(chain->hash, record->hash ? record->hash : "", sizeof chain->hash);
}

static void append(AuditLog *log, const AuditRecord *record)
{
    if (!log->records->len)
        log->chain = chain_before(record);
    verify(log, &log->chain, record);
    g_ptr_array_add(log->records, audit_record_copy(record));
    if (log->records->len > AUDITLOG_MAX)
        g_ptr_array_remove_range(log->records, 0, AUDITLOG_MAX / 10);
}

bool auditlog_follow(AuditLog *log, const Picture *picture)
{
    const GPtrArray *news = picture->audit;
    gint64 head = picture->frame.audit_seq;
    bool changed = false;
    if (log->records->len && head > log->chain.seq + AUDITLOG_BEHIND_MAX)
        g_ptr_array_set_size(log->records, 0);
    for (guint i = 0; i < news->len; i++) {
        const AuditRecord *record = news->pdata[i];
        if (log->records->len && record->seq != log->chain.seq + 1)
            continue; // known, or there is something to be fetched in between
        append(log, record);
        changed = true;
    }
    return changed;
}

static bool is_in_order(const GPtrArray *records)
{
    guint n = records->len;
    return n < 2 || ((const AuditRecord *)records->pdata[n - 2])->seq <
                        ((const AuditRecord *)records->pdata[n - 1])->seq;
}

GPtrArray *auditlog_read(const char *body, GError **error)
{
    g_autoptr(json_t) json =
        wire_parse("The page of the audit log", body, strlen(body), 8 * WIRE_BYTES_MAX, error);
    if (!json)
        return NULL;
    const json_t *list = json_object_get(json, "records");
    g_autoptr(GPtrArray) records = new_records();
    for (gsize i = 0; i < json_array_size(list); i++) {
        AuditRecord *record = audit_record_from_json(json_array_get(list, i), WIRE_LENIENT, error);
        if (!record)
            return NULL;
        g_ptr_array_add(records, record);
        if (!is_in_order(records)) {
            g_set_error(error, ERR, ERR_INVALID,
                        "The page of the audit log is not in order at record %" G_GINT64_FORMAT ".",
                        record->seq);
            return NULL;
        }
    }
    return g_steal_pointer(&records);
}

static void take_newer(AuditLog *log, const GPtrArray *page)
{
    for (guint i = 0; i < page->len; i++) {
        const AuditRecord *record = page->pdata[i];
        if (!log->records->len || record->seq > log->chain.seq)
            append(log, record);
    }
}

static void take_older(AuditLog *log, const GPtrArray *page)
{
    const AuditRecord *first = first_of(log);
    AuditChain chain = chain_before(page->pdata[0]);
    guint n = 0;
    for (; n < page->len && ((const AuditRecord *)page->pdata[n])->seq < first->seq; n++) {
        verify(log, &chain, page->pdata[n]);
        g_ptr_array_insert(log->records, (int)n, audit_record_copy(page->pdata[n]));
    }
    if (n)
        verify(log, &chain, first); // the join
}

bool auditlog_take(AuditLog *log, const char *body, GError **error)
{
    g_autoptr(GPtrArray) page = auditlog_read(body, error);
    if (!page)
        return false;
    const AuditRecord *first = first_of(log), *begin = page->len ? page->pdata[0] : NULL;
    if (first && begin && begin->seq < first->seq)
        take_older(log, page);
    else
        take_newer(log, page);
    return true;
}

gint64 auditlog_older_after(const AuditLog *log, guint page)
{
    const AuditRecord *first = first_of(log);
    if (!first || first->seq <= 1 || log->records->len >= AUDITLOG_MAX)
        return -1;
    return MAX(first->seq - 1 - (gint64)page, (gint64)0);
}
