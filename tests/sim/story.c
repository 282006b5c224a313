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

// Waits for the end (or a pause), which must come.
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

// West dies; the watchdog proposes.
Sim *given_proposal(void (*tweak)(Fleet *))
{
    Sim *sim = sim_new(7, tweak);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "west", REGION_DOWN);
    g_assert_true(sim_until(sim, has_open, 20000));
    g_free(sim->operation);
    sim->operation = g_strdup(sim_group(sim)->operation);
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
