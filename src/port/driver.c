#include "port/driver.h"

static const char *const ACTIONS[ACTION_COUNT] = {"activate", "passivate", "fence", "promote",
                                                  "reroute",  "rejoin",    "notify"};

const char *driver_action_name(DriverAction action)
{
    return (unsigned)action < ACTION_COUNT ? ACTIONS[action] : "?";
}

Observation *observation_new(void)
{
    Observation *observation = g_new0(Observation, 1);
    observation->runs = -1;
    observation->lost_transactions = observation->abandoned_runs = observation->missed_recurrences =
        -1;
    return observation;
}

static void free_run(gpointer data)
{
    run_record_free(data);
}

static void free_stage(gpointer data)
{
    stage_status_free(data);
}

void observation_add_run(Observation *observation, RunRecord *run)
{
    if (!observation->history)
        observation->history = g_ptr_array_new_with_free_func(free_run);
    if (observation->history->len < OBSERVED_RUNS_MAX)
        g_ptr_array_add(observation->history, run);
    else
        run_record_free(run);
}

void observation_add_stage(Observation *observation, StageStatus *stage)
{
    if (!observation->stages)
        observation->stages = g_ptr_array_new_with_free_func(free_stage);
    g_ptr_array_add(observation->stages, stage);
}

void observation_free(Observation *observation)
{
    if (!observation)
        return;
    g_free(observation->detail);
    g_free(observation->boot_id);
    g_free(observation->routed_to);
    g_clear_pointer(&observation->replication, g_ptr_array_unref);
    g_clear_pointer(&observation->history, g_ptr_array_unref);
    g_clear_pointer(&observation->stages, g_ptr_array_unref);
    discovery_free(observation->discovered);
    inventory_unref(observation->inventory);
    g_free(observation);
}
