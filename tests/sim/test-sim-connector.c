// Connectors (D1 to D5): what nobody recreates is named by whoever knows it best, also when the region that could tell
// is gone; and each move waits for the provider's release, with its ticket.
#include "story.h"

#include <string.h>

#include "base/none.h"
#include "model/refusal.h"

static void with_connector(Fleet *fleet)
{
    Workload *hosts = fleet_workload(fleet, "payments/report");
    hosts->kind = KIND_CONNECTOR;
    hosts->release = g_strdup("ask for the release");
    hosts->snapshot_every_ms = 60000;
    hosts->snapshot_limit_ms = 86400000;
}

static void with_more(Fleet *fleet)
{
    with_connector(fleet);
    g_ptr_array_add(list_own(&fleet_workload(fleet, "payments/report")->more_losses, g_free),
                    g_strdup("the wiki"));
}

static void with_others(Fleet *fleet)
{
    with_more(fleet);
    g_ptr_array_add(list_own(&fleet_workload(fleet, "payments/report")->losses, g_free),
                    g_strdup("the badges"));
}

// What the statement of a proposal names, joined; the driver tells `loss` (NULL: nothing). The daemon is restarted
// while the region is gone.
static char *named(void (*tweak)(Fleet *), const char *loss)
{
    Sim *sim = sim_new(3, tweak);
    sim->world->loss = loss;
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_restart(sim);
    expect_proposal(sim, 60000);
    GString *text = g_string_new(NULL);
    const GPtrArray *reduced = sim_operation(sim)->statement->reduced;
    for (guint i = 0; i < reduced->len; i++)
        if (g_str_has_prefix(reduced->pdata[i], "report: lost for good: "))
            g_string_append_printf(text, "%s|", (char *)strrchr(reduced->pdata[i], ':') + 2);
    finish(sim);
    return g_string_free(text, FALSE);
}

static void test_losses(void)
{
    static const struct {
        void (*tweak)(Fleet *);
        const char *told;
        const char *named;
    } ROWS[] = {{with_connector, NULL,
                 "container mapping of earlier runs|alerts older than a week|IaC mapping history|"},
                {with_connector, "old alerts", "old alerts|"},
                {with_more, "old alerts", "old alerts|the wiki|"},
                {with_others, "old alerts", "the badges|the wiki|"}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *text = named(ROWS[i].tweak, ROWS[i].told);
        g_assert_cmpstr(text, ==, ROWS[i].named);
    }
}

static void signs_nothing(Fleet *fleet)
{
    with_connector(fleet);
    fleet_group(fleet, "payments")->policy.approvals = 0;
}

static const char *fact_value(const Statement *statement, const char *id)
{
    for (guint i = 0; i < statement->facts->len; i++) {
        const Fact *fact = statement->facts->pdata[i];
        if (strcmp(fact->id, id) == 0)
            return fact->value;
    }
    return "";
}

// A planned move loses no data, but what nobody recreates it does: that wants a person, where the policy wants none. What the
// new connector is made of is evidence.
static void test_consent(void)
{
    Sim *sim = sim_new(3, signs_nothing);
    sim_pass(sim, 20000);
    const Statement *statement = sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED)->statement;
    g_assert_cmpuint(statement->approvals, ==, 1);
    g_assert_cmpstr(statement->signoff_why, ==, "what nobody recreates is lost for good");
    g_assert_nonnull(strstr(statement->loss_how, "lost for good: see below"));
    g_assert_nonnull(strstr(fact_value(statement, "kept.report"), "of west, so since "));
    finish(sim);
}

static const Step *waiting(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->state == STEP_WAITING)
            return step;
    }
    return NULL;
}

static bool waits(Sim *sim)
{
    return waiting(sim) != NULL;
}

// The connector is made, then a person asks for the release; without the ticket nothing is verified.
static void test_release(void)
{
    Sim *sim = sim_new(3, with_connector);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 60000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, waits, 120000));
    guint number = waiting(sim)->number;
    g_assert_cmpstr(waiting(sim)->title, ==, "report: ask for the release");
    g_assert_true(sim_target(sim->world, "payments/report", "north")->active);
    g_assert_cmpint((int)sim_operation(sim)->phase, ==, PHASE_ACTIVATING);
    g_assert_false(sim_command(sim, &ALICE, COMMAND_CONFIRM, number));
    g_assert_true(sim_is_refused(sim, REFUSAL_NO_REASON));
    sim_pass(sim, 20000);
    g_assert_cmpuint(waiting(sim)->number, ==, number);
    sim->ticket = "REQ-7";
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, number));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpstr(operation_step(sim_operation(sim), number)->ticket, ==, "REQ-7");
    finish(sim);
}

// Nobody ever saw what it held: it is not switched on empty, as if it had been made anew. People make it by hand.
static void test_nothing_kept(void)
{
    Sim *sim = sim_new(3, with_connector);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 120000);
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    g_assert_true(sim_until(sim, is_paused, 200000));
    const Operation *operation = sim_operation(sim);
    const Step *step = NULL;
    for (guint i = 0; i < operation->steps->len && !step; i++)
        if (((const Step *)operation->steps->pdata[i])->state == STEP_FAILED)
            step = operation->steps->pdata[i];
    g_assert_nonnull(step);
    g_assert_cmpstr(step->workload, ==, "payments/report");
    g_assert_nonnull(strstr(step->detail, "No configuration of it was ever kept"));
    g_assert_false(sim_target(sim->world, "payments/report", "north")->active);
    sim_restart(sim); // nor after a restart
    sim_pass(sim, 10000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, is_paused, 200000));
    sim_target(sim->world, "payments/report", "north")->active = true;
    sim_pass(sim, 10000);
    g_assert_true(sim_command(sim, &BOB, COMMAND_RETRY, 0));
    g_assert_true(sim_until(sim, waits, 120000));
    sim->ticket = "REQ-8";
    g_assert_true(sim_command(sim, &ALICE, COMMAND_CONFIRM, waiting(sim)->number));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/connector/losses", test_losses);
    g_test_add_func("/sim/connector/consent", test_consent);
    g_test_add_func("/sim/connector/release", test_release);
    g_test_add_func("/sim/connector/nothing-kept", test_nothing_kept);
    return g_test_run();
}
