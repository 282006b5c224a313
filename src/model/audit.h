// The audit log's records. Each holds the hash of the one before; wire/ computes the hash over the
// canonical form. Records are appended in the same transaction as what they tell of.
#pragma once

#include <glib.h>

typedef struct {
    gint64 seq; // from 1, without gaps
    gint64 at_ms;
    char *actor;    // a person, "watchdog", "executor", "daemon"
    char *action;   // "operation.proposed", "signoff.approve", "step.intent", …
    char *object;   // "operation/op-…", "group/payments"
    char *digest;   // of the statement where one is meant; NULL
    char *detail;   // a sentence; NULL
    char *document; // of a sign-off: the very bytes that `digest` is of; NULL
    // Of a signed one, with which a stranger can check it again; NULL.
    char *name_space;
    char *signature; // armoured
    char *key;       // fingerprint
    char *prev_hash; // 64 hex digits; zeros before the first
    char *hash;
} AuditRecord;

AuditRecord *audit_record_new(const char *actor, const char *action, const char *object);
AuditRecord *audit_record_copy(const AuditRecord *record);
void audit_record_free(AuditRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditRecord, audit_record_free)
