#include "model/rules.h"

#include <string.h>

#include "base/timefmt.h"

enum { YEAR_DAYS = 365, WARN_DAYS = 330 };
#define DAY_MS ((gint64)24 * 3600 * 1000)

static Finding *add(GPtrArray *findings, Severity severity, char *object, char *facts,
                    const char *way_out)
{
    Finding *finding = finding_new();
    finding->severity = severity;
    finding->object = object;
    finding->facts = facts;
    finding->way_out = g_strdup(way_out);
    g_ptr_array_add(findings, finding);
    return finding;
}

static char *of_workload(const Workload *workload)
{
    return g_strconcat("workload/", workload->id, NULL);
}

static bool has_trigger(const Workload *workload, TriggerType type)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        if (((const Trigger *)workload->triggers->pdata[i])->type == type)
            return true;
    return false;
}

static void check_host_type(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        const Location *home = workload->group->primary;
        for (guint k = 0; home && k < workload->instances->len; k++) {
            const Location *at = ((const Instance *)workload->instances->pdata[k])->location;
            if (at->host != home->host)
                add(findings, SEVERITY_ERROR, of_workload(workload),
                    g_strdup_printf("%s is a %s host, its primary's location %s is %s.", at->name,
                                    name_of(&HOST_NAMES, (int)at->host), home->name,
                                    name_of(&HOST_NAMES, (int)home->host)),
                    "Put the standby on the same host type, or correct `host` in the fleet file.");
        }
    }
}

static void check_pattern(const RuleWorld *world, GPtrArray *findings, TriggerType type,
                          const char *way_out)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        if (has_trigger(workload, type) && workload->pattern != PATTERN_ACTIVE_PASSIVE)
            add(findings, SEVERITY_ERROR, of_workload(workload),
                g_strdup_printf("It has a %s trigger and the pattern %s.",
                                name_of(&TRIGGER_NAMES, (int)type),
                                name_of(&PATTERN_NAMES, (int)workload->pattern)),
                way_out);
    }
}

static void check_recurrence_passive(const RuleWorld *world, GPtrArray *findings)
{
    check_pattern(world, findings, TRIGGER_RECURRENCE,
                  "Make it active-passive, or split the schedule into two workloads with offsets.");
}

static void check_webhook_passive(const RuleWorld *world, GPtrArray *findings)
{
    check_pattern(
        world, findings, TRIGGER_WEBHOOK,
        "Make it active-passive: a webhook subscribes when enabled, so two active instances get "
        "everything twice.");
}

static void check_client_state(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        for (guint k = 0; k < workload->triggers->len; k++) {
            const Trigger *trigger = workload->triggers->pdata[k];
            if (trigger->keeper == KEEPER_CLIENT && workload->pattern != PATTERN_ACTIVE_PASSIVE)
                add(findings, SEVERITY_ERROR, of_workload(workload),
                    g_strdup_printf(
                        "Trigger %s keeps its state with the client, and the pattern is %s.",
                        trigger->name, name_of(&PATTERN_NAMES, (int)workload->pattern)),
                    "Make it active-passive, or let the server keep the state.");
        }
    }
}

static void check_ordered(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        for (guint k = 0; k < workload->triggers->len; k++) {
            const Trigger *trigger = workload->triggers->pdata[k];
            if (trigger->ordered && !trigger->sessions &&
                workload->pattern == PATTERN_COMPETING_CONSUMERS)
                add(findings, SEVERITY_ERROR, of_workload(workload),
                    g_strdup_printf(
                        "Trigger %s needs its messages in order, but consumers compete for them "
                        "without sessions.",
                        trigger->name),
                    "Use sessions (sequential convoy), or make it active-passive.");
        }
    }
}

static void check_router(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        if (has_trigger(workload, TRIGGER_REQUEST) && workload->instances->len > 1 &&
            !workload->router && workload->kind != KIND_ROUTER)
            add(findings, SEVERITY_WARNING, of_workload(workload),
                g_strdup_printf("It is triggered by requests in %u locations and names no router.",
                                workload->instances->len),
                "Name the workload that routes to it (`router`), so that a failover re-points it.");
    }
}

static guint count_active(const WorkloadStatus *status)
{
    guint active = 0;
    for (guint i = 0; i < status->instances->len; i++)
        active += ((const InstanceStatus *)status->instances->pdata[i])->state == INSTANCE_ACTIVE;
    return active;
}

static bool all_known(const WorkloadStatus *status)
{
    for (guint i = 0; i < status->instances->len; i++) {
        InstanceState state = ((const InstanceStatus *)status->instances->pdata[i])->state;
        if (state != INSTANCE_ACTIVE && state != INSTANCE_PASSIVE && state != INSTANCE_FAILED)
            return false;
    }
    return true;
}

static void check_one_active(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->workloads->len; i++) {
        const Workload *workload = world->fleet->workloads->pdata[i];
        const WorkloadStatus *status = world->workload(workload->id, world->data);
        if (!status || !status->single_active || workload_holds_data(workload) ||
            workload->kind == KIND_ROUTER)
            continue;
        guint active = count_active(status);
        if (active > 1)
            add(findings, SEVERITY_CRITICAL, of_workload(workload),
                g_strdup_printf("It is observed active in %u locations at once: split.", active),
                "Passivate it everywhere but where its group lives (screen 2, Enter on the cell).");
        else if (!active && all_known(status))
            add(findings, SEVERITY_WARNING, of_workload(workload),
                g_strdup("It is active nowhere."),
                "Activate it where its group lives, or see why it was switched off there.");
    }
}

static bool probed_from_outside(const RuleWorld *world, const Location *location)
{
    for (guint i = 0; i < world->vantages->len; i++) {
        const VantagePoint *vantage = world->vantages->pdata[i];
        if (vantage->location && strcmp(vantage->location, location->name) != 0)
            return true;
    }
    return false;
}

static void check_watchdog_elsewhere(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->locations->len; i++) {
        const Location *location = world->fleet->locations->pdata[i];
        if (location->health.url && probed_from_outside(world, location))
            continue;
        char *object = g_strconcat("location/", location->name, NULL);
        if (!location->health.url)
            add(findings, SEVERITY_ERROR, object,
                g_strdup("It has no health check, so nobody probes it."),
                "Give it `health = { url = …; }` in the fleet file.");
        else
            add(findings, SEVERITY_ERROR, object,
                g_strdup("No vantage point outside it probes it: its loss would take the watchdog "
                         "along."),
                "Run a signalboxd in another location (`location` in its file says where it "
                "stands).");
    }
}

static void check_watchdog_interval(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->groups->len; i++) {
        const Group *group = world->fleet->groups->pdata[i];
        const HealthCheck *health = group->primary ? &group->primary->health : NULL;
        gint64 detect_ms =
            health ? health->interval_ms * (gint64)health->failures + health->timeout_ms : 0;
        char detect[16], rto[16];
        if (!health || !health->url || detect_ms < group->rto_ms)
            continue;
        duration_format(detect_ms, detect);
        duration_format(group->rto_ms, rto);
        add(findings, SEVERITY_ERROR, g_strconcat("group/", group->name, NULL),
            g_strdup_printf("Detecting the loss of %s takes up to %s, the RTO is %s.",
                            group->primary->name, detect, rto),
            "Probe more often or count fewer failures (`health.interval`, `health.failures`).");
    }
}

static void check_plan_date(const RuleWorld *world, GPtrArray *findings, const Group *group,
                            const char *what, gint64 at_ms)
{
    gint64 days = (world->now_ms - at_ms) / DAY_MS;
    if (at_ms && days < WARN_DAYS)
        return;
    char *facts =
        at_ms ? g_strdup_printf("Its plan was last %s %" G_GINT64_FORMAT " days ago.", what, days)
              : g_strdup_printf("Its plan was never %s.", what);
    add(findings, at_ms && days < YEAR_DAYS ? SEVERITY_WARNING : SEVERITY_ERROR,
        g_strconcat("group/", group->name, NULL), facts,
        "Review the plan and rehearse it once a year at least (`plan = { reviewed = …; tested = …; "
        "}`).");
}

static void check_plan_age(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->groups->len; i++) {
        const Group *group = world->fleet->groups->pdata[i];
        check_plan_date(world, findings, group, "reviewed", group->plan_reviewed_ms);
        check_plan_date(world, findings, group, "tested", group->plan_tested_ms);
    }
}

static void check_lag(const RuleWorld *world, GPtrArray *findings)
{
    for (guint i = 0; i < world->fleet->groups->len; i++) {
        const Group *group = world->fleet->groups->pdata[i];
        const GroupStatus *status = world->group(group->name, world->data);
        for (guint k = 0; status && k < status->replication->len; k++) {
            const ReplicationStatus *link = status->replication->pdata[k];
            char lag[16], rpo[16];
            // What led away from the place that has lost the role protects nothing any more.
            if (status->active && g_strcmp0(link->from, status->active) != 0)
                continue;
            if (link->lag_ms >= 0 && link->lag_ms * 2 < group->rpo_ms)
                continue;
            duration_format(link->lag_ms, lag);
            duration_format(group->rpo_ms, rpo);
            add(findings,
                link->lag_ms < 0 || link->lag_ms >= group->rpo_ms ? SEVERITY_ERROR
                                                                  : SEVERITY_WARNING,
                g_strconcat("group/", group->name, NULL),
                link->lag_ms < 0
                    ? g_strdup_printf("Nobody knows how far %s is behind in %s; the RPO is %s.",
                                      link->workload, link->to, rpo)
                    : g_strdup_printf("%s is %s behind in %s; the RPO is %s.", link->workload, lag,
                                      link->to, rpo),
                "See why replication is slow or stopped; a failover now would lose as much.");
        }
    }
}

static const Rule RULES[] = {
    {"R01", "host-type", "L1", "an instance's location has its primary's host type",
     check_host_type},
    {"R03", "recurrence-passive", "L9, L10",
     "a workload with a recurrence trigger is active-passive", check_recurrence_passive},
    {"R04", "webhook-passive", "L13", "a workload with a webhook trigger is active-passive",
     check_webhook_passive},
    {"R05", "client-state-single", "L11", "client-side state means active-passive",
     check_client_state},
    {"R06", "ordered-sessions", "L11", "ordered messages on competing consumers only with sessions",
     check_ordered},
    {"R07", "request-router", "L12",
     "a request-triggered workload with several locations names its router", check_router},
    {"R08", "one-active", "L6",
     "an active-passive workload is observed active in exactly one location", check_one_active},
    {"R09", "watchdog-elsewhere", "L15", "every location is probed by a vantage point outside it",
     check_watchdog_elsewhere},
    {"R10", "watchdog-interval", "L15", "detection takes less than the RTO of every group there",
     check_watchdog_interval},
    {"R17", "plan-age", "F10", "the plan was reviewed and tested in the last 365 days",
     check_plan_age},
    {"R18", "rpo-now", "F1, F3", "replication lag is below the RPO", check_lag},
};

const Rule *rules_all(guint *ret_count)
{
    if (ret_count)
        *ret_count = G_N_ELEMENTS(RULES);
    return RULES;
}

static void complete(Finding *finding, const Rule *rule, gint64 now_ms)
{
    finding->rule = g_strdup(rule->id);
    finding->title = g_strdup(rule->title);
    finding->from = g_strdup(rule->from);
    finding->observed_at_ms = now_ms;
    finding->since_ms = now_ms; // the engine keeps the earlier one of a finding that stays
}

// One object may break a rule in two ways: a number tells them apart.
static void give_ids(GPtrArray *findings)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < findings->len; i++) {
        Finding *finding = findings->pdata[i];
        finding->id = g_strdup_printf("%s:%s", finding->rule, finding->object);
        for (guint n = 2; g_hash_table_contains(seen, finding->id); n++) {
            g_free(finding->id);
            finding->id = g_strdup_printf("%s:%s:%u", finding->rule, finding->object, n);
        }
        g_hash_table_add(seen, finding->id);
    }
}

static int compare_findings(gconstpointer a, gconstpointer b)
{
    const Finding *x = *(Finding *const *)a, *y = *(Finding *const *)b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void free_finding(gpointer data)
{
    finding_free(data);
}

GPtrArray *rules_check(const RuleWorld *world)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
    for (guint i = 0; i < G_N_ELEMENTS(RULES); i++) {
        guint before = findings->len;
        RULES[i].check(world, findings);
        for (guint k = before; k < findings->len; k++)
            complete(findings->pdata[k], &RULES[i], world->now_ms);
    }
    give_ids(findings);
    g_ptr_array_sort(findings, compare_findings);
    return findings;
}
