// Region-level operations: every group of a location, each signed and carried out on its own.
#include "story.h"

#include <string.h>

#include "model/refusal.h"
#include "model/region.h"

static void add_group(Fleet *fleet, const char *name, guint tier)
{
    Group *group = fleet_add_group(fleet, name);
    group->primary = fleet_location(fleet, "west");
    g_ptr_array_add(group->standbys, fleet_location(fleet, "north"));
    group->tier = tier;
    group->policy.hold_ms = 0;
    group->policy.antiflap_ms = 0;
    group->policy.propose = false;
    Workload *workload = group_add_workload(fleet, group, "work");
    workload->driver = g_strdup("sim");
    workload_add_instance(workload, group->primary);
    workload_add_instance(workload, group->standbys->pdata[0]);
}

// Three groups in west, one at a time.
static void three(Fleet *fleet)
{
    fleet->parallel = 1;
    add_group(fleet, "late", 9);
    add_group(fleet, "early", 1);
    for (guint i = 0; i < fleet->groups->len; i++)
        ((Group *)fleet->groups->pdata[i])->policy.propose = false;
}

static void many(Fleet *fleet)
{
    for (guint i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("g%02u", i);
        add_group(fleet, name, 5);
    }
}

// So large that few of them fit into one transaction.
static void large(Fleet *fleet)
{
    for (guint i = 0; i < 12; i++) {
        g_autofree char *name = g_strdup_printf("a-group-with-a-long-name-%02u", i);
        add_group(fleet, name, 5);
        Group *group = fleet_group(fleet, name);
        for (guint j = 0; j < 60; j++) {
            g_autofree char *work = g_strdup_printf("a-workload-with-a-long-name-%02u", j);
            Workload *workload = group_add_workload(fleet, group, work);
            workload->driver = g_strdup("sim");
            workload_add_instance(workload, group->primary);
            workload_add_instance(workload, group->standbys->pdata[0]);
        }
    }
}

static const Operation *propose_region(Sim *sim, OperationKind kind)
{
    ProposeRequest request = {
        .person = &ALICE, .kind = kind, .region = "west", .reason = "a whole region"};
    return sim_propose_exactly(sim, &request);
}

static const Operation *child_of(Sim *sim, const char *parent, const char *group)
{
    const Member *member = operation_member(engine_operation(sim->engine, parent), group);
    return member ? engine_operation(sim->engine, member->operation) : NULL;
}

static const char *const NAMES[] = {"early", "payments", "late"};

static void sign_all(Sim *sim, const char *parent)
{
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
        g_assert_true(sim_sign_one(sim, child_of(sim, parent, NAMES[i]), &BOB, DECISION_APPROVE));
}

static char *followed; // the parent's id

static bool followed_ended(Sim *sim)
{
    guint moving = 0;
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const Operation *child = child_of(sim, followed, NAMES[i]);
        moving += child && child->state == OPERATION_RUNNING && child->phase != PHASE_HOLDING;
    }
    g_assert_cmpuint(moving, <=, sim->fleet->parallel);
    return operation_has_ended(engine_operation(sim->engine, followed));
}

static void expect_end(Sim *sim, const char *parent, OperationState state)
{
    g_free(followed);
    followed = g_strdup(parent);
    g_assert_true(sim_until(sim, followed_ended, 600000));
    const Operation *operation = engine_operation(sim->engine, parent);
    g_test_message("%s", operation->why);
    g_assert_cmpstr(name_of(&OPERATION_STATE_NAMES, (int)operation->state), ==,
                    name_of(&OPERATION_STATE_NAMES, (int)state));
}

static Sim *given_region(void (*tweak)(Fleet *), char **ret_parent)
{
    Sim *sim = sim_new(11, tweak);
    sim_pass(sim, 20000);
    const Operation *parent = propose_region(sim, OPERATION_FAILOVER);
    g_assert_nonnull(parent);
    *ret_parent = g_strdup(parent->id);
    return sim;
}

static void test_whole_region(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region(three, &parent);
    const Operation *operation = engine_operation(sim->engine, parent);
    g_assert_cmpuint(operation->members->len, ==, 3);
    for (guint i = 0; i < 3; i++) // by tier
        g_assert_cmpstr(((const Member *)operation->members->pdata[i])->group, ==, NAMES[i]);
    g_assert_cmpstr(operation->from, ==, "west");
    g_assert_cmpstr(operation->to, ==, "north");
    g_assert_cmpint((int)operation->state, ==, OPERATION_AWAITING);
    SignOff nothing = {.id = (char *)"so-1", .operation = parent, .digest = (char *)"x"};
    g_assert_false(sim_sign_exactly(sim, &(SignRequest){&BOB, &nothing}));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_STATE));
    sign_all(sim, parent);
    expect_end(sim, parent, OPERATION_COMPLETED);
    expect_active(sim, "north");
    gint64 early = child_of(sim, parent, "early")->started_ms;
    g_assert_cmpint(early, <, child_of(sim, parent, "late")->started_ms);

    operation = propose_region(sim, OPERATION_FAILBACK);
    g_assert_nonnull(operation);
    g_assert_cmpuint(region_open(operation), ==, 3);
    g_autofree char *back = g_strdup(operation->id);
    sign_all(sim, back);
    expect_end(sim, back, OPERATION_COMPLETED);
    expect_active(sim, "west");
    g_assert_null(propose_region(sim, OPERATION_FAILBACK));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    finish(sim);
}

static void test_partial_and_retry(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region(three, &parent);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "late"), &BOB, DECISION_REJECT));
    g_autofree char *rejected = g_strdup(child_of(sim, parent, "late")->id);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "payments"), &BOB, DECISION_APPROVE));
    sim_restart(sim);
    sim_pass(sim, 1000);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "early"), &BOB, DECISION_APPROVE));
    expect_end(sim, parent, OPERATION_PARTIAL);
    g_assert_cmpstr(engine_operation(sim->engine, parent)->why, ==,
                    "2 of 3 groups moved; rejected: late");

    g_assert_true(sim_command_one(sim, parent, &BOB, COMMAND_RETRY, 0));
    g_assert_cmpuint(region_open(engine_operation(sim->engine, parent)), ==, 1);
    g_assert_cmpstr(child_of(sim, parent, "late")->id, !=, rejected);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "late"), &BOB, DECISION_APPROVE));
    expect_end(sim, parent, OPERATION_COMPLETED);
    g_assert_false(sim_command_one(sim, parent, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    finish(sim);
}

// Let go at once, they begin by tier, whichever was proposed first.
static void test_order(void)
{
    Sim *sim = sim_new(19, three);
    sim_pass(sim, 20000);
    ProposeRequest request = {
        .person = &ALICE, .kind = OPERATION_FAILOVER, .group = "late", .reason = "the first"};
    g_assert_nonnull(sim_propose_exactly(sim, &request));
    sim_pass(sim, 1000);
    const Operation *parent = propose_region(sim, OPERATION_FAILOVER);
    g_assert_nonnull(parent);
    g_autofree char *id = g_strdup(parent->id);
    g_assert_true(sim_command_one(sim, id, &ALICE, COMMAND_HOLD, 0));
    sign_all(sim, id);
    sim_pass(sim, 5000);
    g_assert_true(sim_command_one(sim, id, &BOB, COMMAND_RESUME, 0));
    expect_end(sim, id, OPERATION_COMPLETED);
    for (guint i = 1; i < G_N_ELEMENTS(NAMES); i++)
        g_assert_cmpint(child_of(sim, id, NAMES[i - 1])->started_ms, <,
                        child_of(sim, id, NAMES[i])->started_ms);
    finish(sim);
}

// The same request again, also after a restart: the same parent, and nothing twice.
static void test_same_key(void)
{
    Sim *sim = sim_new(20, three);
    sim_pass(sim, 20000);
    ProposeRequest request = {.person = &ALICE,
                              .key = "whole-1",
                              .kind = OPERATION_FAILOVER,
                              .region = "west",
                              .reason = "once"};
    g_autofree char *first = g_strdup(sim_propose_exactly(sim, &request)->id);
    g_assert_cmpstr(sim_propose_exactly(sim, &request)->id, ==, first);
    sim_restart(sim);
    sim_pass(sim, 5000);
    g_assert_cmpstr(sim_propose_exactly(sim, &request)->id, ==, first);
    g_assert_cmpuint(engine_operations(sim->engine)->len, ==, 4);
    request.region = "north";
    g_assert_null(sim_propose_exactly(sim, &request));
    g_assert_true(sim_is_refused(sim, REFUSAL_KEY_REUSED));
    finish(sim);
}

// A daemon that has only just begun leaves nothing out, and takes no lesser target, because it knows nothing yet; what is
// up is not called gone.
static void test_just_begun(void)
{
    Sim *sim = sim_new(21, three);
    sim_pass(sim, 20000);
    ProposeRequest one = {
        .person = &ALICE, .kind = OPERATION_FAILOVER, .group = "late", .reason = "at once"};
    sim_restart(sim);
    g_assert_null(propose_region(sim, OPERATION_FAILOVER));
    g_assert_true(sim_is_refused(sim, REFUSAL_UNAVAILABLE));
    g_assert_null(sim_propose_exactly(sim, &one));
    g_assert_true(sim_is_refused(sim, REFUSAL_UNAVAILABLE));
    sim_pass(sim, 5000);
    const Operation *parent = propose_region(sim, OPERATION_FAILOVER);
    g_assert_nonnull(parent);
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++)
        g_assert_true(child_of(sim, parent->id, NAMES[i])->planned);
    finish(sim);
}

// The watchdog was faster: what it proposed becomes a part, and keeps its sign-offs.
static void test_adopts(void)
{
    Sim *sim = given_proposal(NULL);
    g_autofree char *proposed = g_strdup(sim_operation(sim)->id);
    const Operation *parent = propose_region(sim, OPERATION_FAILOVER);
    g_assert_nonnull(parent);
    g_autofree char *id = g_strdup(parent->id);
    g_assert_cmpstr(child_of(sim, id, "payments")->id, ==, proposed);
    g_assert_cmpuint(sim_count_audit(sim, "operation.proposed"), ==, 2);
    g_assert_null(propose_region(sim, OPERATION_FAILOVER)); // it is a part of the first
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    g_assert_true(sim_sign_one(sim, child_of(sim, id, "payments"), &BOB, DECISION_APPROVE));
    g_free(followed);
    followed = g_strdup(id);
    g_assert_true(sim_until(sim, followed_ended, 600000));
    g_assert_cmpint((int)engine_operation(sim->engine, id)->state, ==, OPERATION_COMPLETED);
    finish(sim);
}

static void test_hold_and_withdraw(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region(three, &parent);
    g_assert_true(sim_command_one(sim, parent, &ALICE, COMMAND_HOLD, 0));
    for (guint i = 0; i < 3; i++)
        g_assert_true(child_of(sim, parent, NAMES[i])->held);
    g_assert_false(sim_command_one(sim, parent, &BOB, COMMAND_ABORT, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_STATE));
    g_assert_true(sim_command_one(sim, parent, &ALICE, COMMAND_WITHDRAW, 0));
    g_assert_cmpint((int)engine_operation(sim->engine, parent)->state, ==, OPERATION_WITHDRAWN);
    g_assert_cmpuint(sim_count_audit(sim, "operation.ended"), ==, 4);
    finish(sim);
}

// What moves otherwise is left out, and named.
static void test_left_out(void)
{
    Sim *sim = sim_new(13, three);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 20000);
    // Everything has come back passive: one is activated again in place.
    ProposeRequest request = {.person = &ALICE,
                              .kind = OPERATION_FAILBACK,
                              .group = "early",
                              .reason = "it came back passive"};
    g_assert_nonnull(sim_propose_exactly(sim, &request));
    const Operation *parent = propose_region(sim, OPERATION_FAILOVER);
    g_assert_nonnull(parent);
    const Member *member = operation_member(parent, "early");
    g_assert_null(member->operation);
    g_assert_nonnull(strstr(member->why, "is awaiting sign-off"));
    g_assert_cmpuint(region_open(parent), ==, 2);
    finish(sim);
}

static void test_many(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region(many, &parent);
    const Operation *operation = engine_operation(sim->engine, parent);
    g_assert_cmpuint(operation->members->len, ==, 41);
    g_assert_cmpuint(region_open(operation), ==, 28);
    g_assert_true(sim_command_one(sim, parent, &ALICE, COMMAND_WITHDRAW, 0));
    g_assert_true(sim_command_one(sim, parent, &BOB, COMMAND_RETRY, 0));
    g_assert_cmpuint(region_open(engine_operation(sim->engine, parent)), ==, 28);
    finish(sim);
}

static void test_large(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region(large, &parent);
    const Operation *operation = engine_operation(sim->engine, parent);
    g_test_message("%u of %u at once", region_open(operation), operation->members->len);
    g_assert_cmpuint(region_open(operation), >=, 3);
    g_assert_cmpuint(region_open(operation), <, operation->members->len);
    finish(sim);
}

// Whenever it dies while it records them: all of them are there, or none.
static void test_all_or_none(void)
{
    static const StoreFault FAULTS[] = {STORE_FAULT_CRASH_BEFORE, STORE_FAULT_CRASH_AFTER,
                                        STORE_FAULT_LOST_ANSWER, STORE_FAULT_LOST_REQUEST};
    for (guint i = 0; i < G_N_ELEMENTS(FAULTS); i++) {
        Sim *sim = sim_new(17, three);
        sim_pass(sim, 20000);
        store_memory_plan_fault(sim->memory, 1, FAULTS[i]);
        bool answered = propose_region(sim, OPERATION_FAILOVER) != NULL;
        sim_pass(sim, 5000);
        guint count = engine_operations(sim->engine)->len;
        g_assert_true(count == 4 || (count == 0 && !answered));
        g_assert_cmpuint(count, ==, FAULTS[i] == STORE_FAULT_CRASH_BEFORE ? 0 : 4);
        finish(sim);
    }
}

// It dies at each of its writes on the way, and goes on: each group is moved once.
static void test_crashes(void)
{
    for (guint n = 1; n < 60; n += 7) {
        g_autofree char *parent = NULL;
        Sim *sim = given_region(three, &parent);
        sign_all(sim, parent);
        store_memory_plan_fault(sim->memory, n,
                                n % 2 ? STORE_FAULT_CRASH_AFTER : STORE_FAULT_CRASH_BEFORE);
        expect_end(sim, parent, OPERATION_COMPLETED);
        expect_active(sim, "north");
        finish(sim);
    }
}

// ---- Exercises of a whole region -------------------------------------------------------------------

static Sim *given_region_drill(DrillKind drill, ProposePlanned planned, char **ret_parent)
{
    Sim *sim = sim_new(23, three);
    sim_pass(sim, 20000);
    const Operation *parent = sim_drill_region(sim, drill, "west", planned);
    g_assert_nonnull(parent);
    g_assert_cmpint((int)parent->drill, ==, (int)drill);
    g_assert_cmpuint(region_open(parent), ==, 3);
    *ret_parent = g_strdup(parent->id);
    return sim;
}

static void test_drill_isolated(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region_drill(DRILL_ISOLATED, PROPOSE_UNPLANNED, &parent);
    g_assert_false(engine_operation(sim->engine, parent)->planned);
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const Operation *child = child_of(sim, parent, NAMES[i]);
        g_autofree char *phrase = g_strdup_printf("DRILL %s ISOLATED", NAMES[i]);
        g_assert_cmpstr(child->statement->confirm, ==, phrase);
        g_assert_false(child->planned);
    }
    sim_target(sim->world, "late/work", "north")->active = true; // one that would not work
    sign_all(sim, parent);
    expect_end(sim, parent, OPERATION_COMPLETED_EXCEPTIONS);
    const Operation *operation = engine_operation(sim->engine, parent);
    g_assert_cmpstr(operation->why, ==, "3 of 3 groups rehearsed; completed with exceptions: late");
    g_assert_cmpuint(sim->commands, ==, 0);
    finish(sim);
}

static void test_drill_live(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region_drill(DRILL_LIVE, PROPOSE_AS_NEEDED, &parent);
    sign_all(sim, parent);
    expect_end(sim, parent, OPERATION_COMPLETED); // and never more at once than the fleet file says
    g_assert_cmpstr(engine_operation(sim->engine, parent)->why, ==,
                    "3 of 3 groups moved there and home again");
    expect_active(sim, "west");
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const Operation *child = child_of(sim, parent, NAMES[i]);
        g_assert_cmpstr(child->to, ==, "north");
        g_assert_cmpint(engine_group(sim->engine, NAMES[i])->plan_tested_ms, ==, child->ended_ms);
    }
    g_assert_cmpuint(sim_count_audit(sim, "plan.tested"), ==, 3);
    finish(sim);
}

// What is not exercised is named; a retry takes only that, in the mode of the first, over a restart.
static void test_drill_partial(void)
{
    g_autofree char *parent = NULL;
    Sim *sim = given_region_drill(DRILL_ISOLATED, PROPOSE_UNPLANNED, &parent);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "late"), &BOB, DECISION_REJECT));
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "payments"), &BOB, DECISION_APPROVE));
    sim_restart(sim);
    sim_pass(sim, 1000);
    g_assert_true(sim_sign_one(sim, child_of(sim, parent, "early"), &BOB, DECISION_APPROVE));
    expect_end(sim, parent, OPERATION_PARTIAL);
    g_assert_cmpstr(engine_operation(sim->engine, parent)->why, ==,
                    "2 of 3 groups rehearsed; rejected: late");
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_true(sim_command_one(sim, parent, &BOB, COMMAND_RETRY, 0));
    const Operation *again = child_of(sim, parent, "late");
    g_assert_cmpint((int)again->drill, ==, DRILL_ISOLATED);
    g_assert_false(again->planned);
    g_assert_true(sim_sign_one(sim, again, &BOB, DECISION_APPROVE));
    expect_end(sim, parent, OPERATION_COMPLETED);
    g_assert_cmpuint(sim->commands, ==, 0);
    finish(sim);
}

// What is elsewhere, and what is open otherwise, is left out; an exercise never takes a move for its part.
static void test_drill_left_out(void)
{
    Sim *sim = sim_new(29, three);
    sim_pass(sim, 20000);
    ProposeRequest request = {.person = &ALICE,
                              .kind = OPERATION_FAILOVER,
                              .group = "late",
                              .planned = PROPOSE_PLANNED,
                              .reason = "it moves in earnest"};
    const Operation *move = sim_propose_exactly(sim, &request);
    g_assert_nonnull(move);
    const Operation *parent = sim_drill_region(sim, DRILL_LIVE, "west", PROPOSE_AS_NEEDED);
    g_assert_nonnull(parent);
    g_autofree char *id = g_strdup(parent->id);
    g_assert_null(operation_member(parent, "late")->operation);
    g_assert_null(
        engine_operation(sim->engine, engine_group(sim->engine, "late")->operation)->parent);
    g_assert_true(sim_command_one(sim, id, &ALICE, COMMAND_WITHDRAW, 0));
    g_assert_null(sim_drill_region(sim, DRILL_LIVE, "north", PROPOSE_AS_NEEDED));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    g_assert_null(sim_drill_region(sim, DRILL_LIVE, "west", PROPOSE_UNPLANNED));
    g_assert_true(sim_is_refused(sim, REFUSAL_BAD_REQUEST));
    finish(sim);
}

static bool all_fail_over(Sim *sim)
{
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const GroupStatus *group = engine_group(sim->engine, NAMES[i]);
        const Operation *open = engine_operation(sim->engine, group->operation);
        if (!open || open->kind != OPERATION_FAILOVER)
            return false;
    }
    return true;
}

static void three_watched(Fleet *fleet)
{
    three(fleet);
    for (guint i = 0; i < fleet->groups->len; i++)
        ((Group *)fleet->groups->pdata[i])->policy.propose = true;
}

// The region is lost while its exercise waits: all of it makes room for the real thing.
static void test_drill_gives_way(void)
{
    Sim *sim = sim_new(31, three_watched);
    sim_pass(sim, 20000);
    const Operation *parent = sim_drill_region(sim, DRILL_LIVE, "west", PROPOSE_AS_NEEDED);
    g_assert_nonnull(parent);
    g_autofree char *id = g_strdup(parent->id);
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, all_fail_over, 60000));
    parent = engine_operation(sim->engine, id);
    g_test_message("%s", parent->why);
    g_assert_true(operation_has_ended(parent));
    g_assert_cmpuint(region_moved(parent), ==, 0);
    finish(sim);
}

static void test_drill_crashes(void)
{
    for (guint n = 1; n < 80; n += 9) {
        g_autofree char *parent = NULL;
        Sim *sim = given_region_drill(DRILL_LIVE, PROPOSE_AS_NEEDED, &parent);
        sign_all(sim, parent);
        store_memory_plan_fault(sim->memory, n,
                                n % 2 ? STORE_FAULT_CRASH_AFTER : STORE_FAULT_CRASH_BEFORE);
        expect_end(sim, parent, OPERATION_COMPLETED);
        expect_active(sim, "west");
        finish(sim);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/whole/region", test_whole_region);
    g_test_add_func("/sim/whole/partial-and-retry", test_partial_and_retry);
    g_test_add_func("/sim/whole/order", test_order);
    g_test_add_func("/sim/whole/same-key", test_same_key);
    g_test_add_func("/sim/whole/just-begun", test_just_begun);
    g_test_add_func("/sim/whole/adopts", test_adopts);
    g_test_add_func("/sim/whole/hold-and-withdraw", test_hold_and_withdraw);
    g_test_add_func("/sim/whole/left-out", test_left_out);
    g_test_add_func("/sim/whole/many", test_many);
    g_test_add_func("/sim/whole/large", test_large);
    g_test_add_func("/sim/whole/all-or-none", test_all_or_none);
    g_test_add_func("/sim/whole/crashes", test_crashes);
    g_test_add_func("/sim/whole/drill-isolated", test_drill_isolated);
    g_test_add_func("/sim/whole/drill-live", test_drill_live);
    g_test_add_func("/sim/whole/drill-partial", test_drill_partial);
    g_test_add_func("/sim/whole/drill-left-out", test_drill_left_out);
    g_test_add_func("/sim/whole/drill-gives-way", test_drill_gives_way);
    g_test_add_func("/sim/whole/drill-crashes", test_drill_crashes);
    int result = g_test_run();
    g_free(followed);
    return result;
}
