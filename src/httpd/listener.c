// One libmicrohttpd daemon on the main loop, by its epoll descriptor. We accept connections
// ourselves: libmicrohttpd at its limit just stops accepting, and people hang in the backlog
// without a word.

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "httpd/private.h"

enum {
    ACCEPTS_AT_ONCE = 64, // then others get their turn
    TURNED_AWAY_READS = 4,
    RERUNS_MAX = 16,      // of libmicrohttpd in one turn of the loop
    ACCEPT_REST_MS = 100, // without file descriptors
    GONE_AT_ONCE = 64,
    REAP_GRAIN_MS = 50, // time limits that run out within this are handled together
};

typedef struct {
    GSource source; // first
    HttpListener *listener;
} ListenerSource;

static gint64 now_ms(const HttpListener *listener)
{
    return clock_mono_ms(listener->server->config.clock);
}

// ---- time limits

void http_conn_set_deadline(HttpConn *conn, gint64 ms)
{
    HttpListener *listener = conn->listener;
    if (ms < 0) {
        conn->deadline_ms = 0;
        return;
    }
    gint64 at_ms = now_ms(listener) + ms;
    conn->deadline_ms = MAX(at_ms, 1);
    if (!listener->next_reap_ms || conn->deadline_ms < listener->next_reap_ms)
        listener->next_reap_ms = conn->deadline_ms;
}

// libmicrohttpd's own limit is one of inactivity: a byte a second would keep a connection for ever.
// It owns the descriptor, so a connection is cut by shutting the socket down under it.
static void reap(HttpListener *listener)
{
    gint64 now = now_ms(listener);
    if (!listener->next_reap_ms || now < listener->next_reap_ms)
        return;
    gint64 next = 0;
    for (GList *link = listener->conns.head; link; link = link->next) {
        HttpConn *conn = (HttpConn *)link->data;
        if (conn->deadline_ms && conn->deadline_ms <= now) {
            shutdown(conn->fd, SHUT_RDWR);
            conn->deadline_ms = 0;
        } else if (conn->deadline_ms && (!next || conn->deadline_ms < next)) {
            next = conn->deadline_ms;
        }
    }
    listener->next_reap_ms = next ? MAX(next, now + REAP_GRAIN_MS) : 0;
}

// ---- accepting

// The one more than the limit is told so. What it has sent is read away first, or closing would
// reset the connection and it might never see the answer.
static void turn_away(int fd)
{
    static const char ANSWER[] =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
        "Content-Type: text/plain\r\nContent-Length: 26\r\n\r\nToo many connections open.";
    char junk[4096];
    for (int i = 0; i < TURNED_AWAY_READS && recv(fd, junk, sizeof junk, MSG_DONTWAIT) > 0; i++)
        continue;
    if (send(fd, ANSWER, sizeof ANSWER - 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        shutdown(fd, SHUT_WR);
    close(fd);
}

static void rest_from_accepting(HttpListener *listener)
{
    g_source_modify_unix_fd(listener->source, listener->accept_tag, 0);
    listener->accept_at_ms = now_ms(listener) + ACCEPT_REST_MS;
}

static void accept_again(HttpListener *listener)
{
    if (!listener->accept_at_ms || now_ms(listener) < listener->accept_at_ms)
        return;
    listener->accept_at_ms = 0;
    if (listener->accept_tag)
        g_source_modify_unix_fd(listener->source, listener->accept_tag, G_IO_IN);
}

static void accept_some(HttpListener *listener)
{
    for (int i = 0; i < ACCEPTS_AT_ONCE && listener->accept_tag; i++) {
        union {
            struct sockaddr any;
            struct sockaddr_storage room;
        } from = {0};
        socklen_t length = sizeof from;
        int fd = accept4(listener->listen.fd, &from.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0) {
            if (errno != EAGAIN)
                rest_from_accepting(listener);
            return;
        }
        if (listener->limits.connections > 0 &&
            listener->conns.length >= (guint)listener->limits.connections)
            turn_away(fd);
        else
            MHD_add_connection(listener->mhd, fd, &from.any, length); // closes fd if it fails
    }
}

// ---- running

static void notice_gone(HttpListener *listener)
{
    struct epoll_event events[GONE_AT_ONCE];
    int n = epoll_wait(listener->gone_fd, events, GONE_AT_ONCE, 0);
    for (int i = 0; i < n; i++)
        http_stream_hang_up((HttpStream *)events[i].data.ptr);
}

// A connection that is resumed while libmicrohttpd runs would be seen only at its next run, and it
// would not ask for one: so it is run again until no connection was resumed.
void http_listener_run(HttpListener *listener)
{
    int runs = 0;
    do {
        listener->resumed = false;
        MHD_run(listener->mhd);
    } while (listener->resumed && ++runs < RERUNS_MAX);
}

void http_conn_resume(HttpRequest *request)
{
    request->suspended = false;
    request->conn->listener->resumed = true;
    MHD_resume_connection(request->mhd);
}

static int until(gint64 at_ms, gint64 now, int timeout)
{
    if (!at_ms)
        return timeout;
    int wait = (int)CLAMP(at_ms - now, 0, 60000);
    return timeout < 0 ? wait : MIN(timeout, wait);
}

static int wanted_timeout(HttpListener *listener)
{
    MHD_UNSIGNED_LONG_LONG mhd_ms;
    int timeout = -1;
    if (listener->resumed)
        return 0;
    if (MHD_get_timeout(listener->mhd, &mhd_ms) == MHD_YES)
        timeout = (int)MIN(mhd_ms, 60000);
    if (!listener->next_reap_ms && !listener->accept_at_ms)
        return timeout;
    gint64 now = now_ms(listener);
    return until(listener->accept_at_ms, now, until(listener->next_reap_ms, now, timeout));
}

static gboolean source_prepare(GSource *source, gint *timeout)
{
    *timeout = wanted_timeout(((ListenerSource *)source)->listener);
    return *timeout == 0;
}

static gboolean source_check(GSource *source)
{
    HttpListener *listener = ((ListenerSource *)source)->listener;
    return g_source_query_unix_fd(source, listener->mhd_tag) ||
           g_source_query_unix_fd(source, listener->gone_tag) ||
           (listener->accept_tag && g_source_query_unix_fd(source, listener->accept_tag)) ||
           wanted_timeout(listener) == 0;
}

static gboolean source_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback;
    (void)data;
    HttpListener *listener = ((ListenerSource *)source)->listener;
    if (g_source_query_unix_fd(source, listener->gone_tag))
        notice_gone(listener);
    accept_again(listener);
    if (listener->accept_tag && g_source_query_unix_fd(source, listener->accept_tag))
        accept_some(listener);
    reap(listener);
    http_listener_run(listener);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs SOURCE_FUNCS = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

// ---- life

// Percent signs stay as they are: target.c decodes, after it has found the slashes.
static size_t keep_escapes(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start_mhd(HttpListener *listener)
{
    const HttpLimits *limits = &listener->limits;
    bool local = listener->listen.path != NULL;
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        http_exchange_on_call, listener, MHD_OPTION_URI_LOG_CALLBACK, http_exchange_on_uri,
        listener, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_on_completed, listener,
        MHD_OPTION_NOTIFY_CONNECTION, http_exchange_on_connection, listener,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)limits->memory, MHD_OPTION_CONNECTION_LIMIT,
        limits->connections > 0 ? (unsigned)limits->connections + 1 : 1u << 20,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        limits->connections_per_ip > 0 && !local ? (unsigned)limits->connections_per_ip : 0u,
        MHD_OPTION_CONNECTION_TIMEOUT,
        limits->idle_ms > 0 ? (unsigned)(limits->idle_ms + 999) / 1000 : 0u, MHD_OPTION_END);
}

static bool start(HttpListener *listener)
{
    listener->gone_fd = epoll_create1(EPOLL_CLOEXEC);
    listener->mhd = listener->gone_fd < 0 ? NULL : start_mhd(listener);
    if (!listener->mhd)
        return false;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(listener->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return false;
    listener->source = g_source_new(&SOURCE_FUNCS, sizeof(ListenerSource));
    ((ListenerSource *)listener->source)->listener = listener;
    g_source_set_name(listener->source, "http listener");
    g_source_set_can_recurse(listener->source, TRUE); // never, but cheaper: see http/client.c
    listener->mhd_tag = g_source_add_unix_fd(listener->source, info->epoll_fd, G_IO_IN);
    listener->gone_tag = g_source_add_unix_fd(listener->source, listener->gone_fd, G_IO_IN);
    listener->accept_tag = g_source_add_unix_fd(listener->source, listener->listen.fd, G_IO_IN);
    g_source_attach(listener->source, g_main_context_get_thread_default());
    return true;
}

HttpListener *http_listener_new(HttpServer *server, HttpListen *listen, const HttpLimits *limits,
                                GError **error)
{
    HttpListener *listener = g_new0(HttpListener, 1);
    listener->server = server;
    listener->listen = *listen;
    listener->limits = *limits;
    g_queue_init(&listener->conns);
    if (start(listener))
        return listener;
    g_set_error(error, ERR, ERR_INTERNAL, "The HTTP server could not be started: %s.",
                g_strerror(errno));
    http_listener_free(listener);
    return NULL;
}

void http_listener_stop_accepting(HttpListener *listener)
{
    if (listener->accept_tag)
        g_source_remove_unix_fd(listener->source, listener->accept_tag);
    listener->accept_tag = NULL;
    http_listen_release(&listener->listen);
}

void http_listener_free(HttpListener *listener)
{
    if (listener->source)
        http_listener_stop_accepting(listener);
    else
        http_listen_release(&listener->listen);
    if (listener->mhd)
        MHD_stop_daemon(listener->mhd);
    g_assert(listener->conns.length == 0);
    if (listener->source) {
        g_source_destroy(listener->source);
        g_source_unref(listener->source);
    }
    if (listener->gone_fd >= 0)
        close(listener->gone_fd);
    g_free(listener);
}
