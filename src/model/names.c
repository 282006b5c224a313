#include "model/names.h"

#include "base/error.h"

static const char *const HOSTS[] = {"multi-tenant", "isolated"};
const NameTable HOST_NAMES = NAME_TABLE("host type", HOSTS);

static const char *const KINDS[] = {"workflow", "environment", "catalog", "connector",
                                    "database", "router",      "service"};
const NameTable KIND_NAMES = NAME_TABLE("workload kind", KINDS);

static const char *const RESOURCES[] = {"integration-account", "connection", "gateway",
                                        "dependency"};
static const char *const RESOURCES_WORDS[] = {"integration account", "connection", "gateway",
                                              "dependency"};
G_STATIC_ASSERT(G_N_ELEMENTS(RESOURCES_WORDS) == G_N_ELEMENTS(RESOURCES));
const NameTable RESOURCE_NAMES = NAME_TABLE_WORDS("kind of resource", RESOURCES, RESOURCES_WORDS);

static const char *const COPIES[] = {"replica", "backup"};
const NameTable COPY_NAMES = NAME_TABLE("kind of copy", COPIES);

static const char *const PATTERNS[] = {"active-passive", "load-balanced", "competing-consumers"};
const NameTable PATTERN_NAMES = NAME_TABLE("role pattern", PATTERNS);

static const char *const TRIGGERS[] = {"recurrence", "polling", "request", "webhook"};
const NameTable TRIGGER_NAMES = NAME_TABLE("trigger type", TRIGGERS);

static const char *const KEEPERS[] = {"server", "client"};
const NameTable KEEPER_NAMES = NAME_TABLE("keeper of state", KEEPERS);

static const char *const VERDICTS[] = {"unknown", "up", "degraded", "down"};
const NameTable VERDICT_NAMES = NAME_TABLE("verdict", VERDICTS);

static const char *const ANSWERS[] = {"unknown", "synchronous", "accepted", "redirected", "late"};
const NameTable ANSWER_NAMES = NAME_TABLE("way of answering", ANSWERS);

static const char *const INSTANCES[] = {"unknown",       "active", "passive",
                                        "transitioning", "failed", "unreachable"};
static const char *const INSTANCES_WORDS[] = {"unknown",  "active", "passive",
                                              "changing", "failed", "unreachable"};
G_STATIC_ASSERT(G_N_ELEMENTS(INSTANCES_WORDS) == G_N_ELEMENTS(INSTANCES));
const NameTable INSTANCE_NAMES = NAME_TABLE_WORDS("instance state", INSTANCES, INSTANCES_WORDS);

static const char *const RUN_STATES[] = {"unknown", "running",   "succeeded",
                                         "failed",  "cancelled", "skipped"};
const NameTable RUN_STATE_NAMES = NAME_TABLE("run state", RUN_STATES);

static const char *const MODES[] = {"unknown",     "normal",       "failing-over",
                                    "failed-over", "failing-back", "split"};
static const char *const MODES_WORDS[] = {"unknown",     "normal",       "failing over",
                                          "failed over", "failing back", "split"};
G_STATIC_ASSERT(G_N_ELEMENTS(MODES_WORDS) == G_N_ELEMENTS(MODES));
const NameTable MODE_NAMES = NAME_TABLE_WORDS("mode", MODES, MODES_WORDS);

static const char *const AUTOMATIONS[] = {"manual", "automatic"};
const NameTable AUTOMATION_NAMES = NAME_TABLE("failover policy", AUTOMATIONS);

static const char *const SIGNATURES[] = {"off", "preferred", "required"};
const NameTable SIGNATURE_NAMES = NAME_TABLE("signature policy", SIGNATURES);

static const char *const SIGNATURE_STATES_TEXT[] = {
    "none", "verified", "unchecked", "bad", "wrong-namespace", "not-allowed", "expired", "revoked"};
static const char *const SIGNATURE_STATES_WORDS[] = {
    "not signed",  "verified", "not checked", "bad", "signed for something else",
    "not allowed", "expired",  "revoked"};
G_STATIC_ASSERT(G_N_ELEMENTS(SIGNATURE_STATES_WORDS) == G_N_ELEMENTS(SIGNATURE_STATES_TEXT));
const NameTable SIGNATURE_STATE_NAMES =
    NAME_TABLE_WORDS("state of a signature", SIGNATURE_STATES_TEXT, SIGNATURE_STATES_WORDS);

static const char *const KEY_FROMS[] = {"unknown", "agent", "file"};
const NameTable KEY_FROM_NAMES = NAME_TABLE("place of a key", KEY_FROMS);

static const char *const PROOFS[] = {"F", "L", "P", "M"};
const NameTable PROOF_NAMES = NAME_TABLE("proof class", PROOFS);

static const char *const OLD_PRIMARIES[] = {"unconfirmed", "passive", "fenced", "attested",
                                            "not-needed"};
static const char *const OLD_PRIMARIES_WORDS[] = {"unconfirmed", "passive", "fenced",
                                                  "attested off", "no proof needed"};
G_STATIC_ASSERT(G_N_ELEMENTS(OLD_PRIMARIES_WORDS) == G_N_ELEMENTS(OLD_PRIMARIES));
const NameTable OLD_PRIMARY_NAMES =
    NAME_TABLE_WORDS("state of the old primary", OLD_PRIMARIES, OLD_PRIMARIES_WORDS);

static const char *const OPERATION_KINDS[] = {"failover", "failback", "drill"};
const NameTable OPERATION_KIND_NAMES = NAME_TABLE("operation kind", OPERATION_KINDS);

static const char *const DRILLS[] = {"none", "isolated", "live"};
const NameTable DRILL_NAMES = NAME_TABLE("kind of drill", DRILLS);

static const char *const STATEMENT_MODES[] = {"LIVE", "DRILL"};
const NameTable STATEMENT_MODE_NAMES = NAME_TABLE("mode", STATEMENT_MODES);

static const char *const OPERATION_STATES_TEXT[] = {
    "awaiting-sign-off", "running",  "paused",    "completed", "completed-with-exceptions",
    "aborted",           "rejected", "withdrawn", "expired",   "partial"};
static const char *const OPERATION_STATES_WORDS[] = {
    "awaiting sign-off", "running",  "paused",    "completed", "completed with exceptions",
    "aborted",           "rejected", "withdrawn", "expired",   "partial"};
G_STATIC_ASSERT(G_N_ELEMENTS(OPERATION_STATES_WORDS) == G_N_ELEMENTS(OPERATION_STATES_TEXT));
const NameTable OPERATION_STATE_NAMES =
    NAME_TABLE_WORDS("operation state", OPERATION_STATES_TEXT, OPERATION_STATES_WORDS);

static const char *const PHASES[] = {"none",   "holding",    "starting",  "passivating",
                                     "proven", "activating", "verifying", "undoing"};
static const char *const PHASES_WORDS[] = {"not begun", "hold window", "starting",  "passivating",
                                           "proven",    "activating",  "verifying", "undoing"};
G_STATIC_ASSERT(G_N_ELEMENTS(PHASES_WORDS) == G_N_ELEMENTS(PHASES));
const NameTable PHASE_NAMES = NAME_TABLE_WORDS("phase", PHASES, PHASES_WORDS);

static const char *const STEP_KINDS_TEXT[] = {
    "fence",    "passivate", "drain",  "rejoin", "catch-up", "promote",      "reroute",
    "activate", "verify",    "notify", "manual", "wait",     "limited-mode", "turn"};
static const char *const STEP_KINDS_WORDS[] = {
    "fence",    "passivate", "drain",  "rejoin", "catch up", "promote",      "reroute",
    "activate", "verify",    "notify", "manual", "wait",     "limited mode", "turn"};
G_STATIC_ASSERT(G_N_ELEMENTS(STEP_KINDS_WORDS) == G_N_ELEMENTS(STEP_KINDS_TEXT));
const NameTable STEP_KIND_NAMES = NAME_TABLE_WORDS("step kind", STEP_KINDS_TEXT, STEP_KINDS_WORDS);

static const char *const STEP_STATES_TEXT[] = {"pending", "intent",  "unknown", "waiting", "done",
                                               "failed",  "skipped", "noted",   "undone"};
static const char *const STEP_STATES_WORDS[] = {"pending",    "running",  "unknown: observing",
                                                "to confirm", "done",     "failed",
                                                "skipped",    "not done", "undone"};
G_STATIC_ASSERT(G_N_ELEMENTS(STEP_STATES_WORDS) == G_N_ELEMENTS(STEP_STATES_TEXT));
const NameTable STEP_STATE_NAMES =
    NAME_TABLE_WORDS("step state", STEP_STATES_TEXT, STEP_STATES_WORDS);

static const char *const SIDES[] = {"operator", "provider", "signalbox"};
const NameTable SIDE_NAMES = NAME_TABLE("responsible side", SIDES);

static const char *const DECISIONS[] = {"approve", "reject"};
static const char *const DECISIONS_WORDS[] = {"approved", "rejected"};
G_STATIC_ASSERT(G_N_ELEMENTS(DECISIONS_WORDS) == G_N_ELEMENTS(DECISIONS));
const NameTable DECISION_NAMES = NAME_TABLE_WORDS("decision", DECISIONS, DECISIONS_WORDS);

static const char *const ATTESTS[] = {"none", "power", "network", "console", "provider"};
const NameTable ATTEST_NAMES = NAME_TABLE("way to know", ATTESTS);

static const char *const PLACES[] = {"start", "before-grant", "before-activate", "after-activate",
                                     "end"};
const NameTable PLACE_NAMES = NAME_TABLE("place in the plan", PLACES);

static const char *const STEP_ONS[] = {"both", "failover", "failback"};
const NameTable STEP_ON_NAMES = NAME_TABLE("kind of plan", STEP_ONS);

static const char *const WORKERS[] = {"operator", "provider"};
const NameTable WORKER_NAMES = NAME_TABLE("side", WORKERS);

static const char *const ACTS[] = {"none", "skip", "abort"};
const NameTable ACT_NAMES = NAME_TABLE("act", ACTS);

static const char *const ACT_STATES[] = {"open",      "done",    "rejected",
                                         "withdrawn", "expired", "overtaken"};
static const char *const ACT_STATES_WORDS[] = {"awaiting sign-off", "done",    "rejected",
                                               "withdrawn",         "expired", "overtaken"};
G_STATIC_ASSERT(G_N_ELEMENTS(ACT_STATES_WORDS) == G_N_ELEMENTS(ACT_STATES));
const NameTable ACT_STATE_NAMES = NAME_TABLE_WORDS("state of an act", ACT_STATES, ACT_STATES_WORDS);

static const char *const SEVERITIES[] = {"info", "warning", "error", "critical"};
const NameTable SEVERITY_NAMES = NAME_TABLE("severity", SEVERITIES);

static const char *const TOPICS[] = {"audit",      "alarm",  "verdict",  "finding",
                                     "checkpoint", "notice", "reminder", "sink"};
const NameTable TOPIC_NAMES = NAME_TABLE("topic", TOPICS);

static const char *const SINK_KINDS[] = {"webhook", "command", "journal", "syslog", "file"};
const NameTable SINK_KIND_NAMES = NAME_TABLE("kind of sink", SINK_KINDS);

static const char *const SINK_FORMATS[] = {"cloudevents", "alertmanager"};
const NameTable SINK_FORMAT_NAMES = NAME_TABLE("format", SINK_FORMATS);

static const char *const USER_ROLES[] = {"viewer", "operator", "approver", "admin"};
const NameTable USER_ROLE_NAMES = NAME_TABLE("role", USER_ROLES);

const char *name_of(const NameTable *table, int value)
{
    return value >= 0 && (guint)value < table->count ? table->names[value] : "?";
}

const char *word_of(const NameTable *table, int value)
{
    return table->words && value >= 0 && (guint)value < table->count ? table->words[value]
                                                                     : name_of(table, value);
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
