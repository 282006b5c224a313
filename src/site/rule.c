#include "site/rule.h"

#include "sched/schedule.h"

// A rule without a start counts from here: 2020-01-01T00:00:00Z.
#define RULE_BEGIN_MS G_GINT64_CONSTANT(1577836800000)

struct Rule {
    Zones *zones;
    Schedule *schedule;
};

Rule *rule_new(const Recurrence *recurrence, GError **error)
{
    g_autoptr(Rule) rule = g_new0(Rule, 1);
    rule->zones = zones_new();
    ScheduleAnchor anchor = {.created_ms = RULE_BEGIN_MS, .now_ms = RULE_BEGIN_MS};
    rule->schedule = schedule_new(recurrence, rule->zones, &anchor, error);
    return rule->schedule ? g_steal_pointer(&rule) : NULL;
}

void rule_free(Rule *rule)
{
    if (!rule)
        return;
    schedule_free(rule->schedule);
    zones_free(rule->zones);
    g_free(rule);
}

gint64 rule_next(const Rule *rule, gint64 after_ms)
{
    return rule ? schedule_next_ms(rule->schedule, after_ms) : 0;
}
