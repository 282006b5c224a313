#include "model/names.h"

#include "base/error.h"

#define TABLE(what, array)                                                                         \
    {                                                                                              \
        what, array, G_N_ELEMENTS(array)                                                           \
    }

static const char *const HOSTS[] = {"multi-tenant", "isolated"};
const NameTable HOST_NAMES = TABLE("host type", HOSTS);

static const char *const KINDS[] = {"workflow", "environment", "catalog", "connector",
                                    "database", "router",      "service"};
const NameTable KIND_NAMES = TABLE("workload kind", KINDS);

static const char *const RESOURCES[] = {"integration-account", "connection", "gateway",
                                        "dependency"};
const NameTable RESOURCE_NAMES = TABLE("kind of resource", RESOURCES);

static const char *const COPIES[] = {"replica", "backup"};
const NameTable COPY_NAMES = TABLE("kind of copy", COPIES);

static const char *const PATTERNS[] = {"active-passive", "load-balanced", "competing-consumers"};
const NameTable PATTERN_NAMES = TABLE("role pattern", PATTERNS);

static const char *const TRIGGERS[] = {"recurrence", "polling", "request", "webhook"};
const NameTable TRIGGER_NAMES = TABLE("trigger type", TRIGGERS);

static const char *const KEEPERS[] = {"server", "client"};
const NameTable KEEPER_NAMES = TABLE("keeper of state", KEEPERS);

static const char *const VERDICTS[] = {"unknown", "up", "degraded", "down"};
const NameTable VERDICT_NAMES = TABLE("verdict", VERDICTS);

static const char *const ANSWERS[] = {"unknown", "synchronous", "accepted", "redirected", "late"};
const NameTable ANSWER_NAMES = TABLE("way of answering", ANSWERS);

static const char *const INSTANCES[] = {"unknown",       "active", "passive",
                                        "transitioning", "failed", "unreachable"};
const NameTable INSTANCE_NAMES = TABLE("instance state", INSTANCES);

static const char *const RUN_STATES[] = {"unknown", "running",   "succeeded",
                                         "failed",  "cancelled", "skipped"};
const NameTable RUN_STATE_NAMES = TABLE("run state", RUN_STATES);

static const char *const MODES[] = {"unknown",     "normal",       "failing-over",
                                    "failed-over", "failing-back", "split"};
const NameTable MODE_NAMES = TABLE("mode", MODES);

static const char *const AUTOMATIONS[] = {"manual", "automatic"};
const NameTable AUTOMATION_NAMES = TABLE("failover policy", AUTOMATIONS);

static const char *const SIGNATURES[] = {"off", "preferred", "required"};
const NameTable SIGNATURE_NAMES = TABLE("signature policy", SIGNATURES);

static const char *const SIGNATURE_STATES_TEXT[] = {
    "none", "verified", "unchecked", "bad", "wrong-namespace", "not-allowed", "expired", "revoked"};
const NameTable SIGNATURE_STATE_NAMES = TABLE("state of a signature", SIGNATURE_STATES_TEXT);

static const char *const KEY_FROMS[] = {"unknown", "agent", "file"};
const NameTable KEY_FROM_NAMES = TABLE("place of a key", KEY_FROMS);

static const char *const PROOFS[] = {"F", "L", "P", "M"};
const NameTable PROOF_NAMES = TABLE("proof class", PROOFS);

static const char *const OLD_PRIMARIES[] = {"unconfirmed", "passive", "fenced", "attested",
                                            "not-needed"};
const NameTable OLD_PRIMARY_NAMES = TABLE("state of the old primary", OLD_PRIMARIES);

static const char *const OPERATION_KINDS[] = {"failover", "failback", "drill"};
const NameTable OPERATION_KIND_NAMES = TABLE("operation kind", OPERATION_KINDS);

static const char *const DRILLS[] = {"none", "isolated", "live"};
const NameTable DRILL_NAMES = TABLE("kind of drill", DRILLS);

static const char *const STATEMENT_MODES[] = {"LIVE", "DRILL"};
const NameTable STATEMENT_MODE_NAMES = TABLE("mode", STATEMENT_MODES);

static const char *const OPERATION_STATES_TEXT[] = {
    "awaiting-sign-off", "running",  "paused",    "completed", "completed-with-exceptions",
    "aborted",           "rejected", "withdrawn", "expired",   "partial"};
const NameTable OPERATION_STATE_NAMES = TABLE("operation state", OPERATION_STATES_TEXT);

static const char *const PHASES[] = {"none",   "holding",    "starting",  "passivating",
                                     "proven", "activating", "verifying", "undoing"};
const NameTable PHASE_NAMES = TABLE("phase", PHASES);

static const char *const STEP_KINDS_TEXT[] = {
    "fence",    "passivate", "drain",  "rejoin", "catch-up", "promote",      "reroute",
    "activate", "verify",    "notify", "manual", "wait",     "limited-mode", "turn"};
const NameTable STEP_KIND_NAMES = TABLE("step kind", STEP_KINDS_TEXT);

static const char *const STEP_STATES_TEXT[] = {"pending", "intent",  "unknown", "waiting", "done",
                                               "failed",  "skipped", "noted",   "undone"};
const NameTable STEP_STATE_NAMES = TABLE("step state", STEP_STATES_TEXT);

static const char *const SIDES[] = {"operator", "provider", "signalbox"};
const NameTable SIDE_NAMES = TABLE("responsible side", SIDES);

static const char *const DECISIONS[] = {"approve", "reject"};
const NameTable DECISION_NAMES = TABLE("decision", DECISIONS);

static const char *const ATTESTS[] = {"none", "power", "network", "console", "provider"};
const NameTable ATTEST_NAMES = TABLE("way to know", ATTESTS);

static const char *const PLACES[] = {"start", "before-grant", "before-activate", "after-activate",
                                     "end"};
const NameTable PLACE_NAMES = TABLE("place in the plan", PLACES);

static const char *const STEP_ONS[] = {"both", "failover", "failback"};
const NameTable STEP_ON_NAMES = TABLE("kind of plan", STEP_ONS);

static const char *const WORKERS[] = {"operator", "provider"};
const NameTable WORKER_NAMES = TABLE("side", WORKERS);

static const char *const ACTS[] = {"none", "skip", "abort"};
const NameTable ACT_NAMES = TABLE("act", ACTS);

static const char *const ACT_STATES[] = {"open",      "done",    "rejected",
                                         "withdrawn", "expired", "overtaken"};
const NameTable ACT_STATE_NAMES = TABLE("state of an act", ACT_STATES);

static const char *const SEVERITIES[] = {"info", "warning", "error", "critical"};
const NameTable SEVERITY_NAMES = TABLE("severity", SEVERITIES);

static const char *const TOPICS[] = {"audit",      "alarm",  "verdict", "finding",
                                     "checkpoint", "notice", "sink"};
const NameTable TOPIC_NAMES = TABLE("topic", TOPICS);

static const char *const SINK_KINDS[] = {"webhook", "command", "journal", "syslog", "file"};
const NameTable SINK_KIND_NAMES = TABLE("kind of sink", SINK_KINDS);

static const char *const SINK_FORMATS[] = {"cloudevents", "alertmanager"};
const NameTable SINK_FORMAT_NAMES = TABLE("format", SINK_FORMATS);

static const char *const USER_ROLES[] = {"viewer", "operator", "approver", "admin"};
const NameTable USER_ROLE_NAMES = TABLE("role", USER_ROLES);

const char *name_of(const NameTable *table, int value)
{
    return value >= 0 && (guint)value < table->count ? table->names[value] : "?";
}

char *name_list(const NameTable *table)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < table->count; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", table->names[i]);
    return g_string_free(text, FALSE);
}

bool name_parse(const NameTable *table, const char *text, int *ret_value, GError **error)
{
    for (guint i = 0; i < table->count; i++)
        if (g_strcmp0(text, table->names[i]) == 0) {
            *ret_value = (int)i;
            return true;
        }
    g_autofree char *allowed = name_list(table);
    g_set_error(error, ERR, ERR_INVALID, "\"%.60s\" is no %s; expected one of: %s",
                text ? text : "", table->what, allowed);
    return false;
}
