// The loss bound over time: what the daemon knew of a silent region outlives it, and on the way home the bound speaks
// of the side that has the data.
#include "story.h"

#include <string.h>

enum {
    LAPSE_MS = 3 * 2000 + 1000, // of the simulation's health checks
    MINUTE_MS = 60 * 1000
};

static gint64 bound(Sim *sim)
{
    g_assert_true(sim_group(sim)->loss.known);
    return sim_group(sim)->loss.loss_ms;
}

static void restart_after(Sim *sim, gint64 away_ms)
{
    sim->away_ms = away_ms;
    sim_restart(sim);
    g_assert_true(sim_until(sim, is_down_west, 20000));
    sim_pass(sim, 10000); // all have been looked at
}

// Again and again: the bound of a source that stands still stands still.
static void test_bound_stays(void)
{
    Sim *sim = given_proposal(NULL);
    sim_pass(sim, 10000);
    gint64 before = bound(sim);
    gint64 transactions = sim_group(sim)->loss.transactions;
    g_assert_cmpint(transactions, >=, 0);
    g_autofree char *how = g_strdup(sim_group(sim)->loss.how);
    for (guint i = 0; i < 3; i++) {
        restart_after(sim, LAPSE_MS / 4);
        g_assert_cmpint(bound(sim), ==, before);
        g_assert_cmpint(sim_group(sim)->loss.transactions, ==, transactions);
        g_assert_cmpstr(sim_group(sim)->loss.how, ==, how);
    }
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// Nobody can say that it was silent all the while: it may have committed until it was missed anew.
static void test_long_absence(void)
{
    Sim *sim = given_proposal(NULL);
    sim_pass(sim, 10000);
    gint64 before = bound(sim);
    restart_after(sim, 2 * LAPSE_MS);
    g_assert_cmpint(bound(sim), >=, before + 2 * LAPSE_MS);
    finish(sim);
}

// It came back and died again while nobody looked, within the hole that a verdict outlives: what was kept is dropped
// with the first probe that succeeds.
static void test_came_back(void)
{
    Sim *sim = given_proposal(NULL);
    sim_pass(sim, 10000);
    sim->away_ms = 1000;
    sim_region_set(sim->world, "west", REGION_UP);
    sim_restart(sim);
    sim_pass(sim, 10000);
    g_assert_false(is_down_west(sim));
    gint64 again = sim->clock.wall;
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, is_down_west, 20000));
    restart_after(sim, 1000);
    const LocationStatus *west = engine_locations(sim->engine)->pdata[0];
    const VantageStatus *vantage = west->vantages->pdata[0];
    g_assert_cmpint(vantage->first_failure_ms, >=, again);
    finish(sim);
}

static bool has_no_active(Sim *sim)
{
    return sim_group(sim)->active == NULL;
}

// Nobody has the role for a moment: the data is where it comes from, not at home.
static void test_way_home(void)
{
    Sim *sim = given_proposal(NULL);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, 60000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_no_active, 60000));
    sim_pass(sim, 100);
    g_assert_true(has_no_active(sim));
    g_assert_cmpint(bound(sim), <, 20000); // of the link of before, it would be the minute
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// From the first minute it is known what the way home would cost; and when home answers, that it does.
static void test_discards(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    g_assert_false(sim_group(sim)->failback.applies);
    sim_region(sim->world, "west")->replication_off = true;
    sim_pass(sim, 30000); // it commits, and nobody gets it
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 60000));
    const FailbackReadiness *ready = &sim_group(sim)->failback;
    g_assert_true(ready->applies && !ready->answers);
    g_assert_cmpint(ready->discarded, >, 0);
    g_assert_nonnull(strstr(ready->how, "does not answer"));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_region(sim->world, "west")->replication_off = false;
    sim_pass(sim, 60000);
    ready = &sim_group(sim)->failback;
    g_assert_true(ready->applies && ready->answers);
    g_assert_nonnull(strstr(ready->how, "answers"));
    // What was lost on paper is gone for good then: it is signed for, also where else nobody would be asked.
    fleet_group(sim->fleet, "payments")->policy.failover = AUTOMATION_AUTOMATIC;
    guint before = sim->commands;
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED));
    const Statement *statement = sim_operation(sim)->statement;
    g_assert_cmpint(statement->discards, ==, ready->discarded);
    g_assert_nonnull(strstr(statement->confirm, "DISCARD"));
    g_assert_cmpuint(statement->approvals, ==, 1);
    sim_pass(sim, 20000);
    expect_state(sim, OPERATION_AWAITING);
    g_assert_cmpuint(sim->commands, ==, before);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// Its health goes first, and some seconds later its management: what it told between is the last word, the bound stands
// still from there on, and it can be signed for.
static void test_dies_in_parts(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    sim_pass(sim, 4000);
    sim_region_set(sim->world, "west", REGION_HANGING);
    expect_proposal(sim, 30000);
    sim_pass(sim, 20000);
    gint64 before = bound(sim);
    g_assert_nonnull(strstr(sim_group(sim)->loss.how, "primary missed first at"));
    sim_pass(sim, 60000);
    g_assert_cmpint(bound(sim), ==, before);
    for (guint i = 0; i < 3; i++) { // nor does it move by a daemon that begins anew
        restart_after(sim, 1000);
        sim_pass(sim, 30000);
        g_assert_cmpint(bound(sim), ==, before);
    }
    g_assert_cmpint(sim_operation(sim)->statement->loss_ms, >=, before);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// Its health is bad and it goes on committing: the bound is stated with room, so that what is signed holds.
static void test_sick_and_writing(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    expect_proposal(sim, 30000);
    sim_pass(sim, 5000);
    g_assert_cmpint(sim_operation(sim)->statement->loss_ms % 5000, ==, 0);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// The bound that still moves has left its room: nobody signs the one that was, to find it void at the start.
static void test_room_is_over(void)
{
    Sim *sim = sim_new(9, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_SICK);
    expect_proposal(sim, 30000);
    sim_region(sim->world, "west")->replication_off = true;
    sim_pass(sim, 12000);
    g_assert_cmpint(sim_operation(sim)->statement->loss_ms, <, bound(sim));
    g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_cmpuint(sim_operation(sim)->statement_version, ==, 2);
    g_assert_cmpint(sim_operation(sim)->statement->loss_ms, >=, bound(sim));
    finish(sim);
}

// Home was lost, and afterwards the group was restarted where it runs. That was in order, but it says nothing of what home
// had committed: nobody has counted it, and who signs the way home says yes to that.
static void test_left_uncounted(void)
{
    Sim *sim = sim_new(9, NULL);
    sim->world->uncounted = true;
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 60000);
    sim_pass(sim, 20000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    sim_region_set(sim->world, "north", REGION_DOWN);
    sim_pass(sim, 30000);
    sim_region_set(sim->world, "north", REGION_UP);
    expect_proposal(sim, MINUTE_MS);
    sim_pass(sim, 20000);
    g_assert_cmpstr(sim_operation(sim)->from, ==, sim_operation(sim)->to);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    expect_state(sim, OPERATION_COMPLETED);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, MINUTE_MS);
    g_assert_cmpint(sim_group(sim)->failback.discarded, ==, -1);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_PLANNED));
    const Statement *statement = sim_operation(sim)->statement;
    g_test_message("%s", statement->loss_how);
    g_assert_cmpint(statement->discards, ==, -1);
    g_assert_nonnull(strstr(statement->confirm, "DISCARD UNKNOWN"));
    finish(sim);
}

static void with_archive(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    Workload *archive = group_add_workload(fleet, group, "archive");
    archive->kind = KIND_DATABASE;
    archive->driver = g_strdup("sim");
    workload_add_instance(archive, fleet_location(fleet, "west"));
    workload_add_instance(archive, fleet_location(fleet, "north"));
}

// Of one of two databases nobody tells anything: what is known of the other one is not all.
static void test_discards_half_known(void)
{
    Sim *sim = sim_new(9, with_archive);
    sim->world->untold = "payments/archive";
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, MINUTE_MS);
    sim_pass(sim, 20000);
    g_assert_cmpint(sim_group(sim)->failback.discarded, ==, -1);
    g_assert_nonnull(strstr(sim_group(sim)->failback.how, "is not known"));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 2 * MINUTE_MS);
    sim_region_set(sim->world, "west", REGION_UP);
    sim_pass(sim, MINUTE_MS);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILBACK, PROPOSE_PLANNED));
    g_assert_cmpint(sim_operation(sim)->statement->discards, ==, -1);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/bound/bound-stays", test_bound_stays);
    g_test_add_func("/sim/bound/long-absence", test_long_absence);
    g_test_add_func("/sim/bound/came-back", test_came_back);
    g_test_add_func("/sim/bound/way-home", test_way_home);
    g_test_add_func("/sim/bound/discards", test_discards);
    g_test_add_func("/sim/bound/left-uncounted", test_left_uncounted);
    g_test_add_func("/sim/bound/discards-half-known", test_discards_half_known);
    g_test_add_func("/sim/bound/dies-in-parts", test_dies_in_parts);
    g_test_add_func("/sim/bound/sick-and-writing", test_sick_and_writing);
    g_test_add_func("/sim/bound/room-is-over", test_room_is_over);
    return g_test_run();
}
