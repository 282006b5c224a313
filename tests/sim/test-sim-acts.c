// Exceptional acts: skip and abort signed on their own, sign-offs that are taken back, a glass that is broken. Each
// also over a crash.
#include <string.h>

#include "base/none.h"
#include "base/timefmt.h"
#include "model/progress.h"
#include "model/refusal.h"
#include "story.h"

static const Act *last_act(Sim *sim)
{
    const GPtrArray *acts = sim_operation(sim)->acts;
    return acts->len ? acts->pdata[acts->len - 1] : NULL;
}

static void expect_act(Sim *sim, ActState state)
{
    g_assert_true(sim_until(sim, act_is_over, 10000) || state == ACT_OPEN);
    g_assert_cmpint((int)last_act(sim)->state, ==, (int)state);
}

static bool has_alarm(Sim *sim, const char *prefix, Severity severity)
{
    const Alarm *alarm = sim_alarm(sim, prefix);
    return alarm && alarm->severity == severity;
}

static const Step *failed_step(Sim *sim)
{
    const GPtrArray *steps = sim_operation(sim)->steps;
    for (guint i = 0; i < steps->len; i++)
        if (((const Step *)steps->pdata[i])->state == STEP_FAILED)
            return steps->pdata[i];
    g_assert_not_reached();
}

// Paused behind the point of no return: the target hung past the limit of a step, and is back.
static Sim *given_failed_step(void (*tweak)(Fleet *))
{
    Sim *sim = given_proposal(tweak);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    if (sim_operation(sim)->state == OPERATION_AWAITING)
        g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    sim_region_set(sim->world, "north", REGION_HANGING);
    g_assert_true(sim_until(sim, is_paused, 200000));
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 10000);
    return sim;
}

static void test_skip(void)
{
    Sim *sim = given_failed_step(NULL);
    guint number = failed_step(sim)->number;
    g_assert_false(sim_command(sim, &ALICE, COMMAND_SKIP, number == 1 ? 2 : 1));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_STATE));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_SKIP, number));
    const Statement *statement = last_act(sim)->statement;
    g_autofree char *phrase = g_strdup_printf("SKIP step %u of payments", number);
    g_assert_cmpstr(statement->confirm, ==, phrase);
    g_assert_cmpuint(statement->not_done->len, ==, 1);
    g_assert_false(sim_command(sim, &BOB, COMMAND_SKIP, number)); // one at a time
    g_assert_true(sim_is_refused(sim, REFUSAL_CONFLICT));
    sim_pass(sim, 20000);
    expect_act(sim, ACT_OPEN); // nobody has signed
    sim_restart(sim);
    sim_pass(sim, 20000);
    expect_act(sim, ACT_OPEN);
    g_assert_false(sim_sign(sim, &VIEWER, DECISION_APPROVE));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_act(sim, ACT_DONE);
    const Step *step = operation_step(sim_operation(sim), number);
    g_assert_cmpint((int)step->state, ==, STEP_SKIPPED);
    g_assert_cmpstr(step->by, ==, "bob");
    // Its data was never promoted, so it cannot be verified either: that is left out too, by name.
    expect_settled(sim, 300000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_SKIP, 0));
    g_assert_cmpstr(last_act(sim)->statement->confirm, ==, "SKIP the failed steps of payments");
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 300000);
    g_assert_true(sim_until(sim, has_ended, 60000));
    expect_state(sim, OPERATION_COMPLETED_EXCEPTIONS);
    g_assert_cmpuint(sim_operation(sim)->exceptions->len, ==, 2);
    g_assert_cmpuint(sim_count_audit(sim, "operation.skip"), ==, 2);
    g_assert_cmpint(sim_group(sim)->plan_tested_ms, <, sim_operation(sim)->started_ms); // no test
    finish(sim);
}

static void two_people(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.approvals = 2;
}

static void test_abort_takes_as_many(void)
{
    Sim *sim = given_catching_up(NULL);
    Policy *policy = (Policy *)&fleet_group(sim->fleet, "payments")->policy;
    policy->approvals = 2;
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    g_assert_true(sim_operation(sim)->held); // nothing new begins while its undoing is read
    g_assert_false(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_CONFLICT));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, 20000);
    expect_act(sim, ACT_OPEN);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    expect_act(sim, ACT_DONE);
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_ABORTED);
    expect_active(sim, "west");
    finish(sim);
}

static void test_act_ends(void)
{
    Sim *sim = given_catching_up(NULL);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    expect_act(sim, ACT_REJECTED);
    g_assert_true(sim_operation(sim)->held);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0));
    expect_act(sim, ACT_WITHDRAWN);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    sim_pass(sim, 31 * 60 * 1000);
    expect_act(sim, ACT_EXPIRED);
    g_assert_false(has_ended(sim));
    finish(sim);
}

// What failed is tried again, and works: there is nothing to leave out any more.
static void test_overtaken(void)
{
    Sim *sim = given_failed_step(NULL);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_SKIP, failed_step(sim)->number));
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    expect_act(sim, ACT_OVERTAKEN);
    expect_settled(sim, 300000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// The evidence changes while it is read: another statement, and the sign-off on the old one is void.
static void test_restated(void)
{
    Sim *sim = given_catching_up(NULL);
    Policy *policy = (Policy *)&fleet_group(sim->fleet, "payments")->policy;
    policy->approvals = 2;
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 60000);
    g_assert_cmpuint(last_act(sim)->statement_version, >, 1);
    g_assert_nonnull(last_act(sim)->changed);
    // told as of a proposal: old beside new, who must look again, an alarm of its own
    const Restatement *note = operation_last_change(sim_operation(sim));
    g_assert_cmpstr(note->about, ==, "abort");
    g_assert_cmpuint(note->differences->len, >, 0);
    const Operation ballot = operation_ballot(sim_operation(sim));
    g_assert_true(quorum_must_look_again(&ballot, "bob"));
    g_assert_false(quorum_must_look_again(&ballot, "carol"));
    g_assert_nonnull(sim_alarm(sim, "again:"));
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    sim_pass(sim, 5000);
    expect_act(sim, ACT_OPEN); // Bob's was for what stood there before
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_act(sim, ACT_DONE);
    finish(sim);
}

// ---- Taking back -------------------------------------------------------------------------------

static void on_done(const Operation *operation, const SignOff *signoff, const GError *error,
                    gpointer data)
{
    Sim *sim = data;
    (void)operation, (void)signoff;
    g_clear_error(&sim->error);
    sim->error = error ? g_error_copy(error) : NULL;
    sim->answers++;
}

typedef void (*Afterwards)(Engine *, const SignOffRequest *, EngineSignOffDone, gpointer);

static bool afterwards(Sim *sim, Afterwards what, const Person *person, const char *signoff)
{
    guint before = sim->answers;
    SignOffRequest request = {.person = person,
                              .operation = sim_operation(sim)->id,
                              .signoff = signoff,
                              .reason = "I have looked again"};
    what(sim->engine, &request, on_done, sim);
    for (guint i = 0; i < 1000 && sim->answers == before; i++)
        sim_pass(sim, 10);
    g_assert_cmpuint(sim->answers, >, before);
    return !sim->error;
}

static const char *last_signoff(Sim *sim)
{
    const GPtrArray *signoffs = sim_operation(sim)->signoffs;
    return ((const SignOff *)signoffs->pdata[signoffs->len - 1])->id;
}

static void long_hold(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.hold_ms = 20000;
}

static void test_take_back_in_hold_window(void)
{
    Sim *sim = given_proposal(long_hold);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_HOLDING);
    g_autofree char *id = g_strdup(last_signoff(sim));
    g_assert_false(afterwards(sim, engine_take_back, &CAROL, id));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_true(afterwards(sim, engine_take_back, &BOB, id));
    expect_state(sim, OPERATION_AWAITING);
    sim_restart(sim);
    sim_pass(sim, 60000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void test_take_back_under_way(void)
{
    Sim *sim = given_catching_up(NULL);
    g_autofree char *id = g_strdup(last_signoff(sim));
    g_assert_true(afterwards(sim, engine_take_back, &BOB, id));
    g_assert_true(sim_operation(sim)->held);
    sim_region(sim->world, "west")->replication_off = false;
    g_assert_true(
        sim_command(sim, &CAROL, COMMAND_RESUME, 0)); // resumed, and yet nothing rests on it
    sim_pass(sim, 120000);
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_false(sim_target(sim->world, "payments/ledger", "north")->active);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    if (sim_operation(sim)->state == OPERATION_PAUSED)
        g_assert_true(sim_command(sim, &CAROL, COMMAND_RETRY, 0));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_false(afterwards(sim, engine_take_back, &CAROL, last_signoff(sim)));
    finish(sim);
}

// A reject after the last needed sign-off, before the point of no return: held, not ended (row 5 of the catalogue).
static void test_reject_holds(void)
{
    Sim *sim = given_catching_up(NULL);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_REJECT));
    g_assert_true(sim_operation(sim)->held);
    g_assert_false(has_ended(sim));
    sim_region(sim->world, "west")->replication_off = false;
    sim_pass(sim, 60000);
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RESUME, 0)); // who signed has looked again
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_false(sim_sign(sim, &CAROL, DECISION_REJECT));
    finish(sim);
}

// Who had approved and then rejects no longer counts among those who approved.
static void test_reject_own(void)
{
    Sim *sim = given_catching_up(NULL);
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 0);
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    g_assert_true(sim_operation(sim)->held);
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 1);
    sim_region(sim->world, "west")->replication_off = false;
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    g_assert_true(sim_command(sim, &CAROL, COMMAND_RESUME, 0));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// ---- Break-glass -------------------------------------------------------------------------------

static void glass(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    group->policy.approvals = 2;
    group->policy.four_eyes = true;
    group->policy.break_glass = true;
}

static void test_break_glass(void)
{
    Sim *sim = given_proposal(glass);
    g_assert_false(sim_break_glass(sim, &VIEWER)); // no approver
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_true(sim_break_glass(sim, &BOB));
    g_autofree char *id = g_strdup(last_signoff(sim));
    sim_pass(sim, 1000);
    g_assert_true(has_alarm(sim, "review:", SEVERITY_CRITICAL));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    sim_restart(sim); // listed and never forgotten
    sim_pass(sim, 5000);
    g_assert_true(has_alarm(sim, "review:", SEVERITY_CRITICAL));
    g_assert_false(afterwards(sim, engine_review, &BOB, id));
    g_assert_true(sim_is_refused(sim, REFUSAL_FOUR_EYES));
    g_assert_true(afterwards(sim, engine_review, &CAROL, id));
    sim_pass(sim, 2000);
    g_assert_false(has_alarm(sim, "review:", SEVERITY_CRITICAL));
    g_assert_false(afterwards(sim, engine_review, &CAROL, id)); // once
    g_assert_cmpuint(sim_count_audit(sim, "signoff.break-glass"), ==, 1);
    g_assert_cmpuint(sim_count_audit(sim, "signoff.reviewed"), ==, 1);
    finish(sim);
}

static void test_no_glass(void)
{
    Sim *sim = given_proposal(two_people);
    g_assert_false(sim_break_glass(sim, &BOB));
    g_assert_true(sim_is_refused(sim, REFUSAL_BREAK_GLASS));
    sim_pass(sim, 60000);
    g_assert_cmpuint(sim->commands, ==, 0);
    finish(sim);
}

// ---- Attestation -------------------------------------------------------------------------------

// Nobody can prove that the lost side is off; a person says so, and how it is known: it stands in the statement, and
// takes two.
static void test_attest(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_cmpint((int)sim_operation(sim)->statement->old_primary, ==, OLD_UNCONFIRMED);
    g_assert_cmpuint(sim_operation(sim)->statement->approvals, ==, 1);
    g_assert_false(sim_command(sim, &ALICE, COMMAND_ATTEST, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_NO_REASON)); // how?
    sim->how = ATTEST_POWER;
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ATTEST, 0));
    const Statement *statement = sim_operation(sim)->statement;
    g_assert_cmpint((int)statement->old_primary, ==, OLD_ATTESTED);
    g_assert_cmpint((int)statement->proof, ==, PROOF_MANUAL);
    g_assert_nonnull(strstr(statement->proof_how, "alice attests"));
    g_assert_nonnull(strstr(statement->proof_how, "power: because"));
    g_assert_cmpuint(statement->approvals, ==, 2);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, 30000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpuint(sim_count_audit(sim, "operation.attested"), ==, 1);
    finish(sim);
}

// ---- The group's own steps ---------------------------------------------------------------------

static void own_steps(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    OwnStep *step = group_add_step(group, "dns");
    step->title = g_strdup("turn the partner's DNS");
    step->place = PLACE_BEFORE_ACTIVATE;
    step->limit_ms = 60000;
    step->ticket = true;
    step = group_add_step(group, "provider");
    step->title = g_strdup("the provider opens the quota");
    step->place = PLACE_BEFORE_GRANT;
    step->side = WORKER_PROVIDER;
    step->limit_ms = 60000;
    step = group_add_step(group, "watched");
    step->title = g_strdup("the provider brings the standby up");
    step->place = PLACE_START;
    step->side = WORKER_PROVIDER;
    step->watch = fleet_location(fleet, "north");
    step->limit_ms = 60000;
    step = group_add_step(group, "home");
    step->title = g_strdup("only on the way home");
    step->on = STEP_ON_FAILBACK;
    step->limit_ms = 60000;
}

static const Step *waiting_step(Sim *sim)
{
    const GPtrArray *steps = sim_operation(sim)->steps;
    for (guint i = 0; i < steps->len; i++)
        if (((const Step *)steps->pdata[i])->state == STEP_WAITING)
            return steps->pdata[i];
    return NULL;
}

static bool waits(Sim *sim)
{
    return waiting_step(sim) != NULL;
}

static void provider_first(Fleet *fleet)
{
    OwnStep *step = group_add_step(fleet_group(fleet, "payments"), "provider");
    step->title = g_strdup("the provider opens the quota");
    step->place = PLACE_BEFORE_GRANT;
    step->side = WORKER_PROVIDER;
    step->limit_ms = 60000;
}

// Within the band, so nothing is void; but more than was signed for is not lost without a word.
static void test_bound_at_pnr(void)
{
    Sim *sim = sim_new(7, provider_first);
    ProposeRequest request = {.person = &ALICE,
                              .kind = OPERATION_FAILOVER,
                              .group = "payments",
                              .planned = PROPOSE_UNPLANNED,
                              .reason = "its storage is failing"};
    sim_pass(sim, 20000);
    sim_region(sim->world, "west")->replication_off = true;
    g_assert_nonnull(sim_propose_exactly(sim, &request));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, waits, 60000));
    gint64 signed_ms = sim_operation(sim)->statement->loss_ms;
    g_assert_cmpint(signed_ms, <, 30000);
    sim_pass(sim, 30000);
    g_assert_cmpint(sim_group(sim)->loss.loss_ms, >, signed_ms);
    g_assert_cmpint(sim_group(sim)->loss.loss_ms, <, 60000);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, waiting_step(sim)->number));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_nonnull(
        strstr(sim_operation(sim)->why, "Beyond what was signed: the data-loss bound"));
    finish(sim);
}

static void tells_auditors(Fleet *fleet)
{
    g_ptr_array_add(list_own(&fleet_group(fleet, "payments")->unmanaged, g_free),
                    g_strdup("tell the auditors"));
}

// It runs once it is verified, whatever people still have to do then.
static void test_runs_before_the_paper(void)
{
    Sim *sim = given_proposal(tells_auditors);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, waits, 60000));
    gint64 ready_ms = sim->clock.wall;
    sim_pass(sim, 1800000);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, waiting_step(sim)->number));
    expect_settled(sim, 60000);
    const Operation *operation = sim_operation(sim);
    gint64 stop_ms = operation_clock_stop(operation);
    g_assert_cmpint(stop_ms, <=, ready_ms);
    char took[16];
    duration_format(stop_ms - operation->detected_ms, took);
    g_autofree char *end = g_strdup_printf("runs in north after %s", took);
    g_assert_true(g_str_has_suffix(operation->why, end));
    finish(sim);
}

static void test_own_steps(void)
{
    Sim *sim = given_proposal(own_steps);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, waits, 60000));
    const Step *step = waiting_step(sim); // the watched one before it was seen by itself
    g_assert_cmpstr(step->title, ==, "the provider opens the quota");
    g_assert_cmpint((int)step->side, ==, SIDE_PROVIDER);
    g_assert_cmpint((int)operation_step(sim_operation(sim), 1)->state, ==, STEP_DONE);
    g_assert_false(sim_operation(sim)->past_pnr);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_true(has_alarm(sim, "manual:", SEVERITY_WARNING));
    sim_pass(sim, 70000);
    g_assert_true(has_alarm(sim, "manual:", SEVERITY_ERROR)); // it is late
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, waiting_step(sim)->number));
    g_assert_true(sim_until(sim, waits, 60000));
    step = waiting_step(sim);
    g_assert_cmpstr(step->title, ==, "turn the partner's DNS");
    guint number = step->number;
    g_assert_false(sim_command(sim, &ALICE, COMMAND_CONFIRM, number));
    g_assert_true(sim_is_refused(sim, REFUSAL_NO_REASON)); // the ticket
    g_assert_false(sim_target(sim->world, "payments/settle", "north")->active);
    sim->ticket = "CHG-7";
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, number));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpstr(operation_step(sim_operation(sim), number)->ticket, ==, "CHG-7");
    g_assert_cmpstr(operation_step(sim_operation(sim), number)->by, ==, "alice");
    finish(sim);
}

// A step that waits for a person can be left out, signed.
static void test_skip_waiting(void)
{
    Sim *sim = given_proposal(own_steps);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    for (guint i = 0; i < 2; i++) {
        g_assert_true(sim_until(sim, waits, 60000));
        g_assert_true(sim_command(sim, &ALICE, COMMAND_SKIP, waiting_step(sim)->number));
        g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        expect_act(sim, ACT_DONE);
    }
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED_EXCEPTIONS);
    g_assert_cmpuint(sim_operation(sim)->exceptions->len, ==, 2);
    finish(sim);
}

// ---- Split brain -------------------------------------------------------------------------------

static bool is_whole_again(Sim *sim)
{
    return sim_group(sim)->mode == MODE_NORMAL &&
           !sim_target(sim->world, "payments/settle", "north")->active;
}

static void on_told(const GError *error, gpointer data)
{
    on_done(NULL, NULL, error, data);
}

static bool passivate(Sim *sim, const Person *person, const char *location, bool holder)
{
    guint before = sim->answers;
    PassivateRequest request = {.person = person,
                                .workload = "payments/settle",
                                .location = location,
                                .reason = "two of them run",
                                .holder = holder};
    engine_passivate(sim->engine, &request, on_told, sim);
    for (guint i = 0; i < 1000 && sim->answers == before; i++)
        sim_pass(sim, 10);
    g_assert_cmpuint(sim->answers, >, before);
    return !sim->error;
}

// Somebody starts it by hand where it must not be: alarmed as loudly as can be, and switched off by whoever says so.
static void test_split(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    sim_target(sim->world, "payments/settle", "north")->active = true;
    g_assert_true(sim_until(sim, is_split, 60000));
    sim_pass(sim, 1000);
    g_assert_true(has_alarm(sim, "split:payments", SEVERITY_CRITICAL));
    g_assert_false(passivate(sim, &VIEWER, "north", false));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_false(passivate(sim, &ALICE, "west", false)); // it has the role
    g_assert_true(sim_is_refused(sim, REFUSAL_BLOCKED));
    g_assert_true(passivate(sim, &ALICE, "north", false));
    sim_restart(sim); // written ahead: it is switched off whoever dies
    g_assert_true(sim_until(sim, is_whole_again, 120000));
    g_assert_false(sim_target(sim->world, "payments/settle", "north")->active);
    g_assert_true(sim_target(sim->world, "payments/settle", "west")->active);
    g_assert_false(passivate(sim, &ALICE, "north", false));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    sim_pass(sim, 20000);
    g_assert_true(passivate(sim, &ALICE, "west", true)); // said to be meant
    sim_pass(sim, 20000);
    g_assert_false(sim_target(sim->world, "payments/settle", "west")->active);
    g_assert_cmpuint(sim_count_audit(sim, "passivate.asked"), ==, 2);
    g_assert_cmpuint(sim_count_audit(sim, "passivate.done"), ==, 2);
    finish(sim);
}

static void ask_back(Sim *sim, const Person *person, const char *reason)
{
    WithdrawRequest request = {
        .person = person, .id = "payments/settle", .location = "north", .reason = reason};
    engine_withdraw_passivation(sim->engine, &request, on_told, sim);
}

static bool take_back(Sim *sim, const Person *person, const char *reason)
{
    guint before = sim->answers;
    ask_back(sim, person, reason);
    for (guint i = 0; i < 1000 && sim->answers == before; i++)
        sim_pass(sim, 10);
    g_assert_cmpuint(sim->answers, >, before);
    return !sim->error;
}

static bool is_gone(Sim *sim)
{
    return !has_alarm(sim, "quarantine:payments/settle@north", SEVERITY_ERROR);
}

// Its target is silent, so that it cannot be seen off: whoever asked, or another, takes it back, and nothing happens
// when it answers again.
static void test_passivate_taken_back(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    sim_target(sim->world, "payments/settle", "north")->active = true;
    g_assert_true(sim_until(sim, is_split, 60000));
    g_assert_false(take_back(sim, &ALICE, "nothing was asked for"));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    sim_region_set(sim->world, "north", REGION_HANGING);
    sim_pass(sim, 5000);
    g_assert_true(passivate(sim, &ALICE, "north", false));
    sim_pass(sim, 30000);
    const WorkloadStatus *workload = engine_workload(sim->engine, "payments/settle");
    g_assert_cmpstr(workload_status_at(workload, "north")->passivate_by, ==, "alice");
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_false(take_back(sim, &VIEWER, "I would rather not"));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_false(take_back(sim, &BOB, "-"));
    g_assert_true(sim_is_refused(sim, REFUSAL_NO_REASON));
    g_assert_true(take_back(sim, &BOB, "it is needed after all"));
    g_assert_cmpuint(sim_count_audit(sim, "passivate.withdrawn"), ==, 1);
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_true(is_gone(sim));
    guint commands = sim->commands;
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 60000);
    g_assert_true(sim_target(sim->world, "payments/settle", "north")->active);
    g_assert_cmpuint(sim->commands, ==, commands);
    g_assert_false(take_back(sim, &BOB, "once more"));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOTHING_TO_DO));
    finish(sim);
}

// Whenever it dies: it is taken back whole or not at all, and never switched off once it is.
static void test_taken_back_crashes(void)
{
    static const StoreFault FAULTS[] = {STORE_FAULT_CRASH_BEFORE, STORE_FAULT_CRASH_AFTER,
                                        STORE_FAULT_LOST_ANSWER, STORE_FAULT_LOST_REQUEST};
    for (guint i = 0; i < G_N_ELEMENTS(FAULTS); i++) {
        Sim *sim = sim_new(3, NULL);
        sim_pass(sim, 20000);
        sim_target(sim->world, "payments/settle", "north")->active = true;
        g_assert_true(sim_until(sim, is_split, 60000));
        sim_region_set(sim->world, "north", REGION_HANGING);
        sim_pass(sim, 5000);
        g_assert_true(passivate(sim, &ALICE, "north", false));
        store_memory_plan_fault(sim->memory, 1, FAULTS[i]);
        ask_back(sim, &BOB, "it is needed after all");
        sim_pass(sim, 20000);
        bool back = sim_count_audit(sim, "passivate.withdrawn") == 1;
        g_assert_true(back == is_gone(sim));
        g_assert_true(back || FAULTS[i] == STORE_FAULT_CRASH_BEFORE);
        sim_region_set(sim->world, "north", REGION_UP);
        sim_pass(sim, 60000);
        g_assert_true(sim_target(sim->world, "payments/settle", "north")->active == back);
        finish(sim);
    }
}

static bool is_being_quarantined(Sim *sim)
{
    return has_alarm(sim, "quarantine:payments/settle@west", SEVERITY_ERROR);
}

// What signalbox itself switches off is nobody's to take back.
static void test_quarantine_stays(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 20000);
    sim->world->lying = true;
    sim_target(sim->world, "payments/settle", "west")->active = true;
    g_assert_true(sim_until(sim, is_being_quarantined, 60000));
    guint before = sim->answers;
    WithdrawRequest request = {
        .person = &ALICE, .id = "payments/settle", .location = "west", .reason = "let it be"};
    engine_withdraw_passivation(sim->engine, &request, on_told, sim);
    sim_pass(sim, 1000);
    g_assert_cmpuint(sim->answers, >, before);
    g_assert_true(sim_is_refused(sim, REFUSAL_BLOCKED));
    sim->world->lying = false;
    sim_pass(sim, 30000);
    g_assert_false(sim_target(sim->world, "payments/settle", "west")->active);
    finish(sim);
}

// What a step took last time is what it is expected to take next time, in this group.
static void test_durations(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    const Step *last = sim_operation(sim)->steps->pdata[sim_operation(sim)->steps->len - 2];
    gint64 took_ms = last->ended_ms - last->started_ms;
    StepKind kind = last->kind;
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 60000);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    const GPtrArray *steps = sim_operation(sim)->steps;
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        if (step->kind == kind)
            g_assert_cmpint(step->usual_ms, ==, took_ms);
    }
    finish(sim);
}

static bool is_alarmed_as_stuck(Sim *sim)
{
    return has_alarm(sim, "stuck:", SEVERITY_WARNING);
}

// What takes much longer than it ever did is said before its limit strikes.
static void test_stuck(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 60000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    sim_region_set(sim->world, "west", REGION_HANGING);
    g_assert_true(sim_until(sim, is_alarmed_as_stuck, 30000));
    expect_state(sim, OPERATION_RUNNING);
    sim_region_set(sim->world, "west", REGION_UP);
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_false(is_alarmed_as_stuck(sim)); // it went by itself
    finish(sim);
}

int main(int argc, char **argv)
{
    static const Story STORIES[] = {
        {"skip", test_skip},
        {"abort-takes-as-many", test_abort_takes_as_many},
        {"act-ends", test_act_ends},
        {"overtaken", test_overtaken},
        {"restated", test_restated},
        {"take-back-in-hold-window", test_take_back_in_hold_window},
        {"take-back-under-way", test_take_back_under_way},
        {"reject-holds", test_reject_holds},
        {"reject-own", test_reject_own},
        {"break-glass", test_break_glass},
        {"no-glass", test_no_glass},
        {"attest", test_attest},
        {"bound-at-pnr", test_bound_at_pnr},
        {"runs-before-the-paper", test_runs_before_the_paper},
        {"own-steps", test_own_steps},
        {"skip-waiting", test_skip_waiting},
        {"split", test_split},
        {"passivate-taken-back", test_passivate_taken_back},
        {"taken-back-crashes", test_taken_back_crashes},
        {"quarantine-stays", test_quarantine_stays},
        {"durations", test_durations},
        {"stuck", test_stuck},
    };
    return run_stories(argc, argv, "/sim/acts/", STORIES, G_N_ELEMENTS(STORIES));
}
