// The console's line to its backends, against real servers that fail in every way that lines fail: it takes
// the one that answers, resumes where it was cut, fetches anew where something was missed, keeps the last
// picture meanwhile, says what was tried, and never asks in circles.
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "client-backend.h"
#include "model/refusal.h"
#include "wire/status.h"

typedef struct {
    char *directory;
    char *state;
    Backend one, two;
    Cable cable; // before `one`
    IdSource ids;
    GPtrArray *endpoints;
    ClientWaits waits; // the client's: PATIENT at first
    Client *client;
    guint changed;
} World;

static void on_changed(gpointer data)
{
    ((World *)data)->changed++;
}

static void set_up(World *world, gconstpointer data)
{
    (void)data;
    *world = (World){.directory = dir_make(), .state = dir_make(), .waits = PATIENT};
    id_source_init(&world->ids, clock_system(), 7);
    backend_init(&world->one, world->directory, "one");
    backend_init(&world->two, world->directory, "two");
    cable_init(&world->cable, world->directory, "cable", world->one.path);
    backend_add_location(&world->one, "westeurope");
    backend_add_location(&world->two, "westeurope");
}

static void tear_down(World *world, gconstpointer data)
{
    (void)data;
    client_free(world->client);
    if (world->endpoints)
        g_ptr_array_unref(world->endpoints);
    cable_release(&world->cable);
    backend_release(&world->one);
    backend_release(&world->two);
    id_source_release(&world->ids);
    dir_remove(world->directory);
    dir_remove(world->state);
}

// `names` of endpoints: "cable", "one", "two", "nobody", or a whole URL; separated by blanks.
static void plug(World *world, const char *names)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = g_strsplit(names, " ", -1);
    g_autoptr(GString) urls = g_string_new(NULL);
    for (guint i = 0; parts[i]; i++)
        if (strchr(parts[i], ':'))
            g_string_append_printf(urls, "%s ", parts[i]);
        else
            g_string_append_printf(urls, "unix:%s/%s ", world->directory, parts[i]);
    world->endpoints = endpoints_parse(urls->str, &error);
    g_assert_no_error(error);
    ClientConfig config = {.clock = clock_system(),
                           .ids = &world->ids,
                           .endpoints = world->endpoints,
                           .journal = world->state,
                           .waits = &world->waits,
                           .follow = true,
                           .changed = on_changed,
                           .data = world};
    world->client = client_new(&config, &error);
    g_assert_no_error(error);
}

static const Picture *picture_of(const World *world)
{
    return client_picture(world->client);
}

// Waits until `condition`, at most a while.
#define wait_until(condition)                                                                      \
    do {                                                                                           \
        gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;                              \
        while (!(condition) && clock_mono_ms(clock_system()) < limit)                              \
            loop_for(2);                                                                           \
        g_assert_true(condition);                                                                  \
    } while (0)

static void start(World *world, const char *names)
{
    plug(world, names);
    client_start(world->client);
    wait_until(picture_of(world)->complete);
}

static gint64 now_ms(void)
{
    return clock_mono_ms(clock_system());
}

// Whoever says nothing is given up soon.
enum { SOON_MS = 300 };

// ---- the picture ----

static void test_follows(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    const Picture *picture = picture_of(world);
    g_assert_cmpuint(picture->revision, ==, 100);
    g_assert_cmpstr(picture->me.name, ==, "anna");
    g_assert_cmpuint(picture->me.roles, ==, 7);
    wait_until(backend_streams(&world->one) == 1);
    g_assert_cmpstr(world->one.since, ==, "100");
    guint changed = world->changed;
    backend_say_location(&world->one, "northeurope");
    wait_until(picture_location(picture, "northeurope"));
    g_assert_cmpuint(picture->revision, ==, 101);
    wait_until(world->changed > changed);
    g_assert_cmpint(picture->link.state, ==, LINK_LIVE);
    g_assert_null(picture->link.trouble);
    g_assert_null(client_failure(world->client));
}

static void test_heartbeat_and_presence(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    wait_until(backend_streams(&world->one) == 1);
    gint64 said_ms = clock_wall_ms(clock_system()) + 60000;
    g_autofree char *ahead = time_format_ms(said_ms);
    g_autofree char *text =
        g_strdup_printf("event: heartbeat\ndata: {\"now\":\"%s\"}\n\n"
                        "event: presence\ndata: [{\"person\":\"bert\",\"operation\":\"op-1\"}]\n\n",
                        ahead);
    backend_say(&world->one, text);
    wait_until(picture_of(world)->presences->len == 1);
    gint64 ahead_ms = picture_of(world)->link.clock_ahead_ms;
    g_assert_cmpint(ahead_ms, <=, 60000);
    g_assert_cmpint(ahead_ms, >=, said_ms - clock_wall_ms(clock_system()) - 1000);
    const Presence *presence = picture_of(world)->presences->pdata[0];
    g_assert_cmpstr(presence->person, ==, "bert");
    g_assert_cmpuint(picture_of(world)->revision, ==, 100);
}

// ---- endpoints ----

static void test_changes_over(World *world, gconstpointer data)
{
    (void)data;
    start(world, "nobody two");
    g_assert_true(g_str_has_suffix(picture_of(world)->link.endpoint, "/two"));
    g_assert_cmpuint(picture_of(world)->link.attempt, ==, 2);
    g_assert_null(picture_of(world)->link.trouble);
}

static void test_does_not_wait_for_the_hung(World *world, gconstpointer data)
{
    (void)data;
    world->cable.mode = CABLE_MUTE; // and it is not given up within the test
    world->waits.hedge_ms = CLIENT_WAITS.hedge_ms;
    start(world, "cable two");
    g_assert_true(g_str_has_suffix(picture_of(world)->link.endpoint, "/two"));
}

static void test_says_what_was_tried(World *world, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(CLIENT_WAITS.head_ms, <, 2000); // what people are promised
    world->cable.mode = CABLE_MUTE;
    world->waits.head_ms = SOON_MS;
    plug(world, "nobody cable");
    client_start(world->client);
    wait_until(client_failure(world->client) && picture_of(world)->link.state == LINK_LOST);
    const GError *failure = client_failure(world->client);
    g_assert_error(failure, ERR, ERR_UNREACHABLE);
    g_assert_nonnull(strstr(failure->message, "/nobody: "));
    g_assert_nonnull(
        strstr(failure->message, "/cable: it accepted the connection and said nothing"));
    g_assert_cmpstr(picture_of(world)->link.trouble, ==, failure->message); // for the console
    g_assert_cmpint(picture_of(world)->link.retry_ms, >, 0);
    world->cable.mode = CABLE_PASS; // it goes on trying
    world->waits.head_ms = PATIENT.head_ms;
    wait_until(picture_of(world)->complete);
    g_assert_null(client_failure(world->client));
}

static void test_refused_in_words(World *world, gconstpointer data)
{
    (void)data;
    world->one.refuse = 401;
    plug(world, "one nobody");
    client_start(world->client);
    wait_until(client_failure(world->client));
    g_assert_error(client_failure(world->client), REFUSAL, REFUSAL_UNKNOWN_PERSON);
    g_assert_nonnull(
        strstr(client_failure(world->client)->message, "401: This token is not known here."));
}

static void test_known_elsewhere(World *world, gconstpointer data)
{
    (void)data;
    world->one.refuse = 401;
    start(world, "one two");
    g_assert_true(g_str_has_suffix(picture_of(world)->link.endpoint, "/two"));
}

static void test_token_goes_nowhere_else(World *world, gconstpointer data)
{
    (void)data;
    g_autofree char *urls = g_strdup_printf("http://127.0.0.1:%u http://127.0.0.1:%u",
                                            world->one.port, world->two.port);
    plug(world, urls);
    ((Endpoint *)world->endpoints->pdata[0])->token = g_strdup("topsecret");
    world->one.refuse = 401;
    client_start(world->client);
    wait_until(picture_of(world)->complete);
    g_assert_cmpstr(world->one.bearer, ==, "Bearer topsecret");
    g_assert_cmpuint(world->two.snapshots, ==, 1);
    g_assert_null(world->two.bearer);
}

// ---- cut streams ----

// As `start`, until something has come by the stream: one that is cut before its first byte is asked for again by
// libcurl, under the limit of before.
static void start_stream(World *world, const char *names)
{
    start(world, names);
    wait_until(backend_streams(&world->one) == 1);
    backend_say_location(&world->one, "northeurope");
    wait_until(picture_location(picture_of(world), "northeurope"));
}

static void test_resumes(World *world, gconstpointer data)
{
    (void)data;
    start_stream(world, "cable two");
    cable_cut_all(&world->cable);
    wait_until(world->one.events == 2 && backend_streams(&world->one) == 1);
    g_assert_cmpstr(world->one.since, ==, "101");
    g_assert_cmpuint(world->one.snapshots, ==, 1); // nothing was fetched again
    g_assert_cmpuint(world->two.snapshots, ==, 0);
    backend_say_location(&world->one, "eastus");
    wait_until(picture_location(picture_of(world), "eastus"));
}

static void test_keeps_the_picture(World *world, gconstpointer data)
{
    (void)data;
    start_stream(world, "cable two");
    backend_add_location(&world->two, "only-there");
    world->two.refuse = 503; // nobody is left
    world->cable.mode = CABLE_MUTE;
    world->waits.head_ms = SOON_MS;
    cable_cut_all(&world->cable);
    wait_until(client_failure(world->client) && picture_of(world)->link.state == LINK_LOST);
    g_assert_true(picture_of(world)->complete);
    g_assert_nonnull(picture_location(picture_of(world), "westeurope"));
    g_assert_nonnull(picture_of(world)->link.trouble);
    world->waits = PATIENT;
    world->waits.hedge_ms = CLIENT_WAITS.hedge_ms;
    world->two.refuse = 0;
    wait_until(picture_location(picture_of(world), "only-there"));
    wait_until(picture_of(world)->link.state == LINK_LIVE);
}

static void test_hung_stream(World *world, gconstpointer data)
{
    (void)data;
    start_stream(world, "cable two");
    world->cable.mode = CABLE_MUTE; // whoever comes now is accepted and not heard
    world->waits.head_ms = SOON_MS;
    cable_cut_all(&world->cable);
    wait_until(world->two.snapshots >= 1);
}

static void test_gone(World *world, gconstpointer data)
{
    (void)data;
    world->one.gone = true;
    plug(world, "one");
    client_start(world->client);
    wait_until(world->one.snapshots >= 2);
    world->one.gone = false;
    wait_until(backend_streams(&world->one) == 1);
    wait_until(picture_of(world)->link.state == LINK_LIVE);
}

typedef struct {
    const char *name;
    const char *text;
} Break;

// What makes the picture doubtful: it is fetched again.
static const Break BREAKS[] = {
    {"gap", "event: gap\ndata: {\"revision\":101}\n\n"},
    {"reload",
     "id: 101\nevent: delta\ndata: {\"kind\":\"reload\",\"key\":\"\",\"object\":null}\n\n"},
    {"no-json", "id: 101\nevent: delta\ndata: {broken\n\n"},
    {"no-location",
     "id: 101\nevent: delta\ndata: {\"kind\":\"location\",\"key\":\"x\",\"object\":7}\n\n"},
    {"no-id",
     "id: abc\nevent: delta\ndata: {\"kind\":\"alarm\",\"key\":\"x\",\"object\":null}\n\n"},
    {"no-utf8", "id: 101\nevent: delta\ndata: \xff\xfe\n\n"},
};

static void test_fetches_again(World *world, gconstpointer data)
{
    const Break *how = data;
    start(world, "one");
    wait_until(backend_streams(&world->one) == 1);
    backend_add_location(&world->one, "missed");
    backend_say(&world->one, how->text);
    wait_until(picture_location(picture_of(world), "missed"));
    wait_until(world->one.events == 2);
    g_assert_cmpuint(world->one.snapshots, ==, 2);
}

// A kind of a newer backend is nothing to show, and no gap.
static void test_of_the_future(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    wait_until(backend_streams(&world->one) == 1);
    backend_say(&world->one,
                "id: 107\nevent: delta\ndata: {\"kind\":\"moon\",\"key\":\"x\",\"object\":{}}\n\n"
                "event: eclipse\ndata: {}\n\n");
    wait_until(picture_of(world)->revision == 107);
    g_assert_cmpuint(world->one.snapshots, ==, 1);
}

// The first two follow at once; behind them are pauses of at least a quarter and half a second.
static void test_not_in_circles(World *world, gconstpointer data)
{
    (void)data;
    gint64 from = now_ms();
    world->one.first = BREAKS[0].text; // every stream begins with a gap
    start(world, "one");
    wait_until(world->one.snapshots >= 4);
    g_assert_cmpint(now_ms() - from, >=, 700);
}

static void test_not_in_circles_ended(World *world, gconstpointer data)
{
    (void)data;
    gint64 from = now_ms();
    world->one.end_streams = true;
    start(world, "one");
    wait_until(world->one.events >= 5);
    g_assert_cmpint(now_ms() - from, >=, 700);
}

// ---- bad answers ----

static void test_garbage(World *world, gconstpointer data)
{
    static const BadScript PORTAL = {.say = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
                                            "<html>\n<b>a portal</b>\n"};
    static const BadScript NOISE = {.say = "\x01\x02 \x1b[2J noise\r\n\r\n"};
    static const BadScript CUT = {
        .say = "HTTP/1.1 200 OK\r\n\r\n"
               "{\"kind\":\"me\",\"object\":{\"operator\":\"x\",\"roles\":1}}\n"};
    static const BadScript *const SCRIPTS[] = {&PORTAL, &NOISE, &CUT};
    static const char *const WORDS[] = {"not valid JSON", "not HTTP", "cut off"};
    (void)data;
    BadServer bad[3];
    g_autoptr(GString) urls = g_string_new(NULL);
    for (guint i = 0; i < 3; i++) {
        bad_server_init(&bad[i], SCRIPTS[i]);
        g_string_append_printf(urls, "%shttp://127.0.0.1:%u", i ? " " : "", bad[i].port);
    }
    plug(world, urls->str);
    client_start(world->client);
    wait_until(client_failure(world->client));
    for (guint i = 0; i < 3; i++)
        g_assert_nonnull(strstr(client_failure(world->client)->message, WORDS[i]));
    g_assert_false(picture_of(world)->complete);
    client_free(g_steal_pointer(&world->client));
    for (guint i = 0; i < 3; i++)
        bad_server_release(&bad[i]);
}

static void test_endless_line(World *world, gconstpointer data)
{
    (void)data;
    char *blanks = g_strnfill(100 * 1000 * 1000, ' ');
    g_string_append(world->one.lines, blanks);
    g_free(blanks);
    plug(world, "one");
    client_start(world->client);
    wait_until(client_failure(world->client));
    g_assert_nonnull(strstr(client_failure(world->client)->message, "Line 3 is longer"));
    g_string_truncate(world->one.lines, 0);
    wait_until(picture_of(world)->complete);
}

static void test_bad_snapshot_keeps_the_old(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    g_autofree char *good = g_strdup(world->one.lines->str);
    backend_add_location(&world->one, "half");
    g_string_append(world->one.lines, "{broken\n");
    client_reload(world->client);
    wait_until(client_failure(world->client));
    g_assert_nonnull(picture_location(picture_of(world), "westeurope"));
    g_assert_null(picture_location(picture_of(world), "half")); // no half picture is ever seen
    g_string_assign(world->one.lines, good);
    wait_until(!client_failure(world->client));
}

// ---- asking ----

typedef struct {
    bool done;
    bool json;
    GError *error;
} Got;

static void on_got(json_t *json, const char *text, const GError *error, gpointer data)
{
    Got *got = data;
    (void)text;
    *got = (Got){true, json != NULL, error ? g_error_copy(error) : NULL};
}

static Got ask_path(World *world, const char *path)
{
    Got got = {0};
    client_get(world->client, path, on_got, &got);
    loop_until(&got.done);
    return got;
}

static void test_asks(World *world, gconstpointer data)
{
    static const struct {
        const char *path;
        int code; // of ERR; -1: fine
    } ROWS[] = {{"/v1/whoami", -1},
                {"/v1/html", ERR_PROTOCOL},
                {"/v1/big", ERR_TOO_LARGE},
                {"/v1/nothing", ERR_PROTOCOL}};
    (void)data;
    plug(world, "one");
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Got got = ask_path(world, ROWS[i].path);
        if (ROWS[i].code < 0)
            g_assert_no_error(got.error);
        else
            g_assert_error(got.error, ERR, ROWS[i].code);
        g_assert_true(got.json == (ROWS[i].code < 0));
        g_clear_error(&got.error);
    }
    world->one.refuse = 401;
    Got got = ask_path(world, "/v1/whoami");
    g_assert_error(got.error, REFUSAL, REFUSAL_UNKNOWN_PERSON);
    g_clear_error(&got.error);
}

static Got connect_to(World *world, const char *names)
{
    Got got = {0};
    plug(world, names);
    client_connect(world->client, on_got, &got);
    loop_until(&got.done);
    return got;
}

static void test_connects(World *world, gconstpointer data)
{
    (void)data;
    world->cable.mode = CABLE_MUTE; // and it is not given up within the test
    world->waits.hedge_ms = CLIENT_WAITS.hedge_ms;
    Got got = connect_to(world, "nobody cable two");
    g_assert_no_error(got.error);
    got = ask_path(world, "/v1/whoami"); // of the one that answered
    g_assert_no_error(got.error);
    g_assert_cmpuint(world->two.whoamis, ==, 2);
}

static void test_connects_to_nobody(World *world, gconstpointer data)
{
    (void)data;
    world->cable.mode = CABLE_MUTE;
    world->waits.head_ms = SOON_MS;
    Got got = connect_to(world, "cable nobody nobody2");
    g_assert_error(got.error, ERR, ERR_UNREACHABLE);
    g_assert_nonnull(strstr(got.error->message, "/cable: "));
    g_assert_nonnull(strstr(got.error->message, "/nobody2: "));
    g_clear_error(&got.error);
}

static void test_connects_refused(World *world, gconstpointer data)
{
    (void)data;
    world->one.refuse = 401;
    Got got = connect_to(world, "nobody one");
    g_assert_error(got.error, REFUSAL, REFUSAL_UNKNOWN_PERSON);
    g_clear_error(&got.error);
}

static void test_presence(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    gint64 from = now_ms();
    client_watch(world->client, "op-1");
    client_watch(world->client, "op-1");
    wait_until(world->one.presences >= 1);
    client_watch(world->client, NULL);
    wait_until(world->one.presences >= 2);
    g_assert_cmpint(world->one.presences, <=,
                    2 + (now_ms() - from) / 10000); // repeated every 10 s
}

// Freed with everything under way: nothing is called, nothing is leaked.
static void test_free_in_flight(World *world, gconstpointer data)
{
    (void)data;
    Got got = {0};
    world->cable.mode = CABLE_MUTE;
    plug(world, "cable");
    client_start(world->client);
    client_connect(world->client, on_got, &got);
    client_get(world->client, "/v1/whoami", on_got, &got);
    client_watch(world->client, "op-1");
    loop_for(200);
    client_free(g_steal_pointer(&world->client));
    loop_for(50);
    g_assert_false(got.done);
}

static void add(const char *name, void (*test)(World *, gconstpointer), gconstpointer data)
{
    g_autofree char *path = g_strconcat("/client/link/", name, NULL);
    g_test_add(path, World, data, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("follows", test_follows, NULL);
    add("heartbeat-and-presence", test_heartbeat_and_presence, NULL);
    add("changes-over", test_changes_over, NULL);
    add("does-not-wait-for-the-hung", test_does_not_wait_for_the_hung, NULL);
    add("says-what-was-tried", test_says_what_was_tried, NULL);
    add("refused-in-words", test_refused_in_words, NULL);
    add("known-elsewhere", test_known_elsewhere, NULL);
    add("token-goes-nowhere-else", test_token_goes_nowhere_else, NULL);
    add("resumes", test_resumes, NULL);
    add("keeps-the-picture", test_keeps_the_picture, NULL);
    add("hung-stream", test_hung_stream, NULL);
    add("gone", test_gone, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(BREAKS); i++) {
        g_autofree char *name = g_strconcat("fetches-again/", BREAKS[i].name, NULL);
        add(name, test_fetches_again, &BREAKS[i]);
    }
    add("of-the-future", test_of_the_future, NULL);
    add("not-in-circles", test_not_in_circles, NULL);
    add("not-in-circles-ended", test_not_in_circles_ended, NULL);
    add("garbage", test_garbage, NULL);
    add("endless-line", test_endless_line, NULL);
    add("bad-snapshot-keeps-the-old", test_bad_snapshot_keeps_the_old, NULL);
    add("asks", test_asks, NULL);
    add("connects", test_connects, NULL);
    add("connects-to-nobody", test_connects_to_nobody, NULL);
    add("connects-refused", test_connects_refused, NULL);
    add("presence", test_presence, NULL);
    add("free-in-flight", test_free_in_flight, NULL);
    return g_test_run();
}
