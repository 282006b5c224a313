#include "wire/audit.h"

#include <string.h>

#include "base/error.h"
#include "wire/canonical.h"

const char AUDIT_ZERO_HASH[AUDIT_HASH_LENGTH + 1] =
    "0000000000000000000000000000000000000000000000000000000000000000";

// A statement of many facts and steps.
enum { DOCUMENT_MAX = 1024 * 1024 };

static const WireField FIELDS[] = {
    {"seq", FIELD_NUMBER, FIELD(AuditRecord, seq), .required = true},
    {"time", FIELD_TIME, FIELD(AuditRecord, at_ms), .required = true},
    {"actor", FIELD_TEXT, FIELD(AuditRecord, actor), .required = true},
    {"action", FIELD_TEXT, FIELD(AuditRecord, action), .required = true},
    {"object", FIELD_TEXT, FIELD(AuditRecord, object), .required = true},
    {"digest", FIELD_TEXT, FIELD(AuditRecord, digest)},
    {"detail", FIELD_TEXT, FIELD(AuditRecord, detail)},
    {"document", FIELD_TEXT, FIELD(AuditRecord, document), .max = DOCUMENT_MAX, .rare = true},
    {"namespace", FIELD_TEXT, FIELD(AuditRecord, name_space), .rare = true},
    {"signature", FIELD_TEXT, FIELD(AuditRecord, signature), .rare = true},
    {"key", FIELD_TEXT, FIELD(AuditRecord, key), .rare = true},
    {"prev_hash", FIELD_TEXT, FIELD(AuditRecord, prev_hash), .required = true},
    {"hash", FIELD_TEXT, FIELD(AuditRecord, hash), .required = true},
};

static void drop(gpointer record)
{
    audit_record_free(record);
}

const WireShape AUDIT_SHAPE = SHAPE("audit record", AuditRecord, FIELDS, NULL, drop);

json_t *audit_record_to_json(const AuditRecord *record)
{
    return shape_to_json(&AUDIT_SHAPE, record);
}

AuditRecord *audit_record_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&AUDIT_SHAPE, json, mode, error);
}

static char *hash_of(const json_t *json, GError **error)
{
    g_autoptr(json_t) rest = json_copy((json_t *)(gpointer)json);
    json_object_del(rest, "hash");
    return canonical_digest(rest, error);
}

char *audit_record_hash(const AuditRecord *record)
{
    g_autoptr(json_t) json = audit_record_to_json(record);
    g_autoptr(GError) error = NULL;
    char *hash = hash_of(json, &error);
    g_assert_no_error(error); // what we write has a canonical form
    return hash;
}

static const char *last_hash(const AuditChain *chain)
{
    return chain->seq ? chain->hash : AUDIT_ZERO_HASH;
}

static void advance(AuditChain *chain, gint64 seq, const char *hash)
{
    chain->seq = seq;
    g_strlcpy(chain->hash, hash, sizeof chain->hash);
}

void audit_chain_append(AuditChain *chain, AuditRecord *record)
{
    record->seq = chain->seq + 1;
    g_free(record->prev_hash);
    record->prev_hash = g_strdup(last_hash(chain));
    char *hash = audit_record_hash(record);
    g_free(record->hash);
    record->hash = hash;
    advance(chain, record->seq, record->hash);
}

// `hash` is what the record's content gives.
static bool verify(AuditChain *chain, const AuditRecord *record, const char *hash, GError **error)
{
    if (record->seq != chain->seq + 1)
        g_set_error(error, ERR, ERR_CORRUPT,
                    "The audit log has record %" G_GINT64_FORMAT " after record %" G_GINT64_FORMAT
                    ": records are missing or in another order.",
                    record->seq, chain->seq);
    else if (g_strcmp0(record->prev_hash, last_hash(chain)) != 0)
        g_set_error(error, ERR, ERR_CORRUPT,
                    "Audit record %" G_GINT64_FORMAT
                    " does not follow the one before it: its prev_hash is %.64s, expected %s.",
                    record->seq, record->prev_hash, last_hash(chain));
    else if (g_strcmp0(record->hash, hash) != 0)
        g_set_error(error, ERR, ERR_CORRUPT,
                    "Audit record %" G_GINT64_FORMAT
                    " was changed: its hash is %.64s, its content gives %s.",
                    record->seq, record->hash, hash);
    else {
        advance(chain, record->seq, hash);
        return true;
    }
    return false;
}

bool audit_chain_verify(AuditChain *chain, const AuditRecord *record, GError **error)
{
    g_autofree char *hash = audit_record_hash(record);
    return verify(chain, record, hash, error);
}

bool audit_chain_verify_json(AuditChain *chain, json_t *json, GError **error)
{
    g_autoptr(AuditRecord) record = audit_record_from_json(json, WIRE_LENIENT, error);
    g_autofree char *hash = record ? hash_of(json, error) : NULL;
    return hash && verify(chain, record, hash, error);
}
