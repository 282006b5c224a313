// Answers without an end: fan-out, slow readers, ends from either side, and the reader of events on top.
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "http-loop.h"
#include "http/ndjson.h"
#include "http/sse.h"

enum { SUBSCRIBERS = 200, LINES = 5000 };

typedef struct {
    HttpServer *server;
    HttpClient *client;
    guint16 port;
    GPtrArray *streams; // HttpStream *, open ones
    guint opened;
    guint closed;
    guint drained;
    bool send_gap; // what drained does
    HttpRequest *held;
    bool has_held;
    guint next_line; // of the producer
} Fixture;

// ---- server side

static void on_drained(HttpStream *stream, void *data)
{
    Fixture *fixture = (Fixture *)data;
    fixture->drained++;
    g_assert_cmpuint(http_stream_queued(stream), ==, 0);
    if (!fixture->send_gap)
        return;
    g_autoptr(GBytes) gap = g_bytes_new_static("event: gap\ndata: 9\n\n", 20);
    g_assert_true(http_stream_send(stream, gap));
}

static void on_closed(HttpStream *stream, void *data)
{
    Fixture *fixture = (Fixture *)data;
    fixture->closed++;
    g_assert_true(g_ptr_array_remove_fast(fixture->streams, stream));
    http_stream_end(stream); // says nothing new, and is allowed
}

static const HttpStreamCallbacks CALLBACKS = {.drained = on_drained, .closed = on_closed};

static void events(HttpRequest *request, void *data)
{
    Fixture *fixture = (Fixture *)data;
    const HttpHeader headers[] = {{"Cache-Control", "no-store"}, {0}};
    HttpStream *stream = http_request_stream(request, 200, "text/event-stream", headers, 64 * 1024,
                                             &CALLBACKS, fixture);
    g_ptr_array_add(fixture->streams, stream);
    fixture->opened++;
}

static void hold(HttpRequest *request, void *data)
{
    Fixture *fixture = (Fixture *)data;
    fixture->held = request;
    fixture->has_held = true;
}

// Writes lines as fast as they are taken: refused ones come again when the queue has run empty.
static void produce(HttpStream *stream, void *data)
{
    Fixture *fixture = (Fixture *)data;
    while (fixture->next_line < LINES) {
        g_autofree char *line =
            g_strdup_printf("{\"n\":%u,\"filler\":\"%0100d\"}\n", fixture->next_line, 0);
        g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
        if (!http_stream_send(stream, bytes))
            return;
        fixture->next_line++;
    }
    http_stream_end(stream);
}

static void lines(HttpRequest *request, void *data)
{
    static const HttpStreamCallbacks PRODUCER = {.drained = produce};
    produce(
        http_request_stream(request, 200, "application/x-ndjson", NULL, 16 * 1024, &PRODUCER, data),
        data);
}

// Writes a few lines, and more only when they have been sent. One slice is empty: it is drained at once.
static void pace(HttpStream *stream, void *data)
{
    Fixture *fixture = (Fixture *)data;
    g_assert_cmpuint(http_stream_queued(stream), ==, 0);
    guint n = fixture->drained++ == 2 ? 0 : 50;
    for (guint end = MIN(fixture->next_line + n, LINES); fixture->next_line < end;) {
        g_autofree char *line =
            g_strdup_printf("{\"n\":%u,\"paced\":true}\n", fixture->next_line++);
        g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
        g_assert_true(http_stream_send(stream, bytes));
    }
    if (fixture->next_line == LINES) {
        http_stream_end(stream);
        return;
    }
    g_autoptr(GBytes) more = g_bytes_new_static("\n", 1);
    http_stream_pause(stream);
    g_assert_false(http_stream_send(stream, more));
}

static void paced(HttpRequest *request, void *data)
{
    static const HttpStreamCallbacks PACED = {.drained = pace};
    pace(http_request_stream(request, 200, "application/x-ndjson", NULL, 0, &PACED, data), data);
}

// Has more to write when the server stops.
static void half(HttpRequest *request, void *data)
{
    static const HttpStreamCallbacks HALF = {.drained = pace};
    Fixture *fixture = (Fixture *)data;
    HttpStream *stream =
        http_request_stream(request, 200, "application/x-ndjson", NULL, 0, &HALF, data);
    g_autoptr(GBytes) line = g_bytes_new_static("data: half\n\n", 12);
    http_stream_set_finite(stream);
    g_assert_true(http_stream_send(stream, line));
    http_stream_pause(stream);
    http_server_drain(fixture->server);
}

static const HttpRoute ROUTES[] = {
    {.method = "GET", .pattern = "/events", .handler = events},
    {.method = "GET", .pattern = "/lines", .handler = lines},
    {.method = "GET", .pattern = "/paced", .handler = paced},
    {.method = "GET", .pattern = "/half", .handler = half},
    {.method = "GET", .pattern = "/hold", .handler = hold},
    {0},
};

static void publish(Fixture *fixture, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    for (guint i = 0; i < fixture->streams->len; i++)
        http_stream_send((HttpStream *)fixture->streams->pdata[i], bytes);
}

// ---- client side

typedef struct {
    SseReader reader;
    HttpCall *call;
    guint events;
    GString *seen;
    bool done;
    GError *error;
    unsigned status;
} Listener;

static void on_event(const SseEvent *event, void *data)
{
    Listener *listener = (Listener *)data;
    listener->events++;
    if (listener->seen->len < 4096)
        g_string_append_printf(listener->seen, "[%s %s %.20s]", event->type, event->id,
                               event->data);
}

static bool on_head(HttpCall *call, const HttpResponse *response, void *data)
{
    (void)call;
    ((Listener *)data)->status = http_response_status(response);
    return http_response_status(response) == 200;
}

static void on_piece(HttpCall *call, const char *bytes, gsize n, void *data)
{
    (void)call;
    g_autoptr(GError) error = NULL;
    sse_reader_feed(&((Listener *)data)->reader, bytes, n, &error);
    g_assert_no_error(error);
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    (void)response;
    Listener *listener = (Listener *)data;
    listener->done = true;
    listener->error = error ? g_error_copy(error) : NULL;
}

static void listener_start(Listener *listener, Fixture *fixture, const char *path,
                           gint64 silence_ms)
{
    static const SseCallbacks SSE = {.event = on_event};
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u%s", fixture->port, path);
    *listener = (Listener){.seen = g_string_new(NULL)};
    sse_reader_init(&listener->reader, 0, 0, &SSE, listener);
    listener->call = http_client_send(fixture->client,
                                      &(HttpSpec){.url = url,
                                                  .connect_ms = LOOP_BOUND_MS,
                                                  .head = on_head,
                                                  .piece = on_piece,
                                                  .silence_ms = silence_ms},
                                      on_done, listener);
}

static void listener_release(Listener *listener)
{
    sse_reader_release(&listener->reader);
    g_string_free(listener->seen, TRUE);
    g_clear_error(&listener->error);
}

// ---- fixture

static void set_up(Fixture *fixture, gconstpointer data)
{
    HttpServerConfig config = {.routes = ROUTES, .clock = clock_system(), .data = fixture};
    g_autoptr(GError) error = NULL;
    fixture->streams = g_ptr_array_new();
    fixture->server = http_server_new(&config);
    http_server_listen_tcp(fixture->server, "127.0.0.1", 0, (const HttpLimits *)data,
                           &fixture->port, &error);
    g_assert_no_error(error);
    fixture->client = http_client_new(clock_system(), NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    http_client_free(fixture->client);
    http_server_free(fixture->server);
    g_assert_cmpuint(fixture->closed, ==, fixture->opened);
    g_ptr_array_free(fixture->streams, TRUE);
}

// ---- tests

static void test_events_arrive(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/events", 0);
    loop_until_count(&fixture->opened, 1);
    publish(fixture, "id: 1\ndata: one\n\n");
    publish(fixture, "id: 2\nevent: verdict\nda");
    loop_until_count(&listener.events, 1);
    publish(fixture, "ta: two\n\n: heartbeat\n\n");
    loop_until_count(&listener.events, 2);
    g_assert_cmpstr(listener.seen->str, ==, "[message 1 one][verdict 2 two]");
    http_call_cancel(listener.call);
    loop_until_count(&fixture->closed, 1); // noticed at once, without a heartbeat
    listener_release(&listener);
}

static void test_fan_out(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree Listener *all = g_new0(Listener, SUBSCRIBERS);
    for (guint i = 0; i < SUBSCRIBERS; i++)
        listener_start(&all[i], fixture, "/events", 0);
    loop_until_count(&fixture->opened, SUBSCRIBERS);
    for (guint round = 1; round <= 20; round++) {
        publish(fixture, "data: x\n\n");
        for (guint i = 0; i < SUBSCRIBERS; i++)
            loop_until_count(&all[i].events, round);
    }
    // Half of them leave, the rest go on.
    for (guint i = 0; i < SUBSCRIBERS; i += 2)
        http_call_cancel(all[i].call);
    loop_until_count(&fixture->closed, SUBSCRIBERS / 2);
    publish(fixture, "data: y\n\n");
    for (guint i = 1; i < SUBSCRIBERS; i += 2)
        loop_until_count(&all[i].events, 21);
    for (guint i = 1; i < SUBSCRIBERS; i += 2)
        http_call_cancel(all[i].call);
    for (guint i = 0; i < SUBSCRIBERS; i++)
        listener_release(&all[i]);
}

// After a refusal nothing is taken, however small: or there would be a hole that nobody tells of.
static void assert_refuses(Fixture *fixture)
{
    g_autoptr(GBytes) small = g_bytes_new_static(":\n", 2);
    guint full = 0;
    for (guint i = 0; i < fixture->streams->len; i++) {
        HttpStream *stream = (HttpStream *)fixture->streams->pdata[i];
        full += http_stream_queued(stream) > 0 && !http_stream_send(stream, small);
    }
    g_assert_cmpuint(full, ==, 1);
}

static void test_slow_reader(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener quick;
    int slow = raw_connect(fixture->port);
    g_autofree char *filler = g_strnfill(8000, 'x');
    g_autofree char *event = g_strdup_printf("data: %s\n\n", filler);
    guint n = 0;
    fixture->send_gap = true;
    listener_start(&quick, fixture, "/events", 0);
    raw_send(slow, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_until_count(&fixture->opened, 2);
    // The quick one gets every event while the slow one's buffers and queue fill up.
    for (; n < 2000; n++) {
        publish(fixture, event);
        loop_until_count(&quick.events, n + 1);
    }
    g_assert_cmpuint(fixture->drained, ==, 0);
    assert_refuses(fixture);
    g_autofree char *text = raw_read_until(slow, "event: gap\ndata: 9\n\n");
    g_assert_cmpuint(fixture->drained, ==, 1);
    g_assert_cmpuint(strlen(text), <, 2000 * strlen(event));
    publish(fixture, event); // it is taken again
    g_autofree char *more = raw_read_until(slow, "xxxx");
    http_call_cancel(quick.call);
    close(slow);
    loop_until_count(&fixture->closed, 2);
    listener_release(&quick);
}

static void test_stalled_reader_is_cut(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int stalled = raw_connect(fixture->port);
    g_autofree char *filler = g_strnfill(60000, 'x');
    raw_send(stalled, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_until_count(&fixture->opened, 1);
    for (int i = 0; i < 200; i++) {
        publish(fixture, filler);
        loop_for(1);
    }
    loop_until_count(&fixture->closed, 1);
    close(stalled);
}

static void test_silent_stream_stays(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/events", 0);
    loop_until_count(&fixture->opened, 1);
    loop_for(1500); // the listener's limits are shorter
    g_assert_cmpuint(fixture->closed, ==, 0);
    publish(fixture, "data: still here\n\n");
    loop_until_count(&listener.events, 1);
    http_call_cancel(listener.call);
    listener_release(&listener);
}

static void test_owner_ends(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/events", 0);
    loop_until_count(&fixture->opened, 1);
    publish(fixture, "data: last\n\n");
    http_stream_end((HttpStream *)fixture->streams->pdata[0]);
    loop_until(&listener.done);
    g_assert_no_error(listener.error);
    g_assert_cmpstr(listener.seen->str, ==, "[message  last]");
    g_assert_cmpuint(fixture->closed, ==, 0);
    fixture->opened = 0;
    listener_release(&listener);
}

static void test_server_stops(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener all[5];
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        listener_start(&all[i], fixture, "/events", 0);
    loop_until_count(&fixture->opened, G_N_ELEMENTS(all));
    publish(fixture, "data: last\n\n");
    http_server_free(g_steal_pointer(&fixture->server));
    g_assert_cmpuint(fixture->closed, ==, G_N_ELEMENTS(all));
    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        loop_until(&all[i].done);
        g_assert_no_error(all[i].error); // a clean end
        g_assert_cmpuint(all[i].events, ==, 1);
        listener_release(&all[i]);
    }
}

static void test_server_drains(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/events", 0);
    loop_until_count(&fixture->opened, 1);
    http_server_drain(fixture->server);
    loop_until(&listener.done);
    g_assert_no_error(listener.error);
    g_assert_cmpuint(fixture->closed, ==, 1);
    listener_release(&listener);
}

// What the server could not finish does not look whole.
static void test_server_drains_half(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/half", 0);
    loop_until(&listener.done);
    g_assert_nonnull(listener.error);
    g_assert_cmpuint(listener.events, ==, 1); // what was queued has come
    g_assert_cmpuint(fixture->drained, ==, 0);
    listener_release(&listener);
}

static void test_stream_begun_late(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/hold", 0);
    loop_until(&fixture->has_held);
    events(fixture->held, fixture);
    publish(fixture, "data: late\n\n");
    loop_until_count(&listener.events, 1);
    http_call_cancel(listener.call);
    listener_release(&listener);
}

static void test_stream_for_nobody(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    listener_start(&listener, fixture, "/hold", 0);
    loop_until(&fixture->has_held);
    http_server_free(g_steal_pointer(&fixture->server));
    loop_until(&listener.done);
    events(fixture->held, fixture);
    publish(fixture, "data: nobody\n\n");
    g_assert_cmpuint(fixture->closed, ==, 0);
    loop_until_count(&fixture->closed, 1);
    g_assert_cmpuint(listener.status, ==, 503);
    g_assert_error(listener.error, ERR, ERR_CANCELLED);
    listener_release(&listener);
}

// True if heartbeats kept the stream open for six times a third of its limit. A machine that stands still for longer
// than the limit lets none through.
static bool survives(Fixture *fixture, Listener *listener, gint64 limit_ms)
{
    guint opened = fixture->opened;
    listener_start(listener, fixture, "/events", limit_ms);
    loop_until_count(&fixture->opened, opened + 1);
    for (int i = 0; i < 6 && !listener->done; i++) {
        publish(fixture, ": heartbeat\n\n");
        loop_for(limit_ms / 3);
    }
    return !listener->done;
}

static void test_silence_is_noticed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Listener listener;
    gint64 limit_ms = 300;
    for (; !survives(fixture, &listener, limit_ms); limit_ms *= 2) {
        g_assert_cmpint(limit_ms, <, LOOP_BOUND_MS / 4);
        loop_until_count(&fixture->closed, fixture->opened);
        listener_release(&listener);
    }
    loop_until(&listener.done);
    g_autofree char *words = g_strdup_printf("nothing came for %d ms", (int)limit_ms);
    g_assert_error(listener.error, ERR, ERR_TIMEOUT);
    g_assert_nonnull(strstr(listener.error->message, words));
    listener_release(&listener);
}

typedef struct {
    NdjsonReader reader;
    guint lines;
    bool done;
} LineListener;

static void on_line(const char *line, gsize n, void *data)
{
    LineListener *listener = (LineListener *)data;
    g_autofree char *begin = g_strdup_printf("{\"n\":%u,", listener->lines++);
    g_assert_true(n > strlen(begin) && g_str_has_prefix(line, begin) && line[n - 1] == '}');
}

static void on_lines(HttpCall *call, const char *bytes, gsize n, void *data)
{
    (void)call;
    g_assert_true(ndjson_reader_feed(&((LineListener *)data)->reader, bytes, n, NULL));
}

static void on_lines_done(HttpCall *call, const HttpResponse *response, const GError *error,
                          void *data)
{
    (void)call;
    (void)response;
    g_assert_no_error(error);
    ((LineListener *)data)->done = true;
}

static void check_lines(Fixture *fixture, const char *path)
{
    LineListener listener = {0};
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u%s", fixture->port, path);
    ndjson_reader_init(&listener.reader, 1000, on_line, &listener);
    http_client_send(fixture->client,
                     &(HttpSpec){.url = url, .connect_ms = LOOP_BOUND_MS, .piece = on_lines},
                     on_lines_done, &listener);
    loop_until(&listener.done);
    g_assert_true(ndjson_reader_end(&listener.reader, NULL));
    g_assert_cmpuint(listener.lines, ==, LINES);
    ndjson_reader_release(&listener.reader);
}

static void test_lines_as_they_are_taken(Fixture *fixture, gconstpointer data)
{
    (void)data;
    check_lines(fixture, "/lines");
}

static void test_lines_in_slices(Fixture *fixture, gconstpointer data)
{
    (void)data;
    check_lines(fixture, "/paced");
    g_assert_cmpuint(fixture->drained, ==, LINES / 50 + 1);
}

int main(int argc, char **argv)
{
    // A limit that a test is not about would cut what a slow machine has not done yet. Those of bodies and answers do not
    // touch a stream, however short.
    static const HttpLimits LONG = {.header_ms = LOOP_BOUND_MS, .idle_ms = LOOP_BOUND_MS};
    static const HttpLimits MANY = {
        .connections = SUBSCRIBERS + 10, .header_ms = LOOP_BOUND_MS, .idle_ms = LOOP_BOUND_MS};
    static const HttpLimits SHORT = {
        .header_ms = LOOP_BOUND_MS, .body_ms = 300, .idle_ms = 1000, .reply_ms = 300};
    static const struct {
        const char *path;
        void (*test)(Fixture *fixture, gconstpointer data);
        const HttpLimits *limits;
    } TESTS[] = {
        {"/stream/events-arrive", test_events_arrive, &LONG},
        {"/stream/fan-out", test_fan_out, &MANY},
        {"/stream/slow-reader", test_slow_reader, &LONG},
        {"/stream/stalled-reader-is-cut", test_stalled_reader_is_cut, &SHORT},
        {"/stream/silent-stream-stays", test_silent_stream_stays, &SHORT},
        {"/stream/owner-ends", test_owner_ends, &LONG},
        {"/stream/server-stops", test_server_stops, &LONG},
        {"/stream/server-drains", test_server_drains, &LONG},
        {"/stream/server-drains-half", test_server_drains_half, &LONG},
        {"/stream/begun-late", test_stream_begun_late, &LONG},
        {"/stream/for-nobody", test_stream_for_nobody, &LONG},
        {"/stream/silence-is-noticed", test_silence_is_noticed, &LONG},
        {"/stream/lines-as-they-are-taken", test_lines_as_they_are_taken, &LONG},
        {"/stream/lines-in-slices", test_lines_in_slices, &LONG},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(TESTS); i++)
        g_test_add(TESTS[i].path, Fixture, TESTS[i].limits, set_up, TESTS[i].test, tear_down);
    return g_test_run();
}
