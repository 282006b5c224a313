#include <string.h>

#include "base/error.h"
#include "http/private.h"

enum {
    DEFAULT_CONNECT_MS = 5000,
    DEFAULT_TOTAL_MS = 30000,
    DEFAULT_MAX_BODY = 1 << 20,
    URL_MAX = 16 * 1024,
};

// True if the method alone says that repeating has no second effect: GET, HEAD,
// PUT, DELETE, OPTIONS.
static bool http_method_is_idempotent(const char *method)
{
    static const char *const METHODS[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
    for (gsize i = 0; i < G_N_ELEMENTS(METHODS); i++)
        if (strcmp(METHODS[i], method) == 0)
            return true;
    return false;
}

// ---- a spec checked

// RFC 9110's token: what methods and header names are made of.
static bool is_token(const char *text)
{
    for (const char *p = text; *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("!#$%&'*+-.^_`|~", *p))
            return false;
    return *text != '\0';
}

static bool is_value(const char *text)
{
    for (const char *p = text; *p; p++)
        if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
            return false;
    return true;
}

static void add_field(HttpCall *call, const char *name, const char *value)
{
    // libcurl drops a header without a value unless it ends in a semicolon.
    g_autofree char *line =
        *value ? g_strdup_printf("%s: %s", name, value) : g_strdup_printf("%s;", name);
    call->fields = curl_slist_append(call->fields, line);
}

static bool add_fields(HttpCall *call, const HttpSpec *spec, GError **error)
{
    for (const HttpField *field = spec->headers; field && field->name; field++) {
        if (!is_token(field->name) || !field->value || !is_value(field->value)) {
            g_set_error(error, ERR, ERR_INVALID, "%s: the header \"%s\" cannot be sent as it is.",
                        call->shown, is_token(field->name) ? field->name : "?");
            return false;
        }
        add_field(call, field->name, field->value);
    }
    if (spec->bearer && (!is_value(spec->bearer) || strchr(spec->bearer, ' '))) {
        g_set_error(error, ERR, ERR_INVALID,
                    "%s: the token cannot be sent: it holds blanks or control characters.",
                    call->shown);
        return false;
    }
    if (spec->bearer) {
        g_autofree char *value = g_strconcat("Bearer ", spec->bearer, NULL);
        add_field(call, "Authorization", value);
    }
    if (spec->content_type && !is_value(spec->content_type)) {
        g_set_error(error, ERR, ERR_INVALID, "%s: the content type cannot be sent as it is.",
                    call->shown);
        return false;
    }
    if (spec->content_type)
        add_field(call, "Content-Type", spec->content_type);
    else
        call->fields = curl_slist_append(call->fields, "Content-Type:"); // none, not a form's
    call->fields = curl_slist_append(call->fields, "Expect:"); // or bodies over 1 MiB wait a second
    return true;
}

typedef struct {
    char *scheme, *host, *port, *path, *user;
} UrlParts;

static void parts_release(UrlParts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->path);
    curl_free(parts->user);
}

static void parts_read(CURLU *url, UrlParts *parts)
{
    curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0);
    curl_url_get(url, CURLUPART_HOST, &parts->host, 0);
    curl_url_get(url, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT);
    curl_url_get(url, CURLUPART_PATH, &parts->path, 0);
    curl_url_get(url, CURLUPART_USER, &parts->user, 0);
}

static bool parts_are_good(const UrlParts *parts, GError **error)
{
    bool http =
        parts->scheme && (!strcmp(parts->scheme, "http") || !strcmp(parts->scheme, "https"));
    if (http && parts->host && parts->port && parts->path && !parts->user)
        return true;
    // The text itself may hold a password: it is not repeated.
    g_set_error(error, ERR, ERR_INVALID, "%s",
                parts->user ? "A URL must not hold a user or a password."
                : http      ? "The URL makes no sense."
                            : "A URL must start with http:// or https://.");
    return false;
}

static bool read_url(HttpCall *call, const HttpSpec *spec, GError **error)
{
    UrlParts parts = {0};
    CURLU *url = curl_url();
    bool readable = spec->url && strlen(spec->url) <= URL_MAX &&
                    curl_url_set(url, CURLUPART_URL, spec->url, 0) == 0;
    if (readable)
        parts_read(url, &parts);
    curl_url_cleanup(url);
    if (!readable)
        g_set_error(error, ERR, ERR_INVALID,
                    "The URL makes no sense: expected http://HOST/PATH or "
                    "https://HOST/PATH.");
    bool good = readable && parts_are_good(&parts, error);
    if (good) {
        bool usual = !strcmp(parts.port, strcmp(parts.scheme, "https") ? "80" : "443");
        call->shown = g_strdup_printf("%s %s://%s%s%s%s", call->method, parts.scheme, parts.host,
                                      usual ? "" : ":", usual ? "" : parts.port, parts.path);
        if (call->client->config.calls_per_host)
            call->lane = call->socket_path ? g_strdup(call->socket_path)
                                           : g_strconcat(parts.host, ":", parts.port, NULL);
        call->url = g_strdup(spec->url);
    }
    parts_release(&parts);
    return good;
}

static bool read_spec(HttpCall *call, const HttpSpec *spec, GError **error)
{
    if (!is_token(call->method)) {
        g_set_error(error, ERR, ERR_INVALID, "The method of an HTTP request makes no sense.");
        return false;
    }
    return read_url(call, spec, error) && add_fields(call, spec, error);
}

HttpCall *http_call_new(HttpClient *client, const HttpSpec *spec, HttpDoneFunc done, void *data)
{
    HttpCall *call = g_new0(HttpCall, 1);
    call->client = client;
    call->done = done;
    call->head = spec->head;
    call->piece = spec->piece;
    call->data = data;
    call->method = g_strdup(spec->method ? spec->method : "GET");
    call->socket_path = g_strdup(spec->socket_path);
    call->upload = spec->body ? g_bytes_ref(spec->body) : NULL;
    call->idempotent =
        !spec->never_repeat && (spec->idempotent || http_method_is_idempotent(call->method));
    call->connect_ms = spec->connect_ms ? spec->connect_ms : DEFAULT_CONNECT_MS;
    call->total_ms = spec->total_ms ? spec->total_ms : spec->piece ? -1 : DEFAULT_TOTAL_MS;
    call->silence_ms = spec->silence_ms;
    call->max_body = spec->max_body || spec->piece ? spec->max_body : DEFAULT_MAX_BODY;
    call->start_ms = call->last_byte_ms = clock_mono_ms(client->clock);
    call->link.data = call;
    http_response_init(&call->response);
    call->finished = !read_spec(call, spec, &call->error);
    return call;
}

void http_call_free(HttpCall *call)
{
    g_assert(!call->easy);
    http_response_release(&call->response);
    if (call->inbox)
        g_byte_array_free(call->inbox, TRUE);
    if (call->upload)
        g_bytes_unref(call->upload);
    curl_slist_free_all(call->fields);
    g_clear_error(&call->error);
    g_free(call->method);
    g_free(call->url);
    g_free(call->shown);
    g_free(call->socket_path);
    g_free(call->lane);
    g_free(call);
}

// ---- what libcurl hands over

static size_t on_header(char *line, size_t size, size_t n, void *data)
{
    HttpCall *call = (HttpCall *)data;
    n *= size;
    call->last_byte_ms = clock_mono_ms(call->client->clock);
    if (call->head_whole)
        return n; // trailers
    if (!http_response_take_line(&call->response, line, n)) {
        call->cut = CUT_HEADER;
        return 0;
    }
    if (n > 2 || (line[0] != '\r' && line[0] != '\n'))
        return n;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->response.status = (unsigned)status;
    call->head_whole = status >= 200;
    if (!call->head_whole) // an interim answer (100, 103): its headers are not the answer's
        g_string_truncate(call->response.headers, 0);
    if (call->head_whole && call->head)
        http_client_make_ready(call);
    return n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
    HttpCall *call = (HttpCall *)data;
    n *= size;
    call->last_byte_ms = clock_mono_ms(call->client->clock);
    call->received += n;
    if (call->max_body && call->received > call->max_body) {
        call->cut = CUT_BODY;
        return 0;
    }
    GByteArray **to = call->piece ? &call->inbox : &call->response.body;
    if (!*to)
        *to = g_byte_array_new();
    g_byte_array_append(*to, (const guint8 *)bytes, (guint)n);
    if (call->piece)
        http_client_make_ready(call);
    return n;
}

// ---- the start

static void set_method(HttpCall *call)
{
    CURL *easy = call->easy;
    if (strcmp(call->method, "GET") == 0 && !call->upload)
        return; // libcurl's default
    if (strcmp(call->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    bool takes_body = call->upload || strcmp(call->method, "POST") == 0 ||
                      strcmp(call->method, "PUT") == 0 || strcmp(call->method, "PATCH") == 0;
    if (takes_body) {
        gsize size = 0;
        const void *bytes = call->upload ? g_bytes_get_data(call->upload, &size) : NULL;
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, size ? (const char *)bytes : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static void set_tls(CURL *easy, const HttpClientConfig *config)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (config->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH,
                         NULL); // or the system's CAs stay trusted, and cost 70 ms
    }
    if (config->cert_file)
        curl_easy_setopt(easy, CURLOPT_SSLCERT, config->cert_file);
    if (config->key_file)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, config->key_file);
    if (config->pinned_key)
        curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, config->pinned_key);
}

static void set_limits(HttpCall *call)
{
    CURL *easy = call->easy;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    if (call->total_ms >= 0) {
        gint64 waited = clock_mono_ms(call->client->clock) - call->start_ms;
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)MAX(call->total_ms - waited, 1));
    }
    // An answer announced as too large need not be read to its limit first.
    if (call->max_body && strcmp(call->method, "HEAD") != 0)
        curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->max_body);
    // libcurl silently repeats a request when a kept connection turns out to be
    // dead. A request that must not be repeated gets a connection of its own.
    if (!call->idempotent)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_callbacks(HttpCall *call)
{
    CURL *easy = call->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_words);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
}

void http_call_start(HttpCall *call)
{
    const HttpClientConfig *config = &call->client->config;
    CURL *easy = call->easy = http_client_take_handle(call->client);
    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy ? config->proxy : "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT,
                     config->user_agent ? config->user_agent : "signalbox");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->fields);
    // Otherwise ending a call whose name is still being resolved waits for the
    // resolver.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    if (call->socket_path)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call->socket_path);
    set_method(call);
    set_tls(easy, config);
    set_limits(call);
    set_callbacks(call);
    g_assert(curl_multi_add_handle(call->client->multi, easy) == CURLM_OK);
}

// ---- the end

static gint64 info_us(CURL *easy, CURLINFO what)
{
    curl_off_t us = 0;
    curl_easy_getinfo(easy, what, &us);
    return us;
}

static void read_facts(HttpCall *call)
{
    HttpTiming *timing = &call->response.timing;
    long connections = 0;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200) // also of an answer given up before its header was whole
        call->response.status = (unsigned)status;
    curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connections);
    if (connections > 0)
        timing->connect_us = MAX(info_us(call->easy, CURLINFO_CONNECT_TIME_T),
                                 info_us(call->easy, CURLINFO_APPCONNECT_TIME_T));
    timing->first_byte_us = info_us(call->easy, CURLINFO_STARTTRANSFER_TIME_T);
    timing->total_us = info_us(call->easy, CURLINFO_TOTAL_TIME_T);
}

void http_call_finish(HttpCall *call, CURLcode result)
{
    call->finished = true;
    if (result == CURLE_FILESIZE_EXCEEDED)
        call->cut = CUT_BODY;
    call->error = call->easy || call->cut ? http_failure_of(call, result) : NULL;
    if (call->easy) {
        read_facts(call);
        curl_multi_remove_handle(call->client->multi, call->easy);
        http_client_give_handle(call->client, g_steal_pointer(&call->easy));
    }
    http_client_make_ready(call);
}

void http_call_cut(HttpCall *call, HttpCut cut)
{
    call->cut = cut;
    http_call_finish(call, CURLE_OK);
}

gint64 http_call_limit_at(const HttpCall *call)
{
    if (call->finished)
        return 0;
    if (!call->easy)
        return call->total_ms >= 0 ? call->start_ms + call->total_ms : 0; // waits for its turn
    return call->silence_ms ? call->last_byte_ms + call->silence_ms : 0;
}
