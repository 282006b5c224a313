// Sign-offs on bad lines: written down before they are sent, and their fate is asked after until it is known;
// none is called lost that may have been recorded, none is sent twice.
#include <string.h>

#include "base/error.h"
#include "client-backend.h"
#include "model/refusal.h"

typedef struct {
    char *directory;
    char *state;
    Backend backend;
    Cable cable;
    IdSource ids;
    GPtrArray *endpoints;
    ClientWaits waits; // the client's: PATIENT at first
    Client *client;
    bool signed_, fated;
    GError *error;
    Fate fate;
    char *words;
} World;

static void set_up(World *world, gconstpointer data)
{
    (void)data;
    *world = (World){.directory = dir_make(), .state = dir_make(), .waits = PATIENT};
    id_source_init(&world->ids, clock_system(), 7);
    backend_init(&world->backend, world->directory, "one");
    cable_init(&world->cable, world->directory, "cable", world->backend.path);
}

static void tear_down(World *world, gconstpointer data)
{
    (void)data;
    client_free(world->client);
    if (world->endpoints)
        g_ptr_array_unref(world->endpoints);
    cable_release(&world->cable);
    backend_release(&world->backend);
    id_source_release(&world->ids);
    g_clear_error(&world->error);
    g_free(world->words);
    dir_remove(world->directory);
    dir_remove(world->state);
}

static void on_fate(const JournalEntry *entry, gpointer data)
{
    World *world = data;
    g_assert_false(world->fated); // once
    world->fated = true;
    world->fate = entry->fate;
    world->words = g_strdup(entry->answer);
}

static void plug(World *world, const char *name, bool tell)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("unix:%s/%s", world->directory, name);
    world->endpoints = endpoints_parse(url, &error);
    g_assert_no_error(error);
    ClientConfig config = {.clock = clock_system(),
                           .ids = &world->ids,
                           .endpoints = world->endpoints,
                           .journal = world->state,
                           .waits = &world->waits,
                           .follow = true,
                           .fate = tell ? on_fate : NULL,
                           .data = world};
    world->client = client_new(&config, &error);
    g_assert_no_error(error);
}

static bool is_complete(const World *world)
{
    return client_picture(world->client)->complete;
}

static void start(World *world, const char *name)
{
    plug(world, name, true);
    client_start(world->client);
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    while (!is_complete(world) && clock_mono_ms(clock_system()) < limit)
        loop_for(2);
    g_assert_true(is_complete(world));
}

static void on_signed(json_t *json, const char *text, const GError *error, gpointer data)
{
    World *world = data;
    (void)json, (void)text;
    g_assert_false(world->signed_); // once
    world->signed_ = true;
    world->error = error ? g_error_copy(error) : NULL;
}

static SignOff *sample(const char *id)
{
    SignOff *signoff = signoff_new(id);
    signoff->operation = g_strdup("op-1");
    signoff->digest = g_strdup("d");
    signoff->reason = g_strdup("the region is gone");
    signoff->phrase = g_strdup("FAIL OVER payments");
    return signoff;
}

static void sign(World *world)
{
    g_autoptr(SignOff) signoff = sample("so-1");
    client_sign(world->client, signoff, on_signed, world);
}

// The fate as it stands on the disk.
static Fate journalled(const World *world)
{
    Journal *journal = journal_open(world->state, NULL);
    g_autoptr(GPtrArray) entries = journal_read(journal, clock_wall_ms(clock_system()), NULL);
    g_assert_cmpuint(entries->len, ==, 1);
    Fate fate = ((const JournalEntry *)entries->pdata[0])->fate;
    journal_free(journal);
    return fate;
}

static void expect(World *world, Fate fate, const char *words)
{
    loop_until(&world->fated);
    g_assert_cmpint(world->fate, ==, fate);
    g_assert_nonnull(strstr(world->words, words));
    g_assert_cmpint(journalled(world), ==, fate);
    g_assert_cmpuint(client_unsettled(world->client)->len, ==, 0);
}

// ---- the answer comes ----

static void test_recorded(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    sign(world);
    g_assert_cmpint(journalled(world), ==, FATE_UNKNOWN); // before anything was sent
    g_assert_cmpuint(world->backend.puts, ==, 0);
    loop_until(&world->signed_);
    g_assert_no_error(world->error);
    expect(world, FATE_RECORDED, "at 03:15:02Z (audit 4711)");
    g_assert_cmpuint(world->backend.puts, ==, 1);
}

static void test_refused(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    world->backend.put_status = 409;
    sign(world);
    loop_until(&world->signed_);
    g_assert_error(world->error, REFUSAL, REFUSAL_WRONG_DIGEST);
    expect(world, FATE_REFUSED, "It changed.");
}

static void test_never_sent(World *world, gconstpointer data)
{
    (void)data;
    plug(world, "nobody", true);
    sign(world);
    loop_until(&world->signed_);
    g_assert_error(world->error, ERR, ERR_UNREACHABLE);
    expect(world, FATE_LOST, "never reached the backend");
}

static void test_not_journalled(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    g_autoptr(SignOff) signoff = sample("../evil");
    client_sign(world->client, signoff, on_signed, world);
    g_assert_true(world->signed_);
    g_assert_error(world->error, ERR, ERR_INVALID);
    loop_for(50);
    g_assert_cmpuint(world->backend.puts, ==, 0);
    g_assert_cmpuint(client_unsettled(world->client)->len, ==, 0);
}

// ---- it does not ----

static void test_cut_after_it_was_recorded(World *world, gconstpointer data)
{
    (void)data;
    start(world, "cable");
    world->cable.mode = CABLE_CUT_ANSWER;
    world->cable.word = "PUT ";
    sign(world);
    loop_until(&world->signed_);
    g_assert_error(world->error, ERR, ERR_UNKNOWN);
    g_assert_false(world->fated);
    g_assert_cmpint(journalled(world), ==, FATE_UNKNOWN);
    expect(world, FATE_RECORDED, "audit 4711");
    g_assert_cmpuint(world->backend.puts, ==, 1); // asked after, not sent again
    g_assert_cmpuint(world->backend.gets, >=, 1);
}

static void test_cut_before_it_came(World *world, gconstpointer data)
{
    (void)data;
    start(world, "cable");
    world->cable.mode = CABLE_CUT_REQUEST;
    world->cable.word = "PUT ";
    gint64 from = clock_mono_ms(clock_system());
    sign(world);
    loop_until(&world->signed_);
    g_assert_error(world->error, ERR, ERR_UNKNOWN);
    expect(world, FATE_LOST, "counts for nothing");
    g_assert_cmpint(clock_mono_ms(clock_system()) - from, >=, 1400); // not believed at once
    g_assert_cmpuint(world->backend.puts, ==, 0);
}

// A "not found" while what was sent is still on its way is no proof that it is lost.
static void test_comes_late(World *world, gconstpointer data)
{
    (void)data;
    world->waits.sure_ms = PATIENT.answer_ms;
    start(world, "cable");
    world->cable.mode = CABLE_CUT_REQUEST;
    world->cable.word = "PUT ";
    sign(world);
    loop_until(&world->signed_);
    loop_until_count(&world->backend.gets, 1);
    g_assert_false(world->fated);
    g_hash_table_add(world->backend.recorded, g_strdup("so-1"));
    expect(world, FATE_RECORDED, "audit 4711");
}

static void test_unavailable(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    world->backend.put_status = 503;
    g_hash_table_add(world->backend.recorded, g_strdup("so-1"));
    sign(world);
    loop_until(&world->signed_);
    g_assert_false(world->fated);
    expect(world, FATE_RECORDED, "audit 4711");
}

// A gateway's time-out says nothing about what is behind it.
static void test_gateway(World *world, gconstpointer data)
{
    static const BadScript GATEWAY = {.say = "HTTP/1.1 504 Gateway Timeout\r\n"
                                             "Content-Length: 0\r\n\r\n"};
    (void)data;
    BadServer bad;
    g_autoptr(GError) error = NULL;
    bad_server_init(&bad, &GATEWAY);
    plug(world, "one", true);
    g_ptr_array_set_size(world->endpoints, 0);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", bad.port);
    g_ptr_array_add(world->endpoints, endpoint_parse(url, &error));
    sign(world);
    loop_until(&world->signed_);
    loop_for(100);
    g_assert_false(world->fated);
    g_assert_cmpint(journalled(world), ==, FATE_UNKNOWN);
    client_free(g_steal_pointer(&world->client));
    bad_server_release(&bad);
}

// A snapshot in between asks after the unsettled ones, but not after one that is just being sent.
static void test_in_flight_is_not_lost(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    world->backend.hold_puts = true;
    sign(world);
    loop_until_count(&world->backend.puts, 1);
    client_reload(world->client);
    loop_until_count(&world->backend.snapshots, 2);
    loop_for(300);
    g_assert_cmpuint(world->backend.gets, ==, 0);
    g_assert_false(world->fated);
    backend_answer_held(&world->backend);
    loop_until(&world->signed_);
    g_assert_no_error(world->error);
    expect(world, FATE_RECORDED, "audit 4711");
}

// ---- sessions before ----

static void leave_behind(World *world, const char *endpoint, gint64 age_ms)
{
    Journal *journal = journal_open(world->state, NULL);
    g_autoptr(GError) error = NULL;
    JournalEntry *entry = g_new0(JournalEntry, 1);
    entry->signoff = sample("so-1");
    entry->sent_ms = clock_wall_ms(clock_system()) - age_ms;
    entry->endpoint = g_strdup_printf("unix:%s/%s", world->directory, endpoint);
    journal_write(journal, entry, &error);
    g_assert_no_error(error);
    journal_entry_free(entry);
    journal_free(journal);
}

static void test_earlier_recorded(World *world, gconstpointer data)
{
    (void)data;
    leave_behind(world, "one", 1000);
    g_hash_table_add(world->backend.recorded, g_strdup("so-1"));
    start(world, "one");
    expect(world, FATE_RECORDED, "audit 4711");
}

static void test_earlier_lost(World *world, gconstpointer data)
{
    (void)data;
    leave_behind(world, "one", 60000);
    start(world, "one");
    expect(world, FATE_LOST, "counts for nothing");
}

// Another console may be sending it right now.
static void test_earlier_but_young(World *world, gconstpointer data)
{
    (void)data;
    world->waits.sure_other_ms = PATIENT.answer_ms;
    leave_behind(world, "one", 0);
    start(world, "one");
    loop_until_count(&world->backend.gets, 3);
    g_assert_false(world->fated);
    g_hash_table_add(world->backend.recorded, g_strdup("so-1"));
    expect(world, FATE_RECORDED, "audit 4711");
}

// A backend that stood still answers the question before what lay before it is done.
static void test_found_at_last(World *world, gconstpointer data)
{
    (void)data;
    world->waits.sure_ms = PATIENT.answer_ms;
    leave_behind(world, "one", 60000);
    start(world, "one");
    loop_until_count(&world->backend.gets, 2);
    g_assert_false(world->fated);
    g_hash_table_add(world->backend.recorded, g_strdup("so-1"));
    expect(world, FATE_RECORDED, "audit 4711");
}

static void test_of_another_fleet(World *world, gconstpointer data)
{
    (void)data;
    leave_behind(world, "elsewhere", 60000);
    start(world, "one");
    loop_for(200);
    g_assert_cmpuint(world->backend.gets, ==, 0);
    g_assert_cmpint(journalled(world), ==, FATE_UNKNOWN);
}

static void test_nobody_listens(World *world, gconstpointer data)
{
    (void)data;
    leave_behind(world, "one", 60000);
    plug(world, "one", false);
    client_start(world->client);
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    while (!is_complete(world) && clock_mono_ms(clock_system()) < limit)
        loop_for(2);
    loop_for(200);
    g_assert_cmpuint(world->backend.gets, ==, 0); // none is settled unseen
}

static void test_find(World *world, gconstpointer data)
{
    (void)data;
    plug(world, "one", false);
    client_find_signoff(world->client, "op-1", "so-9", on_signed, world);
    loop_until(&world->signed_);
    g_assert_error(world->error, REFUSAL, REFUSAL_NOT_FOUND);
    g_clear_error(&world->error);
    world->signed_ = false;
    g_hash_table_add(world->backend.recorded, g_strdup("so-9"));
    client_find_signoff(world->client, "op-1", "so-9", on_signed, world);
    loop_until(&world->signed_);
    g_assert_no_error(world->error);
}

static void test_free_in_flight(World *world, gconstpointer data)
{
    (void)data;
    start(world, "one");
    world->backend.hold_puts = true;
    sign(world);
    loop_for(50);
    client_free(g_steal_pointer(&world->client));
    loop_for(50);
    g_assert_false(world->signed_);
    g_assert_cmpint(journalled(world), ==, FATE_UNKNOWN); // the next session asks
}

static void add(const char *name, void (*test)(World *, gconstpointer))
{
    g_autofree char *path = g_strconcat("/client/sign/", name, NULL);
    g_test_add(path, World, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("recorded", test_recorded);
    add("refused", test_refused);
    add("never-sent", test_never_sent);
    add("not-journalled", test_not_journalled);
    add("cut-after-it-was-recorded", test_cut_after_it_was_recorded);
    add("cut-before-it-came", test_cut_before_it_came);
    add("comes-late", test_comes_late);
    add("unavailable", test_unavailable);
    add("gateway", test_gateway);
    add("in-flight-is-not-lost", test_in_flight_is_not_lost);
    add("earlier-recorded", test_earlier_recorded);
    add("earlier-lost", test_earlier_lost);
    add("earlier-but-young", test_earlier_but_young);
    add("found-at-last", test_found_at_last);
    add("of-another-fleet", test_of_another_fleet);
    add("nobody-listens", test_nobody_listens);
    add("find", test_find);
    add("free-in-flight", test_free_in_flight);
    return g_test_run();
}
