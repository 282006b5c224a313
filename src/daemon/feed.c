#include "daemon/feed.h"

#include <string.h>

#include "model/civil.h"
#include "ssh/sign.h"
#include "wire/audit.h"
#include "wire/canonical.h"
#include "wire/status.h"

enum {
    REMIND_DAYS = 7,           // from one reminder to the next
    PULL_RECORDS = 100,        // of the audit log at once
    CHECKPOINT_SOON_MS = 1000, // after a decision
    CHECKPOINT_S = 300
};

#define PLAN_RULE "R17"
#define CHECKPOINT_NAMESPACE "checkpoint@signalbox"

struct Feed {
    FeedConfig config;
    char *key; // of the checkpoints; NULL
    bool begun;
    bool pulling; // the audit log is being read
    bool pull_again;
    GHashTable *alarms;   // id → Alarm as it was told (AlarmTold *)
    GHashTable *findings; // id → JSON text as it was told
    GHashTable *verdicts; // location → its verdict's state + 1
    GHashTable *reminded; // id of a finding over a plan → Reminder *
    guint soon, regular;  // sources: the next checkpoint
    gint64 checkpoint;    // the seq of the last one
    SshSign *signing;
    char *text; // what is being signed
    gint64 text_seq;
};

static void put(Feed *feed, const EventFacts *facts, json_t *data)
{
    sinks_put(feed->config.sinks, facts, data, 0);
}

// ---- alarms ----

typedef struct {
    json_t *json; // as it was told last
    bool ended;
    bool acknowledged;
} AlarmTold;

static void told_free(gpointer data)
{
    AlarmTold *told = data;
    json_decref(told->json);
    g_free(told);
}

static const char *alarm_type(const AlarmTold *told, const Alarm *alarm)
{
    if (!told || (told->ended && !alarm->ended_ms))
        return "signalbox.alarm.raised";
    if (alarm->ended_ms)
        return told->ended ? NULL : "signalbox.alarm.ended";
    return alarm->acknowledged_by && !told->acknowledged ? "signalbox.alarm.acknowledged"
                                                         : "signalbox.alarm.changed";
}

static const Alarm *find_alarm(const Feed *feed, const char *id)
{
    const GPtrArray *alarms = engine_alarms(feed->config.engine);
    for (guint i = 0; i < alarms->len; i++)
        if (strcmp(((const Alarm *)alarms->pdata[i])->id, id) == 0)
            return alarms->pdata[i];
    return NULL;
}

static void put_alarm(Feed *feed, const char *type, Severity severity, const char *object,
                      json_t *json)
{
    const EventFacts facts = {.topic = TOPIC_ALARM,
                              .severity = severity,
                              .type = type,
                              .subject = object ? object : "fleet",
                              .at_ms = clock_wall_ms(feed->config.clock)};
    put(feed, &facts, json_incref(json));
}

static void note_alarm(Feed *feed, const char *id)
{
    const Alarm *alarm = find_alarm(feed, id);
    const char *type = alarm ? alarm_type(g_hash_table_lookup(feed->alarms, id), alarm) : NULL;
    if (!type)
        return;
    AlarmTold *told = g_new0(AlarmTold, 1);
    told->json = alarm_to_json(alarm);
    told->ended = alarm->ended_ms != 0;
    told->acknowledged = alarm->acknowledged_by != NULL;
    put_alarm(feed, type, alarm->severity, alarm->object, told->json);
    g_hash_table_replace(feed->alarms, g_strdup(id), told);
}

// It is gone: what had not ended before has now.
static void note_alarm_gone(Feed *feed, const char *id)
{
    AlarmTold *told = g_hash_table_lookup(feed->alarms, id);
    if (!told)
        return;
    if (!told->ended) {
        g_autoptr(Alarm) alarm = alarm_from_json(told->json, WIRE_LENIENT, NULL);
        alarm->ended_ms = clock_wall_ms(feed->config.clock);
        g_autoptr(json_t) json = alarm_to_json(alarm);
        put_alarm(feed, "signalbox.alarm.ended", alarm->severity, alarm->object, json);
    }
    g_hash_table_remove(feed->alarms, id);
}

// ---- verdicts and findings ----

static Severity verdict_severity(VerdictState state)
{
    return state == VERDICT_DOWN       ? SEVERITY_ERROR
           : state == VERDICT_DEGRADED ? SEVERITY_WARNING
                                       : SEVERITY_INFO;
}

static void note_location(Feed *feed, const char *name)
{
    const LocationStatus *status = engine_location(feed->config.engine, name);
    gpointer before = g_hash_table_lookup(feed->verdicts, name);
    gpointer now = status ? GINT_TO_POINTER((int)status->verdict.state + 1) : NULL;
    if (!status || now == before)
        return;
    g_hash_table_replace(feed->verdicts, g_strdup(name), now);
    if (status->verdict.state == VERDICT_UNKNOWN && !before) // not looked at yet
        return;
    g_autofree char *subject = g_strconcat("location/", name, NULL);
    const EventFacts facts = {.topic = TOPIC_VERDICT,
                              .severity = verdict_severity(status->verdict.state),
                              .type = "signalbox.location.verdict",
                              .subject = subject,
                              .at_ms = clock_wall_ms(feed->config.clock)};
    json_t *data = shape_to_json(&VERDICT_SHAPE, &status->verdict);
    wire_set_text(data, "location", name);
    put(feed, &facts, data);
}

static void put_finding(Feed *feed, const char *type, const Finding *finding)
{
    const EventFacts facts = {.topic = TOPIC_FINDING,
                              .severity = finding->severity,
                              .type = type,
                              .subject = finding->object,
                              .at_ms = clock_wall_ms(feed->config.clock)};
    put(feed, &facts, finding_to_json(finding));
}

static void free_finding(gpointer data)
{
    finding_free(data);
}

// A plan that is due wakes nobody: who is told of it is reminded once a week, until it is reviewed and tested or
// somebody has acknowledged it.
typedef struct {
    gint64 at_ms;
    Severity severity;
} Reminder;

static void remind(Feed *feed, const Finding *finding)
{
    gint64 now_ms = clock_wall_ms(feed->config.clock);
    const Reminder *before = g_hash_table_lookup(feed->reminded, finding->id);
    if (strcmp(finding->rule, PLAN_RULE) != 0 || finding->acknowledged_until_ms > now_ms ||
        (before && before->severity == finding->severity &&
         now_ms - before->at_ms < REMIND_DAYS * (gint64)CIVIL_DAY_MS))
        return;
    const Reminder reminder = {now_ms, finding->severity};
    const EventFacts facts = {.topic = TOPIC_REMINDER,
                              .severity = finding->severity >= SEVERITY_ERROR ? SEVERITY_WARNING
                                                                              : SEVERITY_INFO,
                              .type = "signalbox.plan.due",
                              .subject = finding->object,
                              .at_ms = now_ms};
    put(feed, &facts, finding_to_json(finding));
    g_hash_table_replace(feed->reminded, g_strdup(finding->id),
                         g_memdup2(&reminder, sizeof reminder));
}

static void remind_all(Feed *feed)
{
    const GPtrArray *findings = engine_findings(feed->config.engine);
    for (guint i = 0; i < findings->len; i++)
        remind(feed, findings->pdata[i]);
}

static void note_finding(Feed *feed, const char *id)
{
    const Finding *finding = engine_finding(feed->config.engine, id),
                  *before = g_hash_table_lookup(feed->findings, id);
    if (finding)
        remind(feed, finding);
    if (!finding || (before && strcmp(before->facts, finding->facts) == 0))
        return;
    put_finding(feed, before ? "signalbox.finding.changed" : "signalbox.finding.raised", finding);
    g_autoptr(json_t) json = finding_to_json(finding);
    Finding *copy = finding_from_json(json, WIRE_LENIENT, NULL);
    if (copy)
        g_hash_table_replace(feed->findings, g_strdup(id), copy);
}

static void note_finding_gone(Feed *feed, const char *id)
{
    const Finding *before = g_hash_table_lookup(feed->findings, id);
    if (before)
        put_finding(feed, "signalbox.finding.cleared", before);
    g_hash_table_remove(feed->findings, id);
    g_hash_table_remove(feed->reminded, id);
}

// ---- checkpoints ----

static char *checkpoint_text(const Feed *feed)
{
    const FrameStatus *frame = engine_frame(feed->config.engine);
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "fleet", frame->fleet);
    wire_set_text(json, "daemon", frame->daemon);
    wire_set_text(json, "hash", frame->audit_hash);
    json_object_set_new(json, "seq", json_integer(frame->audit_seq));
    wire_set_time_ms(json, "at", clock_wall_ms(feed->config.clock));
    return canonical_text(json, NULL);
}

static void put_checkpoint(Feed *feed, const char *signature)
{
    g_autoptr(json_t) data = json_loads(feed->text, 0, NULL);
    const EventFacts facts = {.topic = TOPIC_CHECKPOINT,
                              .severity = SEVERITY_INFO,
                              .type = "signalbox.audit.checkpoint",
                              .subject = "audit",
                              .at_ms = clock_wall_ms(feed->config.clock)};
    wire_set_text(data, "text", feed->text);
    wire_set_text(data, "namespace", signature ? CHECKPOINT_NAMESPACE : NULL);
    wire_set_text(data, "signature", signature);
    put(feed, &facts, json_incref(data));
    feed->checkpoint = feed->text_seq;
    g_clear_pointer(&feed->text, g_free);
}

static void on_signed(const char *signature, const GError *error, gpointer data)
{
    Feed *feed = data;
    feed->signing = NULL;
    if (error)
        log_error(feed->config.log, "a checkpoint of the audit log could not be signed", "why",
                  error->message);
    put_checkpoint(feed, signature);
}

static void checkpoint(Feed *feed)
{
    gint64 seq = engine_frame(feed->config.engine)->audit_seq;
    if (feed->text || seq <= feed->checkpoint)
        return;
    feed->text = checkpoint_text(feed);
    feed->text_seq = seq;
    if (!feed->text)
        return;
    char blob[] = "", print[] = "the checkpoint key", type[] = "private";
    const SigningKey key = {
        .from = KEY_FROM_FILE, .fingerprint = print, .type = type, .file = feed->key, .blob = blob};
    if (feed->key)
        feed->signing = ssh_sign_start(&key, CHECKPOINT_NAMESPACE, feed->text, strlen(feed->text),
                                       on_signed, feed);
    else
        put_checkpoint(feed, NULL);
}

static gboolean on_soon(gpointer data)
{
    Feed *feed = data;
    feed->soon = 0;
    checkpoint(feed);
    return G_SOURCE_REMOVE;
}

static gboolean on_regular(gpointer data)
{
    checkpoint(data);
    remind_all(data);
    return G_SOURCE_CONTINUE;
}

// ---- the audit log ----

// What customers are told. Before its record, so that it is rather told twice than not at all.
static void put_notice(Feed *feed, const AuditRecord *record)
{
    g_autofree char *id = g_strdup_printf("notice-%" G_GINT64_FORMAT, record->seq);
    const EventFacts facts = {.topic = TOPIC_NOTICE,
                              .severity = SEVERITY_INFO,
                              .id = id,
                              .type = "signalbox.notice.published",
                              .subject = record->object,
                              .at_ms = record->at_ms};
    json_t *data = json_object();
    wire_set_text(data, "text", record->detail);
    wire_set_text(data, "object", record->object);
    put(feed, &facts, data);
}

static void put_record(Feed *feed, const AuditRecord *record)
{
    if (strcmp(record->action, "notice.published") == 0)
        put_notice(feed, record);
    g_autofree char *id = g_strdup_printf("audit-%" G_GINT64_FORMAT, record->seq);
    g_autofree char *type = g_strconcat("signalbox.audit.", record->action, NULL);
    const EventFacts facts = {.topic = TOPIC_AUDIT,
                              .severity = SEVERITY_INFO,
                              .id = id,
                              .type = type,
                              .subject = record->object,
                              .at_ms = record->at_ms};
    sinks_put(feed->config.sinks, &facts, audit_record_to_json(record), record->seq);
    bool decision = g_str_has_prefix(record->action, "signoff.") ||
                    g_str_has_prefix(record->action, "operation.");
    if (decision && !feed->soon)
        feed->soon = g_timeout_add(CHECKPOINT_SOON_MS, on_soon, feed);
}

static void pull(Feed *feed);

static void on_records(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    Feed *feed = data;
    feed->pulling = false;
    if (error)
        log_warning(feed->config.log, "the audit log could not be read for the sinks", "why",
                    error->message);
    for (guint i = 0; !error && i < records->len; i++)
        put_record(feed, records->pdata[i]);
    if (!error && (more || feed->pull_again))
        pull(feed);
}

static void pull(Feed *feed)
{
    Spool *spool = sinks_spool(feed->config.sinks);
    if (!sinks_status(feed->config.sinks)->len) { // whoever comes later is told from then on
        spool_begin(spool, engine_frame(feed->config.engine)->audit_seq);
        return;
    }
    feed->pull_again = feed->pulling || spool_is_full(spool);
    if (feed->pull_again)
        return;
    feed->pulling = true;
    engine_audit(feed->config.engine, spool_audit(spool), PULL_RECORDS, on_records, feed);
}

// ---- what has changed ----

void feed_note(Feed *feed, EngineObject kind, const char *key)
{
    static void (*const NOTES[])(Feed * feed, const char *key) = {
        [ENGINE_ALARM] = note_alarm,
        [ENGINE_ALARM_GONE] = note_alarm_gone,
        [ENGINE_LOCATION] = note_location,
        [ENGINE_FINDING] = note_finding,
        [ENGINE_FINDING_GONE] = note_finding_gone,
    };
    if (!feed->begun)
        return;
    if (kind == ENGINE_AUDIT)
        pull(feed);
    else if (kind < G_N_ELEMENTS(NOTES) && NOTES[kind])
        NOTES[kind](feed, key);
}

void feed_catch_up(Feed *feed)
{
    if (feed->begun && feed->pull_again && !feed->pulling)
        pull(feed);
}

// What stands when the daemon starts is told, even if it was told before: nobody knows whether it was.
static void note_all(Feed *feed)
{
    const GPtrArray *alarms = engine_alarms(feed->config.engine);
    for (guint i = 0; i < alarms->len; i++)
        note_alarm(feed, ((const Alarm *)alarms->pdata[i])->id);
    const GPtrArray *locations = engine_locations(feed->config.engine);
    for (guint i = 0; i < locations->len; i++)
        note_location(feed, ((const LocationStatus *)locations->pdata[i])->name);
    const GPtrArray *findings = engine_findings(feed->config.engine);
    for (guint i = 0; i < findings->len; i++)
        note_finding(feed, ((const Finding *)findings->pdata[i])->id);
}

void feed_begin(Feed *feed)
{
    Spool *spool = sinks_spool(feed->config.sinks);
    feed->begun = true;
    if (spool_audit(spool) < 0)
        spool_begin(spool, engine_frame(feed->config.engine)->audit_seq);
    note_all(feed);
    pull(feed);
    feed->regular = g_timeout_add_seconds(CHECKPOINT_S, on_regular, feed);
}

// ---- life ----

Feed *feed_new(const FeedConfig *config)
{
    Feed *feed = g_new0(Feed, 1);
    feed->config = *config;
    feed->config.checkpoint_key = NULL;
    feed->key = g_strdup(config->checkpoint_key);
    feed->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, told_free);
    feed->findings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_finding);
    feed->reminded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    feed->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return feed;
}

void feed_set_key(Feed *feed, const char *checkpoint_key)
{
    g_free(feed->key);
    feed->key = g_strdup(checkpoint_key);
}

void feed_free(Feed *feed)
{
    if (!feed)
        return;
    g_clear_handle_id(&feed->soon, g_source_remove);
    g_clear_handle_id(&feed->regular, g_source_remove);
    ssh_sign_cancel(feed->signing);
    g_hash_table_unref(feed->alarms);
    g_hash_table_unref(feed->findings);
    g_hash_table_unref(feed->verdicts);
    g_hash_table_unref(feed->reminded);
    g_free(feed->key);
    g_free(feed->text);
    g_free(feed);
}
