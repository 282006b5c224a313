#include "model/audit.h"

AuditRecord *audit_record_new(const char *actor, const char *action, const char *object)
{
    AuditRecord *record = g_new0(AuditRecord, 1);
    record->actor = g_strdup(actor);
    record->action = g_strdup(action);
    record->object = g_strdup(object);
    return record;
}

AuditRecord *audit_record_copy(const AuditRecord *record)
{
    AuditRecord *copy = audit_record_new(record->actor, record->action, record->object);
    copy->seq = record->seq;
    copy->at_ms = record->at_ms;
    copy->digest = g_strdup(record->digest);
    copy->detail = g_strdup(record->detail);
    copy->document = g_strdup(record->document);
    copy->name_space = g_strdup(record->name_space);
    copy->signature = g_strdup(record->signature);
    copy->key = g_strdup(record->key);
    copy->prev_hash = g_strdup(record->prev_hash);
    copy->hash = g_strdup(record->hash);
    return copy;
}

void audit_record_free(AuditRecord *record)
{
    if (!record)
        return;
    g_free(record->actor);
    g_free(record->action);
    g_free(record->object);
    g_free(record->digest);
    g_free(record->detail);
    g_free(record->document);
    g_free(record->name_space);
    g_free(record->signature);
    g_free(record->key);
    g_free(record->prev_hash);
    g_free(record->hash);
    g_free(record);
}
