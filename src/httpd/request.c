#include "httpd/request.h"

#include <string.h>
#include <sys/socket.h>

#include "httpd/private.h"

enum { PEER_GROUPS_MAX = 65536 }; // the kernel's own limit on a process's groups

void http_request_unref(HttpRequest *request)
{
    if (--request->refs > 0)
        return;
    if (request->answer)
        MHD_destroy_response(request->answer);
    if (request->free_data)
        request->free_data(request->data);
    if (request->body)
        g_byte_array_free(request->body, TRUE);
    g_clear_pointer(&request->body_bytes, g_bytes_unref);
    http_target_release(&request->target);
    http_match_release(&request->match);
    g_free(request->raw_target);
    g_free(request->method);
    g_free(request->id);
    g_free(request);
}

// ---- what it holds

const char *http_request_id(const HttpRequest *request)
{
    return request->id;
}

const char *http_request_method(const HttpRequest *request)
{
    return request->method;
}

const char *http_request_path(const HttpRequest *request)
{
    return request->target.path ? request->target.path : "";
}

const HttpRoute *http_request_route(const HttpRequest *request)
{
    return request->match.route;
}

const char *http_request_var(const HttpRequest *request, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; i < request->match.n_vars; i++) {
        const HttpVar *var = &request->match.vars[i];
        if (var->name_len == length && memcmp(var->name, name, length) == 0)
            return var->value;
    }
    return NULL;
}

const char *http_request_query(const HttpRequest *request, const char *name)
{
    for (guint i = 0; i < request->target.n_query; i++)
        if (strcmp(request->target.query[i].name, name) == 0)
            return request->target.query[i].value;
    return NULL;
}

const HttpQueryItem *http_request_query_items(const HttpRequest *request, guint *ret_n)
{
    *ret_n = request->target.n_query;
    return request->target.query;
}

const char *http_request_header(const HttpRequest *request, const char *name)
{
    return request->mhd ? MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name) : NULL;
}

GBytes *http_request_body(const HttpRequest *request)
{
    g_assert(request->body_bytes);
    return request->body_bytes;
}

const HttpPeer *http_request_peer(const HttpRequest *request)
{
    return &request->peer;
}

bool http_request_peer_in_group(const HttpRequest *request, gid_t gid)
{
    if (!request->peer.local || !request->conn)
        return false;
    if (request->peer.gid == gid)
        return true;
    socklen_t length = 0;
    getsockopt(request->conn->fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &length); // tells the length
    if (length == 0 || length > PEER_GROUPS_MAX * sizeof(gid_t))
        return false;
    g_autofree gid_t *groups = g_malloc0(length);
    if (getsockopt(request->conn->fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
        return false;
    for (gsize i = 0; i < length / sizeof *groups; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

void http_request_set_data(HttpRequest *request, void *data, GDestroyNotify free_func)
{
    if (request->free_data)
        request->free_data(request->data);
    request->data = data;
    request->free_data = free_func;
}

void *http_request_data(const HttpRequest *request)
{
    return request->data;
}

// ---- the answer

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    // Refused only if it would break the header apart: then the answer is better without it.
    if (value)
        MHD_add_response_header(response, name, value);
}

// Takes note of the answer and wakes the connection. Consumes `answer`.
static void http_response_add_headers(struct MHD_Response *response, const HttpRequest *request,
                                      const char *content_type, const HttpHeader *headers)
{
    add_header(response, "Content-Type", content_type);
    add_header(response, "X-Request-Id", request->id);
    if (request->server->draining)
        add_header(response, "Connection", "close");
    for (const HttpHeader *header = headers; header && header->name; header++)
        add_header(response, header->name, header->value);
}

static void http_request_set_answer(HttpRequest *request, unsigned status,
                                    struct MHD_Response *answer)
{
    request->answer = answer;
    request->status = status;
    if (request->suspended)
        http_conn_resume(request);
}

// The handler has kept its word: the reference it held is given back.
static void consume(HttpRequest *request)
{
    if (!request->handed_out || request->by_server)
        return;
    g_assert(request->owing); // or it was answered twice
    request->owing = false;
    http_request_unref(request);
}

// Marks the request as answered. Returns true if somebody is there to get the answer.
static bool settle(HttpRequest *request)
{
    bool first = !request->answered;
    request->answered = true;
    if (first && request->handed_out && request->server)
        g_queue_unlink(&request->server->owed, &request->link);
    return first && request->mhd;
}

static void release_bytes(void *bytes)
{
    g_bytes_unref((GBytes *)bytes);
}

static struct MHD_Response *response_of(GBytes *body)
{
    gsize size = 0;
    gconstpointer data = body ? g_bytes_get_data(body, &size) : NULL;
    if (size == 0)
        return MHD_create_response_from_buffer(0, (void *)(gpointer) "", MHD_RESPMEM_PERSISTENT);
    // Only read there, whatever the missing const says.
    return MHD_create_response_from_buffer_with_free_callback_cls(size, (void *)(guintptr)data,
                                                                  release_bytes, g_bytes_ref(body));
}

void http_request_reply(HttpRequest *request, unsigned status, const char *content_type,
                        GBytes *body, const HttpHeader *headers)
{
    if (settle(request)) {
        struct MHD_Response *response = response_of(body);
        g_assert(response);
        http_response_add_headers(response, request, content_type, headers);
        if (status == 405)
            add_header(response, "Allow", request->match.allow);
        http_request_set_answer(request, status, response);
    }
    consume(request);
}

void http_request_reply_text(HttpRequest *request, unsigned status, const char *content_type,
                             const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    http_request_reply(request, status, content_type, body, NULL);
}

void http_request_refuse(HttpRequest *request, unsigned status, const char *sentence)
{
    const HttpServerConfig *config = &request->server->config;
    if (config->hooks.refuse) {
        config->hooks.refuse(request, status, sentence, config->data);
        g_assert(request->answered);
        return;
    }
    g_autofree char *text = g_strconcat(sentence, "\n", NULL);
    http_request_reply_text(request, status, "text/plain; charset=utf-8", text);
}

// ---- the answer as a stream: see stream.c for what follows

HttpStream *http_request_stream(HttpRequest *request, unsigned status, const char *content_type,
                                const HttpHeader *headers, gsize max_queue,
                                const HttpStreamCallbacks *callbacks, void *data)
{
    HttpStream *stream = http_stream_new(max_queue, callbacks, data);
    if (settle(request)) {
        struct MHD_Response *response = http_stream_attach(stream, request);
        http_response_add_headers(response, request, content_type, headers);
        http_request_set_answer(request, status, response);
    } else {
        http_stream_report_unconnected(stream);
    }
    consume(request);
    return stream;
}
