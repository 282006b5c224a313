// What a group's data would lose: where the links of its replication stand, by what both ends say, and the bound that
// follows from it.
#include "engine/state.h"

#include "base/text.h"
#include "base/timefmt.h"

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
        text_replace(&item->lineage, seen->lineage ? seen->lineage : item->lineage);
    }
    if (seen->source_at_ms > item->source_at_ms) {
        item->source_at_ms = seen->source_at_ms;
        item->committed_ms = seen->committed_ms;
        item->committed_pos = seen->committed_pos;
        if (!item->observed_at_ms) {
            item->synchronous = seen->synchronous;
            text_replace(&item->lineage, seen->lineage);
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

void derive_replication(const Engine *engine, GroupLive *live)
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

// What was silent when this daemon began is so from before, if the failed probes of its location are.
static gint64 silent_since(const InstanceWatch *watch, gint64 missed)
{
    if (!watch || !watch->silent_ms)
        return 0;
    return watch->silent_before_ms >= missed ? watch->silent_before_ms : watch->silent_ms;
}

// Health and management need not die at once: what was heard of after a failed probe is missed when it stops to answer.
gint64 derive_source_silent(const Engine *engine, const ReplicationStatus *link)
{
    const LocationStatus *status = world_location(engine, link->from);
    const InstanceWatch *watch = world_instance(engine, link->workload, link->from);
    gint64 last_ms = MAX(link->source_at_ms, link->committed_ms);
    gint64 missed = status ? derive_first_failure(status) : 0;
    if (missed && missed < last_ms)
        missed = silent_since(watch, missed);
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

void derive_bound(const Engine *engine, GroupLive *live)
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
