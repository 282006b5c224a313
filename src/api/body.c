#include "api/body.h"

#include <string.h>

#include "api/reply.h"
#include "base/id.h"
#include "model/refusal.h"

bool body_open(Body *body, HttpRequest *request, const char *const *fields)
{
    gsize size;
    const char *bytes = g_bytes_get_data(http_request_body(request), &size);
    g_autoptr(GError) error = NULL;
    body->request = request;
    body->json =
        size ? wire_parse("The request body", bytes, size, WIRE_BYTES_MAX, &error) : json_object();
    if (!body->json) {
        reply_error(request, error);
        return false;
    }
    if (fields) {
        body->root = wire_root(&body->reader, body->json);
        wire_only(&body->root, fields);
    }
    return true;
}

const char *body_key(Body *body)
{
    const char *key = http_request_header(body->request, "Idempotency-Key");
    if (!key || id_is_valid(key))
        return key;
    reply_refusal(body->request, REFUSAL_BAD_REQUEST,
                  "The Idempotency-Key must be 1 to 64 characters of letters, digits, dot, "
                  "dash and underscore.");
    body->answered = true;
    return NULL;
}

const char *body_text(const WireAt *at, const char *name)
{
    const char *text = wire_text(at, name);
    if (!text || strlen(text) <= WIRE_WORDS_MAX)
        return text;
    wire_fail(at, name, "%zu bytes of text; at most %d are read.", strlen(text), WIRE_WORDS_MAX);
    return NULL;
}

const char *body_text_opt(const WireAt *at, const char *name)
{
    return wire_has(at, name) ? body_text(at, name) : NULL;
}

bool body_finish(Body *body)
{
    g_autoptr(GError) error = NULL;
    bool ok = wire_reader_finish(&body->reader, &error);
    if (!ok && !body->answered)
        reply_error(body->request, error);
    return ok && !body->answered;
}

void body_release(Body *body)
{
    g_clear_error(&body->reader.error);
    json_decref(body->json);
}
