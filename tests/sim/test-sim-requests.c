// What people ask of the engine beside signing: asked twice, asked wrongly, asked at a bad moment; and how fast and
// how fresh things are.
#include "story.h"

#include "model/refusal.h"

typedef struct {
    bool answered;
    GError *error;
    char *operation;
    OperationState state;
} Answer;

static void on_answer(const Operation *operation, const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->answered = true;
    g_clear_error(&answer->error);
    answer->error = error ? g_error_copy(error) : NULL;
    g_free(answer->operation);
    answer->operation = operation ? g_strdup(operation->id) : NULL;
}

static void on_done(const GError *error, gpointer data)
{
    on_answer(NULL, error, data);
}

static void answer_clear(Answer *answer)
{
    g_clear_error(&answer->error);
    g_clear_pointer(&answer->operation, g_free);
    answer->answered = false;
}

static void wait_for(Sim *sim, Answer *answer)
{
    for (guint i = 0; i < 100 && !answer->answered; i++)
        sim_pass(sim, 10);
    g_assert_true(answer->answered);
}

static void test_idempotency_key(void)
{
    Sim *sim = sim_new(3, NULL);
    Answer first = {0}, second = {0}, other = {0};
    ProposeRequest request = {.person = &ALICE,
                              .key = "key-1",
                              .kind = OPERATION_FAILOVER,
                              .group = "payments",
                              .reason = "because"};
    sim_pass(sim, 20000);
    engine_propose(sim->engine, &request, on_answer, &first);
    wait_for(sim, &first);
    g_assert_no_error(first.error);
    sim_restart(sim);
    sim_pass(sim, 1000);
    engine_propose(sim->engine, &request, on_answer, &second);
    wait_for(sim, &second);
    g_assert_no_error(second.error);
    g_assert_cmpstr(second.operation, ==, first.operation);
    g_assert_cmpuint(sim_count_audit(sim, "operation.proposed"), ==, 1);
    request.reason = "something else";
    engine_propose(sim->engine, &request, on_answer, &other);
    wait_for(sim, &other);
    g_assert_error(other.error, REFUSAL, REFUSAL_KEY_REUSED);
    answer_clear(&first);
    answer_clear(&second);
    answer_clear(&other);
    finish(sim);
}

static void test_dry_run(void)
{
    Sim *sim = sim_new(3, NULL);
    Answer answer = {0};
    ProposeRequest request = {.person = &ALICE,
                              .group = "payments",
                              .kind = OPERATION_FAILOVER,
                              .reason = "just asking",
                              .dry_run = true};
    sim_pass(sim, 20000);
    engine_propose(sim->engine, &request, on_answer, &answer);
    wait_for(sim, &answer);
    g_assert_no_error(answer.error);
    g_assert_nonnull(answer.operation);
    g_assert_null(engine_operation(sim->engine, answer.operation));
    g_assert_cmpuint(sim_count_audit(sim, "operation.proposed"), ==, 0);
    answer_clear(&answer);
    finish(sim);
}

static void test_refused_proposals(void)
{
    static const struct {
        ProposeRequest request;
        int code;
    } CASES[] = {
        {{.person = &VIEWER, .group = "payments", .reason = "why"}, REFUSAL_NOT_ALLOWED},
        {{.person = &ALICE, .group = "nobody", .reason = "why"}, REFUSAL_NOT_FOUND},
        {{.person = &ALICE, .group = "payments", .reason = " . "}, REFUSAL_NO_REASON},
        {{.person = &ALICE, .group = "payments", .reason = "why", .to = "west"},
         REFUSAL_NOTHING_TO_DO},
        {{.person = &ALICE, .group = "payments", .reason = "why", .to = "mars"},
         REFUSAL_BAD_REQUEST},
        {{.person = &ALICE, .group = "payments", .reason = "why", .kind = OPERATION_FAILBACK},
         REFUSAL_NOTHING_TO_DO},
        {{.person = &ALICE, .group = "payments", .reason = "why", .kind = OPERATION_DRILL},
         REFUSAL_BAD_REQUEST},
        {{.person = &ALICE, .group = "payments", .reason = "why", .key = "a b"},
         REFUSAL_BAD_REQUEST},
    };
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Answer answer = {0};
        engine_propose(sim->engine, &CASES[i].request, on_answer, &answer);
        wait_for(sim, &answer);
        g_assert_error(answer.error, REFUSAL, CASES[i].code);
        answer_clear(&answer);
    }
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_pass(sim, 20000);
    g_assert_null(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(sim_is_refused(sim, REFUSAL_TARGET_NOT_HEALTHY));
    g_assert_cmpint(engine_frame(sim->engine)->audit_seq, ==, 0);
    finish(sim);
}

static void test_disarm(void)
{
    Sim *sim = sim_new(5, automatic);
    Answer answer = {0};
    ArmRequest request = {.person = &BOB, .reason = "works on the network"};
    sim_pass(sim, 20000);
    engine_arm(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_error(answer.error, REFUSAL, REFUSAL_BAD_REQUEST); // without an end
    request.until_ms = sim->clock.wall + 3600 * 1000;
    answer_clear(&answer);
    engine_arm(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_no_error(answer.error);
    g_assert_true(engine_frame(sim->engine)->automation_off);
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_true(engine_frame(sim->engine)->automation_off);
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 30000));
    sim_pass(sim, 30000);
    g_assert_cmpint((int)sim_operation(sim)->state, ==, OPERATION_AWAITING); // for a person
    answer_clear(&answer);
    finish(sim);
}

static void test_acknowledge(void)
{
    Sim *sim = given_proposal(NULL);
    Answer answer = {0};
    AcknowledgeRequest request = {&BOB, "location-down:west", "on it"};
    engine_acknowledge(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_no_error(answer.error);
    g_assert_cmpuint(sim_count_audit(sim, "alarm.acknowledged"), ==, 1);
    answer_clear(&answer);
    WithdrawRequest back = {.person = &ALICE, .id = "location-down:west", .reason = "not mine"};
    engine_withdraw_alarm(sim->engine, &back, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_no_error(answer.error);
    answer_clear(&answer);
    g_assert_null(sim_alarm(sim, "location-down:west")->acknowledged_by);
    engine_withdraw_alarm(sim->engine, &back, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_error(answer.error, REFUSAL, REFUSAL_NOTHING_TO_DO);
    answer_clear(&answer);
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_null(sim_alarm(sim, "location-down:west")->acknowledged_by);
    engine_acknowledge(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    answer_clear(&answer);
    request.alarm = "nothing";
    engine_acknowledge(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_error(answer.error, REFUSAL, REFUSAL_NOT_FOUND);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 30000);
    for (guint i = 0; i < engine_alarms(sim->engine)->len; i++)
        g_assert_cmpstr(((const Alarm *)engine_alarms(sim->engine)->pdata[i])->id, !=,
                        "location-down:west");
    // It was known that time; the next one waits for somebody, whoever has been restarted meanwhile.
    sim_restart(sim);
    sim_pass(sim, 30000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 30000);
    g_assert_null(sim_alarm(sim, "location-down:west")->acknowledged_by);
    answer_clear(&answer);
    finish(sim);
}

// Acknowledged over a restart while it lasts; but not the next one, where the end came while no daemon was there.
static void test_acknowledged_and_away(void)
{
    Sim *sim = given_proposal(NULL);
    Answer answer = {0};
    AcknowledgeRequest request = {&BOB, "location-down:west", "on it"};
    engine_acknowledge(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    sim_restart(sim);
    sim_pass(sim, 30000);
    g_assert_cmpstr(sim_alarm(sim, "location-down:west")->acknowledged_by, ==, "bob");
    sim_region_set(sim->world, "west", REGION_UP);
    sim_restart(sim);
    sim_pass(sim, 30000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 30000);
    g_assert_null(sim_alarm(sim, "location-down:west")->acknowledged_by);
    answer_clear(&answer);
    finish(sim);
}

static const Finding *plan_finding(const Sim *sim, const char *word)
{
    const GPtrArray *findings = engine_findings(sim->engine);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (g_str_equal(finding->rule, "R17") && strstr(finding->facts, word))
            return finding;
    }
    return NULL;
}

static void never_reviewed(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    group->plan_reviewed_ms = group->plan_tested_ms = 0;
}

// A review is recorded with who and what, outlives a restart, and ends the finding; the test stays due.
static void test_review(void)
{
    static const struct {
        ReviewRequest request;
        int code;
    } CASES[] = {
        {{.person = &VIEWER, .group = "payments", .reason = "read it"}, REFUSAL_NOT_ALLOWED},
        {{.person = &ALICE, .group = "nobody", .reason = "read it"}, REFUSAL_NOT_FOUND},
        {{.person = &ALICE, .group = "payments", .reason = " - "}, REFUSAL_NO_REASON},
    };
    Sim *sim = sim_new(3, never_reviewed);
    Answer answer = {0};
    sim_pass(sim, 20000);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        engine_review_plan(sim->engine, &CASES[i].request, on_done, &answer);
        wait_for(sim, &answer);
        g_assert_error(answer.error, REFUSAL, CASES[i].code);
        answer_clear(&answer);
    }
    g_assert_nonnull(plan_finding(sim, "never reviewed"));
    ReviewRequest request = {.person = &ALICE, .group = "payments", .reason = "the order of steps"};
    engine_review_plan(sim->engine, &request, on_done, &answer);
    wait_for(sim, &answer);
    g_assert_no_error(answer.error);
    answer_clear(&answer);
    g_assert_cmpuint(sim_count_audit(sim, "plan.reviewed"), ==, 1);
    for (guint round = 0; round < 2; round++) {
        sim_pass(sim, 70000);
        const GroupStatus *group = sim_group(sim);
        g_assert_cmpstr(group->plan_reviewed_by, ==, "alice");
        g_assert_cmpstr(group->plan_review_note, ==, "the order of steps");
        g_assert_cmpint(group->plan_reviewed_ms, >, 0);
        g_assert_cmpint(group->plan_due_ms, ==, 0); // it was never tested
        g_assert_null(plan_finding(sim, "reviewed"));
        g_assert_nonnull(plan_finding(sim, "never tested"));
        sim_restart(sim);
    }
    finish(sim);
}

static void test_stale_revision(void)
{
    Sim *sim = given_proposal(NULL);
    Answer answer = {0};
    CommandRequest request = {.person = &BOB,
                              .operation = sim_operation(sim)->id,
                              .command = COMMAND_HOLD,
                              .revision = sim_operation(sim)->revision + 1u};
    engine_command(sim->engine, &request, on_answer, &answer);
    wait_for(sim, &answer);
    g_assert_error(answer.error, REFUSAL, REFUSAL_PRECONDITION);
    answer_clear(&answer);
    finish(sim);
}

// The whole is stopped in the middle of a failover, and started again.
static void test_stop(void)
{
    Sim *sim = given_proposal(NULL);
    Answer answer = {0};
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    engine_stop(sim->engine, on_done, &answer);
    wait_for(sim, &answer);
    guint commands = sim->commands;
    sim_pass(sim, 30000);
    g_assert_cmpuint(sim->commands, ==, commands);
    sim_restart(sim);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    answer_clear(&answer);
    finish(sim);
}

static Fleet *without_standby(Sim *sim)
{
    Fleet *fleet = fleet_new("sim");
    for (guint i = 0; i < sim->fleet->locations->len; i++) {
        const Location *old = sim->fleet->locations->pdata[i];
        Location *location = fleet_add_location(fleet, old->name);
        location->health = old->health;
        location->health.url = g_strdup(old->health.url);
        location->health.socket = NULL;
    }
    Group *group = fleet_add_group(fleet, "other");
    group->primary = fleet_location(fleet, "north");
    return fleet;
}

// The group goes from the fleet file while it fails over, and comes back later.
static void test_reload(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    g_autofree char *id = g_strdup(sim_operation(sim)->id);
    g_autoptr(Fleet) other = without_standby(sim);
    engine_set_fleet(sim->engine, other, "bob");
    sim_pass(sim, 10000);
    g_assert_null(engine_group(sim->engine, "payments"));
    g_assert_cmpint((int)engine_operation(sim->engine, id)->state, ==, OPERATION_PAUSED);
    engine_set_fleet(sim->engine, sim->fleet, "bob");
    sim_pass(sim, 15000);
    g_assert_cmpstr(sim_group(sim)->operation, ==, id);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    expect_settled(sim, 100000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpuint(sim_count_audit(sim, "fleet.reloaded"), ==, 2);
    finish(sim);
}

// The store is lost after a failover: what is found is taken as it is, and is not undone.
static void test_lost_store(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 20000);
    sim_restart_empty(sim);
    sim_pass(sim, 20000);
    g_assert_cmpstr(sim_group(sim)->active, ==, "north");
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_FAILED_OVER);
    expect_active(sim, "north");
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "west"); // its epoch was above what the targets had
    finish(sim);
}

static void slow_probes(Fleet *fleet)
{
    for (guint i = 0; i < fleet->locations->len; i++) {
        HealthCheck *health = &((Location *)fleet->locations->pdata[i])->health;
        health->interval_ms = 60000;
    }
}

// Probed once a minute, but signable whenever it waits.
static void test_slow_probes(void)
{
    Sim *sim = sim_new(3, slow_probes);
    sim_pass(sim, 200000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    for (guint i = 0; i < 10; i++) {
        sim_pass(sim, 7000);
        const Operation *operation = sim_operation(sim);
        gint64 age =
            sim->clock.wall - engine_location(sim->engine, operation->to)->verdict.observed_at_ms;
        g_assert_cmpint(age, <=, 15000);
    }
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// From the last sign-off (no hold window) to the standby's workloads active: under 3 s, dead or silent.
static void test_speed(void)
{
    static const RegionHealth HOW[] = {REGION_DOWN, REGION_HANGING};
    for (guint i = 0; i < G_N_ELEMENTS(HOW); i++) {
        Sim *sim = sim_new(11, NULL);
        sim_pass(sim, 20000);
        sim_region_set(sim->world, "west", HOW[i]);
        expect_proposal(sim, 30000);
        sim_pass(sim, 5000);
        g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        expect_settled(sim, 60000);
        const Operation *operation = sim_operation(sim);
        g_test_message("active %" G_GINT64_FORMAT " ms after the sign-off",
                       operation->activated_ms - operation->approved_ms);
        g_assert_cmpint(operation->activated_ms - operation->approved_ms, <, 3000);
        finish(sim);
    }
}

int main(int argc, char **argv)
{
    static const Story STORIES[] = {
        {"idempotency-key", test_idempotency_key},
        {"dry-run", test_dry_run},
        {"refused-proposals", test_refused_proposals},
        {"disarm", test_disarm},
        {"review", test_review},
        {"acknowledge", test_acknowledge},
        {"acknowledged-and-away", test_acknowledged_and_away},
        {"stale-revision", test_stale_revision},
        {"stop", test_stop},
        {"reload", test_reload},
        {"lost-store", test_lost_store},
        {"slow-probes", test_slow_probes},
        {"speed", test_speed},
    };
    return run_stories(argc, argv, "/sim/", STORIES, G_N_ELEMENTS(STORIES));
}
