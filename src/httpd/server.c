#include "httpd/server.h"

#include <signal.h>

#include "base/error.h"
#include "httpd/private.h"

enum { DEFAULT_MAX_BODY = 1 << 20, FINAL_RUNS = 64 };

static const HttpLimits DEFAULTS = {
    .connections = 256,
    .connections_per_ip = -1,
    .header_ms = 10000,
    .body_ms = 30000,
    .idle_ms = 30000,
    .reply_ms = 120000,
    .memory = 8192,
};

static int limit_or(int value, int otherwise)
{
    return value ? value : otherwise;
}

static HttpLimits limits_filled(const HttpLimits *limits)
{
    if (!limits)
        return DEFAULTS;
    return (HttpLimits){
        .connections = limit_or(limits->connections, DEFAULTS.connections),
        .connections_per_ip = limit_or(limits->connections_per_ip, DEFAULTS.connections_per_ip),
        .header_ms = limit_or(limits->header_ms, DEFAULTS.header_ms),
        .body_ms = limit_or(limits->body_ms, DEFAULTS.body_ms),
        .idle_ms = limit_or(limits->idle_ms, DEFAULTS.idle_ms),
        .reply_ms = limit_or(limits->reply_ms, DEFAULTS.reply_ms),
        .memory = limit_or(limits->memory, DEFAULTS.memory),
    };
}

// Writing to a connection that was just cut must be an error, not the end of the program.
static void ignore_sigpipe(void)
{
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

HttpServer *http_server_new(const HttpServerConfig *config)
{
    for (const HttpRoute *route = config->routes; route->method; route++)
        g_assert(http_route_is_valid(route));
    ignore_sigpipe();
    HttpServer *server = g_new0(HttpServer, 1);
    server->config = *config;
    if (server->config.max_body == 0)
        server->config.max_body = DEFAULT_MAX_BODY;
    server->listeners = g_ptr_array_new_with_free_func((GDestroyNotify)http_listener_free);
    g_queue_init(&server->owed);
    g_queue_init(&server->streams);
    return server;
}

static bool add_listener(HttpServer *server, HttpListen *listen, const HttpLimits *limits,
                         GError **error)
{
    g_assert(!server->draining);
    HttpLimits filled = limits_filled(limits);
    HttpListener *listener = http_listener_new(server, listen, &filled, error);
    if (listener)
        g_ptr_array_add(server->listeners, listener);
    return listener != NULL;
}

bool http_server_listen_unix(HttpServer *server, const char *path, mode_t mode,
                             const HttpLimits *limits, GError **error)
{
    HttpListen listen;
    return http_listen_unix(path, mode ? mode : 0600, &listen, error) &&
           add_listener(server, &listen, limits, error);
}

bool http_server_listen_tcp(HttpServer *server, const char *address, guint16 port,
                            const HttpLimits *limits, guint16 *ret_port, GError **error)
{
    HttpListen listen;
    guint16 taken;
    if (!http_listen_tcp(address, port, &listen, &taken, error) ||
        !add_listener(server, &listen, limits, error))
        return false;
    if (ret_port)
        *ret_port = taken;
    return true;
}

// A connection between two requests has nothing to lose.
static void cut_idle(HttpListener *listener)
{
    for (GList *link = listener->conns.head; link; link = link->next) {
        HttpConn *conn = (HttpConn *)link->data;
        if (!conn->request)
            http_conn_set_deadline(conn, 0);
    }
}

void http_server_drain(HttpServer *server)
{
    server->draining = true;
    for (guint i = 0; i < server->listeners->len; i++) {
        HttpListener *listener = (HttpListener *)server->listeners->pdata[i];
        http_listener_stop_accepting(listener);
        cut_idle(listener);
    }
    for (GList *link = server->streams.head; link; link = link->next)
        http_stream_finish((HttpStream *)link->data);
}

// Answers what handlers still hold. They keep their pointers, which lead nowhere from now on.
static void answer_owed(HttpServer *server)
{
    GList *link;
    while ((link = server->owed.head)) {
        HttpRequest *request = (HttpRequest *)link->data;
        request->by_server = true; // the handler still owes its answer, which will go nowhere
        http_request_refuse(request, 503, "The server is stopping.");
        request->by_server = false;
    }
}

void http_server_free(HttpServer *server)
{
    if (!server)
        return;
    http_server_drain(server);
    answer_owed(server);
    // libmicrohttpd aborts if it is stopped with suspended connections. All were resumed above,
    // none suspends again while draining; running takes note of that, and sends what goes without
    // waiting.
    for (guint i = 0; i < server->listeners->len; i++)
        for (int n = 0; n < FINAL_RUNS; n++)
            http_listener_run((HttpListener *)server->listeners->pdata[i]);
    g_ptr_array_free(server->listeners, TRUE);
    g_assert(server->owed.length == 0 && server->streams.length == 0);
    g_free(server);
}

guint http_server_connections(const HttpServer *server)
{
    guint n = 0;
    for (guint i = 0; i < server->listeners->len; i++)
        n += ((const HttpListener *)server->listeners->pdata[i])->conns.length;
    return n;
}
