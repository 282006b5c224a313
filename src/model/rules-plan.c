// Rules over objectives and the plan.
#include "model/rules-private.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)

static void check_date(gint64 now_ms, GPtrArray *findings, const char *what, gint64 at_ms)
{
    gint64 days = (now_ms - at_ms) / DAY_MS;
    if (at_ms && days < PLAN_WARN_DAYS)
        return;
    rule_add_moving(
        findings, at_ms && days < PLAN_YEAR_DAYS ? SEVERITY_WARNING : SEVERITY_ERROR,
        at_ms ? g_strdup_printf("Its plan was last %s %" G_GINT64_FORMAT " day%s ago.", what, days,
                                text_plural(days))
              : g_strdup_printf("Its plan was never %s.", what),
        "Review the plan (`signalbox plans review GROUP --reason TEXT`) and rehearse it by a drill "
        "once a year "
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

// Steps that a move of the group may need, and by what kind of workload.
static bool is_needed(const Workload *workload, StepKind step)
{
    bool router = workload->kind == KIND_ROUTER, data = workload_holds_data(workload);
    switch (step) {
    case STEP_REROUTE:
        return router;
    case STEP_PROMOTE:
    case STEP_REJOIN:
        return data;
    case STEP_ACTIVATE:
        return !router && !data && workload_is_single_active(workload);
    default: // STEP_PASSIVATE
        return !router && (data || workload_is_single_active(workload));
    }
}

// "promote warehouse"; NULL = its driver can do all of them, and nothing is asked of its provider.
static char *by_hand(const RuleWorld *world, const Workload *workload)
{

    static const StepKind STEPS[] = {STEP_PASSIVATE, STEP_PROMOTE, STEP_REJOIN, STEP_REROUTE,
                                     STEP_ACTIVATE};
    for (guint i = 0; world->can && i < G_N_ELEMENTS(STEPS); i++)
        if (is_needed(workload, STEPS[i]) && !world->can(workload, STEPS[i], world->data))
            return g_strdup_printf("%s %s", word_of(&STEP_KIND_NAMES, (int)STEPS[i]),
                                   workload->name);
    return workload_release(workload) && workload->instances->len > 1
               ? g_strdup_printf("the release of %s", workload->name)
               : NULL;
}

void rule_responsible(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Group *group = object->group;
    guint steps = group->unmanaged->len;
    g_autofree char *example = steps ? g_strdup(group->unmanaged->pdata[0]) : NULL;
    if (g_hash_table_lookup(group->responsibilities, name_of(&STEP_KIND_NAMES, STEP_MANUAL)))
        return;
    for (guint i = 0; i < group->workloads->len; i++) {
        char *step = by_hand(world, group->workloads->pdata[i]);
        steps += step != NULL;
        if (example)
            g_free(step);
        else
            example = step;
    }
    if (steps)
        rule_add(
            findings, SEVERITY_WARNING,
            g_strdup_printf("Steps are done by hand in %u place%s (%s), and nobody is named who "
                            "does them.",
                            steps, text_plural(steps), example),
            "Name who does them: `responsibilities = { manual = …; }` of the group.");
}

static const char LAG_WAY_OUT[] =
    "See why replication is slow or stopped; a failover now would lose as much.";

static void add_unknown(const RuleWorld *world, const Group *group, const char *workload,
                        const char *to, const char *way_out, GPtrArray *findings)
{
    char rpo[16];
    duration_format(group->rpo_ms, rpo);
    rule_add_moving(findings, SEVERITY_ERROR,
                    g_strdup_printf("Nobody knows how far %s is behind in %s; the RPO is %s.",
                                    workload, rule_place(world, to), rpo),
                    way_out, g_strdup_printf("%s %s 1", workload, to));
}

static void check_link(const RuleWorld *world, const Group *group, const ReplicationStatus *link,
                       GPtrArray *findings)
{
    char lag[16], rpo[16];
    gint64 behind_ms = replication_behind_ms(link);
    if (behind_ms < 0) {
        add_unknown(world, group, link->workload, link->to, LAG_WAY_OUT, findings);
        return;
    }
    if (behind_ms * 2 < group->rpo_ms)
        return;
    duration_format(behind_ms, lag);
    duration_format(group->rpo_ms, rpo);
    rule_add_moving(findings, behind_ms >= group->rpo_ms ? SEVERITY_ERROR : SEVERITY_WARNING,
                    g_strdup_printf("%s is %s behind in %s; the RPO is %s.", link->workload, lag,
                                    rule_place(world, link->to), rpo),
                    LAG_WAY_OUT, g_strdup_printf("%s %s 0", link->workload, link->to));
}

static bool has_link(const GroupStatus *status, const Workload *workload, const char *to)
{
    for (guint i = 0; i < status->replication->len; i++) {
        const ReplicationStatus *link = status->replication->pdata[i];
        if (strcmp(link->workload, workload->id) == 0 && strcmp(link->to, to) == 0)
            return true;
    }
    return false;
}

// Its data was seen where the group runs, and nobody tells of a copy in another place of it.
static void check_silence(const RuleWorld *world, const Group *group, const GroupStatus *status,
                          const Workload *workload, GPtrArray *findings)
{
    const WorkloadStatus *seen = world->workload(workload->id, world->data);
    const InstanceStatus *at =
        seen && status->active ? workload_status_at(seen, status->active) : NULL;
    for (guint i = 0; at && at->observed_at_ms && i < workload->instances->len; i++) {
        const Instance *instance = workload->instances->pdata[i];
        const char *to = instance->location->name;
        if (strcmp(to, status->active) != 0 && !has_link(status, workload, to))
            add_unknown(world, group, workload->id, to,
                        "Use a driver that tells how far the copy is behind; without it every "
                        "failover has an unknown loss.",
                        findings);
    }
}

void rule_rpo_now(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const GroupStatus *status = world->group(object->group->name, world->data);
    for (guint k = 0; status && k < status->replication->len; k++) {
        const ReplicationStatus *link = status->replication->pdata[k];
        // What led away from the place that has lost the role protects nothing any more.
        if (!status->active || g_strcmp0(link->from, status->active) == 0)
            check_link(world, object->group, link, findings);
    }
    for (guint i = 0; status && i < object->group->workloads->len; i++) {
        const Workload *workload = object->group->workloads->pdata[i];
        if (workload_holds_data(workload))
            check_silence(world, object->group, status, workload, findings);
    }
}
