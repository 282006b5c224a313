#include "api/calm.h"

#include "model/status.h"

enum { MINUTE_MS = 60 * 1000 };

// FNV-1a: two prints are compared, and nothing is kept.
static guint64 mix(guint64 print, guint64 value)
{
    for (int i = 0; i < 8; i++, value >>= 8)
        print = (print ^ (value & 0xff)) * G_GUINT64_CONSTANT(1099511628211);
    return print;
}

static guint64 mix_all(guint64 print, const gint64 *values, gsize n)
{
    for (gsize i = 0; i < n; i++)
        print = mix(print, (guint64)values[i]);
    return print;
}

static guint64 mix_text(guint64 print, const char *text)
{
    return mix(print, text ? g_str_hash(text) + G_GUINT64_CONSTANT(1) : 0);
}

#define BASIS G_GUINT64_CONSTANT(14695981039346656037)
#define MIX(print, ...)                                                                            \
    mix_all(print, (const gint64[]){__VA_ARGS__},                                                  \
            sizeof((const gint64[]){__VA_ARGS__}) / sizeof(gint64))

static bool sees_well(const VantageStatus *vantage)
{
    return !vantage->failures && vantage->history_len &&
           !vantage->history[vantage->history_len - 1].degraded;
}

static guint64 print_location(gconstpointer object)
{
    const LocationStatus *location = object;
    if (location->verdict.state != VERDICT_UP || location->faults->len)
        return 0;
    for (guint i = 0; i < location->vantages->len; i++)
        if (!sees_well(location->vantages->pdata[i]))
            return 0;
    guint64 print = MIX(BASIS, location->verdict.since_ms, location->vantages->len,
                        location->instances, location->active, location->primary_of,
                        location->standby_of, location->interval_ms, location->managed_at_ms != 0);
    return mix_text(mix_text(print, location->boot_id), location->title);
}

static guint64 print_replication(guint64 print, const GPtrArray *replication)
{
    for (guint i = 0; i < replication->len; i++) {
        const ReplicationStatus *link = replication->pdata[i];
        print = MIX(print, link->streaming, link->synchronous, link->lag_ms < 0);
        print = mix_text(mix_text(mix_text(print, link->from), link->to), link->lineage);
    }
    return print;
}

// Half of what may be lost is in danger, or something goes on: every step counts.
static bool is_moving(const GroupStatus *group)
{
    bool near =
        group->loss.known && group->loss.loss_ms && 2 * group->loss.loss_ms >= group->rpo_ms;
    return near || group->operation || group->down_since_ms || group->blocked;
}

static guint64 print_group(gconstpointer object)
{
    const GroupStatus *group = object;
    if (is_moving(group))
        return 0;
    guint64 print =
        MIX(BASIS, group->mode, group->mode_since_ms, group->epoch, group->rpo_ms, group->rto_ms,
            group->workloads, group->failover, group->approvals, group->four_eyes, group->signature,
            group->evidence_ms, group->loss.known, group->rollback_until_ms,
            group->antiflap_until_ms, group->reduced->len, group->findings, group->plan_reviewed_ms,
            group->plan_tested_ms, group->automation_off, group->automation_until_ms);
    print = MIX(print, group->failback.applies, group->failback.answers);
    print = mix_text(print, group->failback.how);
    print = mix_text(mix_text(print, group->active), group->automation_why);
    print = mix_text(mix_text(print, group->plan_reviewed_by), group->plan_review_note);
    print = mix_text(print, group->plan_tested_by);
    return print_replication(print, group->replication);
}

static guint64 print_instance(guint64 print, const InstanceStatus *instance)
{
    print = MIX(print, instance->desired, instance->state, instance->since_ms, instance->epoch,
                instance->quarantined, instance->missed, instance->observed_at_ms != 0,
                instance->runs < 0);
    print = mix_text(print, instance->passivate_by);
    return mix_text(mix_text(print, instance->boot_id), instance->detail);
}

static guint64 print_workload(gconstpointer object)
{
    const WorkloadStatus *workload = object;
    guint64 print = mix(BASIS, workload->findings);
    for (guint i = 0; i < workload->instances->len; i++)
        print = print_instance(print, workload->instances->pdata[i]);
    // What fires every few seconds has always fired since.
    for (guint i = 0; i < workload->triggers->len; i++) {
        const TriggerStatus *trigger = workload->triggers->pdata[i];
        print = MIX(print, trigger->next_ms / MINUTE_MS, trigger->missed, trigger->doubled);
    }
    return print;
}

guint64 calm_print(DeltaKind kind, gconstpointer object)
{
    static guint64 (*const PRINTS[DELTA_KINDS])(gconstpointer) = {
        [DELTA_LOCATION] = print_location,
        [DELTA_GROUP] = print_group,
        [DELTA_WORKLOAD] = print_workload,
    };
    return PRINTS[kind] ? PRINTS[kind](object) : 0;
}
