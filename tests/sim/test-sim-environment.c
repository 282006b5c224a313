// Environments with people around them: customers that are told, a window for the way home, steps of the customer's
// own, and what became of replication before.
#include "story.h"

#include <string.h>

#include "base/none.h"
#include "model/progress.h"
#include "model/refusal.h"

static Step *step_titled(Sim *sim, const char *part)
{
    const Operation *operation = sim_operation(sim);
    for (guint i = 0; i < operation->steps->len; i++) {
        Step *step = operation->steps->pdata[i];
        if (g_strstr_len(step->title, -1, part))
            return step;
    }
    g_error("no step \"%s\"", part);
}

static bool waits_for_person(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    for (guint i = 0; i < operation->steps->len; i++)
        if (((const Step *)operation->steps->pdata[i])->state == STEP_WAITING)
            return true;
    return false;
}

// The plan begins at 03:00:00Z and a few seconds.
static void with_window(Fleet *fleet)
{
    g_assert_true(
        day_window_parse("04:00-05:00", &fleet_group(fleet, "payments")->failback_window));
}

static void fail_over(Sim *sim)
{
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
}

static bool window_waits(Sim *sim)
{
    return step_titled(sim, "failback window")->state == STEP_INTENT;
}

// The way home catches up at once, and interrupts nothing before its window opens; a restart in between waits on.
static void test_window(void)
{
    const gint64 opens_ms = G_GINT64_CONSTANT(1795233600000); // 04:00:00Z
    Sim *sim = sim_new(3, with_window);
    fail_over(sim);
    expect_settled(sim, 120000);
    expect_active(sim, "north");
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, window_waits, 120000));
    sim_restart(sim);
    while (sim->clock.wall < opens_ms - 20000) {
        sim_pass(sim, 10000);
        g_assert_true(window_waits(sim));
        g_assert_true(sim_target(sim->world, "payments/settle", "north")->active);
    }
    expect_settled(sim, 300000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpint(step_titled(sim, "failback window")->ended_ms, >=, opens_ms);
    expect_active(sim, "west");
    finish(sim);
}

static bool is_undone(Sim *sim)
{
    return sim_operation(sim)->state == OPERATION_ABORTED;
}

// Waiting for the window is no trap: it can be aborted, and the role stays where it is.
static void test_window_aborted(void)
{
    Sim *sim = sim_new(3, with_window);
    fail_over(sim);
    expect_settled(sim, 120000);
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, window_waits, 120000));
    g_assert_true(sim_command(sim, &BOB, COMMAND_ABORT, 0));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, is_undone, 60000));
    expect_active(sim, "north");
    finish(sim);
}

static void with_people(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    group->notices[NOTICE_PLANNED] = g_strdup("{group} moves to {to}; {reduced} will not work");
    group->notices[NOTICE_FAILOVER] = g_strdup("{group} runs in {to}");
    g_ptr_array_add(list_own(&group->reduced, g_free), g_strdup("refunds"));
    g_ptr_array_add(list_own(&group->unmanaged, g_free), g_strdup("tell the desk"));
    group->owner = g_strdup("the payments team");
    group->failed_over_cost = g_strdup("900 EUR a day");
}

static bool has_effect(const Statement *statement, const char *begin)
{
    for (guint i = 0; i < statement->effects->len; i++)
        if (g_str_has_prefix(statement->effects->pdata[i], begin))
            return true;
    return false;
}

// What a move brings beside its losses stands in the statement: signed, and no reason to sign again when it moves.
static void test_effects(void)
{
    Sim *sim = sim_new(3, with_people);
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    const Statement *there = sim_operation(sim)->statement;
    g_assert_true(has_effect(there, "latency: "));
    g_assert_true(has_effect(there, "users: "));
    g_assert_true(has_effect(there, "stays behind: nothing"));
    g_assert_true(has_effect(there, "cost: 900 EUR a day"));
    finish(sim);
    sim = sim_new(3, NULL);
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(has_effect(sim_operation(sim)->statement, "cost: nobody has said"));
    finish(sim);
}

// Nothing moves before the customers were told; it runs before they are told that it does; it is complete once the
// customer's own steps are confirmed.
static void test_people(void)
{
    Sim *sim = sim_new(3, with_people);
    fail_over(sim);
    g_assert_cmpstr(sim_operation(sim)->statement->owner, ==, "the payments team");
    g_assert_true(sim_until(sim, waits_for_person, 60000));
    const Step *begins = step_titled(sim, "a planned failover begins");
    g_assert_cmpint((int)begins->state, ==, STEP_WAITING);
    g_assert_cmpstr(begins->task, ==, "payments moves to north; refunds will not work");
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, begins->number));
    g_assert_true(sim_until(sim, waits_for_person, 120000));
    g_assert_cmpint((int)step_titled(sim, "it runs in the standby")->state, ==, STEP_WAITING);
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_VERIFYING);
    expect_active(sim, "north");
    bool open = true;
    g_autofree char *why = NULL;
    g_assert_true(engine_gate(sim->engine, "payments", &open, &why, NULL));
    g_assert_false(open);
    g_assert_true(
        sim_command(sim, &ALICE, COMMAND_CONFIRM, step_titled(sim, "it runs in")->number));
    g_assert_true(sim_until(sim, waits_for_person, 60000));
    g_assert_true(
        sim_command(sim, &ALICE, COMMAND_CONFIRM, step_titled(sim, "tell the desk")->number));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpstr(step_titled(sim, "tell the desk")->by, ==, "alice");
    finish(sim);
}

// Where notices are delivered nobody waits for a person to send them; what was told stands in the audit log.
static void test_delivered(void)
{
    Sim *sim = sim_new(3, with_people);
    engine_set_notices(sim->engine, true);
    fail_over(sim);
    g_assert_true(sim_until(sim, waits_for_person, 120000)); // the customer's own step is left
    const Step *told = step_titled(sim, "it runs in the standby");
    g_assert_cmpint((int)told->kind, ==, STEP_NOTIFY);
    g_assert_cmpint((int)told->side, ==, SIDE_SIGNALBOX);
    g_assert_cmpint((int)told->state, ==, STEP_DONE);
    g_assert_cmpuint(sim_count_audit(sim, "notice.published"), ==, 2);
    g_assert_true(
        sim_command(sim, &ALICE, COMMAND_CONFIRM, step_titled(sim, "tell the desk")->number));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static bool is_up_west(Sim *sim)
{
    return engine_location(sim->engine, "west")->verdict.state == VERDICT_UP;
}

static void on_dry_run(const Operation *operation, const GError *error, gpointer data)
{
    g_assert_no_error(error);
    *(int *)data = (int)operation->statement->old_primary;
}

static OldPrimary old_primary_of(Sim *sim)
{
    int answer = -1;
    ProposeRequest request = {.person = &ALICE,
                              .group = "payments",
                              .reason = "a look",
                              .planned = PROPOSE_UNPLANNED,
                              .dry_run = true};
    engine_propose(sim->engine, &request, on_dry_run, &answer);
    sim_pass(sim, 1000);
    g_assert_cmpint(answer, >=, 0);
    return (OldPrimary)answer;
}

// It dies and comes back at once: passive, under the epoch it had.
static void restart_west(Sim *sim)
{
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_pass(sim, 1000);
    sim_region_set(sim->world, "west", REGION_UP);
    g_assert_true(sim_until(sim, is_up_west, 60000));
    sim_pass(sim, 10000);
}

// The state of the old primary in a statement: active is unconfirmed; come back, it is passive; and fenced once it has
// taken up the epoch that this group's commands carry.
static void test_old_primary(void)
{
    Sim *fresh = sim_new(3, NULL); // no epoch was ever issued: nothing to be fenced by
    sim_pass(fresh, 20000);
    restart_west(fresh);
    g_assert_cmpint((int)old_primary_of(fresh), ==, OLD_PASSIVE);
    finish(fresh);
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_cmpint((int)old_primary_of(sim), ==, OLD_UNCONFIRMED);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 300000);
    g_assert_cmpint((int)old_primary_of(sim), ==, OLD_UNCONFIRMED);
    restart_west(sim);
    g_assert_cmpint((int)old_primary_of(sim), ==, OLD_FENCED);
    finish(sim);
}

static Outlook *look(Sim *sim)
{
    Outlook *outlook = engine_outlook(sim->engine, "payments", NULL);
    g_assert_nonnull(outlook);
    return outlook;
}

static const LagHistory *lag_to(const Outlook *outlook, const char *to)
{
    for (guint i = 0; i < outlook->lags->len; i++) {
        const LagHistory *lag = outlook->lags->pdata[i];
        if (g_str_equal(lag->to, to))
            return lag;
    }
    g_error("no link to %s", to);
}

// Replication is seen minute by minute; it outlives a restart; a link that nobody hears of is unknown, not fine.
static void test_lag(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 10 * 60 * 1000);
    {
        g_autoptr(Outlook) outlook = look(sim);
        const LagHistory *lag = lag_to(outlook, "north");
        g_assert_cmpuint(lag->samples->len, >=, 10);
        g_assert_cmpint(lag->lag_ms, >=, 0);
        g_assert_cmpint(lag->p95_ms, >=, 0);
        g_assert_cmpint(lag->worst_ms, >=, lag->p95_ms);
    }
    bool more = true;
    for (guint i = 0; i < 2; i++) { // either end of the link shows it
        g_autoptr(GPtrArray) lags = engine_lags(sim->engine, i ? "north" : "west", 20, &more);
        g_assert_false(more);
        g_assert_cmpuint(((const LagHistory *)lags->pdata[0])->samples->len, >=, 10);
    }
    g_autoptr(GPtrArray) few = engine_lags(sim->engine, "west", 0, &more);
    g_assert_true(few->len == 0 && more);
    g_assert_null(engine_lags(sim->engine, "atlantis", 20, &more));
    sim_restart(sim);
    sim_pass(sim, 20000);
    {
        g_autoptr(Outlook) outlook = look(sim);
        g_assert_cmpuint(lag_to(outlook, "north")->samples->len, >=, 10);
    }
    sim_region(sim->world, "west")->replication_off = true;
    sim_pass(sim, 5 * 60 * 1000);
    {
        g_autoptr(Outlook) outlook = look(sim);
        g_assert_cmpint(lag_to(outlook, "north")->worst_ms, >=, 3 * 60 * 1000); // it grew
    }
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_pass(sim, 3 * 60 * 1000);
    {
        g_autoptr(Outlook) outlook = look(sim);
        const LagHistory *lag = lag_to(outlook, "north");
        g_assert_cmpint(lag->lag_ms, ==, -1);
        g_assert_cmpint(((const LagSample *)lag->samples->pdata[lag->samples->len - 1])->lag_ms, ==,
                        -1);
    }
    finish(sim);
}

// Nobody has a forecast before something was carried out; afterwards there is one, and the gate tells why it is shut.
static void test_outlook(void)
{
    Sim *sim = sim_new(3, with_people);
    g_autoptr(GError) error = NULL;
    sim_pass(sim, 20000);
    {
        g_autoptr(Outlook) outlook = look(sim);
        g_assert_cmpint(outlook->usual_ms, ==, -1);
        g_assert_cmpuint(outlook->steps, >, 0);
        g_assert_cmpuint(outlook->unknown_steps, ==, outlook->steps);
        g_assert_true(outlook->gate_open);
        g_assert_cmpstr(((const Notice *)outlook->notices->pdata[1])->text, ==,
                        "payments runs in north");
        g_assert_cmpstr(outlook->unmanaged->pdata[0], ==, "tell the desk");
    }
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 60000));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, waits_for_person, 120000));
    {
        g_autoptr(Outlook) outlook = look(sim);
        g_assert_cmpint(outlook->usual_ms, >=, 0);
        g_assert_cmpint(outlook->usual_p95_ms, >=, outlook->usual_ms);
        g_assert_cmpuint(outlook->unknown_steps, <, outlook->steps);
        g_assert_false(outlook->gate_open);
        g_assert_nonnull(outlook->gate_why);
    }
    g_assert_null(engine_outlook(sim->engine, "nobody", &error));
    g_assert_error(error, REFUSAL, REFUSAL_NOT_FOUND);
    finish(sim);
}

// ---- How long it may be off on the way home (F6) --------------------------------------------------

static void short_limit(Fleet *fleet)
{
    fleet_group(fleet, "payments")->failback_limit_ms = 30000;
}

static bool leaves(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    gint64 until_ms = 0;
    return operation_off_since(operation, &until_ms) != 0;
}

static const Alarm *off_alarm(Sim *sim)
{
    g_autofree char *id = g_strconcat("off:", sim_operation(sim)->id, NULL);
    return sim_alarm(sim, id);
}

static bool is_alarmed(Sim *sim)
{
    return off_alarm(sim) != NULL;
}

static Sim *given_way_home(void (*tweak)(Fleet *))
{
    Sim *sim = sim_new(3, tweak);
    fail_over(sim);
    expect_settled(sim, 120000);
    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    return sim;
}

static bool says(const GPtrArray *texts, const char *part)
{
    for (guint i = 0; i < texts->len; i++)
        if (strstr(texts->pdata[i], part))
            return true;
    return false;
}

static void test_off_within(void)
{
    Sim *sim = given_way_home(NULL);
    g_assert_cmpint(sim_operation(sim)->off_limit_ms, ==, 25 * 60 * 1000);
    g_assert_true(says(sim_operation(sim)->statement->effects, "off on the way home: usually "));
    g_assert_true(says(sim_operation(sim)->statement->effects, "at most 25m"));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_active(sim, "west");
    g_test_message("%s", sim_operation(sim)->why);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "; off for "));
    g_assert_nonnull(strstr(sim_operation(sim)->why, ", within its limit of 25m"));
    finish(sim);
}

// Its data does not arrive: once it has been off for too long somebody is told, also after a restart; an abort brings
// it back, and the alarm is over.
static void test_off_too_long(void)
{
    Sim *sim = given_way_home(short_limit);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, leaves, 120000));
    sim_region(sim->world, "north")->replication_delay_ms = 3600 * 1000;
    sim_pass(sim, 20000);
    g_assert_null(off_alarm(sim));
    sim_restart(sim);
    g_assert_true(sim_until(sim, is_alarmed, 30000));
    g_test_message("%s", off_alarm(sim)->text);
    g_assert_cmpint((int)off_alarm(sim)->severity, ==, SEVERITY_ERROR);
    g_assert_nonnull(
        strstr(off_alarm(sim)->text, "off for more than 30s on its way home. An abort"));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_ABORTED);
    expect_active(sim, "north");
    sim_pass(sim, 5000);
    g_assert_true(!off_alarm(sim) || off_alarm(sim)->ended_ms);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/environment/window", test_window);
    g_test_add_func("/sim/environment/off-within", test_off_within);
    g_test_add_func("/sim/environment/off-too-long", test_off_too_long);
    g_test_add_func("/sim/environment/window-aborted", test_window_aborted);
    g_test_add_func("/sim/environment/people", test_people);
    g_test_add_func("/sim/environment/effects", test_effects);
    g_test_add_func("/sim/environment/delivered", test_delivered);
    g_test_add_func("/sim/environment/old-primary", test_old_primary);
    g_test_add_func("/sim/environment/lag", test_lag);
    g_test_add_func("/sim/environment/outlook", test_outlook);
    return g_test_run();
}
