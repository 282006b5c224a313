// Every "no" on its way to the person who asked: a GError as problem+json (RFC 9457), and back. Refusals
// have their types, titles and HTTP statuses in model/refusal.h; errors of the domain ERR that are no
// refusal have theirs here.
#pragma once

#include "model/refusal.h"
#include "wire/json.h"

#define PROBLEM_MEDIA_TYPE "application/problem+json"

// The row of an error of either domain; others are "internal". Never NULL.
const RefusalInfo *problem_info(const GError *error);

// type, title, status, detail (the error's sentence) and instance (NULL = left out). A new reference.
json_t *problem_to_json(const GError *error, const char *instance);

// The error that an answer with this HTTP status (400 and up) says: of domain REFUSAL where the type is a
// refusal's, of ERR where it is one of ours. What is no problem document, or of a type that nobody knows,
// is ERR_PROTOCOL (ERR_UNREACHABLE for 502 to 504) with the status and the words that are there. `json`
// may be NULL. Never NULL; the caller frees.
GError *problem_from_json(json_t *json, int status);
