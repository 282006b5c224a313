// The statement (model/statement.h) as the JSON document that people sign: plan and evidence whole, each
// fact with its value, unit, source and the time it was observed. The digest is the SHA-256 of its
// canonical form (RFC 8785), so anybody who has the document can compute it again.
#pragma once

#include "model/statement.h"
#include "wire/shape.h"

extern const WireShape STATEMENT_SHAPE; // Statement

json_t *statement_to_json(const Statement *statement);
Statement *statement_from_json(json_t *json, WireMode mode, GError **error);

// What a sign-off names: 64 hex digits. The caller frees.
char *statement_digest(const Statement *statement);

// The canonical form itself: the bytes that the digest is of and that are signed. The caller frees.
char *statement_text(const Statement *statement);

// The same for somebody who is about to sign what was shown: ERR_PROTOCOL if the digest is not that of the statement
// as it was understood here (a newer backend says something in it that this program cannot show).
char *statement_text_of(const Statement *statement, const char *digest, GError **error);

// Of the plan alone (the steps), and of the evidence alone (the facts): two documents with the same one say the same
// there. For people who compare; what is signed is the whole. The caller frees.
char *statement_plan_digest(const Statement *statement);
char *statement_evidence_digest(const Statement *statement);

// The same from a document as it was received, which may hold fields that this version does not know.
// ERR_INVALID as canonical_digest. The caller frees.
char *statement_json_digest(const json_t *json, GError **error);
