// One request, one answer: the client against the server in one process, over a Unix socket and TCP.
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "http-loop.h"

typedef struct {
    HttpServer *server;
    HttpClient *client;
    char *dir;
    char *path; // the socket
    guint16 port;
    HttpRequest *held;
    bool has_held;
    guint accesses;
    unsigned last_status;
    char *last_line; // of the access hook
    bool refuse_all; // what the guard says
} Fixture;

// ---- handlers

static void show(HttpRequest *request, void *data)
{
    (void)data;
    const HttpPeer *peer = http_request_peer(request);
    guint n;
    http_request_query_items(request, &n);
    g_autofree char *text = g_strdup_printf(
        "%s %s g=%s q=%s n=%u local=%d uid=%d pid=%d if-match=%s", http_request_method(request),
        http_request_path(request), http_request_var(request, "g"),
        http_request_query(request, "q"), n, peer->local, peer->local ? (int)peer->uid : -1,
        (int)peer->pid, http_request_header(request, "if-match"));
    http_request_reply_text(request, 200, "text/plain", text);
}

static void echo(HttpRequest *request, void *data)
{
    (void)data;
    const HttpHeader headers[] = {{"ETag", "\"7\""}, {"Bad", "a\r\nInjected: yes"}, {0}};
    http_request_reply(request, 201, "application/octet-stream", http_request_body(request),
                       headers);
}

static void hold(HttpRequest *request, void *data)
{
    Fixture *fixture = (Fixture *)data;
    fixture->held = request;
    fixture->has_held = true;
}

static void big(HttpRequest *request, void *data)
{
    (void)data;
    gsize size = 100u << 20;
    g_autoptr(GBytes) body = g_bytes_new_take(g_malloc0(size), size);
    http_request_reply(request, 200, "application/json", body, NULL);
}

static void group(HttpRequest *request, void *data)
{
    (void)data;
    bool in = http_request_peer_in_group(request, getegid());
    bool out = http_request_peer_in_group(request, 54321);
    http_request_reply_text(request, 200, "text/plain", in && !out ? "yes" : "no");
}

static const HttpRoute ROUTES[] = {
    {.method = "GET", .pattern = "/v1/groups/{g}/workloads", .handler = show},
    {.method = "GET", .pattern = "/files/{g*}", .handler = show},
    {.method = "POST", .pattern = "/echo", .handler = echo},
    {.method = "PUT", .pattern = "/echo", .handler = echo},
    {.method = "POST", .pattern = "/small", .handler = echo, .max_body = 10},
    {.method = "GET", .pattern = "/hold", .handler = hold},
    {.method = "POST", .pattern = "/hold", .handler = hold},
    {.method = "GET", .pattern = "/big", .handler = big},
    {.method = "GET", .pattern = "/group", .handler = group},
    {0},
};

// ---- hooks

static bool guard(HttpRequest *request, void *data)
{
    if (!((Fixture *)data)->refuse_all)
        return true;
    http_request_reply_text(request, 401, "text/plain", "who are you?");
    return false;
}

static void on_access(const HttpAccess *access, void *data)
{
    Fixture *fixture = (Fixture *)data;
    fixture->accesses++;
    fixture->last_status = access->status;
    g_free(fixture->last_line);
    fixture->last_line = g_strdup_printf("%s %s %s %u", http_request_id(access->request),
                                         http_request_method(access->request),
                                         http_request_path(access->request), access->status);
}

// ---- fixture

static void set_up_with(Fixture *fixture, const HttpLimits *limits)
{
    HttpServerConfig config = {
        .routes = ROUTES,
        .clock = clock_system(),
        .hooks = {.guard = guard, .access = on_access},
        .max_body = 100000,
        .data = fixture,
    };
    g_autoptr(GError) error = NULL;
    fixture->dir = dir_make();
    fixture->path = g_build_filename(fixture->dir, "sock", NULL);
    fixture->server = http_server_new(&config);
    http_server_listen_unix(fixture->server, fixture->path, 0, limits, &error);
    g_assert_no_error(error);
    http_server_listen_tcp(fixture->server, "127.0.0.1", 0, limits, &fixture->port, &error);
    g_assert_no_error(error);
    fixture->client = http_client_new(clock_system(), NULL);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    set_up_with(fixture, (const HttpLimits *)data);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    http_client_free(fixture->client);
    http_server_free(fixture->server);
    dir_remove(fixture->dir);
    g_free(fixture->path);
    g_free(fixture->last_line);
}

static char *url_of(const Fixture *fixture, const char *path)
{
    return g_strdup_printf("http://127.0.0.1:%u%s", fixture->port, path);
}

static Answer send_to(Fixture *fixture, const char *method, const char *path, GBytes *body)
{
    g_autofree char *url = url_of(fixture, path);
    return ask(fixture->client, &(HttpSpec){.method = method, .url = url, .body = body});
}

// ---- tests

static void test_unix(Fixture *fixture, gconstpointer data)
{
    (void)data;
    const HttpField headers[] = {{"If-Match", "\"41\""}, {0}};
    g_autofree char *wanted = g_strdup_printf("GET /v1/groups/a%%2Fb%%20c/workloads g=a/b c q=x+y "
                                              "z n=2 local=1 uid=%d pid=%d if-match=\"41\"",
                                              (int)getuid(), (int)getpid());
    Answer answer = ask(fixture->client,
                        &(HttpSpec){.url = "http://box/v1/groups/a%2Fb%20c/workloads?q=x%2By+z&e",
                                    .socket_path = fixture->path,
                                    .headers = headers});
    g_assert_no_error(answer.error);
    g_assert_cmpuint(answer.status, ==, 200);
    g_assert_cmpstr(answer.body, ==, wanted);
    g_assert_cmpstr(answer.content_type, ==, "text/plain");
    answer_clear(&answer);
    answer = ask_get(fixture->client, "http://box/group", fixture->path);
    g_assert_cmpstr(answer.body, ==, "yes");
    answer_clear(&answer);
}

static void test_tcp(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = send_to(fixture, "GET", "/files/a/b%2Fc/d", NULL);
    g_assert_no_error(answer.error);
    g_assert_cmpstr(
        answer.body, ==,
        "GET /files/a/b%2Fc/d g=a/b/c/d q=(null) n=0 local=0 uid=-1 pid=0 if-match=(null)");
    answer_clear(&answer);
    answer = send_to(fixture, "GET", "/group", NULL);
    g_assert_cmpstr(answer.body, ==, "no");
    answer_clear(&answer);
}

static void test_connections_are_kept(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 5; i++) {
        Answer answer = send_to(fixture, "GET", "/v1/groups/g/workloads", NULL);
        g_assert_no_error(answer.error);
        g_assert_true((answer.timing.connect_us > 0) == (i == 0));
        g_assert_cmpint(answer.timing.first_byte_us, >, 0);
        g_assert_cmpint(answer.timing.total_us, >=, answer.timing.first_byte_us);
        answer_clear(&answer);
    }
    g_assert_cmpuint(http_server_connections(fixture->server), ==, 1);
}

static void test_refusals(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *method, *path;
        unsigned status;
        const char *allow, *word;
    } CASES[] = {
        {"GET", "/nowhere", 404, NULL, "nothing at this path"},
        {"GET", "/", 404, NULL, "nothing"},
        {"GET", "/v1/groups//workloads", 400, NULL, "empty"},
        {"GET", "/hold/", 400, NULL, "empty"},
        {"GET", "/v1/groups/%ff/workloads", 400, NULL, "UTF-8"},
        {"GET", "/v1/groups/%00/workloads", 400, NULL, "0x00"},
        {"GET", "/v1/groups/%zz/workloads", 400, NULL, "percent"},
        {"GET", "/v1/groups/%2e%2e/workloads", 400, NULL, "'..'"},
        {"GET", "/v1/groups/g/workloads?q=%c3", 400, NULL, "UTF-8"},
        {"DELETE", "/echo", 405, "POST, PUT", "takes POST, PUT"},
        {"PATCH", "/hold", 405, "GET, HEAD, POST", "takes GET, HEAD, POST"},
        {"BREW", "/hold", 405, "GET, HEAD, POST", "takes"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *url = url_of(fixture, CASES[i].path);
        Answer answer = {.want = "Allow"};
        http_client_send(fixture->client, &(HttpSpec){.method = CASES[i].method, .url = url},
                         answer_done, &answer);
        loop_until(&answer.done);
        g_test_message("%s %s: %u %s", CASES[i].method, CASES[i].path, answer.status, answer.body);
        g_assert_cmpuint(answer.status, ==, CASES[i].status);
        g_assert_cmpstr(answer.header, ==, CASES[i].allow);
        g_assert_nonnull(strstr(answer.body, CASES[i].word));
        answer_clear(&answer);
    }
}

static void test_head(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = send_to(fixture, "HEAD", "/v1/groups/g/workloads", NULL);
    g_assert_no_error(answer.error);
    g_assert_cmpuint(answer.status, ==, 200);
    g_assert_cmpuint(answer.body_len, ==, 0);
    answer_clear(&answer);
}

static void test_body_limits(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *path;
        gsize size;
        unsigned status;
    } CASES[] = {
        {"/echo", 0, 201},      {"/echo", 1, 201},        {"/echo", 100000, 201},
        {"/echo", 100001, 413}, {"/echo", 5000000, 413},  {"/small", 10, 201},
        {"/small", 11, 413},    {"/nowhere", 50000, 404},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GBytes) body = g_bytes_new_take(g_malloc0(CASES[i].size), CASES[i].size);
        Answer answer = send_to(fixture, "PUT", CASES[i].path, body);
        if (strcmp(CASES[i].path, "/small") == 0) {
            answer_clear(&answer);
            answer = send_to(fixture, "POST", CASES[i].path, body);
        }
        g_assert_no_error(answer.error);
        g_assert_cmpuint(answer.status, ==, CASES[i].status);
        if (CASES[i].status == 201)
            g_assert_cmpuint(answer.body_len, ==, CASES[i].size);
        answer_clear(&answer);
    }
}

static void test_answer_headers(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const WANTED[][2] = {{"etag", "\"7\""}, {"Injected", NULL}, {"Bad", NULL}};
    g_autofree char *url = url_of(fixture, "/echo");
    for (gsize i = 0; i < G_N_ELEMENTS(WANTED); i++) {
        Answer answer = {.want = WANTED[i][0]};
        http_client_send(fixture->client, &(HttpSpec){.method = "POST", .url = url}, answer_done,
                         &answer);
        loop_until(&answer.done);
        g_assert_cmpstr(answer.header, ==, WANTED[i][1]);
        answer_clear(&answer);
    }
}

static void test_answered_later(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = {0};
    g_autofree char *url = url_of(fixture, "/hold");
    http_client_send(fixture->client, &(HttpSpec){.url = url}, answer_done, &answer);
    loop_until(&fixture->has_held);
    loop_for(50);
    g_assert_false(answer.done);
    http_request_reply_text(fixture->held, 200, "text/plain", "at last");
    loop_until(&answer.done);
    g_assert_cmpstr(answer.body, ==, "at last");
    answer_clear(&answer);
}

static void test_client_goes_before_the_answer(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = {0};
    g_autofree char *url = url_of(fixture, "/hold");
    HttpCall *call =
        http_client_send(fixture->client, &(HttpSpec){.url = url}, answer_done, &answer);
    loop_until(&fixture->has_held);
    http_call_cancel(call);
    g_assert_cmpuint(http_client_calls(fixture->client), ==, 0);
    loop_for(30);
    http_request_reply_text(fixture->held, 200, "text/plain", "nobody listens");
    loop_until_count(&fixture->accesses, 1);
    g_assert_false(answer.done);
}

static void test_server_goes_before_the_answer(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = {0};
    g_autofree char *url = url_of(fixture, "/hold");
    http_client_send(fixture->client, &(HttpSpec){.url = url}, answer_done, &answer);
    loop_until(&fixture->has_held);
    http_server_free(g_steal_pointer(&fixture->server));
    loop_until(&answer.done);
    g_assert_cmpuint(answer.status, ==, 503);
    g_assert_cmpstr(http_request_path(fixture->held), ==, "/hold");
    http_request_reply_text(fixture->held, 200, "text/plain", "into nothing");
    answer_clear(&answer);
}

static void test_drain(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer first = {0};
    g_autofree char *url = url_of(fixture, "/hold");
    http_client_send(fixture->client, &(HttpSpec){.url = url}, answer_done, &first);
    loop_until(&fixture->has_held);
    http_server_drain(fixture->server);
    Answer second = ask_get(fixture->client, url, NULL);
    answer_assert_failed(&second, ERR_UNREACHABLE, "refused");
    http_request_reply_text(fixture->held, 200, "text/plain", "still answered");
    loop_until(&first.done);
    g_assert_cmpstr(first.body, ==, "still answered");
    loop_until_connections(fixture->server, 0);
    answer_clear(&first);
    answer_clear(&second);
}

static void test_big_answer_is_cut_off(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *url = url_of(fixture, "/big");
    Answer answer = ask_get(fixture->client, url, NULL);
    answer_assert_failed(&answer, ERR_TOO_LARGE, "larger than 1048576 bytes");
    g_assert_cmpuint(answer.status, ==, 200);
    g_assert_cmpuint(answer.body_len, <=, 1 << 20);
    answer_clear(&answer);
    answer = ask(fixture->client, &(HttpSpec){.url = url, .max_body = 100u << 20});
    g_assert_no_error(answer.error);
    g_assert_cmpuint(answer.body_len, ==, 100u << 20);
    answer_clear(&answer);
}

static void test_guard(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->refuse_all = true;
    g_autoptr(GBytes) body = g_bytes_new_take(g_malloc0(90000), 90000);
    Answer answer = send_to(fixture, "POST", "/hold", body);
    g_assert_cmpuint(answer.status, ==, 401);
    g_assert_false(fixture->has_held);
    answer_clear(&answer);
    fixture->refuse_all = false;
    answer = send_to(fixture, "POST", "/echo", body);
    g_assert_cmpuint(answer.status, ==, 201);
    answer_clear(&answer);
}

static void test_access(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = send_to(fixture, "GET", "/nowhere?sig=secret", NULL);
    loop_until_count(&fixture->accesses, 1);
    g_assert_cmpstr(fixture->last_line, ==, "1 GET /nowhere 404");
    answer_clear(&answer);
    answer = send_to(fixture, "GET", "/%zz?sig=secret", NULL);
    loop_until_count(&fixture->accesses, 2);
    g_assert_cmpstr(fixture->last_line, ==, "2 GET /%zz 400");
    answer_clear(&answer);
}

// ---- hooks of another server: ids, refusals in one look, a pointer that travels with the request

typedef struct {
    guint freed;
    guint ids;
} Hooked;

static void count_freed(gpointer data)
{
    ++*(guint *)data;
}

static bool mark(HttpRequest *request, void *data)
{
    Hooked *hooked = (Hooked *)data;
    g_assert_null(http_request_data(request));
    http_request_set_data(request, &hooked->ids, NULL);
    http_request_set_data(request, &hooked->freed, count_freed);
    return true;
}

static void show_mark(HttpRequest *request, void *data)
{
    g_assert_true(http_request_data(request) == &((Hooked *)data)->freed);
    g_assert_cmpstr(http_request_route(request)->arg, ==, "the row's own");
    http_request_reply(request, 204, NULL, NULL, NULL);
}

static void refuse_as_problem(HttpRequest *request, unsigned status, const char *sentence,
                              void *data)
{
    (void)data;
    g_autofree char *text = g_strdup_printf("{\"status\":%u,\"detail\":\"%s\",\"instance\":\"%s\"}",
                                            status, sentence, http_request_path(request));
    http_request_reply_text(request, status, "application/problem+json", text);
}

static char *make_id(void *data)
{
    return g_strdup_printf("req-%u", ++((Hooked *)data)->ids);
}

static void test_hooks(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const HttpRoute ROWS[] = {
        {.method = "GET", .pattern = "/marked", .handler = show_mark, .arg = "the row's own"}, {0}};
    Hooked hooked = {0};
    guint16 port;
    g_autoptr(HttpServer) server = http_server_new(&(HttpServerConfig){
        .routes = ROWS,
        .clock = clock_system(),
        .hooks = {.guard = mark, .refuse = refuse_as_problem, .new_id = make_id},
        .data = &hooked,
    });
    g_assert_true(http_server_listen_tcp(server, "127.0.0.1", 0, NULL, &port, NULL));
    g_autofree char *marked = g_strdup_printf("http://127.0.0.1:%u/marked", port);
    g_autofree char *other = g_strdup_printf("http://127.0.0.1:%u/%%ff?x", port);
    Answer answer = {.want = "X-Request-Id"};
    http_client_send(fixture->client, &(HttpSpec){.url = marked}, answer_done, &answer);
    loop_until(&answer.done);
    g_assert_cmpuint(answer.status, ==, 204);
    g_assert_cmpstr(answer.header, ==, "req-1");
    loop_until_count(&hooked.freed, 1);
    answer_clear(&answer);
    answer = ask_get(fixture->client, other, NULL);
    g_assert_cmpstr(answer.content_type, ==, "application/problem+json");
    g_assert_cmpstr(
        answer.body, ==,
        "{\"status\":400,\"detail\":\"The address is not valid UTF-8.\",\"instance\":\"/%ff\"}");
    answer_clear(&answer);
}

// The server closes idle connections; the client finds out when it wants to use one.
static void test_kept_connection_was_closed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 2; i++) {
        Answer answer = send_to(fixture, "GET", "/files/1", NULL);
        g_assert_no_error(answer.error);
        g_assert_cmpint(answer.timing.connect_us, >, 0);
        answer_clear(&answer);
        loop_until_connections(fixture->server, 0);
    }
}

// A name goes through the resolver, which must not hold the loop up.
static void test_name(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *url = g_strdup_printf("http://localhost:%u/files/1", fixture->port);
    Answer answer = ask_get(fixture->client, url, NULL);
    g_assert_no_error(answer.error);
    g_assert_cmpuint(answer.status, ==, 200);
    answer_clear(&answer);
}

// ---- clients without manners

static void assert_raw(Fixture *fixture, const char *request, const char *begin, bool closes)
{
    int fd = raw_connect(fixture->port);
    raw_send(fd, request);
    g_autofree char *text = closes ? raw_read_all(fd) : raw_read_until(fd, begin);
    g_test_message("%.60s -> %.200s", request, text);
    g_assert_true(g_str_has_prefix(text, begin));
    if (!closes)
        loop_for(50);
    g_assert_true(closes || raw_read_some(fd, NULL));
    close(fd);
}

static void test_raw(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *request, *begin;
        bool closes;
    } CASES[] = {
        {"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
         "chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
         "HTTP/1.1 201", false},
        {"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
         "chunked\r\n\r\n8\r\nabcdefgh\r\n8\r\nabcdefgh\r\n0\r\n\r\n",
         "HTTP/1.1 413", false},
        {"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         "HTTP/1.1 400", false},
        {"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
         "HTTP/1.1 400", false},
        {"GET /echo HTTP/1.1\r\nHost: x\r\nX-Y: \xff\r\n\r\n", "HTTP/1.1 400", false},
        {"GET http://x/echo HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400", false},
        {"GET /files/1 HTTP/1.0\r\n\r\n", "HTTP/1.", true},
        {"POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 400\r\n\r\n",
         "HTTP/1.1 413", true},
        {"POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd",
         "HTTP/1.1 100", false},
        {"nonsense\r\n\r\n", "", true},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++)
        assert_raw(fixture, CASES[i].request, CASES[i].begin, CASES[i].closes);
}

static void test_huge_header(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *value = g_strnfill(60000, 'a');
    g_autofree char *header =
        g_strdup_printf("GET /echo HTTP/1.1\r\nHost: x\r\nX-Y: %s\r\n\r\n", value);
    g_autofree char *target = g_strdup_printf("GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", value);
    assert_raw(fixture, header, "HTTP/1.1 431", true);
    assert_raw(fixture, target, "HTTP/1.1 414", true);
}

static void test_pipelined(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = raw_connect(fixture->port);
    raw_send(fd,
             "GET /files/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /files/2 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autofree char *text = raw_read_until(fd, "GET /files/2");
    const char *first = strstr(text, "GET /files/1");
    g_assert_nonnull(first);
    g_assert_nonnull(strstr(first, "GET /files/2"));
    close(fd);
}

// Each client sends a byte now and then, so that it is never quite silent, and is cut all the same.
static void test_tricklers_are_cut(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const BEGINNINGS[] = {
        "",
        "GET /echo HTTP/1.1\r\nHost: x\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(BEGINNINGS); i++) {
        int fd = raw_connect(fixture->port);
        gint64 start = clock_mono_ms(clock_system());
        if (BEGINNINGS[i][0])
            raw_send(fd, BEGINNINGS[i]);
        while (raw_read_some(fd, NULL)) {
            gint64 took = clock_mono_ms(clock_system()) - start;
            g_assert_cmpint(took, <, LOOP_BOUND_MS);
            send(fd, "a", 1, MSG_NOSIGNAL);
            loop_for(20);
        }
        g_assert_cmpint(clock_mono_ms(clock_system()) - start, >=, 250);
        close(fd);
    }
    loop_until_connections(fixture->server, 0);
}

static void test_idle_connections_are_closed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = raw_connect(fixture->port);
    raw_send(fd, "GET /files/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autofree char *text = raw_read_all(fd);
    g_assert_true(g_str_has_prefix(text, "HTTP/1.1 200"));
    close(fd);
}

static void test_slow_taker_is_cut(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = raw_connect(fixture->port);
    raw_send(fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    loop_until_count(&fixture->accesses, 1); // nothing was read
    g_assert_cmpuint(fixture->last_status, ==, 200);
    close(fd);
}

static void test_connection_limit(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fds[3];
    for (int i = 0; i < 3; i++)
        fds[i] = raw_connect(fixture->port);
    g_autofree char *text = raw_read_all(fds[2]);
    g_assert_true(g_str_has_prefix(text, "HTTP/1.1 503"));
    g_assert_nonnull(strstr(text, "Too many connections"));
    // The other listener has a limit of its own.
    Answer answer = ask_get(fixture->client, "http://box/files/1", fixture->path);
    g_assert_cmpuint(answer.status, ==, 200);
    answer_clear(&answer);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    loop_until_connections(fixture->server, 1); // the one kept to the socket
    answer = send_to(fixture, "GET", "/files/1", NULL);
    g_assert_cmpuint(answer.status, ==, 200);
    answer_clear(&answer);
}

static void test_connection_limit_per_address(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int first = raw_connect(fixture->port);
    int second = raw_connect(fixture->port);
    raw_send(first, "GET /files/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_autofree char *text = raw_read_until(first, "200 OK");
    g_autofree char *nothing = raw_read_all(second);
    g_assert_cmpstr(nothing, ==, "");
    close(first);
    close(second);
}

static gboolean never_again(gpointer data)
{
    (void)data;
    return G_SOURCE_CONTINUE;
}

// Out of descriptors the server rests from accepting, and does not spin; then it goes on.
static void test_out_of_descriptors(Fixture *fixture, gconstpointer data)
{
    (void)data;
    struct rlimit before, now;
    int fds[4];
    guint turns = 0;
    getrlimit(RLIMIT_NOFILE, &before);
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = raw_connect(fixture->port);
    now = before;
    now.rlim_cur = (rlim_t)fds[3] + 2; // room for one more
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &now), ==, 0);
    gint64 end = clock_mono_ms(clock_system()) + 350;
    guint alarm = g_timeout_add(360, never_again, NULL);
    while (clock_mono_ms(clock_system()) < end) {
        g_main_context_iteration(NULL, TRUE); // every turn is one that somebody wanted
        turns++;
    }
    g_source_remove(alarm);
    g_assert_cmpuint(http_server_connections(fixture->server), <, 4);
    g_assert_cmpuint(turns, <, 50);
    setrlimit(RLIMIT_NOFILE, &before);
    loop_until_connections(fixture->server, 4);
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

// Nothing to do: nothing is woken.
static void test_idle_costs_nothing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = send_to(fixture, "GET", "/files/1", NULL);
    answer_clear(&answer);
    loop_for(50);
    for (int i = 0; i < 100 && g_main_context_iteration(NULL, FALSE); i++)
        continue;
    gint64 end = clock_mono_ms(clock_system()) + 300;
    guint turns = 0;
    guint alarm = g_timeout_add(310, never_again, NULL);
    while (clock_mono_ms(clock_system()) < end) {
        g_main_context_iteration(NULL, TRUE);
        turns++;
    }
    g_source_remove(alarm);
    g_assert_cmpuint(turns, <=, 3);
}

int main(int argc, char **argv)
{
    // Only the limit that a test is about is short: the others would cut what a slow machine has not done yet.
#define PATIENT                                                                                    \
    .header_ms = LOOP_BOUND_MS, .body_ms = LOOP_BOUND_MS, .idle_ms = LOOP_BOUND_MS,                \
    .reply_ms = 2 * LOOP_BOUND_MS
    static const HttpLimits LONG = {PATIENT};
    static const HttpLimits SHORT_REQUEST = {
        .header_ms = 300, .body_ms = 300, .idle_ms = 2 * LOOP_BOUND_MS};
    static const HttpLimits SHORT_IDLE = {
        .header_ms = LOOP_BOUND_MS, .body_ms = LOOP_BOUND_MS, .idle_ms = 300};
    static const HttpLimits SHORT_REPLY = {.header_ms = LOOP_BOUND_MS,
                                           .body_ms = LOOP_BOUND_MS,
                                           .idle_ms = 2 * LOOP_BOUND_MS,
                                           .reply_ms = 300};
    static const HttpLimits FEW = {PATIENT, .connections = 2};
    static const HttpLimits ONE_EACH = {PATIENT, .connections_per_ip = 1};
    static const struct {
        const char *path;
        void (*test)(Fixture *fixture, gconstpointer data);
        const HttpLimits *limits;
    } TESTS[] = {
        {"/http/unix", test_unix, &LONG},
        {"/http/tcp", test_tcp, &LONG},
        {"/http/connections-are-kept", test_connections_are_kept, &LONG},
        {"/http/refusals", test_refusals, &LONG},
        {"/http/head", test_head, &LONG},
        {"/http/body-limits", test_body_limits, &LONG},
        {"/http/answer-headers", test_answer_headers, &LONG},
        {"/http/answered-later", test_answered_later, &LONG},
        {"/http/client-goes-before-the-answer", test_client_goes_before_the_answer, &LONG},
        {"/http/server-goes-before-the-answer", test_server_goes_before_the_answer, &LONG},
        {"/http/drain", test_drain, &LONG},
        {"/http/big-answer-is-cut-off", test_big_answer_is_cut_off, &LONG},
        {"/http/guard", test_guard, &LONG},
        {"/http/access", test_access, &LONG},
        {"/http/hooks", test_hooks, &LONG},
        {"/http/kept-connection-was-closed", test_kept_connection_was_closed, &SHORT_IDLE},
        {"/http/name", test_name, &LONG},
        {"/http/raw", test_raw, &LONG},
        {"/http/huge-header", test_huge_header, &LONG},
        {"/http/pipelined", test_pipelined, &LONG},
        {"/http/tricklers-are-cut", test_tricklers_are_cut, &SHORT_REQUEST},
        {"/http/idle-connections-are-closed", test_idle_connections_are_closed, &SHORT_IDLE},
        {"/http/slow-taker-is-cut", test_slow_taker_is_cut, &SHORT_REPLY},
        {"/http/connection-limit", test_connection_limit, &FEW},
        {"/http/connection-limit-per-address", test_connection_limit_per_address, &ONE_EACH},
        {"/http/out-of-descriptors", test_out_of_descriptors, &LONG},
        {"/http/idle-costs-nothing", test_idle_costs_nothing, &LONG},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(TESTS); i++)
        g_test_add(TESTS[i].path, Fixture, TESTS[i].limits, set_up, TESTS[i].test, tear_down);
    return g_test_run();
}
