// The wall clock jumps while something waits: nothing expires or begins by it, nothing old counts as fresh, and it
// stands in the audit log.
#include "story.h"

#include "model/refusal.h"

enum { HOUR_MS = 3600 * 1000 };

static void with_hold(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.hold_ms = 20000;
}

static void set_clock(Sim *sim, gint64 by_ms)
{
    sim->clock.wall += by_ms;
    sim_pass(sim, 1000);
}

static void test_forward(void)
{
    Sim *sim = given_proposal(NULL);
    gint64 expires_ms = sim_operation(sim)->expires_ms;
    set_clock(sim, HOUR_MS);
    expect_state(sim, OPERATION_AWAITING);
    g_assert_cmpint(sim_operation(sim)->expires_ms, ==, expires_ms + HOUR_MS);
    g_assert_cmpuint(sim_count_audit(sim, "clock.jumped"), ==, 1);
    g_assert_cmpuint(sim_count_audit(sim, "operation.deadline-moved"), ==, 1);
    sim_pass(sim, 5000); // all is looked at again
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// Set back by an hour, it still expires in its own time.
static void test_back(void)
{
    Sim *sim = given_proposal(NULL);
    gint64 left_ms = sim_operation(sim)->expires_ms - sim->clock.wall;
    set_clock(sim, -HOUR_MS);
    sim_pass(sim, left_ms - 5000);
    expect_state(sim, OPERATION_AWAITING);
    sim_pass(sim, 5000);
    expect_state(sim, OPERATION_EXPIRED);
    finish(sim);
}

// Set back, what was observed before is not fresh for an hour: when the target falls silent nobody can sign.
static void test_back_and_silent(void)
{
    Sim *sim = given_proposal(NULL);
    set_clock(sim, -HOUR_MS);
    sim_region_set(sim->world, "north", REGION_HANGING);
    sim_pass(sim, 30000);
    if (sim_operation(sim) && !operation_has_ended(sim_operation(sim)))
        g_assert_false(sim_sign(sim, &BOB, DECISION_APPROVE));
    finish(sim);
}

// The hold window is as long as it was.
static void test_hold_window(void)
{
    Sim *sim = given_proposal(with_hold);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    set_clock(sim, HOUR_MS);
    sim_pass(sim, 10000);
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_HOLDING);
    sim_pass(sim, 12000);
    g_assert_cmpint((int)sim_operation(sim)->phase, !=, PHASE_HOLDING);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// What the store could not record at once is recorded when it can.
static void test_lost_write(void)
{
    Sim *sim = given_proposal(NULL);
    gint64 expires_ms = sim_operation(sim)->expires_ms;
    store_memory_set_full(sim->memory, true);
    set_clock(sim, -HOUR_MS);
    store_memory_set_full(sim->memory, false);
    sim_pass(sim, 5000);
    g_assert_cmpint(sim_operation(sim)->expires_ms, ==, expires_ms - HOUR_MS);
    g_assert_cmpuint(sim_count_audit(sim, "clock.jumped"), ==, 1);
    finish(sim);
}

// A clock that is put right by a little is no jump.
static void test_slew(void)
{
    Sim *sim = given_proposal(NULL);
    for (guint i = 0; i < 5; i++)
        set_clock(sim, i % 2 ? -3000 : 3000);
    g_assert_cmpuint(sim_count_audit(sim, "clock.jumped"), ==, 0);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/clock/forward", test_forward);
    g_test_add_func("/sim/clock/back", test_back);
    g_test_add_func("/sim/clock/back-and-silent", test_back_and_silent);
    g_test_add_func("/sim/clock/hold-window", test_hold_window);
    g_test_add_func("/sim/clock/lost-write", test_lost_write);
    g_test_add_func("/sim/clock/slew", test_slew);
    return g_test_run();
}
