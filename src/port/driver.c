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

void observation_free(Observation *observation)
{
    if (!observation)
        return;
    g_free(observation->detail);
    g_free(observation->boot_id);
    g_free(observation->routed_to);
    g_clear_pointer(&observation->replication, g_ptr_array_unref);
    g_free(observation);
}
