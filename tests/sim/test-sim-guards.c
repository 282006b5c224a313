// Each look that is taken again at the start and at the point of no return, alone: what it sees stops what was signed,
// in its own words, and nothing is given away; mended, it goes on.
#include "story.h"

#include <string.h>

#include "base/none.h"
#include "model/refusal.h"

enum { MINUTE_MS = 60 * 1000 };

static void expect_stopped(Sim *sim, const char *words)
{
    expect_settled(sim, 2 * MINUTE_MS);
    expect_state(sim, OPERATION_PAUSED);
    g_test_message("%s", sim_operation(sim)->why);
    g_assert_nonnull(strstr(sim_operation(sim)->why, words));
    g_assert_false(sim_operation(sim)->past_pnr);
    g_assert_false(sim_target(sim->world, "payments/ledger", "north")->active);
}

static void expect_goes_on(Sim *sim)
{
    sim_pass(sim, 20000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, has_ended, 2 * MINUTE_MS));
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

// Held before its point of no return, with nothing left to wait for.
static Sim *given_held(void)
{
    Sim *sim = given_catching_up(NULL);
    g_assert_true(sim_command(sim, &BOB, COMMAND_HOLD, 0));
    sim_region(sim->world, "west")->replication_off = false;
    sim_pass(sim, 20000);
    g_assert_false(sim_operation(sim)->past_pnr);
    return sim;
}

static void test_target(void)
{
    Sim *sim = given_held();
    sim_region_set(sim->world, "north", REGION_SICK);
    sim_pass(sim, 20000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    expect_stopped(sim, "The target north is not healthy");
    sim_region_set(sim->world, "north", REGION_UP);
    expect_goes_on(sim);
}

// The target is well, but by its own clock what it tells of is a minute old: beyond the limit of evidence.
static void test_old_evidence(void)
{
    Sim *sim = given_held();
    sim_region(sim->world, "north")->skew_ms = -MINUTE_MS;
    sim_pass(sim, MINUTE_MS);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    expect_stopped(sim, "The evidence is");
    sim_region(sim->world, "north")->skew_ms = 0;
    expect_goes_on(sim);
}

// Its health is bad and its management answers: it is fenced, and looked at again before what it said before counts.
static void test_sick_and_fenced(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    expect_proposal(sim, 30000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    expect_state(sim, OPERATION_COMPLETED);
    expect_active(sim, "north");
    finish(sim);
}

// What is seen active is believed before what somebody says of it.
static void test_attested_and_seen(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    expect_proposal(sim, 30000);
    sim->how = ATTEST_POWER;
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ATTEST, 0));
    const Statement *statement = sim_operation(sim)->statement;
    g_assert_cmpint((int)statement->old_primary, ==, OLD_UNCONFIRMED);
    g_assert_cmpint((int)statement->proof, ==, PROOF_FENCING);
    finish(sim);
}

// It says that it is fenced, and is seen active: nothing is activated beside it.
static void test_seen_active(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    expect_proposal(sim, 30000);
    sim->world->lying = true;
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_stopped(sim, "is seen active in west: activating it again");
    sim->world->lying = false;
    for (guint i = 0; i < sim->world->targets->len; i++) { // somebody switches it off there
        Target *target = sim->world->targets->pdata[i];
        if (g_str_equal(target->region->name, "west"))
            target->active = false;
    }
    expect_goes_on(sim);
}

static void waits_long(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.hold_ms = MINUTE_MS;
}

// Signed on fresh evidence, which is old when the hold window ends: it starts once it is looked at again, not before.
static void test_old_at_start(void)
{
    Sim *sim = sim_new(3, waits_long);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_region(sim->world, "north")->skew_ms = -MINUTE_MS;
    sim_pass(sim, 3 * MINUTE_MS);
    g_assert_cmpint(sim_operation(sim)->started_ms, ==, 0);
    g_assert_cmpuint(sim->commands, ==, 0);
    sim_region(sim->world, "north")->skew_ms = 0;
    g_assert_true(sim_until(sim, has_ended, 2 * MINUTE_MS));
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static bool has_sent(Sim *sim)
{
    return sim->commands > 0;
}

// A command that was lost is not sent again once the sign-off that it rests on was taken back.
static void test_not_sent_again(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    sim->world->lose = G_MAXUINT;
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_sent, 20000));
    g_assert_true(sim_take_back(sim, &BOB));
    guint commands = sim->commands;
    sim->world->lose = 0;
    sim_pass(sim, MINUTE_MS);
    g_assert_cmpuint(sim->commands, ==, commands);
    g_assert_false(has_passivated(sim));
    finish(sim);
}

static bool has_turned(Sim *sim)
{
    return operation_has_turned(sim_operation(sim));
}

// On the way home of a live drill a finding of severity error comes up that nobody signed for.
static void test_error_on_the_way_home(void)
{
    Sim *sim = sim_new(23, NULL);
    sim_pass(sim, 20000);
    const ProposeRequest request = {.person = &ALICE,
                                    .kind = OPERATION_DRILL,
                                    .drill = DRILL_LIVE,
                                    .group = "payments",
                                    .reason = "the year's test"};
    g_assert_nonnull(sim_propose_exactly(sim, &request));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_turned, 2 * MINUTE_MS));
    sim_region(sim->world, "north")->replication_off = true;
    fleet_group(sim->fleet, "payments")->plan_reviewed_ms = 0;
    engine_set_fleet(sim->engine, sim->fleet, "bob");
    sim_pass(sim, 5000);
    sim_region(sim->world, "north")->replication_off = false;
    expect_settled(sim, 2 * MINUTE_MS);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "severity error"));
    g_assert_false(sim_operation(sim)->past_pnr);
    finish(sim);
}

// What goes on with what was signed takes a signer; who may not even that may stop nothing and ask for nothing.
static void test_roles(void)
{
    static const Person OPERATOR = {(char *)"olga", (char *)"a test",
                                    ROLE_BIT_VIEWER | ROLE_BIT_OPERATOR};
    static const OperationCommand SIGNERS[] = {COMMAND_RESUME, COMMAND_RETRY, COMMAND_START};
    Sim *sim = given_held();
    for (int i = 0; i < COMMAND_COUNT; i++) {
        g_assert_false(sim_command(sim, &VIEWER, (OperationCommand)i, 1));
        g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    }
    for (guint i = 0; i < G_N_ELEMENTS(SIGNERS); i++) {
        g_assert_false(sim_command(sim, &OPERATOR, SIGNERS[i], 0));
        g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    }
    g_assert_false(sim_command(sim, &OPERATOR, COMMAND_WITHDRAW, 0)); // another's
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_true(sim_operation(sim)->held);
    g_assert_true(
        sim_command(sim, &OPERATOR, COMMAND_ABORT, 0)); // which is signed before it is done
    g_assert_false(sim_command(sim, &BOB, COMMAND_RESUME, 0));
    g_assert_true(sim_is_refused(sim, REFUSAL_CONFLICT));
    g_assert_true(sim_operation(sim)->held);
    finish(sim);
}

static void on_told(const GError *error, gpointer data)
{
    Sim *sim = data;
    g_assert_no_error(error);
    sim->answers++;
}

// A person switches off what they see there. What has booted since is another, and was not meant.
static void test_came_up_since(void)
{
    Sim *sim = sim_new(3, NULL);
    Target *settle = sim_target(sim->world, "payments/settle", "north");
    sim_pass(sim, 20000);
    settle->active = true;
    g_assert_true(sim_until(sim, is_split, 60000));
    sim->world->lose = G_MAXUINT;
    const PassivateRequest request = {.person = &ALICE,
                                      .workload = "payments/settle",
                                      .location = "north",
                                      .reason = "two of them run"};
    engine_passivate(sim->engine, &request, on_told, sim);
    sim_pass(sim, 1000);
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_region_set(sim->world, "north", REGION_UP);
    settle->active = true;
    sim->world->lose = 0;
    sim_pass(sim, MINUTE_MS);
    g_assert_true(settle->active);
    g_assert_cmpuint(sim->world->misfits, ==, 0);
    g_assert_cmpuint(sim_count_audit(sim, "passivate.done"), ==, 1); // with why it came to nothing
    finish(sim);
}

// What has changed this very moment is found when it is signed, not a second later.
static void test_changed_just_now(void)
{
    Sim *sim = given_proposal(NULL);
    fleet_group(sim->fleet, "payments")->policy.four_eyes = true;
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_DIGEST));
    g_assert_cmpuint(sim_operation(sim)->statement_version, ==, 2);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    finish(sim);
}

static void loses_little(Fleet *fleet)
{
    fleet_group(fleet, "payments")->rpo_ms = MINUTE_MS;
    fleet_group(fleet, "payments")->policy.drain_limit_ms = MINUTE_MS;
}

// The standby does not follow: an orderly move would switch off first, and then wait for its data in vain.
static void test_does_not_follow(void)
{
    Sim *sim = sim_new(3, loses_little);
    sim_pass(sim, 20000);
    sim_region(sim->world, "west")->replication_off = true;
    sim_pass(sim, 3 * MINUTE_MS);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    sim_pass(sim, MINUTE_MS);
    g_assert_cmpint(sim_operation(sim)->started_ms, ==, 0);
    g_assert_nonnull(strstr(sim_operation(sim)->why, "behind with payments/ledger"));
    g_assert_cmpuint(sim->commands, ==, 0);
    sim_region(sim->world, "west")->replication_off = false;
    g_assert_true(sim_until(sim, has_ended, 2 * MINUTE_MS));
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void reduces(Fleet *fleet)
{
    g_ptr_array_add(list_own(&fleet_group(fleet, "payments")->reduced, g_free),
                    g_strdup("refunds wait"));
}

static bool has_reduced(Sim *sim, const char *words)
{
    const GPtrArray *reduced = sim_operation(sim)->statement->reduced;
    for (guint i = 0; i < reduced->len; i++)
        if (strstr(reduced->pdata[i], words))
            return true;
    return false;
}

// The standby that carries it is lost: it goes home by a failover, and at home all of it works.
static void test_lost_standby(void)
{
    Sim *sim = given_proposal(reduces);
    g_assert_true(has_reduced(sim, "refunds wait"));
    g_assert_nonnull(strstr(sim_operation(sim)->statement->way_back, "is a failback"));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, MINUTE_MS);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "north", REGION_DOWN);
    expect_proposal(sim, 30000);
    g_assert_cmpstr(sim_operation(sim)->to, ==, "west");
    g_assert_false(has_reduced(sim, "refunds wait"));
    g_assert_nonnull(strstr(sim_operation(sim)->statement->way_back, "is a failover"));
    finish(sim);
}

static bool says_fenced(Sim *sim)
{
    return sim_operation(sim)->statement->old_primary == OLD_FENCED;
}

// The losing side is seen passive. Fenced it is called once all of it reports that it has taken up the group's epoch.
static void test_passive_or_fenced(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    sim_region_set(sim->world, "north", REGION_SICK);
    for (guint i = 0; i < sim->world->targets->len; i++) { // somebody switches all of it off there
        Target *target = sim->world->targets->pdata[i];
        if (g_str_equal(target->region->name, "north"))
            target->active = false;
    }
    Target *settle = sim_target(sim->world, "payments/settle", "north");
    settle->epoch = settle->fence = 0;
    expect_proposal(sim, 60000);
    sim_pass(sim, 10000);
    g_assert_cmpint((int)sim_operation(sim)->statement->old_primary, ==, OLD_PASSIVE);
    settle->epoch = settle->fence = sim_group(sim)->epoch;
    g_assert_true(sim_until(sim, says_fenced, MINUTE_MS));
    // The only other place never followed: nobody knows what is lost, and that can be signed for.
    g_assert_false(sim_operation(sim)->statement->loss_known);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// West was down and is back, active; that is over. Much later a person switches off what runs there, and means it: that is
// no outage of the region, and nothing is proposed, let alone begun, to switch it on again.
static void test_switched_off_by_hand(void)
{
    static const char *const WORKLOADS[] = {"payments/settle", "payments/report",
                                            "payments/ledger"};
    Sim *sim = sim_new(3, NULL);
    fleet_group(sim->fleet, "payments")->policy.failover = AUTOMATION_AUTOMATIC;
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_HANGING);
    g_assert_true(sim_until(sim, has_open, MINUTE_MS));
    sim_region_set(sim->world, "west", REGION_UP); // as it was
    sim_pass(sim, 2 * MINUTE_MS);
    g_assert_false(has_open(sim));
    expect_active(sim, "west");
    for (guint i = 0; i < G_N_ELEMENTS(WORKLOADS); i++) {
        const PassivateRequest request = {.person = &ALICE,
                                          .workload = WORKLOADS[i],
                                          .location = "west",
                                          .reason = "it does harm",
                                          .holder = true};
        engine_passivate(sim->engine, &request, on_told, sim);
    }
    sim_pass(sim, 2 * MINUTE_MS);
    for (guint i = 0; i < G_N_ELEMENTS(WORKLOADS); i++)
        g_assert_false(sim_target(sim->world, WORKLOADS[i], "west")->active);
    g_assert_false(has_open(sim));
    finish(sim);
}

int main(int argc, char **argv)
{
    static const Story STORIES[] = {
        {"target", test_target},
        {"old-evidence", test_old_evidence},
        {"sick-and-fenced", test_sick_and_fenced},
        {"seen-active", test_seen_active},
        {"attested-and-seen", test_attested_and_seen},
        {"old-at-start", test_old_at_start},
        {"not-sent-again", test_not_sent_again},
        {"error-on-the-way-home", test_error_on_the_way_home},
        {"roles", test_roles},
        {"came-up-since", test_came_up_since},
        {"switched-off-by-hand", test_switched_off_by_hand},
        {"changed-just-now", test_changed_just_now},
        {"does-not-follow", test_does_not_follow},
        {"lost-standby", test_lost_standby},
        {"passive-or-fenced", test_passive_or_fenced},
    };
    return run_stories(argc, argv, "/sim/guards/", STORIES, G_N_ELEMENTS(STORIES));
}
