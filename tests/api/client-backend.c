#include "client-backend.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/delta.h"

enum { PATIENCE_MS = 10 * LOOP_BOUND_MS };

const ClientWaits PATIENT = {.hedge_ms = PATIENCE_MS,
                             .connect_ms = PATIENCE_MS,
                             .head_ms = PATIENCE_MS,
                             .answer_ms = PATIENCE_MS,
                             .silence_ms = PATIENCE_MS,
                             .sure_ms = 1500,
                             .sure_other_ms = 13 * 1000};

// ---- the cable ----

typedef struct {
    Cable *cable;
    int near, far;
    guint near_source, far_source;
    bool armed; // an answer that is to be cut is on its way
} Wire;

static void wire_cut(Wire *wire)
{
    guint *sources[] = {&wire->near_source, &wire->far_source};
    for (guint i = 0; i < 2; i++) {
        if (*sources[i])
            g_source_remove(*sources[i]);
        *sources[i] = 0;
    }
    if (wire->near >= 0)
        close(wire->near);
    if (wire->far >= 0)
        close(wire->far);
    wire->near = wire->far = -1;
}

static void wire_free(gpointer data)
{
    wire_cut(data);
    g_free(data);
}

// False: cut.
static bool relay(int from, int to)
{
    char bytes[65536];
    gssize n = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return true;
    return n > 0 && send(to, bytes, (gsize)n, MSG_NOSIGNAL) == n;
}

static bool holds_word(Wire *wire)
{
    char bytes[4096];
    gssize n = recv(wire->near, bytes, sizeof bytes - 1, MSG_DONTWAIT | MSG_PEEK);
    return n > 0 && wire->cable->word && g_strstr_len(bytes, n, wire->cable->word);
}

static gboolean on_near(gint fd, GIOCondition condition, gpointer data)
{
    Wire *wire = data;
    Cable *cable = wire->cable;
    bool hit = cable->mode >= CABLE_CUT_REQUEST && holds_word(wire);
    (void)condition;
    if (hit)
        cable->cuts++;
    wire->armed |= hit && cable->mode == CABLE_CUT_ANSWER;
    if ((!hit || wire->armed) && relay(fd, wire->far))
        return G_SOURCE_CONTINUE;
    wire->near_source = 0;
    wire_cut(wire);
    return G_SOURCE_REMOVE;
}

static gboolean on_far(gint fd, GIOCondition condition, gpointer data)
{
    Wire *wire = data;
    (void)condition;
    if (!wire->armed && relay(fd, wire->near))
        return G_SOURCE_CONTINUE;
    wire->far_source = 0;
    wire_cut(wire);
    return G_SOURCE_REMOVE;
}

static gboolean on_accept(gint fd, GIOCondition condition, gpointer data)
{
    Cable *cable = data;
    Wire *wire = g_new0(Wire, 1);
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    (void)condition;
    wire->cable = cable;
    wire->near = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    wire->far = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(to.sun_path, cable->to, sizeof to.sun_path);
    g_ptr_array_add(cable->wires, wire);
    if (connect(wire->far, (struct sockaddr *)&to, sizeof to) != 0) {
        wire_cut(wire);
        return G_SOURCE_CONTINUE;
    }
    if (cable->mode == CABLE_MUTE)
        return G_SOURCE_CONTINUE;
    GIOCondition any = G_IO_IN | G_IO_HUP | G_IO_ERR;
    wire->near_source = g_unix_fd_add(wire->near, any, on_near, wire);
    wire->far_source = g_unix_fd_add(wire->far, any, on_far, wire);
    return G_SOURCE_CONTINUE;
}

void cable_init(Cable *cable, const char *directory, const char *name, const char *to)
{
    g_autoptr(GError) error = NULL;
    *cable = (Cable){.path = g_build_filename(directory, name, NULL), .to = g_strdup(to)};
    http_listen_unix(cable->path, 0600, &cable->listen, &error);
    g_assert_no_error(error);
    cable->wires = g_ptr_array_new_with_free_func(wire_free);
    cable->source = g_unix_fd_add(cable->listen.fd, G_IO_IN, on_accept, cable);
}

void cable_cut_all(Cable *cable)
{
    for (guint i = 0; i < cable->wires->len; i++)
        wire_cut(cable->wires->pdata[i]);
}

void cable_release(Cable *cable)
{
    g_source_remove(cable->source);
    g_ptr_array_unref(cable->wires);
    http_listen_release(&cable->listen);
    g_free(cable->path);
    g_free(cable->to);
}

// ---- the backend ----

static void reply(HttpRequest *request, unsigned status, const char *json)
{
    http_request_reply_text(request, status,
                            status < 300 ? "application/json" : "application/problem+json", json);
}

// True: answered with a no.
static bool refused(Backend *backend, HttpRequest *request)
{
    g_free(backend->bearer);
    backend->bearer = g_strdup(http_request_header(request, "Authorization"));
    if (!backend->refuse)
        return false;
    reply(request, backend->refuse,
          "{\"type\":\"urn:signalbox:problem:unknown-person\",\"title\":\"t\",\"status\":401,"
          "\"detail\":\"This token is not known here.\"}");
    return true;
}

static void get_whoami(HttpRequest *request, void *data)
{
    Backend *backend = data;
    backend->whoamis++;
    if (!refused(backend, request))
        reply(request, 200, "{\"operator\":\"anna\",\"roles\":[\"approver\"]}");
}

static void get_snapshot(HttpRequest *request, void *data)
{
    Backend *backend = data;
    backend->snapshots++;
    if (refused(backend, request))
        return;
    g_autofree char *text =
        g_strdup_printf("{\"kind\":\"me\",\"object\":{\"operator\":\"anna\",\"roles\":7}}\n%s"
                        "{\"kind\":\"end\",\"revision\":%" G_GUINT64_FORMAT "}\n",
                        backend->lines->str, backend->revision);
    http_request_reply_text(request, 200, "application/x-ndjson", text);
}

static void on_closed(HttpStream *stream, void *data)
{
    Backend *backend = data;
    for (guint i = 0; i < BACKEND_STREAMS; i++)
        if (backend->streams[i] == stream)
            backend->streams[i] = NULL;
}

static const HttpStreamCallbacks CALLBACKS = {NULL, on_closed};

static void keep_stream(Backend *backend, HttpStream *stream)
{
    for (guint i = 0; i < BACKEND_STREAMS; i++)
        if (!backend->streams[i]) {
            backend->streams[i] = stream;
            return;
        }
    g_assert_not_reached();
}

static void get_events(HttpRequest *request, void *data)
{
    Backend *backend = data;
    backend->events++;
    g_free(backend->since);
    backend->since = g_strdup(http_request_query(request, "since"));
    if (refused(backend, request))
        return;
    if (backend->gone) {
        reply(request, 410,
              "{\"type\":\"urn:signalbox:problem:gone\",\"title\":\"t\",\"status\":410,"
              "\"detail\":\"No longer kept.\"}");
        return;
    }
    HttpStream *stream =
        http_request_stream(request, 200, "text/event-stream", NULL, 0, &CALLBACKS, backend);
    const char *first = backend->first ? backend->first : ": hello\n\n";
    g_autoptr(GBytes) bytes = g_bytes_new(first, strlen(first));
    http_stream_send(stream, bytes);
    if (backend->end_streams)
        http_stream_end(stream);
    else
        keep_stream(backend, stream);
}

static void answer_signoff(HttpRequest *request, const char *id)
{
    g_autofree char *json = g_strdup_printf(
        "{\"id\":\"%s\",\"operation\":\"op-1\",\"digest\":\"d\",\"decision\":\"approve\","
        "\"operator\":\"anna\",\"at\":\"2026-11-21T03:15:02Z\",\"audit_seq\":4711}",
        id);
    reply(request, 200, json);
}

static void put_signoff(HttpRequest *request, void *data)
{
    Backend *backend = data;
    const char *id = http_request_var(request, "signoff");
    backend->puts++;
    if (backend->put_status) {
        reply(request, backend->put_status,
              backend->put_status == 503
                  ? "{\"type\":\"urn:signalbox:problem:unavailable\",\"detail\":\"Not now.\"}"
                  : "{\"type\":\"urn:signalbox:problem:wrong-digest\",\"detail\":\"It changed.\"}");
        return;
    }
    g_hash_table_add(backend->recorded, g_strdup(id));
    if (backend->hold_puts)
        backend->held = request;
    else
        answer_signoff(request, id);
}

void backend_answer_held(Backend *backend)
{
    HttpRequest *held = g_steal_pointer(&backend->held);
    g_assert_nonnull(held);
    answer_signoff(held, http_request_var(held, "signoff"));
}

static void get_signoff(HttpRequest *request, void *data)
{
    Backend *backend = data;
    const char *id = http_request_var(request, "signoff");
    backend->gets++;
    if (g_hash_table_contains(backend->recorded, id))
        answer_signoff(request, id);
    else
        reply(request, 404,
              "{\"type\":\"urn:signalbox:problem:not-found\",\"detail\":\"Never seen.\"}");
}

static void post_presence(HttpRequest *request, void *data)
{
    ((Backend *)data)->presences++;
    reply(request, 200, "[]");
}

static void get_html(HttpRequest *request, void *data)
{
    (void)data;
    http_request_reply_text(request, 200, "text/html", "<html>a portal</html>");
}

static void get_big(HttpRequest *request, void *data)
{
    const gsize size = 100 * 1000 * 1000;
    char *text = g_malloc(size);
    (void)data;
    memset(text, ' ', size);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, size);
    http_request_reply(request, 200, "application/json", bytes, NULL);
}

static const HttpRoute ROUTES[] = {
    {"GET", "/v1/whoami", get_whoami, 0, 0, NULL},
    {"GET", "/v1/snapshot", get_snapshot, 0, 0, NULL},
    {"GET", "/v1/events", get_events, 0, 0, NULL},
    {"PUT", "/v1/operations/{id}/signoffs/{signoff}", put_signoff, 0, 0, NULL},
    {"GET", "/v1/operations/{id}/signoffs/{signoff}", get_signoff, 0, 0, NULL},
    {"POST", "/v1/presence", post_presence, 0, 0, NULL},
    {"GET", "/v1/html", get_html, 0, 0, NULL},
    {"GET", "/v1/big", get_big, 0, 0, NULL},
    {NULL, NULL, NULL, 0, 0, NULL},
};

void backend_init(Backend *backend, const char *directory, const char *name)
{
    static const HttpLimits LONG = {
        .header_ms = PATIENCE_MS, .body_ms = PATIENCE_MS, .idle_ms = PATIENCE_MS};
    g_autoptr(GError) error = NULL;
    HttpServerConfig config = {.routes = ROUTES, .clock = clock_system(), .data = backend};
    *backend = (Backend){.revision = 100, .lines = g_string_new(NULL)};
    backend->path = g_build_filename(directory, name, NULL);
    backend->recorded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    backend->server = http_server_new(&config);
    http_server_listen_unix(backend->server, backend->path, 0600, &LONG, &error);
    g_assert_no_error(error);
    http_server_listen_tcp(backend->server, "127.0.0.1", 0, &LONG, &backend->port, &error);
    g_assert_no_error(error);
}

void backend_release(Backend *backend)
{
    HttpRequest *held = g_steal_pointer(&backend->held);
    http_server_free(backend->server);
    if (held)
        reply(held, 503, "{}");
    g_string_free(backend->lines, TRUE);
    g_hash_table_unref(backend->recorded);
    g_free(backend->path);
    g_free(backend->since);
    g_free(backend->bearer);
}

static char *location_json(const char *name)
{
    g_autoptr(LocationStatus) location = location_status_new(name);
    g_autoptr(json_t) json = delta_to_json(DELTA_LOCATION, location);
    return wire_format(json);
}

void backend_add_location(Backend *backend, const char *name)
{
    g_autofree char *json = location_json(name);
    g_string_append_printf(backend->lines, "%s\n", json);
}

void backend_say(Backend *backend, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    for (guint i = 0; i < BACKEND_STREAMS; i++)
        if (backend->streams[i])
            g_assert_true(http_stream_send(backend->streams[i], bytes));
}

void backend_say_location(Backend *backend, const char *name)
{
    g_autofree char *json = location_json(name);
    g_autofree char *text = g_strdup_printf("id: %" G_GUINT64_FORMAT "\nevent: delta\ndata: %s\n\n",
                                            ++backend->revision, json);
    backend_add_location(backend, name);
    backend_say(backend, text);
}

void backend_end_streams(Backend *backend)
{
    for (guint i = 0; i < BACKEND_STREAMS; i++) {
        HttpStream *stream = g_steal_pointer(&backend->streams[i]);
        if (stream)
            http_stream_end(stream);
    }
}

guint backend_streams(const Backend *backend)
{
    guint n = 0;
    for (guint i = 0; i < BACKEND_STREAMS; i++)
        n += backend->streams[i] != NULL;
    return n;
}
