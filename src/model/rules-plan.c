// Rules over objectives and the plan.
#include "model/rules-private.h"

#include "base/timefmt.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)

static void check_date(gint64 now_ms, GPtrArray *findings, const char *what, gint64 at_ms)
{
    gint64 days = (now_ms - at_ms) / DAY_MS;
    if (at_ms && days < PLAN_WARN_DAYS)
        return;
    rule_add_moving(
        findings, at_ms && days < PLAN_YEAR_DAYS ? SEVERITY_WARNING : SEVERITY_ERROR,
        at_ms ? g_strdup_printf("Its plan was last %s %" G_GINT64_FORMAT " days ago.", what, days)
              : g_strdup_printf("Its plan was never %s.", what),
        "Review the plan (`signalbox plans review GROUP`) and rehearse it by a drill once a year "
        "at "
        "least; dates from elsewhere stand in the fleet file (`plan = { reviewed = …; tested = …; "
        "}`).",
        g_strdup_printf("%s %" G_GINT64_FORMAT, what, at_ms));
}

void rule_plan_age(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    // What was recorded here counts beside what the fleet file says.
    const Group *group = object->group;
    const GroupStatus *status = world->group(group->name, world->data);
    gint64 reviewed_ms = status ? status->plan_reviewed_ms : 0;
    gint64 tested_ms = status ? status->plan_tested_ms : 0;
    check_date(world->now_ms, findings, "reviewed", MAX(reviewed_ms, group->plan_reviewed_ms));
    check_date(world->now_ms, findings, "tested", MAX(tested_ms, group->plan_tested_ms));
}

static void check_link(const Group *group, const ReplicationStatus *link, GPtrArray *findings)
{
    char lag[16], rpo[16];
    bool unknown = link->lag_ms < 0;
    if (!unknown && link->lag_ms * 2 < group->rpo_ms)
        return;
    duration_format(link->lag_ms, lag);
    duration_format(group->rpo_ms, rpo);
    rule_add_moving(
        findings, unknown || link->lag_ms >= group->rpo_ms ? SEVERITY_ERROR : SEVERITY_WARNING,
        unknown ? g_strdup_printf("Nobody knows how far %s is behind in %s; the RPO is %s.",
                                  link->workload, link->to, rpo)
                : g_strdup_printf("%s is %s behind in %s; the RPO is %s.", link->workload, lag,
                                  link->to, rpo),
        "See why replication is slow or stopped; a failover now would lose as much.",
        g_strdup_printf("%s %s %d", link->workload, link->to, unknown));
}

void rule_rpo_now(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const GroupStatus *status = world->group(object->group->name, world->data);
    for (guint k = 0; status && k < status->replication->len; k++) {
        const ReplicationStatus *link = status->replication->pdata[k];
        // What led away from the place that has lost the role protects nothing any more.
        if (!status->active || g_strcmp0(link->from, status->active) == 0)
            check_link(object->group, link, findings);
    }
}
