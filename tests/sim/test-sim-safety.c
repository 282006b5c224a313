// Failures of doc/SAFETY that no other story tells: too late to start, everything red at once, clocks that are off.
#include "story.h"

#include <string.h>

#include "engine/alarms.h"
#include "model/refusal.h"

enum { MINUTE_MS = 60 * 1000 };

static bool is_told(Sim *sim, const char *words)
{
    const GPtrArray *changes = engine_changes(sim->engine);
    for (guint i = 0; i < changes->len; i++)
        if (strstr(((const Change *)changes->pdata[i])->text, words))
            return true;
    return false;
}

static void holds_long(Fleet *fleet)
{
    Policy *policy = &fleet_group(fleet, "payments")->policy;
    policy->hold_ms = 10000;
    policy->expire_ms = MINUTE_MS;
}

// Signed, and held by a person until its time is over: it does not start when it is resumed.
static void test_expires_though_signed(void)
{
    Sim *sim = given_proposal(holds_long);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_command(sim, &BOB, COMMAND_HOLD, 0));
    sim_pass(sim, MINUTE_MS);
    expect_state(sim, OPERATION_EXPIRED);
    g_assert_false(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    sim_pass(sim, 20000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_cmpuint(sim_count_audit(sim, "operation.started"), ==, 0);
    finish(sim);
}

// Signed at the last moment: the hold window ends behind the deadline, and so does the operation.
static void test_window_beyond_deadline(void)
{
    Sim *sim = given_proposal(holds_long);
    sim_pass(sim, sim_operation(sim)->expires_ms - sim->clock.wall - 3000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, 20000);
    expect_state(sim, OPERATION_EXPIRED);
    g_assert_cmpuint(sim->commands, ==, 0);
    finish(sim);
}

// Signed, though the target is down: nothing moves, people are told why, and it starts once the target is well.
static void test_blocked_is_told(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    sim_region_set(sim->world, "north", REGION_SICK);
    sim_pass(sim, 20000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, 20000);
    expect_state(sim, OPERATION_RUNNING);
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_HOLDING);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "cannot start: The target north is not"));
    g_assert_nonnull(sim_alarm(sim, "blocked:"));
    g_assert_true(is_told(sim, "cannot start"));
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 20000);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_null(sim_alarm(sim, "blocked:"));
    g_assert_cmpuint(sim_count_audit(sim, "operation.blocked"), ==, 1);
    finish(sim);
}

// What is red everywhere says more of who looks: nothing moves, nothing is proposed, and it is said why.
static void test_everything_red(void)
{
    Sim *sim = sim_new(9, automatic);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    sim_region_set(sim->world, "north", REGION_SICK);
    sim_pass(sim, MINUTE_MS);
    g_assert_cmpuint(engine_operations(sim->engine)->len, ==, 0);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_nonnull(sim_group(sim)->blocked);
    g_assert_nonnull(strstr(sim_group(sim)->blocked, "suspect"));
    sim_region_set(sim->world, "west", REGION_UP);
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 20000);
    g_assert_null(sim_group(sim)->blocked);
    finish(sim);
}

// The source's clock is ahead: by its word everything has arrived that it will only commit in a minute. Nothing is known.
static void test_clock_ahead(void)
{
    Sim *sim = sim_new(4, NULL);
    sim_region(sim->world, "west")->skew_ms = MINUTE_MS;
    sim_pass(sim, 20000);
    g_assert_true(is_told(sim, "ahead of this machine's"));
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 30000));
    g_assert_false(sim_operation(sim)->statement->loss_known);
    finish(sim);
}

// The target's clock is behind: what it says is old already, and nobody can sign on it.
static void test_clock_behind(void)
{
    Sim *sim = sim_new(4, NULL);
    sim_region(sim->world, "north")->skew_ms = -MINUTE_MS;
    sim_pass(sim, 20000);
    g_assert_true(is_told(sim, "behind this machine's"));
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 30000));
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_STALE_EVIDENCE));
    sim_region(sim->world, "north")->skew_ms = 0;
    sim_pass(sim, 10000);
    g_assert_true(is_told(sim, "is right again"));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    finish(sim);
}

static bool is_fencing(Sim *sim)
{
    return sim_operation(sim)->started_ms && !sim_operation(sim)->past_pnr;
}

// Between the signature and the point of no return more turns out to be lost than was signed for, in the same band:
// nothing is promoted.
static void test_more_than_signed(void)
{
    Sim *sim = given_proposal(NULL);
    Target *north = sim_target(sim->world, "payments/ledger", "north");
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, is_fencing, 10000));
    north->replayed_ms -= 2000;
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_nonnull(strstr(sim_operation(sim)->why,
                            "Beyond what was signed: the data-loss bound was stated as"));
    g_assert_false(north->active);
    finish(sim);
}

// A target that fences is granted nothing before it has said which boot of it is meant.
static void test_no_boot_id(void)
{
    Sim *sim = given_catching_up(NULL);
    sim->world->nameless = true;
    sim_pass(sim, 20000);
    sim_region(sim->world, "west")->replication_off = false;
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "boot id"));
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_false(sim_target(sim->world, "payments/settle", "north")->active);
    sim->world->nameless = false;
    sim_pass(sim, 10000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, has_ended, 60000));
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

// What is to be switched off boots again before the command gets there: the command of then is not sent to the boot of
// now, which is asked anew.
static void test_boots_before_quarantine(void)
{
    Sim *sim = sim_new(9, NULL);
    Target *settle = sim_target(sim->world, "payments/settle", "west");
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_HANGING);
    expect_proposal(sim, 30000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_ended, 60000));
    sim->world->lose = G_MAXUINT;
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 5000);
    guint intents = sim_count_audit(sim, "quarantine.intent");
    g_assert_cmpuint(intents, >=, 3);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_region_set(sim->world, "west", REGION_UP);
    settle->active = true; // somebody on the spot has switched it on
    sim_pass(sim, 10000);  // all that is sent is still lost
    sim->world->lose = 0;
    g_assert_true(sim_until(sim, has_passivated, 30000));
    g_assert_cmpuint(sim->world->misfits, ==, 0);
    g_assert_cmpuint(sim_count_audit(sim, "quarantine.intent"), >, intents);
    finish(sim);
}

// The alarm was over when its acknowledgement was recorded: the next one of that cause begins unseen.
static void test_acknowledged_too_late(void)
{
    Sim *sim = sim_new(6, NULL);
    sim_pass(sim, 20000);
    alarms_acknowledge(sim->engine, "location-down:west", "bob", sim->clock.wall);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 30000);
    const Alarm *alarm = sim_alarm(sim, "location-down:west");
    g_assert_nonnull(alarm);
    g_assert_null(alarm->acknowledged_by);
    finish(sim);
}

// The old side answers again behind the point of no return, and still runs: what is not activated yet waits until it is
// off, whoever signed that it might run.
static void test_back_behind_pnr(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_HANGING);
    expect_proposal(sim, 30000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 1);
    sim_region_set(sim->world, "north", REGION_HANGING);
    sim->world->lying = true; // it says that it is off, and is not
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 5000);
    sim_region_set(sim->world, "north", REGION_UP);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "would make two"));
    g_assert_false(sim_target(sim->world, "payments/settle", "north")->active);
    sim->world->lying = false;
    g_assert_true(sim_until(sim, has_passivated, 30000));
    sim_pass(sim, 5000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, has_ended, 60000));
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

// It was switched off, and is off, but of an older reign: what fences has not taken up the new epoch, so it still obeys
// a command of before.
static void test_passive_of_before(void)
{
    Sim *sim = sim_new(3, NULL);
    Target *settle = sim_target(sim->world, "payments/settle", "west");
    settle->epoch = settle->fence = 40;
    sim_pass(sim, 20000);
    sim_region(sim->world, "west")->replication_off = true;
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_passivated, 60000));
    sim_pass(sim, 5000);
    settle->epoch = settle->fence = 40;
    sim_pass(sim, 5000);
    sim_region(sim->world, "west")->replication_off = false;
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "is passive under epoch"));
    g_assert_false(sim_operation(sim)->past_pnr);
    settle->epoch = settle->fence = sim_operation(sim)->epoch;
    sim_pass(sim, 5000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, has_ended, 60000));
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// A store that was set back issues epochs above all that its targets have seen.
static void test_epoch_above_targets(void)
{
    Sim *sim = sim_new(3, NULL);
    Target *report = sim_target(sim->world, "payments/report", "north");
    report->epoch = report->fence = 40;
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpint(sim_operation(sim)->epoch, >, 40);
    expect_active(sim, "north");
    finish(sim);
}

static bool waits_for_signing(Sim *sim)
{
    return sim_operation(sim)->state == OPERATION_AWAITING;
}

static void with_glass(Fleet *fleet)
{
    Policy *policy = &fleet_group(fleet, "payments")->policy;
    policy->approvals = 2;
    policy->break_glass = true;
    policy->hold_ms = 10000;
}

// The policy takes breaking the glass away before the start: what one person signed alone is void.
static void test_glass_taken_away(void)
{
    Sim *sim = given_proposal(with_glass);
    g_assert_true(sim_break_glass(sim, &BOB));
    expect_state(sim, OPERATION_RUNNING);
    fleet_group(sim->fleet, "payments")->policy.break_glass = false;
    g_assert_true(sim_until(sim, waits_for_signing, 30000));
    g_assert_nonnull(strstr(sim_operation(sim)->changed, "break-glass"));
    sim_pass(sim, 30000);
    expect_state(sim, OPERATION_AWAITING);
    g_assert_cmpuint(sim->commands, ==, 0);
    finish(sim);
}

static bool is_proven(Sim *sim)
{
    return sim_operation(sim)->phase == PHASE_PROVEN;
}

// Held while its data arrives: the old side is off, all is here, and nothing is given away yet.
static void test_proven(void)
{
    Sim *sim = given_catching_up(NULL);
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_PASSIVATING);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_HOLD, 0));
    sim_region(sim->world, "west")->replication_off = false;
    g_assert_true(sim_until(sim, is_proven, 60000));
    g_assert_false(sim_operation(sim)->past_pnr);
    sim_restart(sim); // it is kept
    sim_pass(sim, 5000);
    g_assert_true(is_proven(sim));
    g_assert_true(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/safety/back-behind-pnr", test_back_behind_pnr);
    g_test_add_func("/sim/safety/glass-taken-away", test_glass_taken_away);
    g_test_add_func("/sim/safety/passive-of-before", test_passive_of_before);
    g_test_add_func("/sim/safety/epoch-above-targets", test_epoch_above_targets);
    g_test_add_func("/sim/safety/expires-though-signed", test_expires_though_signed);
    g_test_add_func("/sim/safety/blocked-is-told", test_blocked_is_told);
    g_test_add_func("/sim/safety/window-beyond-deadline", test_window_beyond_deadline);
    g_test_add_func("/sim/safety/everything-red", test_everything_red);
    g_test_add_func("/sim/safety/clock-ahead", test_clock_ahead);
    g_test_add_func("/sim/safety/clock-behind", test_clock_behind);
    g_test_add_func("/sim/safety/more-than-signed", test_more_than_signed);
    g_test_add_func("/sim/safety/no-boot-id", test_no_boot_id);
    g_test_add_func("/sim/safety/acknowledged-too-late", test_acknowledged_too_late);
    g_test_add_func("/sim/safety/boots-before-quarantine", test_boots_before_quarantine);
    g_test_add_func("/sim/safety/proven", test_proven);
    return g_test_run();
}
