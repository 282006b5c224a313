// One document, one byte sequence: the JSON canonicalization scheme of RFC 8785. Keys in the order
// of their UTF-16 code units, numbers as ECMAScript writes them, the shortest escapes, no blanks.
// What is signed and what is chained is the digest of this form, so that it does not matter who
// wrote the document, in which order and with what spacing.
#pragma once

#include <glib.h>

#include "wire/json.h"

// The canonical form of `json`. ERR_INVALID: it holds an integer beyond ±(2^53 - 1), which others
// would read as another number (write it as a string). ERR_TOO_LARGE: nested too deeply. The caller
// frees.
char *canonical_text(const json_t *json, GError **error);

// SHA-256 of the canonical form, 64 lower-case hex digits. Errors as above. The caller frees.
char *canonical_digest(const json_t *json, GError **error);

// `number` (finite) as ECMAScript's Number::toString writes it. The caller frees.
char *canonical_number(double number);

// Order of two UTF-8 texts by UTF-16 code units: < 0, 0, > 0.
int canonical_compare(const char *a, const char *b);
