// What ran where, while regions die, come back and hand over, and while the daemon is gone: one list, and what was
// missed by it is what the regions really did not run.
#include "story.h"

#include <string.h>

#include "model/statement-words.h"

static void with_recurrence(Fleet *fleet)
{
    Trigger *trigger = workload_add_trigger(fleet_workload(fleet, "payments/settle"), "every-10");
    trigger->type = TRIGGER_RECURRENCE;
    trigger->has_recurrence = true;
    recurrence_init(&trigger->recurrence);
    trigger->recurrence.frequency = FREQUENCY_SECOND;
    trigger->recurrence.interval = 10;
    g_assert_true(rule_time_parse("2026-01-01T00:00:00Z", &trigger->recurrence.start, NULL));
}

static const TriggerStatus *trigger_of(Sim *sim)
{
    const WorkloadStatus *workload = engine_workload(sim->engine, "payments/settle");
    return workload->triggers->pdata[workload->triggers->len - 1];
}

static guint runs_of(Sim *sim)
{
    const RunHistory *history = engine_runs(sim->engine, "payments/settle");
    return history ? history->runs->len : 0;
}

static gint64 last_fire(Sim *sim, const char *location)
{
    const GArray *fires = sim_target(sim->world, "payments/settle", location)->fires;
    return fires->len ? g_array_index(fires, gint64, fires->len - 1) : 0;
}

static gint64 first_fire(Sim *sim, const char *location)
{
    const GArray *fires = sim_target(sim->world, "payments/settle", location)->fires;
    return fires->len ? g_array_index(fires, gint64, 0) : 0;
}

static bool fires_north(Sim *sim)
{
    return trigger_of(sim)->last_at && strcmp(trigger_of(sim)->last_at, "north") == 0;
}

static void test_calm(void)
{
    Sim *sim = sim_new(21, with_recurrence);
    sim_pass(sim, 65000);
    g_assert_cmpuint(runs_of(sim), >=, 5);
    g_assert_cmpint(trigger_of(sim)->missed, ==, 0);
    g_assert_cmpint(trigger_of(sim)->doubled, ==, 0);
    g_assert_cmpstr(trigger_of(sim)->last_at, ==, "west");
    finish(sim);
}

// What its trigger leaves out on purpose is not missed, whether it is the last that is known or not.
static void test_skipped(void)
{
    Sim *sim = sim_new(21, with_recurrence);
    sim->world->skip_every = 2;
    sim_pass(sim, 125000);
    guint skipped = 0;
    const RunHistory *history = engine_runs(sim->engine, "payments/settle");
    for (guint i = 0; i < history->runs->len; i++)
        skipped += ((const RunRecord *)history->runs->pdata[i])->state == RUN_STATE_SKIPPED;
    g_assert_cmpuint(skipped, >=, 4);
    g_assert_cmpint(trigger_of(sim)->missed, ==, 0);
    g_assert_cmpint(trigger_of(sim)->doubled, ==, 0);
    finish(sim);
}

static char *failover_words(Sim *sim)
{
    const Workload *workload = fleet_workload(sim->fleet, "payments/settle");
    return engine_move_words(sim->engine, "failover",
                             workload_instance(workload, fleet_location(sim->fleet, "north")),
                             workload->triggers->pdata[workload->triggers->len - 1]);
}

// What its statement says of the trigger.
static const char *stated(const Operation *operation)
{
    for (guint i = 0; i < operation->statement->facts->len; i++) {
        const Fact *fact = operation->statement->facts->pdata[i];
        if (strcmp(fact->id, "fires.settle.every-10") == 0)
            return fact->value;
    }
    return "";
}

// What is counted while it lasts, what a failover now would miss, and what it has cost in the end.
static void test_failover(void)
{
    Sim *sim = sim_new(22, with_recurrence);
    sim_pass(sim, 45000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 42000);
    g_assert_cmpint(trigger_of(sim)->overdue, >=, 3);
    g_autofree char *words = failover_words(sim);
    g_assert_nonnull(strstr(words, "a failover now misses "));
    g_assert_nonnull(strstr(words, "north fires first at "));
    g_assert_true(sim_until(sim, has_open, 30000));
    g_assert_true(g_str_has_prefix(stated(sim_operation(sim)), "a failover now misses "));
    g_assert_true(sim_sign(sim, &ALICE, DECISION_APPROVE));
    expect_settled(sim, 60000);
    g_assert_true(sim_until(sim, fires_north, 30000));
    gint64 gap = (first_fire(sim, "north") - last_fire(sim, "west")) / SIM_FIRE_MS - 1;
    g_assert_cmpint(gap, >=, 4);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 15000); // it tells what it had run and nobody had seen
    g_assert_cmpint(trigger_of(sim)->missed, ==, gap);
    g_assert_cmpint(trigger_of(sim)->doubled, ==, 0);
    gint64 lost = sim_operation(sim)->lost.missed_recurrences;
    g_assert_cmpint(lost, >=, gap - 1);
    g_assert_cmpint(lost, <=, gap + 1);
    const Operation *home = sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED);
    g_assert_true(g_str_has_prefix(stated(home), "a failback now misses "));
    finish(sim);
}

// A failover's statement says what it would miss; an isolated drill commands nothing, and says nothing of it.
static void test_drill(void)
{
    static const DrillKind DRILLS[] = {DRILL_ISOLATED, DRILL_LIVE};
    for (guint i = 0; i < G_N_ELEMENTS(DRILLS); i++) {
        Sim *sim = sim_new(24, with_recurrence);
        ProposeRequest request = {.person = &ALICE,
                                  .kind = OPERATION_DRILL,
                                  .drill = DRILLS[i],
                                  .group = "payments",
                                  .reason = "the yearly test"};
        sim_pass(sim, 45000);
        const Operation *operation = sim_propose_exactly(sim, &request);
        bool said = false;
        for (guint k = 0; k < operation->statement->facts->len; k++)
            said |= g_str_has_prefix(((const Fact *)operation->statement->facts->pdata[k])->id,
                                     "fires.");
        g_autofree char *runs = statement_runs(operation->statement);
        g_assert_cmpint(said, ==, DRILLS[i] == DRILL_LIVE);
        g_assert_cmpint(g_str_has_prefix(runs, "nothing is commanded"), ==, !said);
        finish(sim);
    }
}

// It is kept: what ran at regions that are gone is known after a restart.
static void test_restart(void)
{
    Sim *sim = sim_new(23, with_recurrence);
    sim_pass(sim, 65000);
    guint before = runs_of(sim);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_restart(sim);
    sim_pass(sim, 1000);
    g_assert_cmpuint(runs_of(sim), >, 0);
    g_assert_cmpuint(runs_of(sim), <=, before);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 20000);
    g_assert_cmpuint(runs_of(sim), >=, before); // what was not written is told again
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/history/calm", test_calm);
    g_test_add_func("/sim/history/skipped", test_skipped);
    g_test_add_func("/sim/history/failover", test_failover);
    g_test_add_func("/sim/history/drill", test_drill);
    g_test_add_func("/sim/history/restart", test_restart);
    return g_test_run();
}
