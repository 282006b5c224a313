#include "model/status.h"

#include <string.h>

#include "base/none.h"

VantageStatus *vantage_status_new(const char *vantage, const char *location)
{
    VantageStatus *status = g_new0(VantageStatus, 1);
    status->vantage = g_strdup(vantage);
    status->location = g_strdup(location);
    return status;
}

void vantage_status_free(VantageStatus *status)
{
    if (!status)
        return;
    g_free(status->vantage);
    g_free(status->location);
    g_free(status->detail);
    g_free(status);
}

void vantage_status_add(VantageStatus *status, ProbeSample sample)
{
    if (status->history_len == PROBE_HISTORY) {
        memmove(status->history, status->history + 1, (PROBE_HISTORY - 1) * sizeof sample);
        status->history_len--;
    }
    status->history[status->history_len++] = sample;
}

static void free_vantage(gpointer data)
{
    vantage_status_free(data);
}

LocationStatus *location_status_new(const char *name)
{
    LocationStatus *status = g_new0(LocationStatus, 1);
    status->name = g_strdup(name);
    status->vantages = g_ptr_array_new_with_free_func(free_vantage);
    status->faults = g_ptr_array_new_with_free_func(g_free);
    status->zones = g_ptr_array_new_with_free_func(g_free);
    return status;
}

void location_status_free(LocationStatus *status)
{
    if (!status)
        return;
    g_free(status->name);
    g_free(status->title);
    g_free(status->pair);
    g_free(status->verdict.why);
    g_free(status->boot_id);
    g_ptr_array_unref(status->vantages);
    g_ptr_array_unref(status->faults);
    g_ptr_array_unref(status->zones);
    g_free(status);
}

static int compare_us(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

void location_status_percentiles(LocationStatus *status)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < status->vantages->len; i++) {
        const VantageStatus *v = status->vantages->pdata[i];
        for (guint k = 0; k < v->history_len; k++)
            if (v->history[k].ok)
                g_array_append_val(all, v->history[k].latency_us);
    }
    status->p50_us = status->p99_us = 0;
    if (!all->len)
        return;
    g_array_sort(all, compare_us);
    status->p50_us = g_array_index(all, gint64, (all->len - 1) * 50 / 100);
    status->p99_us = g_array_index(all, gint64, (all->len - 1) * 99 / 100);
}

StageStatus *stage_status_new(const char *name)
{
    StageStatus *status = g_new0(StageStatus, 1);
    status->name = g_strdup(name);
    status->queued = status->in_flight = -1;
    return status;
}

void stage_status_free(StageStatus *status)
{
    if (!status)
        return;
    g_free(status->name);
    g_free(status);
}

static void free_stage(gpointer data)
{
    stage_status_free(data);
}

static void append_stage(GString *text, const StageStatus *stage)
{
    g_string_append_printf(text, "%s%s", text->len ? " > " : "", stage->name);
    if (stage->queued > 0)
        g_string_append_printf(text, " %d queued", stage->queued);
    if (stage->in_flight > 0)
        g_string_append_printf(text, " %d in flight", stage->in_flight);
    if (stage->queued <= 0 && stage->in_flight <= 0)
        g_string_append(text, stage->queued < 0 || stage->in_flight < 0 ? " not told" : " empty");
}

char *stages_describe(const GPtrArray *stages)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < stages->len; i++)
        append_stage(text, stages->pdata[i]);
    return text->len ? g_strdup(text->str) : NULL;
}

static void append_count(GString *text, int count, const char *what, const char *stage)
{
    if (count > 0)
        g_string_append_printf(text, "%s%d %s at stage %s", text->len ? ", " : "stranded: ", count,
                               what, stage);
}

char *stages_stranded(const GPtrArray *stages)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < stages->len; i++) {
        const StageStatus *stage = stages->pdata[i];
        append_count(text, stage->queued, "queued", stage->name);
        append_count(text, stage->in_flight, "in flight", stage->name);
    }
    return text->len ? g_strdup(text->str) : NULL;
}

InstanceStatus *instance_status_new(const char *location)
{
    InstanceStatus *status = g_new0(InstanceStatus, 1);
    status->location = g_strdup(location);
    status->runs = -1;
    status->missed = -1;
    status->stages = list_none();
    return status;
}

void instance_status_free(InstanceStatus *status)
{
    if (!status)
        return;
    g_free(status->location);
    g_free(status->detail);
    g_free(status->boot_id);
    g_free(status->passivate_by);
    g_ptr_array_unref(status->stages);
    g_clear_pointer(&status->connections, g_ptr_array_unref);
    g_clear_pointer(&status->differences, g_ptr_array_unref);
    inventory_unref(status->inventory);
    g_free(status);
}

void use_status_free(UseStatus *status)
{
    if (!status)
        return;
    g_free(status->at);
    g_free(status->name);
    g_free(status->location);
    g_free(status->detail);
    g_free(status);
}

TriggerStatus *trigger_status_new(void)
{
    TriggerStatus *status = g_new0(TriggerStatus, 1);
    status->missed = status->doubled = status->overdue = -1;
    return status;
}

void trigger_status_free(TriggerStatus *status)
{
    if (!status)
        return;
    g_free(status->name);
    g_free(status->rule);
    g_free(status->split);
    g_free(status->last_at);
    g_free(status);
}

static void free_instance(gpointer data)
{
    instance_status_free(data);
}

static void free_use(gpointer data)
{
    use_status_free(data);
}

static void free_trigger(gpointer data)
{
    trigger_status_free(data);
}

static void free_parity(gpointer data)
{
    parity_free(data);
}

WorkloadStatus *workload_status_new(const char *group, const char *name)
{
    WorkloadStatus *status = g_new0(WorkloadStatus, 1);
    status->id = g_strconcat(group, "/", name, NULL);
    status->group = g_strdup(group);
    status->name = g_strdup(name);
    status->proof = PROOF_MANUAL;
    status->triggers = g_ptr_array_new_with_free_func(free_trigger);
    status->instances = g_ptr_array_new_with_free_func(free_instance);
    status->uses = list_none();
    status->parity = list_none();
    return status;
}

void workload_status_free(WorkloadStatus *status)
{
    if (!status)
        return;
    g_free(status->id);
    g_free(status->group);
    g_free(status->name);
    g_free(status->driver);
    g_free(status->router);
    g_free(status->routed_to);
    g_ptr_array_unref(status->uses);
    g_ptr_array_unref(status->parity);
    g_free(status->snapshot_kept);
    g_ptr_array_unref(status->triggers);
    g_ptr_array_unref(status->instances);
    g_free(status);
}

GPtrArray *instance_status_stages(InstanceStatus *status)
{
    return list_own(&status->stages, free_stage);
}

GPtrArray *workload_status_uses(WorkloadStatus *status)
{
    return list_own(&status->uses, free_use);
}

GPtrArray *workload_status_parity(WorkloadStatus *status)
{
    return list_own(&status->parity, free_parity);
}

InstanceStatus *workload_status_at(const WorkloadStatus *status, const char *location)
{
    for (guint i = 0; i < status->instances->len; i++) {
        InstanceStatus *instance = status->instances->pdata[i];
        if (strcmp(instance->location, location) == 0)
            return instance;
    }
    return NULL;
}

ReplicationStatus *replication_status_new(const char *workload, const char *from, const char *to)
{
    ReplicationStatus *status = g_new0(ReplicationStatus, 1);
    status->workload = g_strdup(workload);
    status->from = g_strdup(from);
    status->to = g_strdup(to);
    status->committed_pos = status->replayed_pos = status->lag_ms = -1;
    return status;
}

enum { TARGET_SILENT_MS = 30 * 1000 };

gint64 replication_behind_ms(const ReplicationStatus *status)
{
    const gint64 silent_ms = status->source_at_ms - status->observed_at_ms;
    if (status->lag_ms < 0 || silent_ms <= TARGET_SILENT_MS)
        return status->lag_ms;
    return MAX(status->lag_ms, status->committed_ms - status->replayed_ms);
}

void replication_status_free(ReplicationStatus *status)
{
    if (!status)
        return;
    g_free(status->workload);
    g_free(status->from);
    g_free(status->to);
    g_free(status->lineage);
    g_free(status);
}

static void free_replication(gpointer data)
{
    replication_status_free(data);
}

GroupStatus *group_status_new(const char *name)
{
    GroupStatus *status = g_new0(GroupStatus, 1);
    status->name = g_strdup(name);
    status->standbys = g_ptr_array_new_with_free_func(g_free);
    status->replication = g_ptr_array_new_with_free_func(free_replication);
    status->reduced = list_none();
    status->loss.transactions = -1;
    status->failback.discarded = status->failback.behind = -1;
    return status;
}

void group_status_free(GroupStatus *status)
{
    if (!status)
        return;
    g_free(status->name);
    g_free(status->title);
    g_free(status->primary);
    g_free(status->active);
    g_free(status->loss.how);
    g_free(status->failback.how);
    g_free(status->operation);
    g_free(status->blocked);
    g_free(status->automation_why);
    g_free(status->plan_reviewed_by);
    g_free(status->plan_tested_by);
    g_free(status->plan_review_note);
    g_ptr_array_unref(status->standbys);
    g_ptr_array_unref(status->replication);
    g_ptr_array_unref(status->reduced);
    g_free(status);
}

#define DAY_MS ((gint64)24 * 3600 * 1000)

gint64 group_status_plan_due(const GroupStatus *status)
{
    gint64 older_ms = MIN(status->plan_reviewed_ms, status->plan_tested_ms);
    return older_ms > 0 ? older_ms + PLAN_YEAR_DAYS * DAY_MS : 0;
}

Severity group_status_plan_severity(const GroupStatus *status, gint64 now_ms)
{
    gint64 due_ms = group_status_plan_due(status);
    if (due_ms <= now_ms)
        return SEVERITY_ERROR;
    return due_ms <= now_ms + (PLAN_YEAR_DAYS - PLAN_WARN_DAYS) * DAY_MS ? SEVERITY_WARNING
                                                                         : SEVERITY_INFO;
}

Finding *finding_new(void)
{
    return g_new0(Finding, 1);
}

void finding_free(Finding *finding)
{
    if (!finding)
        return;
    g_free(finding->id);
    g_free(finding->rule);
    g_free(finding->title);
    g_free(finding->object);
    g_free(finding->facts);
    g_free(finding->way_out);
    g_free(finding->from);
    g_free(finding->mark);
    g_free(finding->acknowledged_by);
    g_free(finding->acknowledged_note);
    g_free(finding);
}

// The rest of "kind/…" behind the prefix; NULL if it is of another kind.
static const char *behind(const char *object, const char *prefix)
{
    return object && g_str_has_prefix(object, prefix) ? object + strlen(prefix) : NULL;
}

bool finding_touches(const Finding *finding, const GroupStatus *group)
{
    const char *name = behind(finding->object, "group/");
    const char *location = behind(finding->object, "location/");
    const char *workload = behind(finding->object, "workload/");
    gsize length = strlen(group->name);
    if (name)
        return strcmp(name, group->name) == 0;
    if (workload)
        return strncmp(workload, group->name, length) == 0 && workload[length] == '/';
    for (guint i = 0; location && i < group->standbys->len; i++)
        if (strcmp(group->standbys->pdata[i], location) == 0)
            return true;
    return location && g_strcmp0(group->primary, location) == 0;
}

Alarm *alarm_new(const char *id)
{
    Alarm *alarm = g_new0(Alarm, 1);
    alarm->id = g_strdup(id);
    return alarm;
}

void alarm_free(Alarm *alarm)
{
    if (!alarm)
        return;
    g_free(alarm->id);
    g_free(alarm->object);
    g_free(alarm->text);
    g_free(alarm->acknowledged_by);
    g_free(alarm);
}

void frame_status_release(FrameStatus *frame)
{
    g_free(frame->fleet);
    g_free(frame->daemon);
    g_free(frame->daemon_location);
    g_free(frame->store_detail);
    g_free(frame->approvers);
    g_free(frame->config_error);
    g_free(frame->automation_why);
    g_free(frame->audit_hash);
    *frame = (FrameStatus){0};
}

void change_free(Change *change)
{
    if (!change)
        return;
    g_free(change->object);
    g_free(change->text);
    g_free(change);
}
