#include "model/rules-private.h"

#include <string.h>

static const Rule RULES[] = {
    {"R01", "host-type", "L1", "an instance's location has its primary's host type", SCOPE_WORKLOAD,
     rule_host_type},
    {"R02", "account-location", "L1",
     "an integration account and the workload that uses it are in the same location",
     SCOPE_WORKLOAD, rule_account_location},
    {"R03", "recurrence-passive", "L9, L10",
     "a workload with a recurrence trigger is active-passive", SCOPE_WORKLOAD,
     rule_recurrence_passive},
    {"R04", "webhook-passive", "L13", "a workload with a webhook trigger is active-passive",
     SCOPE_WORKLOAD, rule_webhook_passive},
    {"R05", "client-state-single", "L11",
     "client-side state means active-passive, and at most one active instance", SCOPE_WORKLOAD,
     rule_client_state},
    {"R06", "ordered-sessions", "L11", "ordered messages on competing consumers only with sessions",
     SCOPE_WORKLOAD, rule_ordered_sessions},
    {"R07", "request-router", "L12",
     "a request-triggered workload with several locations names its router", SCOPE_WORKLOAD,
     rule_request_router},
    {"R08", "one-active", "L6",
     "an active-passive workload is observed active in exactly one location", SCOPE_WORKLOAD,
     rule_one_active},
    {"R09", "watchdog-elsewhere", "L15", "every location is probed by a vantage point outside it",
     SCOPE_LOCATION, rule_watchdog_elsewhere},
    {"R10", "watchdog-interval", "L15", "detection takes less than the RTO of every group there",
     SCOPE_GROUP, rule_watchdog_interval},
    {"R11", "own-connection", "L4", "no connection is shared by primary and secondary",
     SCOPE_WORKLOAD, rule_own_connection},
    {"R12", "dependency-replica", "L4",
     "a dependency in the primary's location has a replica or backup elsewhere, and the secondary "
     "uses that",
     SCOPE_WORKLOAD, rule_dependency_replica},
    {"R13", "health-synchronous", "L14",
     "the health check answers in the same exchange, within its limit", SCOPE_LOCATION,
     rule_health_synchronous},
    {"R14", "gateway-ha", "L5", "a gateway has at least two installations", SCOPE_LOCATION,
     rule_gateway_ha},
    {"R15", "capacity", "L3", "an isolated host has the headroom its passive instances need",
     SCOPE_LOCATION, rule_capacity},
    {"R16", "split-schedule", "L10",
     "the offsets of a split schedule interleave evenly; the combined interval is stated",
     SCOPE_WORKLOAD, rule_split_schedule},
    {"R17", "plan-age", "F10", "the plan was reviewed and tested in the last 365 days", SCOPE_GROUP,
     rule_plan_age},
    {"R18", "rpo-now", "F1, F3", "replication lag is below the RPO", SCOPE_GROUP, rule_rpo_now},
    {"R19", "parity", "P2", "each entity kind of the standby equals the primary's", SCOPE_WORKLOAD,
     rule_parity},
    {"R20", "exclusive-attachment", "P4", "primary and standby share no attachment", SCOPE_WORKLOAD,
     rule_exclusive_attachment},
    {"R21", "own-runtime", "P5", "no integration runtime serves two accounts", SCOPE_WORKLOAD,
     rule_own_runtime},
    {"R22", "parallel-scan", "P6", "no source is scanned from both sides in overlapping windows",
     SCOPE_WORKLOAD, rule_parallel_scan},
    {"R23", "snapshot-age", "D1",
     "a connector's kept configuration is younger than its limit, and kept outside its location",
     SCOPE_WORKLOAD, rule_snapshot_age},
    {"R24", "supported-region", "D6", "the target is in the kind's list of supported regions",
     SCOPE_WORKLOAD, rule_supported_region},
    {"R25", "two-sinks", "L17",
     "diagnostics and audit checkpoints go to at least two sinks in different locations",
     SCOPE_FLEET, rule_two_sinks},
    {"R26", "as-declared", "all", "what was discovered is what was declared", SCOPE_WORKLOAD,
     rule_as_declared},
    {"R27", "responsible", "F7, F11",
     "every step has a responsible side; manual steps name who does them", SCOPE_GROUP,
     rule_responsible},
};

RuleSink *rule_sink_new(const char *name, const char *location, const char *trouble)
{
    RuleSink *sink = g_new0(RuleSink, 1);
    sink->name = g_strdup(name);
    sink->location = g_strdup(location);
    sink->trouble = g_strdup(trouble);
    return sink;
}

void rule_sink_free(RuleSink *sink)
{
    if (!sink)
        return;
    g_free(sink->name);
    g_free(sink->location);
    g_free(sink->trouble);
    g_free(sink);
}

const Rule *rules_all(guint *ret_count)
{
    if (ret_count)
        *ret_count = G_N_ELEMENTS(RULES);
    return RULES;
}

const Rule *rules_find(const char *id)
{
    for (guint i = 0; i < G_N_ELEMENTS(RULES); i++)
        if (g_strcmp0(RULES[i].id, id) == 0)
            return &RULES[i];
    return NULL;
}

// ---- what the checks are written with ----

Finding *rule_add(GPtrArray *findings, Severity severity, char *facts, const char *way_out)
{
    return rule_add_moving(findings, severity, facts, way_out, NULL);
}

Finding *rule_add_moving(GPtrArray *findings, Severity severity, char *facts, const char *way_out,
                         char *same)
{
    Finding *finding = finding_new();
    finding->severity = severity;
    finding->facts = facts;
    finding->way_out = g_strdup(way_out);
    finding->mark = same; // what it rests on, until complete() makes the mark of it
    g_ptr_array_add(findings, finding);
    return finding;
}

const char *rule_place(const RuleWorld *world, const char *name)
{
    const LocationStatus *status = name ? world->location(name, world->data) : NULL;
    return status && status->title && *status->title ? status->title : name;
}

const char *rule_title(const Location *location)
{
    return location->title && *location->title ? location->title : location->name;
}

// ---- one object ----

char *rule_object_text(const RuleObject *object)
{
    switch (object->scope) {
    case SCOPE_LOCATION:
        return g_strconcat("location/", object->location->name, NULL);
    case SCOPE_GROUP:
        return g_strconcat("group/", object->group->name, NULL);
    case SCOPE_WORKLOAD:
        return g_strconcat("workload/", object->workload->id, NULL);
    default:
        return g_strdup("fleet");
    }
}

// What an acknowledgement is bound to: it ends when the severity or the facts become others.
static char *mark_of(const Finding *finding)
{
    enum { MARK_LENGTH = 16 };
    g_autofree char *text =
        g_strdup_printf("%s\n%s", name_of(&SEVERITY_NAMES, (int)finding->severity),
                        finding->mark ? finding->mark : finding->facts);
    char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    hash[MARK_LENGTH] = '\0';
    return hash;
}

// One object may break a rule in several ways: a number tells them apart.
static void complete(Finding *finding, const Rule *rule, const char *object, guint nth,
                     gint64 now_ms)
{
    g_autofree char *rests_on = finding->mark;
    finding->rule = g_strdup(rule->id);
    finding->title = g_strdup(rule->title);
    finding->from = g_strdup(rule->from);
    finding->object = g_strdup(object);
    finding->id = nth ? g_strdup_printf("%s:%s:%u", rule->id, object, nth + 1)
                      : g_strdup_printf("%s:%s", rule->id, object);
    finding->mark = mark_of(finding);
    finding->observed_at_ms = now_ms;
    finding->since_ms = now_ms; // the engine keeps the earlier one of a finding that stays
}

static void free_finding(gpointer data)
{
    finding_free(data);
}

static void check_object(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    g_autofree char *text = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(RULES); i++) {
        guint before = findings->len;
        if (RULES[i].scope != object->scope)
            continue;
        RULES[i].check(world, object, findings);
        if (!text && findings->len > before)
            text = rule_object_text(object);
        for (guint k = before; k < findings->len; k++)
            complete(findings->pdata[k], &RULES[i], text, k - before, world->now_ms);
    }
}

GPtrArray *rules_check_object(const RuleWorld *world, const RuleObject *object)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
    check_object(world, object, findings);
    return findings;
}

// ---- all of them ----

bool rules_nth_object(const Fleet *fleet, RuleScope scope, guint n, RuleObject *ret_object)
{
    const GPtrArray *const lists[SCOPES] = {[SCOPE_LOCATION] = fleet->locations,
                                            [SCOPE_GROUP] = fleet->groups,
                                            [SCOPE_WORKLOAD] = fleet->workloads};
    if (n >= (lists[scope] ? lists[scope]->len : 1))
        return false;
    gconstpointer item = lists[scope] ? lists[scope]->pdata[n] : NULL;
    *ret_object = (RuleObject){.scope = scope,
                               .location = scope == SCOPE_LOCATION ? item : NULL,
                               .group = scope == SCOPE_GROUP ? item : NULL,
                               .workload = scope == SCOPE_WORKLOAD ? item : NULL};
    return true;
}

int rules_compare(gconstpointer a, gconstpointer b)
{
    const Finding *x = *(Finding *const *)a, *y = *(Finding *const *)b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return strcmp(x->id, y->id);
}

GPtrArray *rules_check(const RuleWorld *world)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
    RuleObject object;
    for (int scope = 0; scope < SCOPES; scope++)
        for (guint n = 0; rules_nth_object(world->fleet, (RuleScope)scope, n, &object); n++)
            check_object(world, &object, findings);
    g_ptr_array_sort(findings, rules_compare);
    return findings;
}
