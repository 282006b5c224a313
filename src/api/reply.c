#include "api/reply.h"

#include <stdarg.h>
#include <string.h>

#include "model/refusal.h"
#include "wire/problem.h"

enum { ETAG_MAX = 40 };

// Another media type is another representation, and so another ETag.
static void write_etag(char etag[ETAG_MAX], const char *media_type, guint64 revision)
{
    g_snprintf(etag, ETAG_MAX, "\"%" G_GUINT64_FORMAT "%s\"", revision,
               strcmp(media_type, MEDIA_LINES) == 0 ? ".lines" : "");
}

// If-None-Match is "*" or a list of ETags; compared weakly (RFC 9110, 13.1.2).
static bool names_etag(const char *list, const char *etag)
{
    gsize n = strlen(etag);
    while (*list) {
        list += strspn(list, " \t,");
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        gsize item = strcspn(list, " \t,");
        if ((item == n && strncmp(list, etag, n) == 0) || (item == 1 && *list == '*'))
            return true;
        list += item;
    }
    return false;
}

// A header list with room for an ETag.
typedef struct {
    char etag[ETAG_MAX];
    HttpHeader list[5];
} Headers;

static void headers_init(Headers *headers, const char *media_type, guint64 revision)
{
    write_etag(headers->etag, media_type, revision);
    const HttpHeader all[] = {{"Cache-Control", revision ? "no-cache" : "no-store"},
                              {"Vary", "Accept"},
                              {revision ? "ETag" : NULL, headers->etag},
                              {NULL, NULL}};
    memcpy(headers->list, all, sizeof all);
}

bool reply_if_known(HttpRequest *request, const char *media_type, guint64 revision)
{
    const char *method = http_request_method(request);
    const char *known = http_request_header(request, "If-None-Match");
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    Headers headers;
    headers_init(&headers, media_type, revision);
    if (!revision || !known || !reads || !names_etag(known, headers.etag))
        return false;
    http_request_reply(request, 304, NULL, NULL, headers.list);
    return true;
}

static void reply_with(HttpRequest *request, unsigned status, const char *media_type, GBytes *bytes,
                       guint64 revision)
{
    Headers headers;
    headers_init(&headers, media_type, revision);
    if (!reply_if_known(request, media_type, revision))
        http_request_reply(request, status, media_type, bytes, headers.list);
}

void reply_bytes(HttpRequest *request, const char *media_type, GBytes *bytes, guint64 revision)
{
    reply_with(request, 200, media_type, bytes, revision);
}

void reply_json(HttpRequest *request, unsigned status, json_t *json, guint64 revision)
{
    char *text = wire_format(json);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    json_decref(json);
    reply_with(request, status, MEDIA_JSON, bytes, status == 200 ? revision : 0);
}

HttpStream *reply_stream(HttpRequest *request, const char *media_type, guint64 revision,
                         gsize max_queue, const HttpStreamCallbacks *callbacks, void *data)
{
    static const HttpStreamCallbacks NONE = {NULL, NULL};
    bool head = strcmp(http_request_method(request), "HEAD") == 0;
    Headers headers;
    headers_init(&headers, media_type, revision);
    HttpStream *stream = http_request_stream(request, 200, media_type, headers.list, max_queue,
                                             head ? &NONE : callbacks, data);
    if (!head)
        return stream;
    http_stream_end(stream);
    return NULL;
}

// ---- problems ----

static void reply_problem(HttpRequest *request, unsigned status, json_t *json)
{
    char *text = wire_format(json);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    const HttpHeader headers[] = {{"Cache-Control", "no-store"},
                                  {status == 401 ? "WWW-Authenticate" : NULL, "Bearer"},
                                  {NULL, NULL}};
    http_request_reply(request, status, PROBLEM_MEDIA_TYPE, bytes, headers);
}

void reply_error(HttpRequest *request, const GError *error)
{
    g_autoptr(json_t) json = problem_to_json(error, http_request_path(request));
    reply_problem(request, (unsigned)problem_info(error)->status, json);
}

void reply_refusal(HttpRequest *request, int refusal, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autoptr(GError) error = g_error_new_valist(REFUSAL, refusal, format, args);
    va_end(args);
    reply_error(request, error);
}

void reply_plain_problem(HttpRequest *request, unsigned status, const char *sentence)
{
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "type", "about:blank");
    wire_set_text(json, "title", sentence);
    json_object_set_new(json, "status", json_integer(status));
    wire_set_text(json, "detail", sentence);
    wire_set_text(json, "instance", http_request_path(request));
    reply_problem(request, status, json);
}

bool request_if_match(HttpRequest *request, guint64 *ret_revision)
{
    const char *text = http_request_header(request, "If-Match");
    char *end = NULL;
    guint64 revision = 0;
    if (text && strcmp(text, "*") != 0) {
        revision =
            *text == '"' && g_ascii_isdigit(text[1]) ? g_ascii_strtoull(text + 1, &end, 10) : 0;
        if (!revision || !end || strcmp(end, "\"") != 0) {
            reply_refusal(request, REFUSAL_BAD_REQUEST,
                          "If-Match is %.40s; expected an ETag of ours such as \"17\".", text);
            return false;
        }
    }
    *ret_revision = revision;
    return true;
}
