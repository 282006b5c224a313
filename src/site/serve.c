// Listening, and what a fault does to a request before any API sees it.
#include <string.h>

#include "base/error.h"
#include "site/site.h"

enum { HUGE_BYTES = 100 * 1000 * 1000, HUGE_PIECE = 64 * 1024 };

void site_hold(Site *site, HttpRequest *request)
{
    // Whoever asked first has long given up.
    if (site->held->len >= HELD_MAX) {
        HttpRequest *oldest = g_ptr_array_steal_index(site->held, 0);
        http_request_reply(oldest, 503, NULL, NULL, NULL);
    }
    g_ptr_array_add(site->held, request);
}

void site_release_held(Site *site)
{
    g_autoptr(GPtrArray) held = site->held;
    site->held = g_ptr_array_new();
    for (guint i = 0; i < held->len; i++)
        http_request_reply(g_ptr_array_index(held, i), 503, NULL, NULL, NULL);
}

// ---- A late answer --------------------------------------------------------------------------------

typedef struct {
    Site *site;
    HttpRequest *request;
    const Endpoint *endpoint;
} Late;

static bool only_reads(const Endpoint *endpoint)
{
    return strcmp(endpoint->method, "GET") == 0;
}

static void handle(Site *site, HttpRequest *request, const Endpoint *endpoint)
{
    Grant grant = site_token_grant(site, request);
    if (endpoint->access == ACCESS_TOKEN && site->fault.throttle > 0) {
        site->fault.throttle--;
        site_refuse(site, request, 429, "SubscriptionRequestsThrottled",
                    "Number of requests exceeded. Please try again later.");
    } else if (endpoint->access == ACCESS_TOKEN && grant == GRANT_NONE) {
        site_refuse(
            site, request, 401, "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing or its token is no "
            "longer good.");
    } else if (grant == GRANT_READ && !only_reads(endpoint)) {
        site_refuse(site, request, 403, "AuthorizationFailed",
                    "The client does not have authorization to perform this action: its token may "
                    "only read.");
    } else {
        endpoint->handle(site, request);
    }
}

static gboolean on_late(gpointer data)
{
    Late *late = data;
    handle(late->site, late->request, late->endpoint);
    return G_SOURCE_REMOVE;
}

// ---- A hundred megabytes --------------------------------------------------------------------------

typedef struct {
    gsize left;
    GBytes *piece;
} Huge;

static void huge_free(Huge *huge)
{
    g_bytes_unref(huge->piece);
    g_free(huge);
}

static void huge_drained(HttpStream *stream, void *data)
{
    Huge *huge = data;
    while (huge->left >= HUGE_PIECE && http_stream_send(stream, huge->piece))
        huge->left -= HUGE_PIECE;
    if (huge->left >= HUGE_PIECE)
        return;
    http_stream_end(stream);
    huge_free(huge);
}

static void huge_closed(HttpStream *stream, void *data)
{
    (void)stream;
    huge_free(data);
}

static void answer_huge(HttpRequest *request)
{
    static const HttpStreamCallbacks callbacks = {huge_drained, huge_closed};
    Huge *huge = g_new0(Huge, 1);
    huge->left = HUGE_BYTES;
    char *blanks = g_malloc(HUGE_PIECE);
    memset(blanks, ' ', HUGE_PIECE);
    huge->piece = g_bytes_new_take(blanks, HUGE_PIECE);
    HttpStream *stream =
        http_request_stream(request, 200, "application/json", NULL, 0, &callbacks, huge);
    huge_drained(stream, huge);
}

// ---- Faults, then the API -------------------------------------------------------------------------

static void dispatch(HttpRequest *request, void *data)
{
    Site *site = data;
    const Endpoint *endpoint = http_request_route(request)->arg;
    switch (site->fault.kind) {
    case FAULT_HANG:
        site_hold(site, request);
        break;
    case FAULT_GARBAGE:
        http_request_reply_text(request, 200, "application/json", "<html>{\"value\": [[[ it works");
        break;
    case FAULT_HUGE:
        answer_huge(request);
        break;
    case FAULT_SLOW: {
        Late *late = g_new(Late, 1);
        *late = (Late){site, request, endpoint};
        g_timeout_add_full(G_PRIORITY_DEFAULT, (guint)site->fault.delay_ms, on_late, late, g_free);
        break;
    }
    case FAULT_NONE:
    case FAULT_MUTE:
    case FAULT_DOWN:
    case FAULT_COUNT:
        handle(site, request, endpoint);
        break;
    }
}

static void dispatch_control(HttpRequest *request, void *data)
{
    const Endpoint *endpoint = http_request_route(request)->arg;
    endpoint->handle(data, request);
}

static void on_refuse(HttpRequest *request, unsigned status, const char *sentence, void *data)
{
    site_refuse(data, request, status, status == 404 ? "ResourceNotFound" : "InvalidRequest",
                sentence);
}

static guint count(const Endpoint *endpoints)
{
    guint n = 0;
    while (endpoints[n].method)
        n++;
    return n;
}

static void add_routes(HttpRoute *routes, const Endpoint *endpoints,
                       void (*handler)(HttpRequest *request, void *data))
{
    for (guint i = 0; endpoints[i].method; i++)
        routes[i] = (HttpRoute){.method = endpoints[i].method,
                                .pattern = endpoints[i].pattern,
                                .handler = handler,
                                .flags = HTTP_ROUTE_NOCASE,
                                .max_body = REPLICATE_BYTES_MAX,
                                .arg = &endpoints[i]};
}

static HttpServer *make_server(Site *site, const HttpRoute *routes)
{
    return http_server_new(&(HttpServerConfig){
        .routes = routes, .clock = site->clock, .hooks = {.refuse = on_refuse}, .data = site});
}

static bool tell_port(const Site *site, GError **error)
{
    g_autofree char *text = g_strdup_printf("%u\n", site->port);
    g_autoptr(GError) reason = NULL;
    if (!site->config.port_file || g_file_set_contents(site->config.port_file, text, -1, &reason))
        return true;
    g_set_error(error, ERR, ERR_INTERNAL, "Cannot write the port file: %s.", reason->message);
    return false;
}

bool site_listen(Site *site, GError **error)
{
    if (!site->routes) {
        guint arm = count(ARM_ENDPOINTS), own = count(OWN_ENDPOINTS);
        site->routes = g_new0(HttpRoute, arm + own + count(STOCK_ENDPOINTS) + 1);
        add_routes(site->routes, ARM_ENDPOINTS, dispatch);
        add_routes(site->routes + arm, OWN_ENDPOINTS, dispatch);
        add_routes(site->routes + arm + own, STOCK_ENDPOINTS, dispatch);
    }
    g_autoptr(HttpServer) server = make_server(site, site->routes);
    if (site->config.socket &&
        !http_server_listen_unix(server, site->config.socket, 0600, NULL, error))
        return false;
    guint16 port = site->port ? site->port : site->config.port;
    if (site->config.address &&
        !http_server_listen_tcp(server, site->config.address, port, NULL, &site->port, error))
        return false;
    site->server = g_steal_pointer(&server);
    return !site->config.address || tell_port(site, error);
}

void site_unlisten(Site *site)
{
    g_clear_pointer(&site->server, http_server_free);
    site_release_held(site);
}

bool site_control_listen(Site *site, GError **error)
{
    if (!site->config.control)
        return true;
    site->control_routes = g_new0(HttpRoute, count(CONTROL_ENDPOINTS) + 1);
    add_routes(site->control_routes, CONTROL_ENDPOINTS, dispatch_control);
    site->control = make_server(site, site->control_routes);
    return http_server_listen_unix(site->control, site->config.control, 0600, NULL, error);
}
