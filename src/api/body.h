// The body of a request that changes something: one object, read strictly, each way it can be wrong
// answered here.
//
//     g_auto(Body) body = {0};
//     if (!body_open(&body, request, FIELDS))
//         return;
//     ArmRequest arm = {.key = body_key(&body), .reason = body_text(&body.root, "reason")};
//     if (body_finish(&body))
//         … ask the engine …
#pragma once

#include "httpd/request.h"
#include "wire/json.h"

// Zeroed is ready for use. What is read from it is borrowed until it is released.
typedef struct {
    HttpRequest *request;
    json_t *json;
    WireReader reader;
    WireAt root;
    bool answered;
} Body;

// Takes the body as an object that has no other fields than `fields` (ended by NULL; NULL = whoever reads it
// knows). An empty body is an empty object. False: answered already.
bool body_open(Body *body, HttpRequest *request, const char *const *fields);

// The caller's Idempotency-Key; NULL if there is none, and if it is not well-formed, which is answered.
const char *body_key(Body *body);

// A text of at most WIRE_WORDS_MAX bytes; NULL after a mistake. Of the _opt form NULL where it is missing or null.
const char *body_text(const WireAt *at, const char *name);
const char *body_text_opt(const WireAt *at, const char *name);

// True if all that was read is as it should be. False: answered already.
bool body_finish(Body *body);

// Zeroed again; texts that were read from it are gone.
void body_release(Body *body);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Body, body_release)
