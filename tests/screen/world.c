#include "world-parts.h"

#include "base/none.h"
#include "model/rules.h"

#include <string.h>

#include "wire/audit.h"

// 66 characters of three bytes, two columns each.
#define CJK_11 "支払東京処理決済系本番"
#define CJK_66 CJK_11 CJK_11 CJK_11 CJK_11 CJK_11 CJK_11

// ---- locations ----

static VantageStatus *vantage(LocationStatus *location, const char *name, const char *at, guint bad)
{
    VantageStatus *status = vantage_status_new(name, at);
    for (guint i = 0; i < 40; i++) {
        bool ok = i < 40 - bad;
        ProbeSample sample = {.at_ms = AGO((gint64)(39 - i) * 10 * SECOND + 2 * SECOND),
                              .ok = ok,
                              .degraded = ok && i == 20,
                              .latency_us = 38000 + (gint64)((i * 37) % 23) * 1000};
        vantage_status_add(status, sample);
    }
    status->failures = bad;
    status->successes = bad ? 0 : 40;
    status->last_ok_ms = AGO((gint64)bad * 10 * SECOND + 2 * SECOND);
    status->first_failure_ms = bad ? AGO((gint64)(bad - 1) * 10 * SECOND + 2 * SECOND) : 0;
    status->detail =
        g_strdup(bad ? "connect to 10.1.0.4:443: timed out after 2s" : "200 OK in 41 ms");
    g_ptr_array_add(location->vantages, status);
    return status;
}

static LocationStatus *location(Picture *picture, const char *name, const char *title,
                                const char *pair)
{
    LocationStatus *status = location_status_new(name);
    status->title = g_strdup(title);
    status->pair = g_strdup(pair);
    status->interval_ms = 10 * SECOND;
    status->timeout_ms = 2 * SECOND;
    status->failures_limit = 3;
    status->verdict = (Verdict){VERDICT_UP, AGO(9 * DAY), AGO(2 * SECOND), NULL};
    status->managed_at_ms = AGO(3 * SECOND);
    picture_put(picture, SHELF_LOCATIONS, status);
    return status;
}

static void add_locations(Picture *picture)
{
    LocationStatus *west = location(picture, "westeurope", "West Europe", "northeurope");
    vantage(west, "neu-1", "northeurope", 25);
    vantage(west, "eus-1", "eastus", 24);
    west->verdict =
        (Verdict){VERDICT_DOWN, AGO(4 * MINUTE + 12 * SECOND), AGO(2 * SECOND),
                  g_strdup("2 of 2 vantage points: 25 failed probes in a row, connect timed out")};
    west->primary_of = 3;
    west->instances = 9;
    west->managed_at_ms = AGO(4 * MINUTE + 14 * SECOND);
    g_ptr_array_add(west->faults, g_strdup("zone 2: storage degraded since 03:07:10Z"));
    LocationStatus *north = location(picture, "northeurope", "North Europe", "westeurope");
    vantage(north, "neu-1", "northeurope", 0);
    vantage(north, "eus-1", "eastus", 0);
    north->verdict.why = g_strdup("2 of 2 vantage points: up");
    north->standby_of = 3;
    north->instances = 9;
    north->active = 2;
    north->boot_id = g_strdup("5b1e7a20");
    LocationStatus *east = location(picture, "eastus", "East US", NULL);
    vantage(east, "neu-1", "northeurope", 0);
    east->verdict.why = g_strdup("1 of 1 vantage points: up");
    east->primary_of = 2;
    east->instances = 3;
    east->active = 3;
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
        location_status_percentiles(picture_at(picture, SHELF_LOCATIONS, i));
}

// ---- groups and workloads ----

static GroupStatus *group(Picture *picture, const char *name, const char *primary,
                          const char *standby)
{
    GroupStatus *status = group_status_new(name);
    status->title = g_strdup(name);
    status->primary = g_strdup(primary);
    status->active = g_strdup(primary);
    if (standby)
        g_ptr_array_add(status->standbys, g_strdup(standby));
    status->mode = MODE_NORMAL;
    status->mode_since_ms = AGO(9 * DAY);
    status->epoch = 7;
    status->rpo_ms = 15 * MINUTE;
    status->rto_ms = 4 * HOUR;
    status->evidence_ms = 15 * SECOND;
    status->approvals = 1;
    status->plan_reviewed_ms = AGO(40 * DAY);
    status->plan_tested_ms = AGO(400 * DAY);
    picture_put(picture, SHELF_GROUPS, status);
    return status;
}

static InstanceStatus *instance(WorkloadStatus *workload, const char *location, InstanceState state,
                                bool primary)
{
    InstanceStatus *status = instance_status_new(location);
    status->primary = primary;
    status->state = state;
    status->desired = primary ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
    status->since_ms = AGO(9 * DAY);
    status->observed_at_ms = AGO(3 * SECOND);
    status->runs = state == INSTANCE_ACTIVE ? 2 : 0;
    status->missed = 0;
    status->epoch = 7;
    status->boot_id = g_strdup("5b1e7a20");
    if (state == INSTANCE_UNREACHABLE) {
        status->since_ms = AGO(4 * MINUTE + 10 * SECOND);
        status->detail = g_strdup("GET /workflows/settle: connection timed out");
        status->runs = -1;
        status->missed = 1;
    }
    const char *const stages[] = {"read", "bill", "post"};
    for (guint i = 0; strcmp(workload->name, "settle") == 0 && i < G_N_ELEMENTS(stages); i++) {
        StageStatus *stage = stage_status_new(stages[i]);
        stage->queued = primary && i == 1 ? 3 : 0;
        stage->in_flight = primary && i == 2 ? 1 : 0;
        g_ptr_array_add(instance_status_stages(status), stage);
    }
    g_ptr_array_add(workload->instances, status);
    return status;
}

static void trigger(WorkloadStatus *workload, const char *name, TriggerType type, const char *rule,
                    gint64 next_ms)
{
    TriggerStatus *status = trigger_status_new();
    status->name = g_strdup(name);
    status->type = type;
    status->keeper = type == TRIGGER_POLLING ? KEEPER_CLIENT : KEEPER_SERVER;
    status->rule = g_strdup(rule);
    status->next_ms = next_ms;
    if (type == TRIGGER_RECURRENCE) {
        bool twice = strcmp(name, "hourly") == 0;
        status->missed = status->overdue = twice ? 0 : 1;
        status->doubled = twice ? 2 : 0;
        status->counted_ms = AGO(20 * DAY);
        status->last_ms = AGO(14 * MINUTE + 7 * SECOND);
        status->last_at = g_strdup("westeurope");
    }
    g_ptr_array_add(workload->triggers, status);
}

static WorkloadStatus *workload(Picture *picture, const char *group_name, const char *name,
                                Pattern pattern)
{
    WorkloadStatus *status = workload_status_new(group_name, name);
    status->kind = KIND_WORKFLOW;
    status->pattern = pattern;
    status->single_active = pattern == PATTERN_ACTIVE_PASSIVE;
    status->driver = g_strdup("azure-logic");
    status->proof = PROOF_FENCING;
    picture_put(picture, SHELF_WORKLOADS, status);
    return status;
}

static void replicate(GroupStatus *status, const char *workload_id, const char *from,
                      const char *to)
{
    ReplicationStatus *link = replication_status_new(workload_id, from, to);
    link->committed_ms = AGO(4 * MINUTE + 12 * SECOND);
    link->committed_pos = 88211;
    link->replayed_ms = AGO(5 * MINUTE + 56 * SECOND);
    link->replayed_pos = 87300;
    link->lag_ms = 104 * SECOND;
    link->observed_at_ms = AGO(2 * SECOND);
    link->source_at_ms = AGO(4 * MINUTE + 12 * SECOND);
    g_ptr_array_add(status->replication, link);
    status->loss =
        (LossBound){true,
                    104 * SECOND,
                    911,
                    g_strdup("last replayed 03:08:11Z, primary last seen 03:09:55Z => <= 1m44s"),
                    AGO(2 * SECOND),
                    false};
}

static void add_payments(Picture *picture)
{
    GroupStatus *status = group(picture, "payments", "westeurope", "northeurope");
    status->approvals = 2;
    status->four_eyes = true;
    status->workloads = 4;
    status->down_since_ms = AGO(4 * MINUTE + 12 * SECOND);
    status->operation = g_strdup(WORLD_AWAITING);
    status->findings = 2;
    g_ptr_array_add(list_own(&status->reduced, g_free),
                    g_strdup("Card refunds over 10,000 wait for the way home"));
    replicate(status, "payments/ledger-db", "westeurope", "northeurope");
    WorkloadStatus *settle = workload(picture, "payments", "settle", PATTERN_ACTIVE_PASSIVE);
    trigger(settle, "every-20", TRIGGER_RECURRENCE, "every 20 min from :00",
            NOW + 5 * MINUTE + 53 * SECOND);
    instance(settle, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(settle, "northeurope", INSTANCE_PASSIVE, false);
    settle->findings = 1;
    WorkloadStatus *intake = workload(picture, "payments", "intake", PATTERN_COMPETING_CONSUMERS);
    trigger(intake, "queue", TRIGGER_REQUEST, NULL, 0);
    instance(intake, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(intake, "northeurope", INSTANCE_ACTIVE, false)->desired = INSTANCE_ACTIVE;
    WorkloadStatus *mail = workload(picture, "payments", "mail-orders", PATTERN_ACTIVE_PASSIVE);
    trigger(mail, "inbox", TRIGGER_POLLING, "every 5 min", NOW + MINUTE);
    mail->findings = 1;
    mail->proof = PROOF_LEASE;
    instance(mail, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(mail, "northeurope", INSTANCE_PASSIVE, false);
    WorkloadStatus *db = workload(picture, "payments", "ledger-db", PATTERN_ACTIVE_PASSIVE);
    db->kind = KIND_DATABASE;
    instance(db, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(db, "northeurope", INSTANCE_PASSIVE, false);
}

static void add_ledger(Picture *picture)
{
    GroupStatus *status = group(picture, "ledger", "westeurope", "northeurope");
    status->workloads = 2;
    status->mode = MODE_FAILING_OVER;
    status->mode_since_ms = AGO(70 * SECOND);
    status->down_since_ms = AGO(4 * MINUTE + 12 * SECOND);
    status->operation = g_strdup(WORLD_RUNNING);
    WorkloadStatus *close = workload(picture, "ledger", "close-books", PATTERN_ACTIVE_PASSIVE);
    trigger(close, "month-end", TRIGGER_RECURRENCE, "last Mon of month 17:00", NOW + 9 * DAY);
    instance(close, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(close, "northeurope", INSTANCE_TRANSITIONING, false);
    WorkloadStatus *report = workload(picture, "ledger", "report", PATTERN_LOAD_BALANCED);
    trigger(report, "request", TRIGGER_REQUEST, NULL, 0);
    instance(report, "westeurope", INSTANCE_UNREACHABLE, true);
    instance(report, "northeurope", INSTANCE_ACTIVE, false);
}

static void add_stock(Picture *picture)
{
    GroupStatus *status = group(picture, "stock", "eastus", NULL);
    status->workloads = 1;
    status->automation_off = true;
    status->automation_why = g_strdup("storage migration");
    status->automation_until_ms = NOW + 2 * HOUR;
    status->rollback_until_ms = NOW + 41 * MINUTE;
    WorkloadStatus *count = workload(picture, "stock", "count", PATTERN_ACTIVE_PASSIVE);
    trigger(count, "hourly", TRIGGER_RECURRENCE, "every hour from :30", NOW + 16 * MINUTE);
    instance(count, "eastus", INSTANCE_ACTIVE, true)->last_run_ms = AGO(44 * MINUTE);
}

static void add_hostile(Picture *picture)
{
    GroupStatus *status = group(picture, HOSTILE, "eastus", "northeurope");
    status->workloads = 2;
    WorkloadStatus *bad = workload(picture, HOSTILE, HOSTILE, PATTERN_ACTIVE_PASSIVE);
    trigger(bad, HOSTILE, TRIGGER_WEBHOOK, HOSTILE, 0);
    instance(bad, "eastus", INSTANCE_ACTIVE, true)->detail = g_strdup("\x1b]0;owned\x07 " HOSTILE);
    WorkloadStatus *wide = workload(picture, HOSTILE, CJK_66, PATTERN_ACTIVE_PASSIVE);
    instance(wide, "eastus", INSTANCE_ACTIVE, true);
}

// ---- the rest ----

static void finding(Picture *picture, const char *rule, Severity severity, const char *object,
                    const char *facts, const char *known_to)
{
    Finding *one = finding_new();
    one->id = g_strconcat(rule, ":", object, NULL);
    one->rule = g_strdup(rule);
    one->title = g_strdup(rules_find(rule)->title);
    one->severity = severity;
    one->object = g_strdup(object);
    one->facts = g_strdup(facts);
    one->way_out = g_strdup("Run a second one, and say so in the fleet file.");
    one->from = g_strdup(rules_find(rule)->from);
    one->mark = g_strdup("0123456789abcdef");
    one->since_ms = AGO(9 * DAY);
    one->observed_at_ms = AGO(5 * SECOND);
    one->acknowledged_by = g_strdup(known_to);
    one->acknowledged_note = g_strdup(known_to ? "it comes on Monday, CHG-77" : NULL);
    one->acknowledged_ms = known_to ? AGO(2 * DAY) : 0;
    one->acknowledged_until_ms = known_to ? NOW + 12 * DAY : 0;
    picture_put(picture, SHELF_FINDINGS, one);
}

static Alarm *add_alarm(Picture *picture, const char *id, Severity severity, const char *object,
                        const char *text)
{
    Alarm *one = alarm_new(id);
    one->severity = severity;
    one->object = g_strdup(object);
    one->text = g_strdup(text);
    one->consequences = 9;
    one->since_ms = AGO(4 * MINUTE + 12 * SECOND);
    picture_put(picture, SHELF_ALARMS, one);
    return one;
}

static void change(Picture *picture, gint64 age_ms, Severity severity, const char *object,
                   const char *text)
{
    Change *one = g_new0(Change, 1);
    *one = (Change){AGO(age_ms), severity, g_strdup(object), g_strdup(text)};
    picture_add_change(picture, one);
}

static void add_news(Picture *picture)
{
    finding(picture, "R09", SEVERITY_ERROR, "location/eastus",
            "No vantage point outside it probes it: its loss would take the watchdog along.", NULL);
    finding(picture, "R14", SEVERITY_WARNING, "location/northeurope",
            "The gateway gw-north has one installation.", "oncall-2");
    finding(picture, "R26", SEVERITY_WARNING, "workload/payments/mail-orders",
            "In northeurope trigger mailbox fires every 5 minutes; declared is every 3.", NULL);
    finding(picture, "R17", SEVERITY_INFO, "group/" HOSTILE, "the title holds " HOSTILE, NULL);
    add_alarm(picture, "location-down:westeurope", SEVERITY_CRITICAL, "location/westeurope",
              "West Europe is down");
    add_alarm(picture, "paused:" WORLD_PAUSED, SEVERITY_ERROR, "operation/" WORLD_PAUSED,
              "An operation is paused: " HOSTILE)
        ->acknowledged_by = g_strdup("oncall-2");
    change(picture, 9 * MINUTE, SEVERITY_INFO, "location/northeurope", "North Europe: up");
    change(picture, 4 * MINUTE + 12 * SECOND, SEVERITY_CRITICAL, "location/westeurope",
           "West Europe: up -> down (25 failed probes in a row)");
    change(picture, 4 * MINUTE, SEVERITY_WARNING, "operation/" WORLD_AWAITING,
           "watchdog proposes: fail over payments to North Europe");
    change(picture, 64 * SECOND, SEVERITY_INFO, "operation/" WORLD_AWAITING,
           "oncall-2 approves: the region is gone");
    change(picture, 3 * SECOND, SEVERITY_WARNING, "workload/evil", HOSTILE);
}

static void add_audit(Picture *picture)
{
    static const struct {
        const char *actor, *action, *object, *detail;
    } ROWS[] = {
        {"daemon", "daemon.started", "fleet/contoso-prod", "neu-1, pid 411"},
        {"watchdog", "verdict.changed", "location/westeurope", "up -> down"},
        {"watchdog", "operation.proposed", "operation/" WORLD_AWAITING, "West Europe is down"},
        {"oncall-2", "signoff.approve", "operation/" WORLD_AWAITING, "the region is gone"},
        {"executor", "step.intent", "operation/" WORLD_RUNNING, "step 4: activate close-books"},
        {HOSTILE, "operation.hold", "operation/" WORLD_PAUSED, HOSTILE},
    };
    AuditChain chain = {.seq = 4700,
                        .hash = "0000000000000000000000000000000000000000000000000000"
                                "000000000000"};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        AuditRecord *record = audit_record_new(ROWS[i].actor, ROWS[i].action, ROWS[i].object);
        record->at_ms = AGO((gint64)(6 - i) * 40 * SECOND);
        record->detail = g_strdup(ROWS[i].detail);
        record->digest = i == 3 ? g_strdup(WORLD_DIGEST) : NULL;
        audit_chain_append(&chain, record);
        picture_add_audit(picture, record);
    }
    picture->frame.audit_seq = chain.seq;
    picture->frame.audit_hash = g_strdup(chain.hash);
}

static void add_frame(Picture *picture)
{
    picture->complete = true;
    picture->revision = 9182;
    picture->version = 1000;
    picture->frame.fleet = g_strdup("contoso-prod");
    picture->frame.production = true;
    picture->frame.daemon = g_strdup("neu-1");
    picture->frame.approvers = g_strdup("oncall-1, members of desk");
    picture->frame.daemon_location = g_strdup("northeurope");
    picture->frame.leader = true;
    picture->frame.store_ok = true;
    picture->frame.vantages = 2;
    picture->me =
        (Person){g_strdup("oncall-1"), g_strdup("uid 1000 on the Unix socket"),
                 (guint)ROLE_BIT_VIEWER | (guint)ROLE_BIT_OPERATOR | (guint)ROLE_BIT_APPROVER};
    picture->link = (Link){.state = LINK_LIVE,
                           .endpoint = g_strdup("neu-1"),
                           .attempt = 1,
                           .endpoints = 3,
                           .heard_ms = AGO(400)};
    Presence *presence = g_new0(Presence, 1);
    *presence = (Presence){g_strdup("oncall-3"), g_strdup(WORLD_AWAITING), AGO(3 * SECOND)};
    g_ptr_array_add(picture->presences, presence);
}

Picture *world_new(void)
{
    Picture *picture = picture_new();
    add_locations(picture);
    add_payments(picture);
    add_ledger(picture);
    add_stock(picture);
    add_hostile(picture);
    world_add_operations(picture);
    add_news(picture);
    add_audit(picture);
    add_frame(picture);
    return picture;
}

ViewContext world_context(const Picture *picture)
{
    return (ViewContext){.picture = picture,
                         .now_ms = NOW,
                         .local_ms = NOW,
                         .mono_ms = WORLD_MONO,
                         .armed = true,
                         .utc_offset_min = 60};
}

Operation *world_operation(Picture *picture, const char *id)
{
    return picture_get(picture, SHELF_OPERATIONS, id);
}

void world_restate(Picture *picture, const char *id, const char *digest, const char *changed)
{
    Operation *op = world_operation(picture, id);
    g_free(op->digest);
    op->digest = g_strdup(digest);
    g_free(op->changed);
    op->changed = g_strdup(changed);
    op->statement_version++;
    op->statement->version++;
    picture->version++;
}

static void heal_location(LocationStatus *location)
{
    location->verdict.state = VERDICT_UP;
    location->verdict.since_ms = AGO(9 * DAY);
    location->managed_at_ms = AGO(3 * SECOND);
    for (guint i = 0; i < location->vantages->len; i++) {
        VantageStatus *vantage = location->vantages->pdata[i];
        vantage->failures = 0;
        vantage->first_failure_ms = 0;
        for (guint k = 0; k < vantage->history_len; k++)
            vantage->history[k].ok = true;
    }
}

static void heal_workload(WorkloadStatus *workload)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        InstanceStatus *instance = workload->instances->pdata[i];
        instance->state = instance->desired =
            instance->primary ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
        instance->since_ms = AGO(9 * DAY);
    }
}

void world_heal(Picture *picture)
{
    static const char *const OPEN[] = {WORLD_AWAITING, WORLD_PLAIN, WORLD_RUNNING, WORLD_PAUSED,
                                       WORLD_HOLDING};
    for (guint i = 0; i < G_N_ELEMENTS(OPEN); i++)
        picture_remove(picture, SHELF_OPERATIONS, OPEN[i]);
    while (picture_count(picture, SHELF_ALARMS))
        picture_remove(picture, SHELF_ALARMS, ((Alarm *)picture_at(picture, SHELF_ALARMS, 0))->id);
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
        heal_location(picture_at(picture, SHELF_LOCATIONS, i));
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++)
        heal_workload(picture_at(picture, SHELF_WORKLOADS, i));
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        group->mode = MODE_NORMAL;
        group->down_since_ms = 0;
        group->loss.loss_ms = 800;
        g_clear_pointer(&group->operation, g_free);
    }
    picture->version++;
}

static void observe_location(LocationStatus *location, gint64 ms)
{
    location->verdict.observed_at_ms += ms;
    location->managed_at_ms += ms;
    for (guint i = 0; i < location->vantages->len; i++) {
        VantageStatus *vantage = location->vantages->pdata[i];
        ProbeSample sample = vantage->history[vantage->history_len - 1];
        sample.at_ms += ms;
        sample.latency_us = 38000 + (sample.at_ms * 37) % 23000;
        vantage->last_ok_ms = sample.at_ms;
        vantage_status_add(vantage, sample);
    }
    location_status_percentiles(location);
}

void world_observe(Picture *picture, gint64 ms)
{
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
        observe_location(picture_at(picture, SHELF_LOCATIONS, i), ms);
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        for (guint k = 0; k < workload->instances->len; k++)
            ((InstanceStatus *)workload->instances->pdata[k])->observed_at_ms += ms;
    }
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        group->loss.observed_at_ms += ms;
        group->loss.loss_ms = 500 + (group->loss.observed_at_ms / 1000 * 313) % 900;
        for (guint k = 0; k < group->replication->len; k++)
            ((ReplicationStatus *)group->replication->pdata[k])->observed_at_ms += ms;
    }
    picture->version++;
}

char *world_schedules(void)
{
    return g_strdup(
        "{\"schedules\":["
        "{\"workload\":\"payments/settle\",\"trigger\":\"every-20\",\"location\":\"westeurope\","
        "\"state\":\"unreachable\",\"rule\":\"every 20 min from :00\",\"zone\":\"UTC\","
        "\"next_at\":\"2026-11-21T03:20:00Z\",\"missed\":1,\"doubled\":0,"
        "\"counted_since\":\"2026-11-01T03:14:07Z\",\"occurrences\":[\"2026-11-21T02:40:00Z\","
        "\"2026-11-21T03:00:00Z\",\"2026-11-21T03:20:00Z\",\"2026-11-21T03:40:00Z\","
        "\"2026-11-21T04:00:00Z\"],\"ran\":[\"2026-11-21T03:00:00Z\"],"
        "\"missed_at\":[\"2026-11-21T02:40:00Z\"],\"doubled_at\":[],\"ambiguous\":[]},"
        "{\"workload\":\"payments/settle\",\"trigger\":\"every-20\",\"location\":\"northeurope\","
        "\"state\":\"passive\",\"rule\":\"every 20 min from :10\",\"zone\":\"UTC\","
        "\"next_at\":\"2026-11-21T03:30:00Z\",\"missed\":0,\"occurrences\":["
        "\"2026-11-21T02:50:00Z\",\"2026-11-21T03:10:00Z\",\"2026-11-21T03:30:00Z\","
        "\"2026-11-21T03:50:00Z\"],\"skipped_at\":[\"2026-11-21T03:10:00Z\"],"
        "\"failover_now\":\"a failover now misses 1: due since the last run at 03:00:00Z, never "
        "replayed; North Europe fires first at 2026-11-21 03:30:00Z\",\"ambiguous\":[]},"
        "{\"workload\":\"stock/count\",\"trigger\":\"hourly\",\"location\":\"eastus\","
        "\"state\":\"active\",\"rule\":\"every hour from :30\",\"zone\":\"America/New_York\","
        "\"next_at\":\"2026-11-21T03:30:00Z\",\"missed\":0,\"doubled\":2,"
        "\"counted_since\":\"2026-11-01T03:14:07Z\",\"occurrences\":[\"2026-11-21T02:30:00Z\","
        "\"2026-11-21T03:30:00Z\",\"2026-11-21T04:30:00Z\"],\"ran\":[],\"missed_at\":[],"
        "\"doubled_at\":[\"2026-11-21T02:30:00Z\"],"
        "\"more\":true,\"dst\":[{\"at\":\"2026-11-21T04:30:00Z\",\"what\":\"twice\"}],"
        "\"ambiguous\":[\"Nobody says what comes first. Here: the first.\"],\"warnings\":[]}]}");
}

char *world_runs(void)
{
    return g_strdup(
        "{\"runs\":["
        "{\"id\":\"08584\",\"workload\":\"payments/settle\",\"location\":\"westeurope\","
        "\"trigger\":\"every-20\",\"state\":\"failed\",\"code\":\"ActionFailed\","
        "\"scheduled_at\":\"2026-11-21T03:00:00Z\",\"started_at\":\"2026-11-21T03:00:01Z\","
        "\"ended_at\":\"2026-11-21T03:00:04Z\"},"
        "{\"id\":\"08583\",\"workload\":\"payments/settle\",\"location\":\"northeurope\","
        "\"trigger\":\"every-20\",\"state\":\"succeeded\",\"code\":null,"
        "\"scheduled_at\":\"2026-11-21T02:50:00Z\",\"started_at\":\"2026-11-21T02:50:00Z\","
        "\"ended_at\":\"2026-11-21T02:50:03Z\"}],\"more\":false}");
}
