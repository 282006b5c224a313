// Drills: the isolated one looks and commands nothing, the live one moves the group and brings it home again.
#include "story.h"

#include <string.h>

#include "model/refusal.h"

static void untested(Fleet *fleet)
{
    ((Group *)fleet->groups->pdata[0])->plan_tested_ms = 0;
}

static const Operation *propose_drill(Sim *sim, DrillKind drill, ProposePlanned planned)
{
    ProposeRequest request = {.person = &ALICE,
                              .kind = OPERATION_DRILL,
                              .drill = drill,
                              .group = "payments",
                              .planned = planned,
                              .reason = "the yearly test"};
    return sim_propose_exactly(sim, &request);
}

static Sim *given_drill(DrillKind drill)
{
    Sim *sim = sim_new(21, untested);
    sim_pass(sim, 20000);
    g_assert_nonnull(propose_drill(sim, drill, PROPOSE_AS_NEEDED));
    return sim;
}

static bool has_finding(Sim *sim, const char *id)
{
    const GPtrArray *findings = engine_findings(sim->engine);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (g_str_equal(finding->rule, "R17") && strstr(finding->facts, id))
            return true;
    }
    return false;
}

static void test_isolated(void)
{
    Sim *sim = given_drill(DRILL_ISOLATED);
    const Operation *operation = sim_operation(sim);
    gint64 epoch = sim_group(sim)->epoch;
    g_assert_cmpint((int)operation->statement->mode, ==, STATEMENT_DRILL);
    g_assert_cmpstr(operation->statement->confirm, ==, "DRILL payments ISOLATED");
    g_assert_cmpuint(operation->statement->approvals, ==, 1);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    operation = sim_operation(sim);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        g_test_message("%s: %s", step->title, step->detail);
        g_assert_true(g_str_has_prefix(step->title, "rehearse: "));
        g_assert_cmpint((int)step->state, ==, STEP_DONE);
        g_assert_null(step->key);
    }
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_cmpuint(sim->world->looks, >, 0);
    g_assert_cmpint(sim_group(sim)->epoch, ==, epoch);
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_NORMAL);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, ==, 0); // looking is no test
    expect_active(sim, "west");
    finish(sim);
}

// What would not work is named, and does not stop the rest from being looked at.
static void test_isolated_finds(void)
{
    Sim *sim = sim_new(22, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(propose_drill(sim, DRILL_ISOLATED, PROPOSE_UNPLANNED));
    g_assert_false(sim_operation(sim)->planned);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_target(sim->world, "payments/settle", "north")->active = true;
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED_EXCEPTIONS);
    const Operation *operation = sim_operation(sim);
    g_assert_cmpuint(operation->exceptions->len, >, 0);
    const char *first = operation->exceptions->pdata[0];
    g_assert_nonnull(strstr(first, "settle in north is active, expected passive"));
    g_test_message("%s; %s", operation->why, first);
    finish(sim);
}

// A workload that the standby does not have.
static void half_installed(Fleet *fleet)
{
    Group *group = fleet->groups->pdata[0];
    Workload *workload = group_add_workload(fleet, group, "newcomer");
    workload->driver = g_strdup("sim");
    workload_add_instance(workload, group->primary);
}

static void test_isolated_misses(void)
{
    Sim *sim = sim_new(25, half_installed);
    sim_pass(sim, 20000);
    g_assert_nonnull(propose_drill(sim, DRILL_ISOLATED, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED_EXCEPTIONS);
    g_assert_cmpuint(sim_operation(sim)->exceptions->len, ==, 1);
    g_assert_nonnull(
        strstr(sim_operation(sim)->exceptions->pdata[0], "newcomer is not installed in north"));
    finish(sim);
}

static void test_live(void)
{
    Sim *sim = given_drill(DRILL_LIVE);
    gint64 epoch = sim_group(sim)->epoch;
    g_assert_true(has_finding(sim, "tested"));
    g_assert_cmpstr(sim_operation(sim)->statement->confirm, ==, "DRILL payments LIVE");
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 300000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "west");
    g_assert_cmpuint(sim->world->looks, ==, 0); // those are for exercises that only look
    const Operation *operation = sim_operation(sim);
    g_test_message("%s", operation->why);
    g_assert_cmpstr(operation->from, ==, "west"); // as it was signed
    g_assert_cmpstr(operation->to, ==, "north");
    g_assert_cmpint(operation->there_ms, >, 0);
    g_assert_cmpint(operation->back_ms, >, 0);
    g_assert_cmpint(sim_group(sim)->epoch, ==, epoch + 2); // one for each way
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_NORMAL);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, ==, operation->ended_ms);
    g_assert_cmpint(sim_target(sim->world, "payments/ledger", "west")->lost, ==, 0);
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, >, 0); // of the store
    g_assert_false(has_finding(sim, "tested"));
    g_assert_cmpuint(sim_count_audit(sim, "plan.tested"), ==, 1);
    finish(sim);
}

// I13: neither authorises the other.
static void test_signed_apart(void)
{
    Sim *sim = given_drill(DRILL_LIVE);
    const Operation *drill = sim_operation(sim);
    g_autofree char *digest = g_strdup(drill->digest);
    g_autofree char *phrase = g_strdup(drill->statement->confirm);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0));
    const Operation *live = sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED);
    g_assert_cmpint((int)live->statement->mode, ==, STATEMENT_LIVE);
    SignOff signoff = {.id = (char *)"so-drill",
                       .operation = live->id,
                       .digest = digest,
                       .reason = (char *)"seen it",
                       .phrase = phrase};
    g_assert_false(sim_sign_exactly(sim, &(SignRequest){&BOB, &signoff}));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_DIGEST));
    signoff.digest = sim_operation(sim)->digest;
    g_assert_false(sim_sign_exactly(sim, &(SignRequest){&BOB, &signoff}));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_PHRASE));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    finish(sim);
}

static void test_where(void)
{
    Sim *sim = sim_new(23, NULL);
    sim_pass(sim, 20000);
    g_assert_null(propose_drill(sim, DRILL_NONE, PROPOSE_AS_NEEDED));
    g_assert_true(sim_is_refused(sim, REFUSAL_BAD_REQUEST));
    g_assert_null(propose_drill(sim, DRILL_LIVE, PROPOSE_UNPLANNED));
    g_assert_true(sim_is_refused(sim, REFUSAL_BAD_REQUEST));
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_null(propose_drill(sim, DRILL_ISOLATED, PROPOSE_AS_NEEDED));
    g_assert_true(sim_is_refused(sim, REFUSAL_CONFLICT));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_active(sim, "north");
    g_assert_null(propose_drill(sim, DRILL_LIVE, PROPOSE_AS_NEEDED)); // it begins at home
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_STATE));
    finish(sim);
}

static bool is_failover(Sim *sim)
{
    const Operation *open = engine_operation(sim->engine, sim_group(sim)->operation);
    return open && open->kind == OPERATION_FAILOVER;
}

// The real thing does not wait for an exercise.
static void test_gives_way(void)
{
    for (int begun = 0; begun < 2; begun++) {
        Sim *sim = given_drill(DRILL_ISOLATED);
        g_autofree char *drill = g_strdup(sim_operation(sim)->id);
        if (begun) {
            sim_region_set(sim->world, "west", REGION_HANGING); // its answers never come
            g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        } else
            sim_region_set(sim->world, "west", REGION_DOWN);
        g_assert_true(sim_until(sim, is_failover, 60000));
        const Operation *operation = engine_operation(sim->engine, drill);
        g_test_message("%s", operation->why);
        g_assert_true(operation_has_ended(operation));
        finish(sim);
    }
}

static bool goes_home(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    return operation_has_turned(operation) && operation->phase == PHASE_PASSIVATING;
}

// Aborted on the way home it stays where it has arrived, and says so.
static void test_abort_on_the_way_home(void)
{
    Sim *sim = given_drill(DRILL_LIVE);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, goes_home, 120000));
    g_assert_cmpstr(sim_operation(sim)->from, ==, "north");
    g_assert_true(sim_command(sim, &BOB, COMMAND_ABORT, 0));
    const Operation ballot = operation_ballot(sim_operation(sim));
    g_assert_cmpstr(ballot.statement->confirm, ==, "DRILL: ABORT payments");
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_ABORTED);
    expect_active(sim, "north");
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_FAILED_OVER);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, ==, 0);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_active(sim, "west");
    finish(sim);
}

// A step of it was left out: it is over, and it was no test of the plan.
static void test_live_with_exceptions(void)
{
    Sim *sim = given_drill(DRILL_LIVE);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    sim_region_set(sim->world, "north", REGION_HANGING);
    g_assert_true(sim_until(sim, is_paused, 200000));
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 10000);
    for (guint i = 0; i < 10 && !has_ended(sim); i++) {
        g_assert_true(sim_command(sim, &ALICE, COMMAND_SKIP, 0));
        g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        expect_settled(sim, 300000);
    }
    expect_state(sim, OPERATION_COMPLETED_EXCEPTIONS);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, ==, 0);
    g_assert_true(has_finding(sim, "tested"));
    g_assert_cmpuint(sim_count_audit(sim, "plan.tested"), ==, 0);
    finish(sim);
}

// ---- It dies at any of its writes, and goes on: nothing twice, nothing lost -------------------------

static Sim *given_isolated(void)
{
    return given_drill(DRILL_ISOLATED);
}

static Sim *given_live(void)
{
    return given_drill(DRILL_LIVE);
}

static Sim *given_planned(void)
{
    Sim *sim = sim_new(24, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    return sim;
}

static Sim *given_failback(void)
{
    Sim *sim = given_planned();
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    return sim;
}

static void crash_at_each_write(Sim *(*given)(void), const char *then_active)
{
    guint writes = 0;
    for (guint n = 1; n < 400; n++) {
        Sim *sim = given();
        guint64 before = store_memory_writes(sim->memory);
        guint commands = sim->commands;
        bool rehearsal = operation_is_rehearsal(sim_operation(sim));
        g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        store_memory_plan_fault(sim->memory, n,
                                n % 2 ? STORE_FAULT_CRASH_AFTER : STORE_FAULT_CRASH_BEFORE);
        expect_settled(sim, 600000);
        expect_state(sim, OPERATION_COMPLETED);
        expect_active(sim, then_active);
        bool over = !sim->restarts;
        writes = over ? (guint)(store_memory_writes(sim->memory) - before) : writes;
        g_assert_true(!rehearsal || sim->commands == commands);
        finish(sim);
        if (over)
            break;
    }
    g_test_message("%u writes", writes);
    g_assert_cmpuint(writes, >, 15);
}

static void test_live_crashes(void)
{
    crash_at_each_write(given_live, "west");
}

static void test_isolated_crashes(void)
{
    crash_at_each_write(given_isolated, "west");
}

static void test_planned_crashes(void)
{
    crash_at_each_write(given_planned, "north");
}

static void test_failback_crashes(void)
{
    crash_at_each_write(given_failback, "west");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/drill/isolated", test_isolated);
    g_test_add_func("/sim/drill/isolated-finds", test_isolated_finds);
    g_test_add_func("/sim/drill/isolated-misses", test_isolated_misses);
    g_test_add_func("/sim/drill/live", test_live);
    g_test_add_func("/sim/drill/live-with-exceptions", test_live_with_exceptions);
    g_test_add_func("/sim/drill/signed-apart", test_signed_apart);
    g_test_add_func("/sim/drill/where", test_where);
    g_test_add_func("/sim/drill/gives-way", test_gives_way);
    g_test_add_func("/sim/drill/abort-on-the-way-home", test_abort_on_the_way_home);
    g_test_add_func("/sim/drill/live-crashes", test_live_crashes);
    g_test_add_func("/sim/drill/isolated-crashes", test_isolated_crashes);
    g_test_add_func("/sim/drill/planned-crashes", test_planned_crashes);
    g_test_add_func("/sim/drill/failback-crashes", test_failback_crashes);
    return g_test_run();
}
