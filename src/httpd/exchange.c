// A request from its first line to its end, as libmicrohttpd tells it: the target, the header
// (first call), the body in pieces, the whole (last call), completion. A response can be queued
// only at the first or at the last call; what is refused early and has a small body is therefore
// answered after it, so that the connection stays usable.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/error.h"
#include "httpd/private.h"

enum {
    DISCARD_MAX =
        64 * 1024, // of a refused request's body if its length is known; more is not waited for
    OVERRUN_MAX = 4 * 1024 * 1024, // beyond the limit, if it is not; then the connection is cut
};

// ---- connections

static void fill_local_peer(int fd, HttpPeer *peer)
{
    struct ucred cred;
    socklen_t length = sizeof cred;
    g_strlcpy(peer->address, "unix", sizeof peer->address);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length) < 0 || cred.uid == (uid_t)-1)
        return;
    peer->local = true;
    peer->uid = cred.uid;
    peer->gid = cred.gid;
    peer->pid = cred.pid;
}

// SO_PEERCRED succeeds on TCP too, with nonsense: the address family decides what it is worth.
static HttpPeer find_peer(int fd)
{
    HttpPeer peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
    union {
        struct sockaddr any;
        struct sockaddr_in in4;
        struct sockaddr_in6 in6;
        struct sockaddr_storage room;
    } address = {0};
    socklen_t length = sizeof address;
    char text[INET6_ADDRSTRLEN] = "";
    if (getpeername(fd, &address.any, &length) < 0)
        return peer;
    if (address.any.sa_family == AF_UNIX) {
        fill_local_peer(fd, &peer);
    } else if (address.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address.in6.sin6_addr, text, sizeof text);
        g_snprintf(peer.address, sizeof peer.address, "[%s]:%u", text,
                   ntohs(address.in6.sin6_port));
    } else if (address.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address.in4.sin_addr, text, sizeof text);
        g_snprintf(peer.address, sizeof peer.address, "%s:%u", text, ntohs(address.in4.sin_port));
    }
    return peer;
}

void http_exchange_on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                                 enum MHD_ConnectionNotificationCode what)
{
    HttpListener *listener = (HttpListener *)cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        HttpConn *conn = (HttpConn *)*socket_context;
        g_queue_unlink(&listener->conns, &conn->link);
        g_free(conn);
        *socket_context = NULL;
        return;
    }
    HttpConn *conn = g_new0(HttpConn, 1);
    conn->listener = listener;
    conn->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    conn->peer = find_peer(conn->fd);
    conn->link.data = conn;
    g_queue_push_tail_link(&listener->conns, &conn->link);
    *socket_context = conn;
    http_conn_set_deadline(conn, listener->limits.header_ms);
}

static HttpConn *conn_of(struct MHD_Connection *mhd)
{
    return (HttpConn *)MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

// ---- the header

void *http_exchange_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    HttpListener *listener = (HttpListener *)cls;
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->refs = 1;
    request->server = listener->server;
    request->conn = conn_of(mhd);
    request->conn->request = request;
    request->mhd = mhd;
    request->peer = request->conn->peer;
    request->link.data = request;
    request->raw_target = g_strdup(uri);
    http_conn_set_deadline(request->conn, listener->limits.header_ms);
    return request;
}

static bool text_is_clean(const char *text, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return g_utf8_validate(text, (gssize)n, NULL);
}

typedef struct {
    guint content_lengths;
    bool transfer_encoding;
    bool unclean;
} HeaderFacts;

static enum MHD_Result look_at_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    HeaderFacts *facts = (HeaderFacts *)cls;
    if (!text_is_clean(name, name_size) || (value && !text_is_clean(value, value_size)))
        facts->unclean = true;
    if (g_ascii_strcasecmp(name, "Content-Length") == 0)
        facts->content_lengths++;
    if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0)
        facts->transfer_encoding = true;
    return MHD_YES;
}

// NULL, or what is wrong with the header.
static const char *header_mistake(HttpRequest *request)
{
    HeaderFacts facts = {0};
    MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, look_at_header, &facts);
    if (facts.unclean)
        return "A header of the request is not valid UTF-8 or holds a control character.";
    if (facts.content_lengths + facts.transfer_encoding > 1)
        return "The request announces the length of its body in more than one way.";
    return NULL;
}

// The body's length as announced; 0 = none or not known beforehand.
static guint64 announced_length(HttpRequest *request)
{
    const char *text = http_request_header(request, "Content-Length");
    return text ? g_ascii_strtoull(text, NULL, 10) : 0;
}

static void refuse_no_route(HttpRequest *request)
{
    if (!request->match.allow) {
        http_request_refuse(request, 404, "There is nothing at this path.");
        return;
    }
    g_autofree char *sentence =
        g_strdup_printf("This path does not take this method; it takes %s.", request->match.allow);
    http_request_refuse(request, 405, sentence);
}

// False, and refused, if the request cannot be understood.
static bool understand(HttpRequest *request)
{
    g_autoptr(GError) error = NULL;
    const char *raw = request->raw_target;
    const char *mistake = header_mistake(request);
    bool parsed = http_target_parse(raw, &request->target, &error);
    if (!parsed) // for the log
        request->target.path = g_utf8_make_valid(raw, (gssize)strcspn(raw, "?#"));
    if (request->server->draining)
        http_request_refuse(request, 503, "The server is stopping.");
    else if (mistake)
        http_request_refuse(request, 400, mistake);
    else if (!parsed)
        http_request_refuse(request, err_is(error, ERR_TOO_LARGE) ? 414 : 400, error->message);
    return !request->answered;
}

// Everything that can be known before the body. True if the request may go on to its handler.
static bool admit(HttpRequest *request)
{
    if (!understand(request))
        return false;
    http_match_init(&request->match, request->server->config.routes, request->method,
                    (const char *const *)request->target.segments, request->target.n_segments);
    if (!request->match.route) {
        refuse_no_route(request);
        return false;
    }
    if (request->match.route->max_body)
        request->max_body = request->match.route->max_body;
    return true;
}

static void refuse_too_large(HttpRequest *request)
{
    g_autofree char *sentence =
        g_strdup_printf("The body of the request is too large: at most %zu bytes are taken here.",
                        request->max_body);
    http_request_refuse(request, 413, sentence);
}

static enum MHD_Result queue_answer(HttpRequest *request)
{
    const HttpLimits *limits = &request->conn->listener->limits;
    struct MHD_Response *answer = g_steal_pointer(&request->answer);
    http_conn_set_deadline(request->conn, request->stream ? -1 : limits->reply_ms);
    request->queued = true;
    enum MHD_Result result = MHD_queue_response(request->mhd, request->status, answer);
    MHD_destroy_response(answer);
    return result;
}

static enum MHD_Result begin(HttpRequest *request, const char *method)
{
    HttpServer *server = request->server;
    request->method = g_strdup(method);
    request->start_ms = clock_mono_ms(server->config.clock);
    request->id = server->config.hooks.new_id
                      ? server->config.hooks.new_id(server->config.data)
                      : g_strdup_printf("%" G_GUINT64_FORMAT, ++server->next_id);
    request->max_body = server->config.max_body;
    request->body = g_byte_array_new();
    http_conn_set_deadline(request->conn, request->conn->listener->limits.body_ms);
    bool admitted = admit(request);
    guint64 announced = announced_length(request);
    if (admitted && announced > request->max_body)
        refuse_too_large(request);
    else if (admitted && server->config.hooks.guard)
        g_assert(server->config.hooks.guard(request, server->config.data) != request->answered);
    if (request->answered && (announced > DISCARD_MAX || http_request_header(request, "Expect")))
        return queue_answer(
            request); // the body is not worth waiting for: the connection will be closed
    return MHD_YES;
}

// ---- the body and the whole

static enum MHD_Result take_body(HttpRequest *request, const char *data, gsize n)
{
    request->received += n;
    gsize limit = request->answered ? request->max_body + OVERRUN_MAX : request->max_body;
    if (request->received <= limit) {
        if (!request->answered)
            g_byte_array_append(request->body, (const guint8 *)data, (guint)n);
        return MHD_YES;
    }
    if (request->answered)
        return MHD_NO; // it was told to stop long ago: cut
    g_byte_array_set_size(request->body, 0);
    refuse_too_large(request);
    return MHD_YES;
}

static void hand_out(HttpRequest *request)
{
    request->handed_out = request->owing = true;
    request->body_bytes = g_byte_array_free_to_bytes(g_steal_pointer(&request->body));
    request->refs++;
    g_queue_push_tail_link(&request->server->owed, &request->link);
    request->match.route->handler(request, request->server->config.data);
}

static enum MHD_Result finish(HttpRequest *request)
{
    if (!request->answered && !request->handed_out && request->server->draining)
        http_request_refuse(request, 503, "The server is stopping.");
    if (!request->answered && !request->handed_out) {
        http_conn_set_deadline(request->conn, -1);
        hand_out(request);
    }
    if (request->answer)
        return queue_answer(request);
    MHD_suspend_connection(request->mhd);
    request->suspended = true;
    return MHD_YES;
}

enum MHD_Result http_exchange_on_call(void *cls, struct MHD_Connection *mhd, const char *url,
                                      const char *method, const char *version, const char *data,
                                      size_t *data_size, void **con_cls)
{
    (void)cls;
    (void)mhd;
    (void)url;
    (void)version;
    HttpRequest *request = (HttpRequest *)*con_cls;
    if (!request->method)
        return begin(request, method);
    if (*data_size > 0) {
        enum MHD_Result result = take_body(request, data, *data_size);
        *data_size = 0;
        return result;
    }
    return request->queued ? MHD_YES : finish(request);
}

// ---- the end

static void tell_access(HttpRequest *request, bool cut_off)
{
    const HttpServerConfig *config = &request->server->config;
    if (!config->hooks.access || !request->method)
        return;
    HttpAccess access = {
        .request = request,
        .status = request->queued ? request->status : 0,
        .body_bytes = request->received,
        .duration_ms = clock_mono_ms(config->clock) - request->start_ms,
        .cut_off = cut_off,
    };
    config->hooks.access(&access, config->data);
}

void http_exchange_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                                enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)mhd;
    HttpRequest *request = (HttpRequest *)*con_cls;
    if (!request)
        return;
    *con_cls = NULL;
    HttpConn *conn = request->conn;
    tell_access(request, why != MHD_REQUEST_TERMINATED_COMPLETED_OK);
    if (request->stream)
        http_stream_detach(g_steal_pointer(&request->stream));
    if (request->handed_out && !request->answered)
        g_queue_unlink(&request->server->owed, &request->link);
    conn->request = NULL;
    http_conn_set_deadline(conn, request->server->draining ? 0 : conn->listener->limits.idle_ms);
    request->server = NULL;
    request->conn = NULL;
    request->mhd = NULL;
    http_request_unref(request);
}
