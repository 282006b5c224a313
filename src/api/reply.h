// How the API answers: JSON with an ETag, problem+json for every "no".
#pragma once

#include "httpd/request.h"
#include "wire/json.h"

// Takes `json`. `revision` 0 = no ETag; with one, a matching If-None-Match on GET is answered 304.
void reply_json(HttpRequest *request, unsigned status, json_t *json, guint64 revision);

// The same for bytes that are kept serialised.
void reply_bytes(HttpRequest *request, const char *content_type, GBytes *bytes, guint64 revision);

// problem+json of the error's kind, with its status; `instance` is the request's path.
void reply_error(HttpRequest *request, const GError *error);

// The same from a refusal and a sentence.
void reply_refusal(HttpRequest *request, int refusal, const char *format, ...) G_GNUC_PRINTF(3, 4);

// The revision named by If-Match (`"17"`); 0 = none given. False (and answered) if it is not one.
bool request_if_match(HttpRequest *request, guint64 *ret_revision);
