// Runs and stages as the drivers tell them, from real practice regions: all of them at first, then from a moment
// on, whatever still goes on among them.
#include "driver-world.h"

static guint runs_of(const Result *result)
{
    return result->copy.history ? result->copy.history->len : 0;
}

static void look(World *world, const char *name, gint64 since_ms, Result *ret_result)
{
    result_clear(ret_result);
    driver_observe(world->drivers, instance(world, name, 0), since_ms, PATIENCE_MS, on_observed,
                   ret_result);
    run_until(&ret_result->done);
    g_assert_true(ret_result->copy.ok);
}

// Until so many runs are told.
static void wait_runs(World *world, const char *name, guint wanted, Result *ret_result)
{
    gint64 end_ms = 0;
    for (look(world, name, 0, ret_result); runs_of(ret_result) < wanted;
         look(world, name, 0, ret_result))
        wait_turn(&end_ms);
}

static void check_history(World *world, const char *name)
{
    Result result = {0};
    wait_runs(world, name, 3, &result);
    gint64 newest_ms = 0;
    for (guint i = 0; i < runs_of(&result); i++) {
        const RunRecord *run = result.copy.history->pdata[i];
        g_assert_cmpstr(run->location, ==, "alpha");
        g_assert_cmpuint(strlen(run->id), >, 0);
        g_assert_cmpint(run->scheduled_ms, >, 0);
        g_assert_cmpint(run->start_ms, >=, run->scheduled_ms);
        g_assert_cmpint(run->state == RUN_STATE_RUNNING, ==, run->end_ms == 0);
        newest_ms = MAX(newest_ms, run->start_ms);
    }
    g_assert_cmpint(result.copy.last_run_ms, ==, newest_ms);
    look(world, name, newest_ms, &result);
    g_assert_cmpuint(runs_of(&result), >=, 1);
    for (guint i = 0; i < runs_of(&result); i++) {
        const RunRecord *run = result.copy.history->pdata[i];
        g_assert_true(run->start_ms >= newest_ms || run->state == RUN_STATE_RUNNING);
    }
    result_clear(&result);
}

static void check_stages(World *world, const char *name, guint stages)
{
    Result result = {0};
    wait_runs(world, name, 1, &result);
    g_assert_nonnull(result.copy.stages);
    g_assert_cmpuint(result.copy.stages->len, ==, stages);
    const StageStatus *first = result.copy.stages->pdata[0];
    g_assert_cmpstr(first->name, ==, "read");
    g_assert_cmpint(first->queued, >=, 0);
    g_assert_cmpint(first->in_flight, >=, 0);
    result_clear(&result);
}

// One workflow through the ARM dialect, one through the region's own API.
static void test_history(void)
{
    World world;
    world_init(&world);
    check_history(&world, "settle");
    check_history(&world, "hook");
    check_stages(&world, "settle", 2);
    check_stages(&world, "hook", 1);
    world_release(&world);
}

static guint of_state(const Result *result, RunState state)
{
    guint n = 0;
    for (guint i = 0; i < runs_of(result); i++)
        n += ((const RunRecord *)result->copy.history->pdata[i])->state == state;
    return n;
}

// Each second occurrence is left out by a condition of the trigger: the trigger's history tells of it, the runs do not.
static void test_skipped(void)
{
    World world;
    Result result = {0};
    world_init(&world);
    gint64 end_ms = 0;
    for (look(&world, "ticks", 0, &result);
         of_state(&result, RUN_STATE_SKIPPED) < 2 || of_state(&result, RUN_STATE_SUCCEEDED) < 2;
         look(&world, "ticks", 0, &result))
        wait_turn(&end_ms);
    // The runs and what was left out are asked for one after the other, page by page: only what stands still is whole.
    g_assert_cmpint(act(&world, "ticks", 0, ACTION_PASSIVATE, false), ==, OUTCOME_DONE);
    look(&world, "ticks", 0, &result);
    g_autoptr(GHashTable) seconds = g_hash_table_new(NULL, NULL);
    gint64 first = G_MAXINT64, last = 0;
    for (guint i = 0; i < runs_of(&result); i++) {
        const RunRecord *run = result.copy.history->pdata[i];
        g_assert_cmpstr(run->trigger, ==, "tick");
        g_hash_table_add(seconds, GINT_TO_POINTER(run->scheduled_ms / 1000));
        first = MIN(first, run->scheduled_ms);
        last = MAX(last, run->scheduled_ms);
    }
    g_assert_cmpuint(of_state(&result, RUN_STATE_SKIPPED), >=, 2);
    g_assert_cmpuint(g_hash_table_size(seconds), ==, runs_of(&result)); // each occurrence once …
    g_assert_cmpint((last - first) / 1000 + 1, ==, runs_of(&result));   // … and all of them
    result_clear(&result);
    world_release(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/driver/history", test_history);
    g_test_add_func("/driver/history/skipped", test_skipped);
    return g_test_run();
}
