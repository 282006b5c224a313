#include "story.h"

bool has_open(Sim *sim)
{
    return sim_group(sim)->operation != NULL;
}

bool has_ended(Sim *sim)
{
    const Operation *operation = engine_operation(sim->engine, sim->operation);
    return operation && operation_has_ended(operation);
}

bool is_paused(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    return operation && operation->state == OPERATION_PAUSED;
}

bool is_settled(Sim *sim)
{
    return has_ended(sim) || is_paused(sim);
}

bool is_split(Sim *sim)
{
    return sim_group(sim)->mode == MODE_SPLIT;
}

bool is_down_west(Sim *sim)
{
    return engine_location(sim->engine, "west")->verdict.state == VERDICT_DOWN;
}

bool has_passivated(Sim *sim)
{
    return !sim_target(sim->world, "payments/settle", "west")->active;
}

bool act_is_over(Sim *sim)
{
    return !operation_act(sim_operation(sim));
}

static void show(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    if (!operation)
        return;
    g_printerr("# %s is %s/%s: %s\n", operation->id,
               name_of(&OPERATION_STATE_NAMES, (int)operation->state),
               name_of(&PHASE_NAMES, (int)operation->phase),
               operation->why       ? operation->why
               : operation->changed ? operation->changed
                                    : "");
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        g_printerr("#   %u.%u %s: %s %s\n", step->wave, step->number, step->title,
                   name_of(&STEP_STATE_NAMES, (int)step->state), step->detail ? step->detail : "");
    }
}

void expect_settled(Sim *sim, gint64 ms)
{
    bool settled = sim_until(sim, is_settled, ms);
    if (!settled)
        show(sim);
    g_assert_true(settled);
}

void expect_state(Sim *sim, OperationState state)
{
    const Operation *operation = sim_operation(sim);
    if (!operation || operation->state != state)
        show(sim);
    g_assert_nonnull(operation);
    g_assert_cmpstr(name_of(&OPERATION_STATE_NAMES, (int)operation->state), ==,
                    name_of(&OPERATION_STATE_NAMES, (int)state));
}

void expect_proposal(Sim *sim, gint64 ms)
{
    g_assert_true(sim_until(sim, has_open, ms));
    g_free(sim->operation);
    sim->operation = g_strdup(sim_group(sim)->operation);
}

Sim *given_proposal(void (*tweak)(Fleet *))
{
    Sim *sim = sim_new(7, tweak);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    expect_proposal(sim, 20000);
    return sim;
}

Sim *given_catching_up(void (*tweak)(Fleet *))
{
    Sim *sim = sim_new(3, tweak);
    sim_pass(sim, 20000);
    sim_region(sim->world, "west")->replication_off = true;
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sim_sign(sim, &BOB, DECISION_APPROVE));
    if (sim_operation(sim)->state == OPERATION_AWAITING)
        g_assert_true(sim_sign(sim, &CAROL, DECISION_APPROVE));
    g_assert_true(sim_until(sim, has_passivated, 60000));
    sim_pass(sim, 5000);
    return sim;
}

void finish(Sim *sim)
{
    g_assert_true(sim_is_whole(sim));
    sim_free(sim);
}

void expect_active(Sim *sim, const char *location)
{
    const char *const workloads[] = {"payments/ledger", "payments/settle", "payments/report"};
    for (guint i = 0; i < G_N_ELEMENTS(workloads); i++)
        g_assert_true(sim_target(sim->world, workloads[i], location)->active);
    g_assert_cmpstr(sim_group(sim)->active, ==, location);
}

void automatic(Fleet *fleet)
{
    Group *group = fleet_group(fleet, "payments");
    group->policy.failover = AUTOMATION_AUTOMATIC;
    group->policy.antiflap_ms = 10 * 60 * 1000;
    // Nothing of it holds data or must be active only once.
    for (guint i = 0; i < group->workloads->len; i++) {
        Workload *workload = group->workloads->pdata[i];
        if (workload->kind != KIND_ROUTER) {
            workload->kind = KIND_SERVICE;
            workload->pattern = PATTERN_LOAD_BALANCED;
        }
    }
}

int run_stories(int argc, char **argv, const char *prefix, const Story *stories, guint count)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strconcat(prefix, stories[i].name, NULL);
        g_test_add_func(path, stories[i].run);
    }
    return g_test_run();
}
