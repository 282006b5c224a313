#include "api/reply.h"

#include <stdarg.h>
#include <string.h>

#include "model/refusal.h"
#include "wire/problem.h"

static bool is_known(const HttpRequest *request, const char *etag)
{
    const char *known = http_request_header(request, "If-None-Match");
    bool reads = strcmp(http_request_method(request), "GET") == 0 ||
                 strcmp(http_request_method(request), "HEAD") == 0;
    return reads && known && strcmp(known, etag) == 0;
}

void reply_bytes(HttpRequest *request, const char *content_type, GBytes *bytes, guint64 revision)
{
    g_autofree char *etag = g_strdup_printf("\"%" G_GUINT64_FORMAT "\"", revision);
    const HttpHeader headers[] = {
        {"Cache-Control", "no-cache"}, {revision ? "ETag" : NULL, etag}, {NULL, NULL}};
    if (revision && is_known(request, etag))
        http_request_reply(request, 304, NULL, NULL, headers);
    else
        http_request_reply(request, 200, content_type, bytes, headers);
}

void reply_json(HttpRequest *request, unsigned status, json_t *json, guint64 revision)
{
    g_autofree char *etag = g_strdup_printf("\"%" G_GUINT64_FORMAT "\"", revision);
    const HttpHeader headers[] = {
        {"Cache-Control", "no-cache"}, {revision ? "ETag" : NULL, etag}, {NULL, NULL}};
    if (revision && is_known(request, etag)) {
        http_request_reply(request, 304, NULL, NULL, headers);
    } else {
        char *text = wire_format(json);
        g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
        http_request_reply(request, status, "application/json", bytes, headers);
    }
    json_decref(json);
}

void reply_error(HttpRequest *request, const GError *error)
{
    g_autoptr(json_t) json = problem_to_json(error, http_request_path(request));
    char *text = wire_format(json);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    int status = problem_info(error)->status;
    const HttpHeader headers[] = {{status == 401 ? "WWW-Authenticate" : NULL, "Bearer"},
                                  {NULL, NULL}};
    http_request_reply(request, (unsigned)status, "application/problem+json", bytes, headers);
}

void reply_refusal(HttpRequest *request, int refusal, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autoptr(GError) error = g_error_new_valist(REFUSAL, refusal, format, args);
    va_end(args);
    reply_error(request, error);
}

bool request_if_match(HttpRequest *request, guint64 *ret_revision)
{
    const char *text = http_request_header(request, "If-Match");
    char *end = NULL;
    guint64 revision = 0;
    if (text && strcmp(text, "*") != 0) {
        revision = *text == '"' ? g_ascii_strtoull(text + 1, &end, 10) : 0;
        if (!revision || !end || strcmp(end, "\"") != 0) {
            reply_refusal(request, REFUSAL_BAD_REQUEST,
                          "If-Match is %.40s; expected an ETag of ours such as \"17\".", text);
            return false;
        }
    }
    *ret_revision = revision;
    return true;
}
