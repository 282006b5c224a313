// The practice region's core: obedience (epochs, boots, keys), its data and replication, runs, and what
// it counts when it dies. No network, no clock but the numbers below.
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "site/region.h"

// 2026-01-01T00:00:00Z
#define T0 G_GINT64_CONSTANT(1767225600000)

typedef struct {
    FakeClock clock;
    IdSource ids;
    char *dir;
    Region *a;
    Region *b;
} Pair;

static void add_recurrence(Region *region, bool enabled)
{
    Workflow *workflow = region_add_workflow(region, "pay", "settle", TRIGGER_RECURRENCE);
    workflow->recurrence.frequency = FREQUENCY_SECOND;
    workflow->recurrence.interval = 10;
    workflow->run_ms = 4000;
    workflow->enabled_at_first = enabled;
    g_ptr_array_add(workflow->stages, g_strdup("read"));
    g_ptr_array_add(workflow->stages, g_strdup("write"));
    g_assert_true(workflow_set_rule(workflow, NULL));
}

static Region *make_region(IdSource *ids, const char *name, bool primary)
{
    Region *region = region_new(name, ids);
    SiteGroup *group = region_add_group(region, "pay");
    group->data = data_new("pay", primary ? DATA_PRIMARY : DATA_SECONDARY);
    group->load = 10;
    add_recurrence(region, primary);
    Workflow *poll = region_add_workflow(region, "pay", "poll", TRIGGER_POLLING);
    poll->rate = 2;
    poll->enabled_at_first = primary;
    Workflow *request = region_add_workflow(region, "pay", "ask", TRIGGER_REQUEST);
    request->enabled_at_first = primary;
    Router *router = region_add_router(region, "pay", "door");
    router_add_target(router, "a", "http://127.0.0.1:1", NULL);
    router->to_at_first = g_strdup("a");
    Stock *stock = region_add_stock(region, "pay", "hosts", true);
    stock->recreates = 100;
    stock->recreate_ms = 10000;
    return region;
}

static void pair_init(Pair *pair)
{
    fake_clock_init(&pair->clock, T0);
    id_source_init(&pair->ids, &pair->clock.clock, 7);
    pair->dir = g_dir_make_tmp("signalbox-test-XXXXXX", NULL);
    pair->a = make_region(&pair->ids, "a", true);
    pair->b = make_region(&pair->ids, "b", false);
    g_assert_true(region_boot(pair->a, T0, false, NULL));
    g_assert_true(region_boot(pair->b, T0, false, NULL));
}

static void pair_release(Pair *pair)
{
    region_free(pair->a);
    region_free(pair->b);
    id_source_release(&pair->ids);
    g_autofree char *journal = g_build_filename(pair->dir, "journal", NULL);
    g_autofree char *lock = g_build_filename(pair->dir, "lock", NULL);
    g_unlink(journal);
    g_unlink(lock);
    g_assert_cmpint(g_rmdir(pair->dir), ==, 0);
    g_free(pair->dir);
}

static DataStore *data_of(Region *region)
{
    return region_group(region, "pay")->data;
}

// One exchange from one region to the other.
static void replicate(Region *from, Region *to, gint64 now_ms, gint64 delay_ms)
{
    g_autoptr(GArray) entries = g_array_new(false, false, sizeof(Commit));
    DataMessage message;
    if (!data_message(data_of(from), now_ms, delay_ms, entries, &message))
        return;
    DataAnswer answer = region_receive(to, region_group(to, "pay"), &message);
    region_heard(from, region_group(from, "pay"), &answer, now_ms);
}

static void run_until(Pair *pair, gint64 from_ms, gint64 to_ms, gint64 delay_ms)
{
    for (gint64 now = from_ms; now <= to_ms; now += 100) {
        region_advance(pair->a, now, NULL);
        region_advance(pair->b, now, NULL);
        replicate(pair->a, pair->b, now, delay_ms);
        replicate(pair->b, pair->a, now, delay_ms);
    }
}

static bool act(Region *region, SiteVerb verb, SiteCommand command, gint64 now_ms,
                ErrCode *ret_code)
{
    SiteGroup *group = region_group(region, "pay");
    bool data = verb >= VERB_PROMOTE && verb <= VERB_REJOIN;
    SiteTarget target = {.group = group,
                         .workflow = data ? NULL : region_workflow(region, "pay", "settle"),
                         .router = verb == VERB_ROUTE ? region_router(region, "pay", "door") : NULL,
                         .data = data};
    g_autoptr(GError) error = NULL;
    bool ok = region_act(region, verb, &target, &command, now_ms, &error);
    g_assert_true(ok == (error == NULL));
    if (ret_code)
        *ret_code = error ? (ErrCode)error->code : ERR_COUNT;
    return ok;
}

static void test_obedience(void)
{
    Pair pair;
    pair_init(&pair);
    Region *b = pair.b;
    const char *boot = b->boot_id;
    ErrCode code;
    // Without a fence anything is obeyed; the first epoch sets one.
    g_assert_true(act(b, VERB_ENABLE, (SiteCommand){.epoch = -1}, T0, NULL));
    g_assert_true(act(b, VERB_DISABLE, (SiteCommand){.epoch = 5, .boot_id = boot}, T0, NULL));
    g_assert_cmpint(region_group(b, "pay")->fence, ==, 5);
    static const struct {
        gint64 epoch;
        int boot; // 0 none, 1 right, 2 wrong
        SiteVerb verb;
        bool ok;
    } cases[] = {
        {4, 1, VERB_ENABLE, false},  {-1, 1, VERB_ENABLE, false}, {5, 2, VERB_ENABLE, false},
        {5, 0, VERB_ENABLE, false},  {5, 1, VERB_ENABLE, true},   {4, 1, VERB_DISABLE, false},
        {5, 2, VERB_DISABLE, false}, {5, 0, VERB_DISABLE, true},  {6, 0, VERB_FENCE, true},
        {5, 1, VERB_ENABLE, false},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        SiteCommand command = {.epoch = cases[i].epoch,
                               .boot_id = cases[i].boot == 0   ? NULL
                                          : cases[i].boot == 1 ? boot
                                                               : "feedface"};
        bool ok = act(b, cases[i].verb, command, T0, &code);
        g_assert_true(ok == cases[i].ok);
        if (!ok)
            g_assert_cmpint(code, ==, ERR_REFUSED);
    }
    g_assert_false(region_workflow(b, "pay", "settle")->enabled);
    // What the pair has obeyed is a fence here too; one that is older takes nothing back.
    g_assert_true(region_raise_fence(b, region_group(b, "pay"), 9, NULL));
    g_assert_true(region_raise_fence(b, region_group(b, "pay"), 7, NULL));
    g_assert_false(act(b, VERB_DISABLE, (SiteCommand){.epoch = 8, .boot_id = boot}, T0, &code));
    g_assert_true(act(b, VERB_DISABLE, (SiteCommand){.epoch = 9, .boot_id = boot}, T0, NULL));
    pair_release(&pair);
}

static void test_keys(void)
{
    Pair pair;
    pair_init(&pair);
    SiteCommand on = {.epoch = 1, .boot_id = pair.b->boot_id, .key = "k1"};
    SiteCommand off = {.epoch = 1, .boot_id = pair.b->boot_id, .key = "k2"};
    g_assert_true(act(pair.b, VERB_ENABLE, on, T0, NULL));
    g_assert_true(act(pair.b, VERB_DISABLE, off, T0, NULL));
    // A late duplicate is answered, and does nothing.
    g_assert_true(act(pair.b, VERB_ENABLE, on, T0, NULL));
    g_assert_false(region_workflow(pair.b, "pay", "settle")->enabled);
    ErrCode code;
    g_assert_false(act(pair.b, VERB_DISABLE, on, T0, &code));
    g_assert_cmpint(code, ==, ERR_CONFLICT);
    // Under a newer epoch it is not answered as done: whoever sent it would believe that it is.
    SiteCommand newer = {.epoch = 2, .boot_id = pair.b->boot_id, .key = "k3"};
    g_assert_true(act(pair.b, VERB_DISABLE, newer, T0, NULL));
    g_assert_false(act(pair.b, VERB_ENABLE, on, T0, &code));
    g_assert_cmpint(code, ==, ERR_REFUSED);
    // In the next life the key is forgotten, and the boot id no longer fits.
    g_autofree char *boot = g_strdup(on.boot_id);
    on.boot_id = boot;
    g_assert_true(region_boot(pair.b, T0 + 1, false, NULL));
    g_assert_false(act(pair.b, VERB_ENABLE, on, T0 + 1, &code));
    g_assert_cmpint(code, ==, ERR_REFUSED);
    pair_release(&pair);
}

static void test_replication_delay_and_loss(void)
{
    Pair pair;
    pair_init(&pair);
    run_until(&pair, T0, T0 + 10000, 2000);
    const DataStore *a = data_of(pair.a);
    DataStore *b = data_of(pair.b);
    g_assert_cmpint(a->position, >=, 95);
    g_assert_cmpint(b->through_ms, ==, T0 + 8000);
    g_assert_cmpint(b->source_position, ==, a->position);
    gint64 behind = a->position - b->position;
    g_assert_cmpint(behind, >=, 15);
    g_assert_cmpint(behind, <=, 25);
    // The old primary dies; not forced is refused, forced forks.
    region_halt(pair.a, T0 + 10000);
    gint64 had = a->position;
    ErrCode code;
    SiteCommand promote = {.epoch = 2, .boot_id = pair.b->boot_id};
    g_assert_false(act(pair.b, VERB_PROMOTE, promote, T0 + 10100, &code));
    g_assert_cmpint(code, ==, ERR_BUSY);
    promote.forced = true;
    g_assert_true(act(pair.b, VERB_PROMOTE, promote, T0 + 10100, NULL));
    g_assert_cmpint(b->lost, ==, -1);
    g_assert_cmpint(b->fork, ==, had - behind);
    // It comes back: passive, and both sides learn what was lost.
    g_assert_true(region_boot(pair.a, T0 + 20000, false, NULL));
    run_until(&pair, T0 + 20000, T0 + 21000, 2000);
    g_assert_cmpint(b->lost, ==, behind);
    g_assert_cmpint(a->lost, ==, behind);
    g_assert_true(a->superseded);
    g_assert_cmpint(a->position, ==, had);
    g_assert_cmpint(region_group(pair.a, "pay")->abandoned, >, 0);
    g_assert_false(act(pair.a, VERB_ACTIVATE, (SiteCommand){.epoch = 2, .boot_id = pair.a->boot_id},
                       T0 + 21000, &code));
    // Told to rejoin, it follows the new line to its end.
    g_assert_true(act(pair.a, VERB_REJOIN, (SiteCommand){.epoch = 2, .boot_id = pair.a->boot_id},
                      T0 + 21000, NULL));
    run_until(&pair, T0 + 21000, T0 + 25000, 0);
    g_assert_cmpstr(a->lineage, ==, b->lineage);
    g_assert_cmpint(a->position, ==, b->position);
    pair_release(&pair);
}

static void test_planned_without_loss(void)
{
    Pair pair;
    pair_init(&pair);
    run_until(&pair, T0, T0 + 11000, 1000);
    SiteCommand to_a = {.epoch = 3, .boot_id = pair.a->boot_id};
    SiteCommand to_b = {.epoch = 3, .boot_id = pair.b->boot_id};
    g_assert_cmpint(region_in_flight(pair.a, region_group(pair.a, "pay")), >, 0);
    g_assert_true(act(pair.a, VERB_DISABLE, to_a, T0 + 11000, NULL));
    g_assert_true(act(pair.a, VERB_PASSIVATE, to_a, T0 + 11000, NULL));
    // Runs in flight may still commit.
    g_assert_cmpint(data_of(pair.a)->gate, ==, DATA_DRAINING);
    g_assert_false(act(pair.b, VERB_PROMOTE, to_b, T0 + 11000, NULL));
    workflow_disable(region_workflow(pair.a, "pay", "poll"), T0 + 11000);
    run_until(&pair, T0 + 11100, T0 + 18000, 1000);
    g_assert_cmpint(data_of(pair.a)->gate, ==, DATA_SEALED);
    g_assert_true(data_caught_up(data_of(pair.b)));
    g_assert_true(act(pair.b, VERB_PROMOTE, to_b, T0 + 18000, NULL));
    g_assert_cmpint(data_of(pair.b)->lost, ==, 0);
    // Nothing behind the fork: the old primary follows by itself.
    run_until(&pair, T0 + 18000, T0 + 20000, 100);
    g_assert_cmpint(data_of(pair.a)->role, ==, DATA_SECONDARY);
    g_assert_cmpstr(data_of(pair.a)->lineage, ==, data_of(pair.b)->lineage);
    g_assert_cmpint(data_of(pair.a)->position, >, data_of(pair.b)->fork);
    pair_release(&pair);
}

static void test_split(void)
{
    Pair pair;
    pair_init(&pair);
    run_until(&pair, T0, T0 + 5000, 0);
    g_assert_true(act(pair.b, VERB_PROMOTE,
                      (SiteCommand){.epoch = 2, .boot_id = pair.b->boot_id, .forced = true},
                      T0 + 5000, NULL));
    run_until(&pair, T0 + 5000, T0 + 8000, 0);
    // Both write, neither follows, both count what is on the wrong side.
    g_assert_cmpint(data_of(pair.a)->gate, ==, DATA_OPEN);
    g_assert_true(data_of(pair.a)->superseded);
    g_assert_cmpint(data_of(pair.b)->lost, >, 20);
    pair_release(&pair);
}

static void test_runs_and_stages(void)
{
    Pair pair;
    pair_init(&pair);
    region_group(pair.a, "pay")->load = 0;
    Workflow *settle = region_workflow(pair.a, "pay", "settle");
    Workflow *poll = region_workflow(pair.a, "pay", "poll");
    workflow_disable(poll, T0);
    g_assert_cmpint(settle->next_ms, ==, T0 + 10000);
    region_advance(pair.a, T0 + 10000, NULL);
    g_assert_cmpuint(settle->in_flight, ==, 1);
    g_assert_cmpuint(workflow_in_stage(settle, 0, T0 + 11000), ==, 1);
    g_assert_cmpuint(workflow_in_stage(settle, 1, T0 + 13000), ==, 1);
    g_assert_cmpint(region_next_ms(pair.a), ==, T0 + 14000);
    region_advance(pair.a, T0 + 14000, NULL);
    const Run *run = settle->runs.head->data;
    g_assert_cmpint(run->status, ==, RUN_SUCCEEDED);
    g_assert_cmpint(data_of(pair.a)->position, ==, 1);
    // A run that ends where the data takes nothing fails.
    data_seal(data_of(pair.a));
    region_advance(pair.a, T0 + 20000, NULL);
    region_advance(pair.a, T0 + 24000, NULL);
    run = settle->runs.head->data;
    g_assert_cmpint(run->status, ==, RUN_FAILED);
    g_assert_cmpint(data_of(pair.a)->position, ==, 1);
    // A request is for an enabled workflow only.
    Workflow *ask = region_workflow(pair.a, "pay", "ask");
    g_assert_nonnull(region_invoke(pair.a, ask, T0 + 24000, NULL));
    workflow_disable(ask, T0 + 24000);
    g_autoptr(GError) error = NULL;
    g_assert_null(region_invoke(pair.a, ask, T0 + 24000, &error));
    g_assert_true(err_is(error, ERR_REFUSED));
    pair_release(&pair);
}

static void test_missed_and_doubled(void)
{
    Pair pair;
    pair_init(&pair);
    Workflow *at_a = region_workflow(pair.a, "pay", "settle");
    Workflow *at_b = region_workflow(pair.b, "pay", "settle");
    region_advance(pair.a, T0 + 20000, NULL);
    workflow_peer_fired(at_b, T0 + 10000);
    // b does not know of 20000; it is enabled after 40000.
    workflow_enable(at_b, T0 + 45000);
    g_assert_cmpuint(at_b->missed->len, ==, 3);
    workflow_peer_fired(at_b, T0 + 20000);
    g_assert_cmpuint(at_b->missed->len, ==, 2);
    // Both enabled: the same scheduled time at both counts once, on each side.
    region_advance(pair.a, T0 + 50000, NULL);
    region_advance(pair.b, T0 + 50000, NULL);
    workflow_peer_fired(at_b, T0 + 50000);
    workflow_peer_fired(at_b, T0 + 50000);
    g_assert_cmpint(at_b->doubled, ==, 1);
    (void)at_a;
    // A queue that both handled a piece of.
    Workflow *poll = region_workflow(pair.b, "pay", "poll");
    gint64 base = workflow_arrived(poll, T0);
    workflow_peer_cursor(poll, base);
    g_assert_cmpint(poll->cursor, ==, base);
    workflow_enable(poll, T0 + 50000);
    poll->cursor = base + 40;
    workflow_peer_cursor(poll, base + 10);
    workflow_peer_cursor(poll, base + 10);
    g_assert_cmpint(poll->doubled, ==, 10);
    pair_release(&pair);
}

// a fires at :00, :10 …, b at :05, :15 …: what a fired last and told too late was not missed at b.
static void test_missed_of_a_split(void)
{
    Pair pair;
    pair_init(&pair);
    Workflow *at_b = region_workflow(pair.b, "pay", "settle");
    g_assert_true(rule_time_parse("2026-01-01T00:00:05Z", &at_b->recurrence.start, NULL));
    g_assert_true(workflow_set_rule(at_b, NULL));
    workflow_enable(at_b, T0 + 42000);
    g_assert_cmpuint(at_b->missed->len, ==, 0); // a was never heard of
    workflow_peer_fired(at_b, T0 + 10000);
    g_assert_cmpuint(at_b->missed->len, ==, 3); // 15, 25, 35
    workflow_peer_fired(at_b, T0 + 20000);
    g_assert_cmpuint(at_b->missed->len, ==, 2);
    g_assert_cmpint(g_array_index(at_b->missed, gint64, 0), ==, T0 + 25000);
    workflow_peer_fired(at_b, T0 + 50000); // after ours had begun
    g_assert_cmpuint(at_b->missed->len, ==, 2);
    g_assert_cmpint(at_b->doubled, ==, 0);
    pair_release(&pair);
}

// Region a with a journal; what it was before is forgotten but for that.
static void begin_anew(Pair *pair, gint64 now_ms)
{
    g_autoptr(GError) error = NULL;
    site_journal_close(pair->a->journal);
    region_free(pair->a);
    pair->a = make_region(&pair->ids, "a", true);
    pair->a->journal = site_journal_open(pair->dir, region_journal_line, pair->a, &error);
    g_assert_no_error(error);
    g_assert_true(region_boot(pair->a, now_ms, false, NULL));
}

static void end(Pair *pair)
{
    site_journal_close(pair->a->journal);
    pair->a->journal = NULL;
    pair_release(pair);
}

static void test_restart(void)
{
    Pair pair;
    pair_init(&pair);
    g_autoptr(GError) error = NULL;
    begin_anew(&pair, T0);
    g_assert_null(site_journal_open(pair.dir, region_journal_line, pair.a, &error));
    g_assert_true(err_is(error, ERR_BUSY));
    g_clear_error(&error);
    SiteCommand command = {.epoch = 9, .boot_id = pair.a->boot_id};
    g_assert_true(act(pair.a, VERB_ENABLE, command, T0, NULL));
    region_advance(pair.a, T0 + 12000, NULL);
    gint64 position = data_of(pair.a)->position;
    guint in_flight = region_in_flight(pair.a, region_group(pair.a, "pay"));
    g_autofree char *boot = g_strdup(pair.a->boot_id);
    g_assert_cmpint(position, >, 100);
    g_assert_cmpuint(in_flight, >, 0);
    // Killed: nothing is closed in order but the file, whose last line is torn.
    g_autofree char *path = g_build_filename(pair.dir, "journal", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *torn = g_strconcat(text, "c pay 99", NULL);
    g_assert_true(g_file_set_contents(path, torn, -1, NULL));
    begin_anew(&pair, T0 + 13000);
    g_assert_cmpint(data_of(pair.a)->position, ==, position);
    g_assert_cmpint(region_group(pair.a, "pay")->fence, ==, 9);
    g_assert_cmpint(region_group(pair.a, "pay")->abandoned, ==, in_flight);
    g_assert_cmpint(pair.a->boots, ==, 2);
    g_assert_cmpstr(pair.a->boot_id, !=, boot);
    g_assert_cmpint(data_of(pair.a)->gate, ==, DATA_SEALED);
    g_assert_false(region_workflow(pair.a, "pay", "settle")->enabled);
    end(&pair);
}

static guint recreated(const Pair *pair, gint64 now_ms)
{
    return stock_recreated(region_stock(pair->a, "pay", "hosts"), now_ms);
}

// A connector is made anew, and its provider is still at it while the region dies and comes back, twice: it goes on
// from there, and is not taken for done.
static void test_recreation(void)
{
    Pair pair;
    pair_init(&pair);
    begin_anew(&pair, T0);
    g_assert_cmpuint(recreated(&pair, T0), ==, 100); // it never was
    Stock *stock = region_stock(pair.a, "pay", "hosts");
    stock->restoring = inventory_new();
    inventory_put(stock->restoring, entity_new(ENTITY_SETTING, "discovery"));
    SiteTarget target = {.group = region_group(pair.a, "pay"), .stock = stock};
    SiteCommand command = {.epoch = 9, .boot_id = pair.a->boot_id};
    g_assert_true(region_act(pair.a, VERB_ENABLE, &target, &command, T0 + 1000, NULL));
    g_assert_cmpuint(recreated(&pair, T0 + 1000), ==, 0);
    begin_anew(&pair, T0 + 3000); // reads the lines as they were written
    g_assert_cmpuint(recreated(&pair, T0 + 3000), ==, 20);
    g_assert_nonnull(inventory_find(region_stock(pair.a, "pay", "hosts")->inventory, ENTITY_SETTING,
                                    "discovery"));
    begin_anew(&pair, T0 + 6000); // reads the short form that the boot before has made
    g_assert_cmpuint(recreated(&pair, T0 + 6000), ==, 50);
    g_assert_cmpuint(recreated(&pair, T0), ==, 0); // a clock that was set back makes nothing done
    g_assert_cmpuint(recreated(&pair, T0 + 11000), ==, 100);
    end(&pair);
}

static void test_back_still_active(void)
{
    Pair pair;
    pair_init(&pair);
    region_halt(pair.a, T0 + 1000);
    g_assert_cmpint(region_next_ms(pair.a), ==, 0);
    g_assert_true(region_boot(pair.a, T0 + 2000, true, NULL));
    g_assert_true(region_workflow(pair.a, "pay", "settle")->enabled);
    g_assert_cmpint(data_of(pair.a)->gate, ==, DATA_OPEN);
    pair_release(&pair);
}

static void test_log_forgets(void)
{
    g_autoptr(DataStore) a = data_new("pay", DATA_PRIMARY);
    g_autoptr(DataStore) b = data_new("pay", DATA_SECONDARY);
    g_autoptr(GArray) entries = g_array_new(false, false, sizeof(Commit));
    for (gint64 i = 1; i <= DATA_LOG_MAX * 2; i++)
        data_commit(a, T0 + i);
    // The log no longer reaches back to the secondary: it jumps, in batches, to the end.
    for (guint i = 0; i < 40 && b->position < a->position; i++) {
        DataMessage message;
        g_assert_true(data_message(a, T0 * 2, 0, entries, &message));
        DataAnswer answer = data_receive(b, &message);
        data_heard(a, &answer, T0);
    }
    g_assert_cmpint(b->position, ==, a->position);
    g_assert_cmpuint(a->log->len, <=, DATA_LOG_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/site/obedience", test_obedience);
    g_test_add_func("/site/keys", test_keys);
    g_test_add_func("/site/replication-delay-and-loss", test_replication_delay_and_loss);
    g_test_add_func("/site/planned-without-loss", test_planned_without_loss);
    g_test_add_func("/site/split", test_split);
    g_test_add_func("/site/runs-and-stages", test_runs_and_stages);
    g_test_add_func("/site/missed-and-doubled", test_missed_and_doubled);
    g_test_add_func("/site/missed-of-a-split", test_missed_of_a_split);
    g_test_add_func("/site/restart", test_restart);
    g_test_add_func("/site/recreation", test_recreation);
    g_test_add_func("/site/back-still-active", test_back_still_active);
    g_test_add_func("/site/log-forgets", test_log_forgets);
    return g_test_run();
}
