// Rules over who watches, and how.
#include "model/rules-private.h"

#include <string.h>

#include "base/timefmt.h"

static bool probed_from_outside(const RuleWorld *world, const Location *location)
{
    for (guint i = 0; i < world->vantages->len; i++) {
        const VantagePoint *vantage = world->vantages->pdata[i];
        if (vantage->location && strcmp(vantage->location, location->name) != 0)
            return true;
    }
    return false;
}

void rule_watchdog_elsewhere(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Location *location = object->location;
    if (!location->health.url)
        rule_add(findings, SEVERITY_ERROR, g_strdup("It has no health check, so nobody probes it."),
                 "Give it `health = { url = …; }` in the fleet file.");
    else if (!probed_from_outside(world, location))
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup("No vantage point outside it probes it: its loss would take the watchdog "
                          "along."),
                 "Run a signalboxd in another location (`location` in its file says where it "
                 "stands).");
}

void rule_watchdog_interval(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Group *group = object->group;
    const HealthCheck *health = group->primary ? &group->primary->health : NULL;
    gint64 detect_ms =
        health ? health->interval_ms * (gint64)health->failures + health->timeout_ms : 0;
    char detect[16], rto[16];
    (void)world;
    if (!health || !health->url || detect_ms < group->rto_ms)
        return;
    duration_format(detect_ms, detect);
    duration_format(group->rto_ms, rto);
    rule_add(findings, SEVERITY_ERROR,
             g_strdup_printf("Detecting the loss of %s takes up to %s, the RTO is %s.",
                             group->primary->name, detect, rto),
             "Probe more often or count fewer failures (`health.interval`, `health.failures`).");
}
