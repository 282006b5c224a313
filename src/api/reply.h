// How the API answers: JSON with an ETag, problem+json for every "no". A request that names the ETag in
// If-None-Match is answered 304 without a body.
#pragma once

#include "httpd/request.h"
#include "httpd/stream.h"
#include "wire/json.h"

#define MEDIA_JSON "application/json"
#define MEDIA_LINES "application/x-ndjson"

// Takes `json`. `revision` 0 = no ETag. Statuses other than 200 have none.
void reply_json(HttpRequest *request, unsigned status, json_t *json, guint64 revision);

// The same for bytes that are kept serialised; `bytes` is referenced.
void reply_bytes(HttpRequest *request, const char *media_type, GBytes *bytes, guint64 revision);

// True, and answered 304, if the client has this revision in this media type already.
bool reply_if_known(HttpRequest *request, const char *media_type, guint64 revision);

// Answers 200 with a stream, see http_request_stream; `revision` as above. NULL, and answered, if only
// its header is wanted.
HttpStream *reply_stream(HttpRequest *request, const char *media_type, guint64 revision,
                         gsize max_queue, const HttpStreamCallbacks *callbacks, void *data);

// problem+json of the error's kind, with its status; `instance` is the request's path.
void reply_error(HttpRequest *request, const GError *error);

// The same from a refusal and a sentence.
void reply_refusal(HttpRequest *request, int refusal, const char *format, ...) G_GNUC_PRINTF(3, 4);

// A "no" that HTTP alone knows (405, 414 …): without a type of ours.
void reply_plain_problem(HttpRequest *request, unsigned status, const char *sentence);

// The revision named by If-Match (`"17"`); 0 = none given. False (and answered) if it is not one.
bool request_if_match(HttpRequest *request, guint64 *ret_revision);
