// What follows from what was observed: modes, roles, replication, loss bounds. Done for a group whenever
// something under it has changed; nothing here is stored.
#include "engine/findings.h"
#include "engine/lag.h"
#include "engine/propose.h"
#include "engine/seen.h"
#include "engine/history.h"

#include "base/text.h"
#include "base/timefmt.h"

bool derive_healthy(const Engine *engine, const Location *location)
{
    const LocationStatus *status = world_location(engine, location->name);
    if (!status)
        return false;
    if (location->health.url)
        return status->verdict.state == VERDICT_UP || status->verdict.state == VERDICT_DEGRADED;
    return status->managed_at_ms && engine->now_ms - status->managed_at_ms < 3 * ENGINE_OBSERVE_MS;
}

bool derive_unprobed(const Engine *engine, const Location *location)
{
    const LocationStatus *status = world_location(engine, location->name);
    return status && location->health.url && !status->vantages->len;
}

bool derive_hesitates(const Engine *engine, const char *location)
{
    const LocationStatus *status = world_location(engine, location);
    for (guint i = 0; status && i < status->vantages->len; i++) {
        const VantageStatus *vantage = status->vantages->pdata[i];
        if (vantage->failures && vantage->failures < status->failures_limit)
            return true;
    }
    return false;
}

gint64 derive_first_failure(const LocationStatus *status)
{
    gint64 first = 0;
    for (guint i = 0; i < status->vantages->len; i++) {
        const VantageStatus *vantage = status->vantages->pdata[i];
        if (vantage->first_failure_ms && (!first || vantage->first_failure_ms < first))
            first = vantage->first_failure_ms;
    }
    return first;
}

static gint64 fresh_limit_ms(const Engine *engine)
{
    gint64 normal = engine->config.observe_ms ? engine->config.observe_ms : ENGINE_OBSERVE_MS;
    return 3 * normal + ENGINE_OBSERVE_DEADLINE_MS;
}

bool derive_seen_active(const Engine *engine, const InstanceWatch *watch)
{
    return watch->status->state == INSTANCE_ACTIVE && watch->last_ok_ms &&
           engine->mono_ms - watch->last_ok_ms <= fresh_limit_ms(engine);
}

// ---- Roles and modes ---------------------------------------------------------------------------

static InstanceState desired_of(const GroupLive *live, const InstanceWatch *watch)
{
    if (!watch->workload->single_active || watch->workload->kind == KIND_ROUTER)
        return INSTANCE_ACTIVE;
    return g_strcmp0(live->record->active, watch->status->location) == 0 ? INSTANCE_ACTIVE
                                                                         : INSTANCE_PASSIVE;
}

// What its triggers should have fired since its location went down; what was seen to run after all is not
// counted. -1 = not known.
static gint64 missed_since(const Engine *engine, const InstanceWatch *watch, gint64 from_ms)
{
    const Workload *workload = watch->instance->workload;
    gint64 missed = 0;
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        const TriggerStatus *status = watch->workload->triggers->pdata[i];
        if (trigger->type != TRIGGER_RECURRENCE)
            continue;
        gint64 count = engine->config.fires(watch->instance, trigger, MAX(from_ms, status->last_ms),
                                            engine->now_ms, engine->config.data);
        if (count < 0)
            return -1;
        missed += count;
    }
    return missed;
}

static void derive_missed(const Engine *engine, const InstanceWatch *watch)
{
    const LocationStatus *at = world_location(engine, watch->status->location);
    bool down = at->verdict.state == VERDICT_DOWN && watch->status->desired == INSTANCE_ACTIVE;
    gint64 from = derive_first_failure(at);
    watch->status->missed = !down ? 0 : -1;
    if (down && engine->config.fires)
        watch->status->missed = missed_since(engine, watch, from ? from : at->verdict.since_ms);
}

// What was missed and doubled by the history of runs.
static bool derive_fires(const Engine *engine, const GroupLive *live, const Workload *workload,
                         guint i, TriggerStatus *trigger)
{
    FireCount count;
    history_count(engine, workload, i, live->record->active, &count);
    bool same = trigger->missed == count.missed && trigger->doubled == count.doubled;
    trigger->missed = count.missed;
    trigger->doubled = count.doubled;
    trigger->overdue = count.overdue;
    trigger->counted_ms = count.since_ms;
    trigger->last_ms = count.last_ms;
    text_replace(&trigger->last_at, count.last_at);
    return !same;
}

static void derive_next(const Engine *engine, const GroupLive *live, const Workload *workload,
                        bool *changed)
{
    WorkloadStatus *status = world_workload(engine, workload->id);
    const Location *at =
        fleet_location(engine->fleet, live->record->active ? live->record->active : "");
    const Instance *instance = at ? workload_instance(workload, at) : NULL;
    for (guint i = 0; i < status->triggers->len; i++) {
        TriggerStatus *trigger = status->triggers->pdata[i];
        gint64 before_ms = trigger->next_ms;
        trigger->next_ms = instance && engine->config.next
                               ? engine->config.next(instance, workload->triggers->pdata[i],
                                                     engine->now_ms, engine->config.data)
                               : 0;
        *changed |= before_ms != trigger->next_ms;
        *changed |= derive_fires(engine, live, workload, i, trigger);
    }
}

// Who waits for it to be switched off. True if that is another than before.
static bool derive_passivation(const GroupLive *live, InstanceWatch *watch)
{
    const QuarantineIntent *intent =
        group_record_quarantine(live->record, watch->workload->id, watch->status->location);
    const char *by = intent ? intent->by : NULL;
    if (g_strcmp0(by, watch->status->passivate_by) == 0)
        return false;
    g_free(watch->status->passivate_by);
    watch->status->passivate_by = g_strdup(by);
    return true;
}

// What is derived of an instance and not observed is told too: nobody else would say so.
static guint derive_workload(Engine *engine, GroupLive *live, const Workload *workload)
{
    guint active = 0;
    bool changed = false;
    for (guint j = 0; j < workload->instances->len; j++) {
        InstanceWatch *watch = g_hash_table_lookup(engine->watch_of, workload->instances->pdata[j]);
        InstanceStatus *status = watch->status;
        const InstanceStatus before = *status;
        status->desired = desired_of(live, watch);
        status->quarantined = live->record->mode == MODE_FAILED_OVER && status->primary &&
                              watch->workload->single_active &&
                              g_strcmp0(live->record->active, status->location) != 0 &&
                              status->state != INSTANCE_UNREACHABLE;
        derive_missed(engine, watch);
        changed |= derive_passivation(live, watch);
        active += watch->workload->single_active && derive_seen_active(engine, watch);
        changed |= before.desired != status->desired || before.missed != status->missed ||
                   before.quarantined != status->quarantined;
    }
    derive_next(engine, live, workload, &changed);
    if (changed)
        tell(engine, ENGINE_WORKLOAD, workload->id);
    return active;
}

static bool never_observed(const Engine *engine, const Group *group)
{
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        for (guint j = 0; j < workload->instances->len; j++) {
            const InstanceWatch *watch =
                g_hash_table_lookup(engine->watch_of, workload->instances->pdata[j]);
            if (watch->last)
                return false;
        }
    }
    return group->workloads->len > 0;
}

static void set_mode(Engine *engine, GroupLive *live, bool split)
{
    GroupMode mode = split ? MODE_SPLIT
                     : live->record->revision == 0 && never_observed(engine, live->group)
                         ? MODE_UNKNOWN
                         : live->record->mode;
    if (mode == live->status->mode && live->status->mode_since_ms)
        return;
    findings_touch_group(engine, live->group);
    live->status->mode = mode;
    live->status->mode_since_ms =
        split || !live->record->since_ms ? engine->now_ms : live->record->since_ms;
    engine->alarms_dirty = true;
}

// Its location is up again. False once the group was seen to run there since, or cannot be seen.
static bool still_waits(const Engine *engine, const Group *group, const LocationStatus *at)
{
    gint64 up_ms = engine_mono_of(engine, at->verdict.since_ms);
    bool waits = false;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        const InstanceWatch *watch = world_instance(engine, workload->id, at->name);
        if (!watch || workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
            continue;
        bool seen = watch->last && watch->last_sent_ms >= up_ms;
        if (seen && watch->status->state == INSTANCE_ACTIVE)
            return false;
        waits |= seen ? watch->status->state == INSTANCE_PASSIVE
                      : watch->last || watch->answered_sent_ms < up_ms;
    }
    return waits;
}

// A group falls with its location, and runs again when it is seen to: a region that comes back is passive, and may be
// lost once more before anybody has activated it.
static void derive_fall(Engine *engine, GroupLive *live)
{
    const LocationStatus *at = world_location(engine, live->record->active);
    const Operation *open = live->open;
    VerdictState state = at ? at->verdict.state : VERDICT_UNKNOWN;
    if (state == VERDICT_DOWN && !live->fell_ms)
        live->fell_ms = open && open->detected_ms ? MIN(open->detected_ms, at->verdict.since_ms)
                                                  : at->verdict.since_ms;
    else if (live->fell_ms && state != VERDICT_DOWN && state != VERDICT_UNKNOWN &&
             !still_waits(engine, live->group, at))
        live->fell_ms = 0;
    else if (at && !fleet_location(engine->fleet, at->name)->health.url)
        live->fell_ms = 0;
    seen_fall(engine, live);
}

static gint64 down_since(const GroupLive *live)
{
    return live->open && live->open->detected_ms ? live->open->detected_ms : live->fell_ms;
}

static void copy_record(Engine *engine, GroupLive *live)
{
    GroupStatus *status = live->status;
    const GroupRecord *record = live->record;
    bool off = automation_is_off(&record->automation, engine->now_ms);
    text_replace(&status->active, record->active);
    text_replace(&status->operation, live->open ? live->open->id : NULL);
    status->epoch = record->epoch;
    bool here = record->reviewed_ms > live->group->plan_reviewed_ms;
    gint64 before_ms = status->plan_reviewed_ms;
    status->plan_reviewed_ms = here ? record->reviewed_ms : live->group->plan_reviewed_ms;
    if (status->plan_reviewed_ms != before_ms)
        findings_touch_group(engine, live->group);
    text_replace(&status->plan_reviewed_by, here ? record->reviewed_by : NULL);
    text_replace(&status->plan_review_note, here ? record->review_note : NULL);
    bool ours = record->tested_ms > live->group->plan_tested_ms;
    status->plan_tested_ms = ours ? record->tested_ms : live->group->plan_tested_ms;
    text_replace(&status->plan_tested_by, ours ? record->tested_by : NULL);
    status->rollback_until_ms =
        record->rollback_until_ms > engine->now_ms ? record->rollback_until_ms : 0;
    status->antiflap_until_ms =
        record->antiflap_until_ms > engine->now_ms ? record->antiflap_until_ms : 0;
    status->down_since_ms = down_since(live);
    status->automation_off = off;
    text_replace(&status->automation_why, off ? record->automation.why : NULL);
    status->automation_until_ms = off ? record->automation.until_ms : 0;
    status->plan_due_ms = group_status_plan_due(status);
}

// True if everything single-active of the group is seen active at `active` and passive at all its other places.
static bool runs_at(const Engine *engine, const Group *group, const Location *active)
{
    guint seen = 0;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        if (workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
            continue;
        for (guint j = 0; j < workload->instances->len; j++) {
            const InstanceWatch *watch =
                g_hash_table_lookup(engine->watch_of, workload->instances->pdata[j]);
            bool here = watch->instance->location == active;
            if (watch->status->state != (here ? INSTANCE_ACTIVE : INSTANCE_PASSIVE))
                return false;
            seen += here;
        }
    }
    return seen > 0;
}

// A group that this store has never decided about may have been moved before (by hand, or under a store that was
// lost): then its role is where it is seen whole.
static void adopt(Engine *engine, GroupLive *live)
{
    GroupRecord *record = live->record;
    if (record->revision || live->open ||
        g_strcmp0(record->active, live->group->primary->name) != 0)
        return;
    for (guint i = 0; i < live->group->standbys->len; i++) {
        const Location *standby = live->group->standbys->pdata[i];
        if (!runs_at(engine, live->group, standby))
            continue;
        g_free(record->active);
        record->active = g_strdup(standby->name);
        record->mode = MODE_FAILED_OVER;
        record->limited = true;
        record->since_ms = engine->now_ms;
        g_autofree char *object = g_strconcat("group/", live->group->name, NULL);
        g_autofree char *text =
            g_strdup_printf("found failed over to %s, and taken as such", standby->name);
        tell_change(engine, SEVERITY_WARNING, object, text);
        return;
    }
}

// A lag that is worth a finding changes with every look; others are none.
static bool lag_moves(const GroupLive *live)
{
    for (guint i = 0; i < live->status->replication->len; i++) {
        const ReplicationStatus *link = live->status->replication->pdata[i];
        gint64 behind_ms = replication_behind_ms(link);
        if (behind_ms < 0 || 2 * behind_ms >= live->group->rpo_ms)
            return true;
    }
    return false;
}

// A region always comes back passive: then the group runs nowhere, though nothing is down any more. What an operation
// switches off on its way is meant.
static void derive_rest(Engine *engine, GroupLive *live)
{
    const Location *at = fleet_location(engine->fleet, live->record->active);
    bool moves = live->open && live->open->started_ms;
    bool rests = at && !moves && world_location(engine, at->name)->verdict.state != VERDICT_DOWN &&
                 propose_is_resting(engine, live->group, at);
    engine->alarms_dirty = engine->alarms_dirty || rests != live->rests;
    live->rests = rests;
}

static void derive_group(Engine *engine, GroupLive *live)
{
    bool split = false;
    live->dirty = false;
    adopt(engine, live);
    derive_replication(engine, live);
    for (guint i = 0; i < live->group->workloads->len; i++) {
        const Workload *workload = live->group->workloads->pdata[i];
        split = derive_workload(engine, live, workload) > 1 || split;
    }
    set_mode(engine, live, split);
    derive_rest(engine, live);
    derive_fall(engine, live);
    copy_record(engine, live);
    derive_bound(engine, live);
    derive_homecoming(engine, live);
    if (lag_moves(live) || live->lagged)
        findings_touch_group(engine, live->group);
    live->lagged = lag_moves(live);
    seen_group(engine, live);
    lag_note(engine, live);
    tell(engine, ENGINE_GROUP, live->group->name);
}

static void count_active(Engine *engine)
{
    const GPtrArray *locations = engine->locations;
    g_autofree guint *before = g_new(guint, locations->len);
    for (guint i = 0; i < locations->len; i++) {
        LocationStatus *status = locations->pdata[i];
        before[i] = status->active;
        status->active = 0;
    }
    for (guint i = 0; i < engine->instances->len; i++) {
        const InstanceWatch *watch = engine->instances->pdata[i];
        if (watch->status->state == INSTANCE_ACTIVE)
            world_location(engine, watch->status->location)->active++;
    }
    for (guint i = 0; i < locations->len; i++) {
        const LocationStatus *status = locations->pdata[i];
        if (before[i] != status->active)
            tell(engine, ENGINE_LOCATION, status->name);
    }
}

void derive_run(Engine *engine, gint64 *due_ms)
{
    bool any = false;
    (void)due_ms;
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        GroupLive *live =
            world_live(engine, ((const Group *)engine->fleet->groups->pdata[i])->name);
        if (live->dirty) {
            derive_group(engine, live);
            any = true;
        }
    }
    if (any)
        count_active(engine);
}
