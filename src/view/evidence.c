#include "view/evidence.h"

enum { LIMIT_DEFAULT_MS = 15 * 1000 };

static void note(EvidenceAge *age, gint64 at_ms, const char *what, const char *location)
{
    age->newest_ms = MAX(age->newest_ms, at_ms);
    if (age->location && (!age->oldest_ms || (at_ms && at_ms >= age->oldest_ms)))
        return;
    age->oldest_ms = at_ms;
    age->what = what;
    age->location = location;
}

static gint64 first_failure(const LocationStatus *location)
{
    gint64 first = 0;
    for (guint i = 0; location && i < location->vantages->len; i++) {
        const VantageStatus *vantage = location->vantages->pdata[i];
        if (vantage->first_failure_ms && (!first || vantage->first_failure_ms < first))
            first = vantage->first_failure_ms;
    }
    return first;
}

static void note_location(EvidenceAge *age, const Picture *picture, const char *name)
{
    const LocationStatus *location = picture_location(picture, name);
    if (location && location->vantages->len) // without a health check there is nothing to wait for
        note(age, location->verdict.observed_at_ms, NULL, location->name);
}

// An instance of the lost side that nobody can look at: its last word stands (engine/facts.c). In a region that is
// down, one that hangs or answers nonsense tells no more than one that is gone.
static bool is_silent(const Picture *picture, const Operation *operation,
                      const InstanceStatus *instance)
{
    const LocationStatus *from = picture_location(picture, operation->from);
    if (g_strcmp0(instance->location, operation->from) != 0 ||
        g_strcmp0(operation->from, operation->to) == 0)
        return false;
    return instance->state == INSTANCE_UNREACHABLE ||
           (instance->state == INSTANCE_UNKNOWN && !operation->planned && from &&
            from->verdict.state == VERDICT_DOWN);
}

static void note_instance(EvidenceAge *age, const Picture *picture, const Operation *operation,
                          const WorkloadStatus *workload, const char *location)
{
    const InstanceStatus *instance = workload_status_at(workload, location);
    bool silent = instance && is_silent(picture, operation, instance);
    if (instance && !silent)
        note(age, instance->observed_at_ms, workload->id, instance->location);
}

// A planned move proves its data by catching up, and a failback makes its link itself.
static void note_replication(EvidenceAge *age, const Picture *picture, const Operation *operation)
{
    const GroupStatus *group = picture_group(picture, operation->group);
    gint64 silent_since = first_failure(picture_location(picture, operation->from));
    if (!group || operation->planned || operation->kind == OPERATION_FAILBACK)
        return;
    for (guint i = 0; i < group->replication->len; i++) {
        const ReplicationStatus *link = group->replication->pdata[i];
        if (g_strcmp0(link->from, operation->from) != 0 || g_strcmp0(link->to, operation->to) != 0)
            continue;
        note(age, link->observed_at_ms, link->workload, link->to);
        if (link->source_at_ms && silent_since <= link->source_at_ms)
            note(age, link->source_at_ms, link->workload, link->from);
    }
}

EvidenceAge evidence_age(const Picture *picture, const Operation *operation)
{
    EvidenceAge age = {0};
    note_location(&age, picture, operation->from);
    note_location(&age, picture, operation->to);
    // The silence of a target may be why an act is asked for: there its last word stands, as the statement says.
    if (operation->statement && operation->statement->act != ACT_NONE)
        return age;
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        const WorkloadStatus *workload = picture_at(picture, SHELF_WORKLOADS, i);
        if (g_strcmp0(workload->group, operation->group) != 0)
            continue;
        note_instance(&age, picture, operation, workload, operation->from);
        note_instance(&age, picture, operation, workload, operation->to);
    }
    note_replication(&age, picture, operation);
    return age;
}

bool evidence_is_old(const Picture *picture, const Operation *operation, gint64 now_ms)
{
    gint64 oldest_ms = evidence_age(picture, operation).oldest_ms;
    return !oldest_ms || now_ms - oldest_ms > evidence_limit(picture, operation);
}

gint64 evidence_limit(const Picture *picture, const Operation *operation)
{
    const GroupStatus *group = picture_group(picture, operation->group);
    return group && group->evidence_ms ? group->evidence_ms : LIMIT_DEFAULT_MS;
}
