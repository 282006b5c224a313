// The audit log's records (model/audit.h) as JSON, their hash and their chain. A record's hash is the
// SHA-256 of the canonical form of its JSON without `hash`; `prev_hash` is in it, so that each record
// vouches for all before it.
#pragma once

#include "model/audit.h"
#include "wire/shape.h"

enum { AUDIT_HASH_LENGTH = 64 };

extern const WireShape AUDIT_SHAPE;                       // AuditRecord
extern const char AUDIT_ZERO_HASH[AUDIT_HASH_LENGTH + 1]; // prev_hash of the first record

json_t *audit_record_to_json(const AuditRecord *record);
AuditRecord *audit_record_from_json(json_t *json, WireMode mode, GError **error);

// The hash that `record` must have, whatever its `hash` says. The caller frees.
char *audit_record_hash(const AuditRecord *record);

// How far a chain is verified, or written. Zeroed is before the first record.
typedef struct {
    gint64 seq; // of the last record
    char hash[AUDIT_HASH_LENGTH + 1];
} AuditChain;

// Appends: sets the record's seq, prev_hash and hash, and moves the chain behind it.
void audit_chain_append(AuditChain *chain, AuditRecord *record);

// Verifies that `record` is the next one, and moves the chain behind it. ERR_CORRUPT says at which seq
// what does not fit: a gap, another prev_hash, a hash that is not the content's.
bool audit_chain_verify(AuditChain *chain, const AuditRecord *record, GError **error);

// The same for a record as it was exported, fields of later versions included. ERR_INVALID: it is no
// record at all.
bool audit_chain_verify_json(AuditChain *chain, json_t *json, GError **error);
