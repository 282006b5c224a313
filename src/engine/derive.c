// What follows from what was observed: modes, roles, replication, loss bounds. Done for a group whenever
// something under it has changed; nothing here is stored.
#include "engine/findings.h"
#include "engine/lag.h"
#include "engine/propose.h"
#include "engine/seen.h"
#include "engine/history.h"

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

// ---- Replication -------------------------------------------------------------------------------

static ReplicationStatus *find_replication(GPtrArray *list, const ReplicationStatus *like)
{
    for (guint i = 0; i < list->len; i++) {
        ReplicationStatus *item = list->pdata[i];
        if (g_strcmp0(item->workload, like->workload) == 0 &&
            g_strcmp0(item->from, like->from) == 0 && g_strcmp0(item->to, like->to) == 0)
            return item;
    }
    ReplicationStatus *item = replication_status_new(like->workload, like->from, like->to);
    item->committed_pos = item->replayed_pos = item->lag_ms = -1;
    g_ptr_array_add(list, item);
    return item;
}

static void set_text(char **text, const char *value)
{
    if (g_strcmp0(*text, value) == 0)
        return;
    g_free(*text);
    *text = g_strdup(value);
}

// Each side knows its own end best; the newer word of either counts.
static void merge_replication(GPtrArray *list, const ReplicationStatus *seen)
{
    ReplicationStatus *item = find_replication(list, seen);
    if (seen->observed_at_ms > item->observed_at_ms) {
        item->observed_at_ms = seen->observed_at_ms;
        item->replayed_ms = seen->replayed_ms;
        item->replayed_pos = seen->replayed_pos;
        item->lag_ms = seen->lag_ms;
        item->streaming = seen->streaming;
        item->synchronous = seen->synchronous;
        set_text(&item->lineage, seen->lineage ? seen->lineage : item->lineage);
    }
    if (seen->source_at_ms > item->source_at_ms) {
        item->source_at_ms = seen->source_at_ms;
        item->committed_ms = seen->committed_ms;
        item->committed_pos = seen->committed_pos;
        if (!item->observed_at_ms) {
            item->synchronous = seen->synchronous;
            set_text(&item->lineage, seen->lineage);
        }
    }
}

// Links whose ends no longer exist go.
static void prune_replication(const Engine *engine, GPtrArray *list)
{
    for (guint i = list->len; i-- > 0;) {
        const ReplicationStatus *item = list->pdata[i];
        if (!world_instance(engine, item->workload, item->from) ||
            !world_instance(engine, item->workload, item->to))
            g_ptr_array_remove_index(list, i);
    }
}

static void derive_replication(const Engine *engine, GroupLive *live)
{
    for (guint i = 0; i < live->group->workloads->len; i++) {
        const Workload *workload = live->group->workloads->pdata[i];
        for (guint j = 0; j < workload->instances->len; j++) {
            const InstanceWatch *watch =
                g_hash_table_lookup(engine->watch_of, workload->instances->pdata[j]);
            const GPtrArray *seen = watch->last ? watch->last->replication : NULL;
            for (guint k = 0; seen && k < seen->len; k++)
                merge_replication(live->status->replication, seen->pdata[k]);
        }
    }
    prune_replication(engine, live->status->replication);
}

// ---- The data-loss bound -----------------------------------------------------------------------

static const ReplicationStatus *link_of(const GroupStatus *status, const char *workload,
                                        const char *from, const char *to)
{
    for (guint i = 0; i < status->replication->len; i++) {
        const ReplicationStatus *item = status->replication->pdata[i];
        if (g_strcmp0(item->workload, workload) == 0 && g_strcmp0(item->from, from) == 0 &&
            g_strcmp0(item->to, to) == 0)
            return item;
    }
    return NULL;
}

// Health and management need not die at once: what was heard of after a failed probe is missed when it stops to answer.
gint64 derive_source_silent(const Engine *engine, const ReplicationStatus *link)
{
    const LocationStatus *status = world_location(engine, link->from);
    const InstanceWatch *watch = world_instance(engine, link->workload, link->from);
    gint64 last_ms = MAX(link->source_at_ms, link->committed_ms);
    gint64 missed = status ? derive_first_failure(status) : 0;
    if (missed && missed < last_ms)
        missed = watch ? watch->silent_ms : 0;
    return missed >= last_ms ? missed : 0;
}

// Up to when everything that was committed is on the standby. If the standby has replayed the very position
// that the source had last when it was looked at, then up to that look.
static gint64 replayed_until(const ReplicationStatus *link)
{
    bool whole = link->committed_pos >= 0 && link->replayed_pos >= link->committed_pos;
    return whole ? MAX(link->replayed_ms, link->source_at_ms) : link->replayed_ms;
}

static void link_bound(const Engine *engine, const ReplicationStatus *link, LossBound *bound)
{
    gint64 missed = derive_source_silent(engine, link);
    gint64 until = missed ? missed : engine->now_ms; // until then it may have committed
    gint64 replayed = replayed_until(link);
    char replayed_text[16], until_text[16], loss_text[16], ahead_text[16];
    time_format_clock(replayed, replayed_text);
    time_format_clock(until, until_text);
    gint64 ahead = replayed - engine->now_ms;
    bound->known = replayed > 0 && ahead <= CLOCK_SKEW_MS;
    bound->loss_ms = bound->known && !link->synchronous ? MAX(until - replayed, 0) : 0;
    bound->transactions = link->committed_pos >= 0 && link->replayed_pos >= 0
                              ? MAX(link->committed_pos - link->replayed_pos, 0)
                              : -1;
    bound->observed_at_ms = link->observed_at_ms;
    bound->moves = !missed;
    duration_format_up(bound->loss_ms, loss_text);
    duration_format(ahead, ahead_text);
    if (!bound->known && replayed > 0)
        bound->how = g_strdup_printf("%s: replayed up to %s by a clock that is %s ahead of this "
                                     "machine's: how much is missing cannot be told",
                                     link->workload, replayed_text, ahead_text);
    else if (!bound->known)
        bound->how = g_strdup_printf("nothing is known of what %s has replayed of %s",
                                     world_title(engine, link->to), link->workload);
    else if (link->synchronous)
        bound->how =
            g_strdup_printf("%s replicates synchronously: %s holds all that was acknowledged",
                            link->workload, world_title(engine, link->to));
    else
        bound->how = g_strdup_printf(
            "%s: replayed up to %s, %s %s ⇒ ≤ %s", link->workload, replayed_text,
            missed ? "primary missed first at" : "primary alive at", until_text, loss_text);
}

// True if `a` is worse than `b`.
static bool is_worse(const LossBound *a, const LossBound *b)
{
    return a->known != b->known ? !a->known : a->loss_ms > b->loss_ms;
}

static void workload_bound(const Engine *engine, const GroupStatus *status,
                           const Workload *workload, const char *from, const char *to,
                           LossBound *bound)
{
    const ReplicationStatus *link = link_of(status, workload->id, from, to);
    *bound = (LossBound){.transactions = -1};
    if (link)
        link_bound(engine, link, bound);
    else
        bound->how = g_strdup_printf("no replication of %s from %s to %s was ever observed",
                                     workload->id, from, to);
}

void derive_loss(const Engine *engine, const Group *group, const char *from, const char *to,
                 LossBound *ret_bound)
{
    const GroupLive *live = world_live(engine, group->name);
    LossBound worst = {.known = true, .observed_at_ms = engine->now_ms};
    gint64 transactions = 0; // of all workloads together
    bool moves = false;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        const Location *at = fleet_location(engine->fleet, from);
        if (!workload_holds_data(workload) || !at || !workload_instance(workload, at))
            continue;
        LossBound bound;
        workload_bound(engine, live->status, workload, from, to, &bound);
        transactions =
            transactions < 0 || bound.transactions < 0 ? -1 : transactions + bound.transactions;
        moves = moves || bound.moves;
        if (!worst.how || is_worse(&bound, &worst)) {
            g_free(worst.how);
            worst = bound;
        } else
            g_free(bound.how);
    }
    if (!worst.how)
        worst.how = g_strdup("no workload of this group holds data of its own");
    worst.transactions = transactions;
    worst.moves = moves;
    *ret_bound = worst;
}

// Where the data is, and where it would go: while nobody has the role, as the operation that moves it says.
static void bound_ends(const GroupLive *live, const char **ret_from, const char **ret_to)
{
    const GroupRecord *record = live->record;
    const char *home = live->group->primary->name;
    const char *from = record->active ? record->active : home;
    const char *to = g_str_equal(from, home) ? NULL : home;
    if (!record->active && live->open && !g_str_equal(live->open->from, live->open->to)) {
        *ret_from = live->open->from;
        *ret_to = live->open->to;
        return;
    }
    for (guint i = 0; !to && i < live->group->standbys->len; i++) {
        const char *name = ((const Location *)live->group->standbys->pdata[i])->name;
        to = g_str_equal(name, from) ? NULL : name;
    }
    *ret_from = from;
    *ret_to = to;
}

static void derive_bound(const Engine *engine, GroupLive *live)
{
    const char *from, *to;
    bound_ends(live, &from, &to);
    g_free(live->status->loss.how);
    live->status->loss = (LossBound){0};
    if (to)
        derive_loss(engine, live->group, from, to, &live->status->loss);
    else
        live->status->loss.how = g_strdup("the group has no standby");
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
    set_text(&trigger->last_at, count.last_at);
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
    set_text(&status->active, record->active);
    set_text(&status->operation, live->open ? live->open->id : NULL);
    status->epoch = record->epoch;
    bool here = record->reviewed_ms > live->group->plan_reviewed_ms;
    gint64 before_ms = status->plan_reviewed_ms;
    status->plan_reviewed_ms = here ? record->reviewed_ms : live->group->plan_reviewed_ms;
    if (status->plan_reviewed_ms != before_ms)
        findings_touch_group(engine, live->group);
    set_text(&status->plan_reviewed_by, here ? record->reviewed_by : NULL);
    set_text(&status->plan_review_note, here ? record->review_note : NULL);
    bool ours = record->tested_ms > live->group->plan_tested_ms;
    status->plan_tested_ms = ours ? record->tested_ms : live->group->plan_tested_ms;
    set_text(&status->plan_tested_by, ours ? record->tested_by : NULL);
    status->rollback_until_ms =
        record->rollback_until_ms > engine->now_ms ? record->rollback_until_ms : 0;
    status->antiflap_until_ms =
        record->antiflap_until_ms > engine->now_ms ? record->antiflap_until_ms : 0;
    status->down_since_ms = down_since(live);
    status->automation_off = off;
    set_text(&status->automation_why, off ? record->automation.why : NULL);
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
