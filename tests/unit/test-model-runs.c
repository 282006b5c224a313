// The runs of all locations as one history: entered, updated, bounded; what was missed and doubled.
#include "model/runs.h"

#define MINUTE G_GINT64_CONSTANT(60000)
#define HOUR (60 * MINUTE)
#define NOON G_GINT64_CONSTANT(1795262400000)

static RunRecord *record(const char *location, gint64 scheduled_ms, RunState state)
{
    g_autofree char *id = g_strdup_printf("run-%" G_GINT64_FORMAT, scheduled_ms);
    RunRecord *run = run_record_new(id, location);
    run->trigger = g_strdup("often");
    run->scheduled_ms = scheduled_ms;
    run->start_ms = scheduled_ms + 200; // a little late, as they are
    run->end_ms = state == RUN_STATE_RUNNING ? 0 : scheduled_ms + 1000;
    run->state = state;
    return run;
}

static bool add(RunHistory *history, const char *location, gint64 scheduled_ms)
{
    RunRecord *run = record(location, scheduled_ms, RUN_STATE_SUCCEEDED);
    bool news = run_history_add(history, run);
    run_record_free(run);
    return news;
}

// Every 10 minutes; in the north from :05.
static gint64 every_10(const char *location, gint64 after_ms, gint64 before_ms, gpointer data)
{
    gint64 count = 0, offset_ms = *location == 'n' ? 5 * MINUTE : 0;
    (void)data;
    for (gint64 at_ms = NOON - 24 * HOUR + offset_ms; at_ms < before_ms; at_ms += 10 * MINUTE)
        count += at_ms > after_ms;
    return count;
}

static const FireRule RULE = {.trigger = "often", .tolerance_ms = MINUTE, .between = every_10};

static FireCount count(const RunHistory *history, const char *holder, gint64 until_ms)
{
    FireCount result;
    run_history_count(history, &RULE, holder, until_ms, &result);
    return result;
}

static void test_add(void)
{
    g_autoptr(RunHistory) history = run_history_new(5);
    RunRecord *running = record("west", NOON, RUN_STATE_RUNNING);
    g_assert_true(run_history_add(history, running));
    g_assert_false(run_history_add(history, running)); // told again
    g_assert_true(add(history, "west", NOON + 10 * MINUTE));
    g_assert_cmpint(run_history_since(history, "west"), ==, running->start_ms);
    g_assert_true(add(history, "west", NOON)); // it has ended: the same run
    g_assert_cmpuint(history->runs->len, ==, 2);
    g_assert_cmpint(run_history_since(history, "west"), ==, NOON + 10 * MINUTE + 200);
    g_assert_cmpint(run_history_since(history, "north"), ==, 0);
    g_assert_true(add(history, "north", NOON + 5 * MINUTE)); // heard of late: in its place
    g_assert_cmpstr(((const RunRecord *)history->runs->pdata[1])->location, ==, "north");
    // A target that came back knows of the run, but not any more when it began.
    RunRecord *lost = record("west", NOON, RUN_STATE_CANCELLED);
    lost->start_ms = lost->scheduled_ms = 0;
    g_assert_true(run_history_add(history, lost));
    const RunRecord *first = history->runs->pdata[0];
    g_assert_cmpint(first->scheduled_ms, ==, NOON);
    g_assert_cmpint(first->state, ==, RUN_STATE_CANCELLED);
    run_record_free(lost);
    run_record_free(running);
}

static void test_missed(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    g_assert_cmpint(count(history, "west", NOON).missed, ==, -1); // nothing to count from
    add(history, "west", NOON);
    add(history, "west", NOON + 10 * MINUTE + 1500); // a bit off: no gap
    g_assert_cmpint(count(history, NULL, 0).missed, ==, 0);
    g_assert_cmpint(count(history, "west", NOON + 20 * MINUTE).missed, ==, 0);
    g_assert_cmpint(count(history, "west", NOON + 42 * MINUTE).missed, ==, 3); // 20, 30, 40
    // The north takes over and fires at :55 first: its own :15, :25, :35, :45 were missed.
    add(history, "north", NOON + 55 * MINUTE);
    FireCount all = count(history, "north", NOON + 60 * MINUTE);
    g_assert_cmpint(all.missed, ==, 4);
    g_assert_cmpint(all.since_ms, ==, NOON);
    g_assert_cmpint(all.last_ms, ==, NOON + 55 * MINUTE);
    g_assert_cmpstr(all.last_at, ==, "north");
    // The west is back, and tells of one more that it had run before it died.
    add(history, "west", NOON + 20 * MINUTE);
    g_assert_cmpint(count(history, "north", NOON + 60 * MINUTE).missed, ==, 3);
}

// Without a schedule the next one is counted from the last run: it drifts, and is not missed for that.
static void test_drift(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    FireRule rule = RULE;
    rule.step_ms = 10 * MINUTE;
    FireCount result;
    for (int i = 0; i < 50; i++)
        add(history, "west", NOON + i * (10 * MINUTE + 15000));
    run_history_count(history, &rule, "west", NOON + 50 * (10 * MINUTE + 15000) - 1, &result);
    g_assert_cmpint(result.missed, ==, 0);
    add(history, "west", NOON + 49 * (10 * MINUTE + 15000) + 30 * MINUTE + 20000);
    run_history_count(history, &rule, NULL, 0, &result);
    g_assert_cmpint(result.missed, ==, 2);
    rule.adrift = true; // what it counts from is not known: the step counts over a move too
    add(history, "north", result.last_ms + 43 * MINUTE);
    run_history_count(history, &rule, NULL, 0, &result);
    g_assert_cmpint(result.missed, ==, 2 + 3);
    run_history_count(history, &rule, "north", result.last_ms + 25 * MINUTE, &result);
    g_assert_cmpint(result.missed, ==, 2 + 3 + 2);
}

static void test_doubled(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    add(history, "west", NOON);
    add(history, "west", NOON + 10 * MINUTE);
    add(history, "east", NOON + 10 * MINUTE + 20);
    add(history, "east", NOON + 20 * MINUTE);
    FireCount all = count(history, "east", NOON + 25 * MINUTE);
    g_assert_cmpint(all.missed, ==, 0);
    g_assert_cmpint(all.doubled, ==, 1);
}

// What is dropped was counted before; what comes in again behind it is not taken for news.
static void test_bounded(void)
{
    g_autoptr(RunHistory) history = run_history_new(10);
    for (int i = 0; i < 100; i++) {
        if (i % 10 != 5) // each tenth is missed
            add(history, "west", NOON + i * 10 * MINUTE);
        if (i == 42)
            add(history, "east", NOON + i * 10 * MINUTE);
        run_history_trim(history, &RULE, 1);
        g_assert_cmpuint(history->runs->len, <=, 10);
    }
    FireCount all = count(history, "west", NOON + 99 * 10 * MINUTE);
    g_assert_cmpint(all.missed, ==, 10);
    g_assert_cmpint(all.doubled, ==, 1);
    g_assert_cmpint(all.since_ms, ==, NOON);
    g_assert_false(add(history, "west", NOON + 10 * MINUTE));
}

// A run that goes on for long is asked for as long, though many others have come since.
static void test_long_run(void)
{
    g_autoptr(RunHistory) history = run_history_new(10);
    RunRecord *run = record("west", NOON, RUN_STATE_RUNNING);
    run_history_add(history, run);
    for (int i = 1; i < 50; i++) {
        add(history, "west", NOON + i * 10 * MINUTE);
        run_history_trim(history, &RULE, 1);
    }
    g_assert_cmpint(run_history_since(history, "west"), ==, run->start_ms);
    g_assert_false(run_history_add(history, run)); // told again, it is no news
    g_assert_cmpint(count(history, "west", NOON + 490 * MINUTE).missed, ==, 0);
    g_autoptr(GPtrArray) told = g_ptr_array_new();
    g_ptr_array_add(told, run);
    g_assert_false(run_history_joins(history, told));
    g_ptr_array_add(told, history->runs->pdata[3]);
    g_assert_true(run_history_joins(history, told));
    run->state = RUN_STATE_SUCCEEDED;
    g_assert_false(run_history_add(history, run));
    g_assert_cmpint(run_history_since(history, "west"), ==, NOON + 490 * MINUTE + 200);
    g_assert_cmpuint(history->runs->len, ==, 10);
    run_record_free(run);
}

// Where the answer did not reach back to what was known, nobody knows what ran between.
static void test_break(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    add(history, "west", NOON);
    add(history, "west", NOON + 20 * MINUTE); // one is missed
    run_history_break(history, &RULE, 1);
    g_assert_cmpuint(history->runs->len, ==, 0);
    add(history, "west", NOON + 600 * MINUTE);
    add(history, "west", NOON + 620 * MINUTE); // and one more
    FireCount all = count(history, "west", NOON + 621 * MINUTE);
    g_assert_cmpint(all.missed, ==, 2);
    g_assert_cmpint(all.since_ms, ==, NOON);
}

static void test_fate(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    add(history, "west", NOON);
    add(history, "east", NOON + 30 * MINUTE);
    add(history, "east", NOON + 40 * MINUTE);
    add(history, "west", NOON + 40 * MINUTE);
    g_autoptr(GPtrArray) fires = run_history_fires(history, "often");
    static const struct {
        int minute;
        FireFate west, east;
    } ROWS[] = {
        {-10, FIRE_UNKNOWN, FIRE_UNKNOWN}, {0, FIRE_RAN, FIRE_NONE},
        {10, FIRE_MISSED, FIRE_NONE},      {30, FIRE_NONE, FIRE_RAN},
        {40, FIRE_DOUBLED, FIRE_DOUBLED},  {60, FIRE_UNKNOWN, FIRE_UNKNOWN},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        gint64 at_ms = NOON + ROWS[i].minute * MINUTE, until_ms = NOON + 50 * MINUTE;
        g_assert_cmpint(run_fate(fires, "west", at_ms, MINUTE, until_ms), ==, ROWS[i].west);
        g_assert_cmpint(run_fate(fires, "east", at_ms, MINUTE, until_ms), ==, ROWS[i].east);
    }
}

static void skip(RunHistory *history, const char *location, gint64 scheduled_ms)
{
    RunRecord *run = record(location, scheduled_ms, RUN_STATE_SKIPPED);
    run_history_add(history, run);
    run_record_free(run);
}

// What a trigger left out on purpose was neither missed nor run, and nothing that another ran is doubled for it.
static void test_skipped(void)
{
    g_autoptr(RunHistory) history = run_history_new(100);
    add(history, "west", NOON);
    skip(history, "west", NOON + 10 * MINUTE);
    skip(history, "west", NOON + 20 * MINUTE);
    add(history, "west", NOON + 40 * MINUTE); // :30 is missed
    skip(history, "west", NOON + 50 * MINUTE);
    add(history, "east", NOON + 50 * MINUTE);
    skip(history, "west", NOON + 60 * MINUTE);
    FireCount all = count(history, "west", NOON + 65 * MINUTE);
    g_assert_cmpint(all.missed, ==, 1);
    g_assert_cmpint(all.doubled, ==, 0);
    g_autoptr(GPtrArray) fires = run_history_fires(history, "often");
    static const FireFate WEST[] = {FIRE_RAN, FIRE_SKIPPED, FIRE_SKIPPED, FIRE_MISSED,
                                    FIRE_RAN, FIRE_NONE,    FIRE_SKIPPED};
    for (guint i = 0; i < G_N_ELEMENTS(WEST); i++)
        g_assert_cmpint(run_fate(fires, "west", NOON + i * 10 * MINUTE, MINUTE, NOON + 65 * MINUTE),
                        ==, WEST[i]);
    g_assert_cmpint(run_fate(fires, "east", NOON + 50 * MINUTE, MINUTE, NOON + 65 * MINUTE), ==,
                    FIRE_RAN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/runs/add", test_add);
    g_test_add_func("/model/runs/missed", test_missed);
    g_test_add_func("/model/runs/skipped", test_skipped);
    g_test_add_func("/model/runs/drift", test_drift);
    g_test_add_func("/model/runs/doubled", test_doubled);
    g_test_add_func("/model/runs/bounded", test_bounded);
    g_test_add_func("/model/runs/long-run", test_long_run);
    g_test_add_func("/model/runs/break", test_break);
    g_test_add_func("/model/runs/fate", test_fate);
    return g_test_run();
}
