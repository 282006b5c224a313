// The client against servers without manners: every way to fail has its code, its sentence and its bound,
// and what may have had an effect is said to be unknown, never to have failed.
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "http-loop.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"

typedef struct {
    HttpClient *client;
    BadServer bad;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    static const BadScript MUTE = {.hold = true};
    fixture->client = http_client_new(clock_system(), NULL);
    bad_server_init(&fixture->bad, data ? (const BadScript *)data : &MUTE);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    http_client_free(fixture->client);
    bad_server_release(&fixture->bad);
}

static Answer ask_bad(Fixture *fixture, const char *method, gint64 total_ms)
{
    g_autofree char *url =
        g_strdup_printf("http://127.0.0.1:%u/path?sig=secret", fixture->bad.port);
    return ask(
        fixture->client,
        &(HttpSpec){.method = method, .url = url, .total_ms = total_ms, .bearer = "topsecret"});
}

// Who never answers is given up after a short limit. One that was over before the request was even sent, since the
// machine stood still, says nothing of the peer: then with a longer one.
static Answer ask_hung(Fixture *fixture, const char *method, int code)
{
    gint64 limit_ms = 300;
    Answer answer = ask_bad(fixture, method, limit_ms);
    while (answer.error && answer.error->code != code && (limit_ms *= 2) < LOOP_BOUND_MS) {
        answer_clear(&answer);
        answer = ask_bad(fixture, method, limit_ms);
    }
    g_autofree char *words = g_strdup_printf("within %d ms", (int)limit_ms);
    g_assert_nonnull(answer.error);
    g_assert_nonnull(strstr(answer.error->message, words));
    return answer;
}

// ---- scripts

static const char HUNG[] = "no whole answer within ";

typedef struct {
    const char *path;
    BadScript script;
    int get_code;  // of a GET; -1 = a whole answer
    int post_code; // of a POST
    const char *word;
} Fault;

static const Fault FAULTS[] = {
    {"closes-at-once", {.say = NULL}, ERR_UNREACHABLE, ERR_UNKNOWN, "without an answer"},
    {"resets", {.reset = true}, ERR_UNREACHABLE, ERR_UNKNOWN, "connection broke"},
    {"cut-in-the-head", {.say = "HTTP/1.1 200 OK\r\nContent-"}, ERR_UNREACHABLE, ERR_UNKNOWN, ""},
    {"cut-in-the-body",
     {.say = HEAD "12345"},
     ERR_UNREACHABLE,
     ERR_UNKNOWN,
     "before the answer was whole"},
    {"cut-in-a-chunk",
     {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123"},
     ERR_UNREACHABLE,
     ERR_UNKNOWN,
     "before the answer was whole"},
    {"bad-chunk",
     {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n123"},
     ERR_UNREACHABLE,
     ERR_UNKNOWN,
     ""},
    {"garbage",
     {.say = "\x01\x02\x03 garbage \x1b[2J\r\n\r\n"},
     ERR_PROTOCOL,
     ERR_UNKNOWN,
     "not HTTP"},
    {"garbage-unasked",
     {.say = "SSH-2.0-OpenSSH\r\n", .no_wait = true},
     ERR_PROTOCOL,
     ERR_UNKNOWN,
     "not HTTP"},
    {"endless-header",
     {.say = "HTTP/1.1 200 OK\r\n", .more = "A: b\r\n", .repeat = 20000},
     ERR_TOO_LARGE,
     ERR_TOO_LARGE,
     "header is too large"},
    {"endless-header-line",
     {.say = "HTTP/1.1 200 OK\r\nA:", .more = "bbbbbbbbb", .repeat = 20000},
     ERR_PROTOCOL,
     ERR_UNKNOWN,
     ""},
    {"announces-100-mb",
     {.say = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n123", .hold = true},
     ERR_TOO_LARGE,
     ERR_TOO_LARGE,
     "larger than 1048576 bytes"},
    {"hangs", {.hold = true}, ERR_TIMEOUT, ERR_UNKNOWN, HUNG},
    {"hangs-in-the-body", {.say = HEAD "12345", .hold = true}, ERR_TIMEOUT, ERR_UNKNOWN, HUNG},
    {"until-closed", {.say = "HTTP/1.1 200 OK\r\n\r\nwhole"}, -1, -1, NULL},
    {"interim-first",
     {.say = "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
             "5\r\n\r\nwhole"},
     -1,
     -1,
     NULL},
};

static void assert_no_secret(const Answer *answer)
{
    g_assert_null(strstr(answer->error->message, "secret"));
    g_assert_null(strchr(answer->error->message, '\x1b'));
    g_assert_nonnull(strstr(answer->error->message, "http://127.0.0.1:"));
    g_assert_nonnull(strstr(answer->error->message, "/path"));
}

static void assert_outcome(const Answer *answer, int code, const char *word)
{
    if (code < 0) {
        g_assert_no_error(answer->error);
        g_assert_cmpstr(answer->body, ==, "whole");
        return;
    }
    answer_assert_failed(answer, code, word);
    assert_no_secret(answer);
}

static void test_fault(gconstpointer data)
{
    const Fault *fault = (const Fault *)data;
    Fixture fixture;
    set_up(&fixture, &fault->script);
    Answer got = fault->word == HUNG ? ask_hung(&fixture, "GET", fault->get_code)
                                     : ask_bad(&fixture, "GET", LOOP_BOUND_MS);
    assert_outcome(&got, fault->get_code, fault->word);
    Answer posted = fault->word == HUNG ? ask_hung(&fixture, "POST", fault->post_code)
                                        : ask_bad(&fixture, "POST", LOOP_BOUND_MS);
    assert_outcome(&posted, fault->post_code, fault->word);
    answer_clear(&got);
    answer_clear(&posted);
    tear_down(&fixture, NULL);
}

// ---- connecting

static void test_refused(Fixture *fixture, gconstpointer data)
{
    (void)data;
    guint16 port;
    int fd = raw_bind(&port);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
    Answer answer = ask(fixture->client, &(HttpSpec){.method = "POST", .url = url});
    answer_assert_failed(&answer, ERR_UNREACHABLE, "Connection refused");
    answer_clear(&answer);
    close(fd);
}

static void test_no_socket(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = ask_get(fixture->client, "http://box/", "/nonexistent/socket");
    answer_assert_failed(&answer, ERR_UNREACHABLE, "No such file");
    g_assert_nonnull(strstr(answer.error->message, "over /nonexistent/socket"));
    answer_clear(&answer);
}

static void test_requests_without_sense(Fixture *fixture, gconstpointer data)
{
    (void)data;
    const HttpField split[] = {{"X-A", "b\r\nInjected: c"}, {0}};
    const HttpField unnamed[] = {{"X A", "b"}, {0}};
    const HttpSpec specs[] = {
        {.url = NULL},
        {.url = ""},
        {.url = "file:///etc/passwd"},
        {.url = "ftp://127.0.0.1/"},
        {.url = "http://user:secret@127.0.0.1/"},
        {.url = "http://127.0.0.1:99999/"},
        {.url = "http://127.0.0.1/\r\nInjected: c"},
        {.url = "http://127.0.0.1/", .method = "GET / HTTP/1.1\r\nX:"},
        {.url = "http://127.0.0.1/", .method = ""},
        {.url = "http://127.0.0.1/", .headers = split},
        {.url = "http://127.0.0.1/", .headers = unnamed},
        {.url = "http://127.0.0.1/", .bearer = "secret\r\nInjected: c"},
        {.url = "http://127.0.0.1/", .content_type = "a\r\nInjected: c"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++) {
        Answer answer = ask(fixture->client, &specs[i]);
        g_test_message("%s", answer.error ? answer.error->message : "no error");
        g_assert_error(answer.error, ERR, ERR_INVALID);
        g_assert_null(strstr(answer.error->message, "secret"));
        g_assert_null(strchr(answer.error->message, '\n'));
        answer_clear(&answer);
    }
    g_assert_cmpuint(fixture->bad.connections, ==, 0);
}

// ---- repeating

// A kept connection dies under the second request. A GET is repeated by libcurl; a POST must not be: the
// server may have acted on it before it died.
static void test_posts_are_never_repeated(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answer = ask_bad(fixture, "GET", LOOP_BOUND_MS);
    g_assert_cmpstr(answer.body, ==, "ok");
    answer_clear(&answer);
    guint before = fixture->bad.requests;
    answer = ask_bad(fixture, "POST", LOOP_BOUND_MS);
    g_assert_no_error(answer.error); // on a connection of its own: its first request is answered
    g_assert_cmpuint(fixture->bad.requests, ==, before + 1);
    g_assert_cmpuint(fixture->bad.connections, ==, 2);
    answer_clear(&answer);
    before = fixture->bad.requests;
    answer = ask_bad(fixture, "GET", LOOP_BOUND_MS); // on a kept one: repeated until it is answered
    g_assert_no_error(answer.error);
    g_assert_cmpuint(fixture->bad.requests, >, before + 1);
    answer_clear(&answer);
}

// ---- many at once

static void test_turns(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Answer answers[5] = {0};
    g_autoptr(HttpClient) client =
        http_client_new(clock_system(), &(HttpClientConfig){.calls_per_host = 2});
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", fixture->bad.port);
    // Two hang until they are hung up on; two wait longer than they may; the last has patience.
    const gint64 limits[] = {-1, -1, 100, 100, -1};
    HttpCall *last = NULL;
    for (int i = 0; i < 5; i++)
        last = http_client_send(
            client,
            &(HttpSpec){
                .url = url, .connect_ms = LOOP_BOUND_MS, .total_ms = limits[i], .method = "POST"},
            answer_done, &answers[i]);
    loop_until(&answers[2].done);
    loop_until(&answers[3].done);
    answer_assert_failed(&answers[2], ERR_UNREACHABLE, "not sent");
    loop_until_count(&fixture->bad.requests, 2);
    g_assert_cmpuint(fixture->bad.connections, ==, 2);
    bad_server_hang_up(&fixture->bad);
    loop_until(&answers[0].done);
    answer_assert_failed(&answers[0], ERR_UNKNOWN, "without an answer");
    loop_until(&answers[1].done);
    loop_until_count(&fixture->bad.requests, 3);
    g_assert_false(answers[4].done);
    http_call_cancel(last);
    g_assert_cmpuint(http_client_calls(client), ==, 0);
    for (int i = 0; i < 5; i++)
        answer_clear(&answers[i]);
}

static void free_client(HttpCall *call, const HttpResponse *response, const GError *error,
                        void *data)
{
    (void)call;
    (void)response;
    (void)error;
    http_client_free(g_steal_pointer((HttpClient **)data));
}

static void must_not_come(HttpCall *call, const HttpResponse *response, const GError *error,
                          void *data)
{
    (void)call;
    (void)response;
    (void)error;
    (void)data;
    g_assert_not_reached();
}

static void test_freed_in_a_callback(Fixture *fixture, gconstpointer data)
{
    (void)data;
    HttpClient *client = http_client_new(clock_system(), &(HttpClientConfig){.calls_per_host = 3});
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", fixture->bad.port);
    for (int i = 0; i < 6; i++)
        http_client_send(client, &(HttpSpec){.url = url, .total_ms = -1}, must_not_come, NULL);
    http_client_send(client, &(HttpSpec){.url = "nonsense:"}, free_client, &client);
    http_client_send(client, &(HttpSpec){.url = "nonsense:"}, must_not_come, NULL);
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    while (client && clock_mono_ms(clock_system()) < limit)
        loop_for(5);
    g_assert_null(client);
}

static void cancel_in_piece(HttpCall *call, const char *bytes, gsize n, void *data)
{
    (void)bytes;
    g_assert_cmpuint(n, >, 0);
    http_call_cancel(call);
    *(bool *)data = true;
}

static void test_cancelled_in_a_callback(Fixture *fixture, gconstpointer data)
{
    (void)data;
    bool cancelled = false;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", fixture->bad.port);
    http_client_send(fixture->client, &(HttpSpec){.url = url, .piece = cancel_in_piece},
                     must_not_come, &cancelled);
    loop_until(&cancelled);
    loop_for(20);
    g_assert_cmpuint(http_client_calls(fixture->client), ==, 0);
}

int main(int argc, char **argv)
{
    static const BadScript DIES_SECOND = {.keep_first = true};
    static const BadScript SPEAKS = {.say = HEAD "12345", .hold = true};
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(FAULTS); i++) {
        g_autofree char *path = g_strconcat("/fault/", FAULTS[i].path, NULL);
        g_test_add_data_func(path, &FAULTS[i], test_fault);
    }
    g_test_add("/fault/refused", Fixture, NULL, set_up, test_refused, tear_down);
    g_test_add("/fault/no-socket", Fixture, NULL, set_up, test_no_socket, tear_down);
    g_test_add("/fault/requests-without-sense", Fixture, NULL, set_up, test_requests_without_sense,
               tear_down);
    g_test_add("/fault/posts-are-never-repeated", Fixture, &DIES_SECOND, set_up,
               test_posts_are_never_repeated, tear_down);
    g_test_add("/fault/turns", Fixture, NULL, set_up, test_turns, tear_down);
    g_test_add("/fault/freed-in-a-callback", Fixture, NULL, set_up, test_freed_in_a_callback,
               tear_down);
    g_test_add("/fault/cancelled-in-a-callback", Fixture, &SPEAKS, set_up,
               test_cancelled_in_a_callback, tear_down);
    return g_test_run();
}
