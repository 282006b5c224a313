// Whole stories, one after the other: given a fleet, when this happens, then that.
#include "story.h"

#include "model/quorum.h"
#include "model/refusal.h"

static void test_unplanned(void)
{
    Sim *sim = given_proposal(NULL);
    const Operation *operation = sim_operation(sim);
    g_assert_false(operation->planned);
    g_assert_true(operation->statement->loss_known);
    g_assert_cmpint(operation->statement->loss_ms, >, 0);
    g_assert_cmpint((int)operation->statement->old_primary, ==, OLD_UNCONFIRMED);
    gint64 bound = operation->statement->loss_ms;
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    Target *ledger = sim_target(sim->world, "payments/ledger", "north");
    ledger->abandoned = 3;
    g_test_message("bound %" G_GINT64_FORMAT " ms, lost %" G_GINT64_FORMAT
                   " transactions over %" G_GINT64_FORMAT " ms",
                   bound, ledger->lost, ledger->lost_ms);
    g_assert_cmpint(ledger->lost_ms, <=, bound);
    g_assert_cmpint(sim_operation(sim)->lost.transactions, ==, -1);  // only the dead side knows
    g_assert_cmpint(sim_operation(sim)->lost.abandoned_runs, ==, 0); // as far as was heard
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 20000);
    g_assert_cmpint(sim_operation(sim)->lost.transactions, ==, ledger->lost);
    g_assert_cmpint(sim_operation(sim)->lost.abandoned_runs, ==, 3);
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_FAILED_OVER);
    g_assert_cmpstr(sim_target(sim->world, "payments/router", "north")->routed_to, ==, "north");
    finish(sim);
}

static void test_planned_and_back(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(sim_operation(sim)->planned);
    g_assert_cmpint(sim_operation(sim)->statement->loss_ms, ==, 0);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    g_assert_cmpint(sim_target(sim->world, "payments/ledger", "north")->lost, ==, 0);

    bool open = true;
    g_autofree char *why = NULL;
    g_assert_true(engine_gate(sim->engine, "payments", &open, &why, NULL));
    g_assert_false(open);

    sim_pass(sim, 10000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 300000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "west");
    g_assert_cmpint(sim_target(sim->world, "payments/ledger", "west")->lost, ==, 0);
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_NORMAL);
    finish(sim);
}

// The region is down, and no new proposal comes: it is said whose doing that is, and what to do.
static void expect_way_out(Sim *sim, const char *whose)
{
    const char *blocked = sim_group(sim)->blocked;
    g_assert_nonnull(blocked);
    g_assert_true(g_str_has_prefix(blocked, whose));
    g_assert_true(g_str_has_suffix(
        blocked, "Z; propose anew with F or `signalbox failover payments --reason TEXT`"));
    g_assert_nonnull(sim_alarm(sim, "blocked:"));
}

static void test_reject(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    expect_state(sim, OPERATION_REJECTED);
    g_assert_false(sim_sign(sim, &ALICE, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_STATE));
    sim_pass(sim, 600000); // not proposed again while it stays down
    g_assert_null(sim_group(sim)->operation);
    g_assert_cmpuint(sim->commands, ==, 0);
    expect_way_out(sim, "rejected by bob at ");
    finish(sim);
}

// … nor by a daemon that begins meanwhile, as long as nothing shows that it was up in between.
static void test_reject_and_restart(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    sim_pass(sim, 5000);
    sim_restart(sim);
    sim_pass(sim, 600000);
    g_assert_null(sim_group(sim)->operation);
    expect_way_out(sim, "rejected by bob at ");
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 60000);
    g_assert_null(sim_group(sim)->blocked);
    finish(sim);
}

// What people propose themselves and take back again is told in the place of the watchdog's.
static void test_declined_by_people(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_null(sim_group(sim)->blocked);
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    sim_pass(sim, 5000);
    expect_way_out(sim, "rejected by bob at ");
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    sim_pass(sim, 5000);
    g_assert_null(sim_group(sim)->blocked);
    g_assert_true(sim_command(sim, &BOB, COMMAND_WITHDRAW, 0));
    sim_pass(sim, 5000);
    expect_way_out(sim, "withdrawn by bob at ");
    g_autoptr(Outlook) outlook = engine_outlook(sim->engine, "payments", NULL);
    g_assert_cmpstr(outlook->blocked, ==, sim_group(sim)->blocked);
    finish(sim);
}

// A proposal for another outage, however it ended, holds back none for this one: also if the daemon that sees it has never
// seen the location up.
static void test_down_again_over_a_restart(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 60000);
    for (guint i = 0; i < 2; i++) {
        sim_region_set(sim->world, "west", REGION_DOWN);
        sim_pass(sim, i * 1500); // none of its probes has failed yet, or one has
        sim_restart(sim);
        g_assert_true(sim_until(sim, has_open, 60000));
        g_assert_true(sim_sign(sim, &BOB, i ? DECISION_APPROVE : DECISION_REJECT));
        if (i)
            break;
        sim_region_set(sim->world, "west", REGION_UP);
        sim_pass(sim, 60000);
    }
    expect_settled(sim, 120000);
    expect_active(sim, "north");
    // It was moved; and now where it is goes down.
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 2 * 3600 * 1000);
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_restart(sim);
    g_assert_true(sim_until(sim, has_open, 60000));
    finish(sim);
}

static void test_withdraw(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_false(sim_command(sim, &VIEWER, COMMAND_WITHDRAW, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0));
    expect_state(sim, OPERATION_WITHDRAWN);
    finish(sim);
}

static void test_expire(void)
{
    Sim *sim = given_proposal(NULL);
    sim_pass(sim, 31 * 60 * 1000);
    expect_state(sim, OPERATION_EXPIRED);
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_EXPIRED));
    g_assert_true(sim_until(sim, has_open, 10 * 60 * 1000)); // still down: it is proposed again
    finish(sim);
}

static void test_cleared(void)
{
    Sim *sim = given_proposal(NULL);
    g_autofree char *cleared = g_strdup(sim->operation);
    gint64 down_ms = sim_operation(sim)->detected_ms;
    sim_region_set(sim->world, "west", REGION_UP);
    g_assert_true(sim_until(sim, has_ended, 60000));
    g_assert_cmpint(engine_operation(sim->engine, cleared)->state, ==, OPERATION_WITHDRAWN);
    g_assert_cmpuint(sim->commands, ==, 0);
    // It has come back passive: it is proposed to activate it again, where it is.
    g_assert_true(sim_until(sim, has_open, 60000));
    const Operation *restart = sim_operation(sim);
    g_assert_cmpstr(restart->from, ==, restart->to);
    g_assert_cmpstr(restart->statement->confirm, ==, "payments");
    // It is no outage of the region any more, but of the group: it is told, and the RTO clock goes on.
    g_assert_cmpint((int)sim_alarm(sim, "resting:")->severity, ==, SEVERITY_CRITICAL);
    g_assert_cmpint((int)sim_alarm(sim, "signoff:")->severity, ==, SEVERITY_WARNING);
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, down_ms);
    g_assert_cmpint(restart->detected_ms, ==, down_ms);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_active(sim, "west");
    g_assert_cmpint(sim_group(sim)->mode, ==, MODE_NORMAL);
    g_assert_null(sim_alarm(sim, "resting:"));
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, 0); // it runs: the clock is over
    finish(sim);
}

static bool has_fallen(Sim *sim)
{
    return sim_group(sim)->down_since_ms != 0;
}

// It is lost again before anybody has signed that: what was proposed makes room for a failover. The group has run nowhere
// since it fell first: its clock goes on, also through a daemon that begins in between.
static void test_lost_again(void)
{
    for (guint restarts = 0; restarts < 2; restarts++) {
        Sim *sim = given_proposal(NULL);
        gint64 fell_ms = sim_operation(sim)->detected_ms;
        sim_region_set(sim->world, "west", REGION_UP);
        g_assert_true(sim_until(sim, has_ended, 60000));
        expect_proposal(sim, 60000);
        g_autofree char *restart = g_strdup(sim->operation);
        g_assert_cmpstr(sim_operation(sim)->from, ==, sim_operation(sim)->to);
        if (restarts) {
            sim_pass(sim, 60000);
            sim_restart(sim);
            sim_pass(sim, 60000);
            g_assert_cmpint(sim_group(sim)->down_since_ms, ==, fell_ms);
        }
        sim_region_set(sim->world, "west", REGION_DOWN);
        g_assert_true(sim_until(sim, has_ended, 60000));
        g_assert_cmpint(engine_operation(sim->engine, restart)->state, ==, OPERATION_WITHDRAWN);
        expect_proposal(sim, 10 * 60 * 1000);
        g_assert_cmpint(sim_operation(sim)->kind, ==, OPERATION_FAILOVER);
        g_assert_cmpstr(sim_operation(sim)->to, ==, "north");
        g_assert_cmpint(sim_operation(sim)->detected_ms, ==, fell_ms);
        finish(sim);
    }
}

// Nobody's operation remembers it: the failover was rejected, and the daemon began anew, also while it came back
// passive. Who proposes then has the clock of the first fall; once it runs there is none.
static void test_clock_of_declined(void)
{
    Sim *sim = given_proposal(NULL);
    gint64 fell_ms = sim_operation(sim)->detected_ms;
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    sim_pass(sim, 5000);
    sim_restart(sim);
    sim_pass(sim, 60000);
    g_assert_true(is_down_west(sim));
    g_assert_cmpint(engine_location(sim->engine, "west")->verdict.since_ms, ==, fell_ms);
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, fell_ms);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_restart(sim);
    sim_pass(sim, 60000);
    g_assert_false(is_down_west(sim));
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, fell_ms);
    g_assert_null(sim_group(sim)->operation);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 60000);
    g_assert_cmpint(sim_operation(sim)->detected_ms, ==, fell_ms);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    sim_pass(sim, 60000);
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, 0);
    sim_region_set(sim->world, "north", REGION_DOWN);
    g_assert_true(sim_until(sim, has_fallen, 60000)); // a second outage has a clock of its own
    g_assert_cmpint(sim_group(sim)->down_since_ms, >, sim_operation(sim)->ended_ms);
    finish(sim);
}

// The daemon dies during the outage, too: the clock of the restart counts from the outage, not from its own start.
static void test_clock_over_restart(void)
{
    Sim *sim = given_proposal(NULL);
    gint64 detected_ms = sim_operation(sim)->detected_ms;
    g_assert_cmpint(detected_ms, >, 0);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_true(is_down_west(sim));
    g_assert_cmpint(engine_location(sim->engine, "west")->verdict.since_ms, ==, detected_ms);
    sim_region_set(sim->world, "west", REGION_UP);
    g_assert_true(sim_until(sim, has_ended, 60000));
    g_assert_true(sim_until(sim, has_open, 60000));
    g_free(sim->operation);
    sim->operation = g_strdup(sim_group(sim)->operation);
    g_assert_cmpstr(sim_operation(sim)->from, ==, sim_operation(sim)->to);
    g_assert_cmpint(sim_operation(sim)->detected_ms, ==, detected_ms);
    g_assert_cmpint(sim_group(sim)->down_since_ms, ==, detected_ms);
    finish(sim);
}

static void two_approvals(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    group->policy.approvals = 2;
    group->policy.four_eyes = true;
}

static void test_two_people(void)
{
    Sim *sim = given_proposal(two_approvals);
    g_assert_false(sim_sign(sim, &VIEWER, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_DUPLICATE_PERSON));
    sim_pass(sim, 20000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void test_four_eyes(void)
{
    Sim *sim = sim_new(3, two_approvals);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_false(sim_sign(sim, &ALICE, DECISION_APPROVE)); // she proposed it: not the last one
    g_assert_true(sim_is_refused(sim, REFUSAL_FOUR_EYES));
    finish(sim);
}

static void test_one_at_a_time(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_null(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED));
    g_assert_true(sim_is_refused(sim, REFUSAL_CONFLICT));
    finish(sim);
}

// The standby falls ill while a sign-off is already given: it is void, and its giver is named.
static void test_material_change(void)
{
    Sim *sim = given_proposal(two_approvals);
    g_autofree char *digest = g_strdup(sim_operation(sim)->digest);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_region_set(sim->world, "north", REGION_SICK);
    sim_pass(sim, 10000);
    const Operation *operation = sim_operation(sim);
    g_assert_cmpstr(operation->digest, !=, digest);
    g_assert_cmpint((int)operation->state, ==, OPERATION_AWAITING);
    g_assert_true(((const SignOff *)operation->signoffs->pdata[0])->void_);
    g_assert_nonnull(g_strstr_len(operation->changed, -1, "bob"));
    g_assert_cmpuint(sim_count_audit(sim, "operation.restated"), >=, 1);
    // old and new side by side, who must look again, and an alarm that says so
    const Restatement *note = operation->restatements->pdata[0];
    g_assert_cmpstr(note->digest, ==, digest);
    g_assert_cmpstr(note->givers->pdata[0], ==, "bob");
    const Difference *difference = note->differences->pdata[0];
    g_assert_cmpstr(difference->field, ==, "verdicts.to");
    g_assert_cmpstr(difference->then, ==, "up");
    g_assert_true(difference->material);
    g_assert_true(quorum_must_look_again(operation, "bob"));
    g_assert_false(quorum_must_look_again(operation, "alice"));
    g_autofree char *alarm =
        g_strdup_printf("again:%s:%u", operation->id, operation->statement_version);
    g_assert_nonnull(sim_alarm(sim, alarm));
    finish(sim);
}

static void long_hold(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.hold_ms = 30000;
}

static void test_hold(void)
{
    Sim *sim = given_proposal(long_hold);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, 20000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_HOLD, 0));
    sim_pass(sim, 60000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// The target hangs past the step's limit: paused; it comes back: retried with the same keys.
static void test_retry(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 10);
    sim_region_set(sim->world, "north", REGION_HANGING);
    g_assert_true(sim_until(sim, is_paused, 200000));
    g_assert_false(sim_command(sim, &BOB, COMMAND_ABORT, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_PAST_POINT_OF_NO_RETURN));
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 10000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

static void test_abort_undoes(void)
{
    Sim *sim = given_catching_up(NULL);
    gint64 epoch = sim_operation(sim)->epoch;
    g_assert_true(sim_command(sim, &BOB, COMMAND_ABORT, 0));
    sim_pass(sim, 10000);
    g_assert_cmpint((int)sim_operation(sim)->phase, !=, PHASE_UNDOING); // nobody has signed it
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_ABORTED);
    expect_active(sim, "west");
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_NORMAL);
    // The way back has an epoch of its own, which its targets have taken up: a late command of the way there is refused.
    g_assert_cmpint(sim_group(sim)->epoch, >, epoch);
    g_assert_cmpint(sim_target(sim->world, "payments/settle", "west")->fence, >, epoch);
    finish(sim);
}

static void expect_stopped(Sim *sim)
{
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_false(sim_target(sim->world, "payments/settle", "north")->active);
    g_assert_false(sim_target(sim->world, "payments/ledger", "north")->active);
}

// Somebody switches it on again by hand, behind our back.
static void test_old_side_is_looked_at(void)
{
    Sim *sim = given_catching_up(NULL);
    sim_target(sim->world, "payments/settle", "west")->active = true;
    sim_region(sim->world, "west")->replication_off = false;
    expect_stopped(sim);
    sim_target(sim->world, "payments/settle", "west")->active = false;
    sim_pass(sim, 6000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void test_target_must_be_healthy(void)
{
    Sim *sim = given_catching_up(NULL);
    sim_region_set(sim->world, "north", REGION_SICK);
    sim_pass(sim, 10000);
    sim_region(sim->world, "west")->replication_off = false;
    expect_stopped(sim);
    finish(sim);
}

// "Done" is not done: what was switched off must be seen off.
static void test_lying_driver(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    sim->world->lying = true;
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 400000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_false(sim_operation(sim)->past_pnr);
    finish(sim);
}

// Lost commands are found out and sent again, without anybody's help.
static void test_lost_commands(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    sim->world->lose = 2;
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpuint(sim_count_audit(sim, "step.unknown"), ==, 2);
    finish(sim);
}

// The target boots between the intent and the command: the command is refused, not obeyed by a stranger.
static void test_boot_id(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    while (!sim_operation(sim)->past_pnr)
        sim_pass(sim, 1);
    const Operation *operation = sim_operation(sim);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        g_assert_true(step->state != STEP_INTENT || step->boot_id);
    }
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_region_set(sim->world, "north", REGION_UP);
    expect_settled(sim, 200000);
    if (sim_operation(sim)->state == OPERATION_PAUSED)
        g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    expect_settled(sim, 200000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

static void ignore_txn(const StoreTxnResult *result, const GError *error, gpointer data)
{
    (void)result, (void)error, (void)data;
}

// Another daemon has written to the store: nothing more is decided here.
static void test_second_writer(void)
{
    Sim *sim = given_proposal(NULL);
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    store_txn_put_text(txn, STORE_BRANCH_THEN, "audit/head", "99 someone-else");
    store_commit(sim->memory, txn, ignore_txn, NULL);
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_RECORDED));
    sim_pass(sim, 20000);
    g_assert_cmpuint(sim->commands, ==, 0);
    g_assert_cmpuint(sim_operation(sim)->signoffs->len, ==, 0);
    g_assert_false(engine_frame(sim->engine)->store_ok);
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_UNAVAILABLE));
    finish(sim);
}

static void test_duplicate_signoff(void)
{
    Sim *sim = given_proposal(two_approvals);
    const Operation *operation = sim_operation(sim);
    SignOff signoff = {.id = (char *)"so-1",
                       .operation = operation->id,
                       .digest = operation->digest,
                       .decision = DECISION_APPROVE,
                       .reason = (char *)"once",
                       .phrase = operation->statement->confirm};
    g_autoptr(SignOff) first = signoff_copy(&signoff);
    SignRequest request = {&BOB, first};
    sim_sign_exactly(sim, &request);
    g_assert_no_error(sim->error);
    sim_sign_exactly(sim, &request); // the answer was lost; it is asked again
    g_assert_no_error(sim->error);
    sim_restart(sim);
    sim_pass(sim, 5000);
    sim_sign_exactly(sim, &request);
    g_assert_no_error(sim->error);
    g_assert_cmpuint(sim_operation(sim)->signoffs->len, ==, 1);
    g_assert_cmpuint(sim_count_audit(sim, "signoff.approve"), ==, 1);
    g_free(first->reason);
    first->reason = g_strdup("something else");
    sim_sign_exactly(sim, &request);
    g_assert_true(sim_is_refused(sim, REFUSAL_KEY_REUSED));
    finish(sim);
}

// Kill the daemon at every single write of a failover; whatever is left, it ends with every effect once.
static void test_kill_everywhere(void)
{
    for (int after = 0; after < 2; after++) {
        for (guint n = 1; n < 40; n++) {
            Sim *sim = given_proposal(NULL);
            store_memory_plan_fault(sim->memory, n,
                                    after ? STORE_FAULT_CRASH_AFTER : STORE_FAULT_CRASH_BEFORE);
            if (!sim_sign(sim, &BOB, DECISION_APPROVE)) {
                g_assert_true(g_error_matches(sim->error, ERR, ERR_UNKNOWN));
                sim_pass(sim, 15000);
                if (sim_operation(sim)->state == OPERATION_AWAITING)
                    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
            }
            expect_settled(sim, 120000);
            expect_state(sim, OPERATION_COMPLETED);
            expect_active(sim, "north");
            g_assert_cmpuint(sim_count_audit(sim, "signoff.approve"), ==, 1);
            bool whole = sim_is_whole(sim), over = sim->restarts == 0;
            sim_free(sim);
            g_assert_true(whole);
            if (over)
                break; // beyond the last write
        }
    }
}

static bool is_granted(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    for (guint i = 0; operation->past_pnr && i < operation->steps->len; i++)
        if (((const Step *)operation->steps->pdata[i])->state == STEP_INTENT)
            return true;
    return false;
}

// Gone for longer than a step may take, with its intent written: it is looked at and ended, not given up.
static void test_long_away(void)
{
    Sim *sim = given_proposal(NULL);
    sim->away_ms = 10 * 60 * 1000;
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, is_granted, 60000));
    sim_restart(sim);
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

// A lost region behind something that still answers, with nonsense, also after a restart: it can be signed.
static void test_garbled(void)
{
    for (int restart = 0; restart < 2; restart++) {
        Sim *sim = given_proposal(NULL);
        sim_region(sim->world, "west")->garbled = true;
        if (restart)
            sim_restart(sim);
        sim_pass(sim, 60000);
        g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
        expect_settled(sim, 60000);
        expect_state(sim, OPERATION_COMPLETED);
        expect_active(sim, "north");
        finish(sim);
    }
}

static bool is_north(Sim *sim)
{
    return g_strcmp0(sim_group(sim)->active, "north") == 0 && !sim_group(sim)->operation;
}

static void test_automatic_and_antiflap(void)
{
    Sim *sim = sim_new(5, automatic);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, is_north, 60000));
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 30000);
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_pass(sim, 60000);
    g_assert_null(sim_group(sim)->operation);
    g_assert_nonnull(g_strstr_len(sim_group(sim)->blocked, -1, "anti-flap"));
    sim_pass(sim, 10 * 60 * 1000);
    g_assert_cmpstr(sim_group(sim)->active, ==, "west");
    finish(sim);
}

static bool west_is_passive(Sim *sim)
{
    return !sim_target(sim->world, "payments/settle", "west")->active &&
           !sim_target(sim->world, "payments/ledger", "west")->active &&
           !sim_target(sim->world, "payments/report", "west")->active;
}

// West hangs, is given up, and comes back as it was: active.
static void test_quarantine(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_HANGING);
    expect_proposal(sim, 30000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_ended, 60000));
    expect_active(sim, "north");
    sim_region_set(sim->world, "west", REGION_UP);
    g_assert_true(sim_until(sim, west_is_passive, 30000));
    g_assert_cmpuint(sim_count_audit(sim, "quarantine.intent"), >=, 3);
    sim_pass(sim, 10000);
    g_assert_cmpuint(sim_count_audit(sim, "quarantine.done"), ==,
                     sim_count_audit(sim, "quarantine.intent"));
    g_assert_cmpint((int)sim_group(sim)->mode, ==, MODE_FAILED_OVER);
    finish(sim);
}

static void test_split(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_target(sim->world, "payments/settle", "north")->active = true; // somebody did that by hand
    g_assert_true(sim_until(sim, is_split, 20000));
    sim_pass(sim, 1000);
    g_assert_nonnull(sim_alarm(sim, "split:payments"));
    finish(sim);
}

static void test_disk_full(void)
{
    Sim *sim = given_proposal(NULL);
    store_memory_set_full(sim->memory, true);
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_RECORDED));
    g_assert_cmpuint(sim_operation(sim)->signoffs->len, ==, 0);
    g_assert_false(engine_frame(sim->engine)->store_ok);
    sim_pass(sim, 20000);
    store_memory_set_full(sim->memory, false);
    sim_pass(sim, 10000);
    g_assert_true(engine_frame(sim->engine)->store_ok);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void test_down_is_detected(void)
{
    Sim *sim = sim_new(2, NULL);
    sim_pass(sim, 20000);
    gint64 died = sim->clock.mono;
    sim_region_set(sim->world, "west", REGION_HANGING);
    g_assert_true(sim_until(sim, has_open, 60000));
    g_assert_true(is_down_west(sim));
    // failures × interval + timeout, jittered, and a little
    g_assert_cmpint(sim->clock.mono - died, <=, 3 * 2200 + 1000 + 500);
    finish(sim);
}

static void unable(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.approvals = 1;
}

// Drivers that cannot switch off: a person attests, and two sign.
static void test_manual_proof(void)
{
    Sim *sim = sim_new(4, unable);
    sim->world->unable = true;
    sim->world->proof = PROOF_MANUAL;
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_cmpuint(sim_operation(sim)->statement->approvals, ==, 2);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    for (guint i = 0; i < 100 && !is_settled(sim); i++) {
        sim_pass(sim, 1000);
        const Operation *operation = sim_operation(sim);
        for (guint j = 0; j < operation->steps->len; j++) {
            const Step *step = operation->steps->pdata[j];
            if (step->state != STEP_WAITING)
                continue;
            sim_target(sim->world, step->workload, "west")->active = false;
            guint number = step->number;
            g_assert_true(step->attests);
            sim->how = ATTEST_NONE;
            g_assert_false(sim_command(sim, &BOB, COMMAND_CONFIRM, number)); // how does he know?
            g_assert_true(sim_is_refused(sim, REFUSAL_NO_REASON));
            sim->how = ATTEST_CONSOLE;
            g_assert_true(sim_command(sim, &BOB, COMMAND_CONFIRM, number));
            break;
        }
    }
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

int main(int argc, char **argv)
{
    static const Story STORIES[] = {
        {"unplanned", test_unplanned},
        {"planned-and-back", test_planned_and_back},
        {"reject", test_reject},
        {"reject-and-restart", test_reject_and_restart},
        {"declined-by-people", test_declined_by_people},
        {"down-again-over-a-restart", test_down_again_over_a_restart},
        {"withdraw", test_withdraw},
        {"expire", test_expire},
        {"cleared", test_cleared},
        {"lost-again", test_lost_again},
        {"clock-over-restart", test_clock_over_restart},
        {"clock-of-declined", test_clock_of_declined},
        {"two-people", test_two_people},
        {"four-eyes", test_four_eyes},
        {"one-at-a-time", test_one_at_a_time},
        {"material-change", test_material_change},
        {"hold", test_hold},
        {"retry", test_retry},
        {"abort-undoes", test_abort_undoes},
        {"old-side-is-looked-at", test_old_side_is_looked_at},
        {"target-must-be-healthy", test_target_must_be_healthy},
        {"lying-driver", test_lying_driver},
        {"lost-commands", test_lost_commands},
        {"boot-id", test_boot_id},
        {"second-writer", test_second_writer},
        {"duplicate-signoff", test_duplicate_signoff},
        {"kill-everywhere", test_kill_everywhere},
        {"long-away", test_long_away},
        {"garbled", test_garbled},
        {"automatic-and-antiflap", test_automatic_and_antiflap},
        {"quarantine", test_quarantine},
        {"split", test_split},
        {"disk-full", test_disk_full},
        {"down-is-detected", test_down_is_detected},
        {"manual-proof", test_manual_proof},
    };
    return run_stories(argc, argv, "/sim/", STORIES, G_N_ELEMENTS(STORIES));
}
