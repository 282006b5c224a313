// Failback readiness, from the first minute of an outage: does home answer, how far have the two sides diverged, and
// what would a failback discard.
#include "base/text.h"
#include "engine/state.h"

// How many of its workloads have data on both sides.
static guint count_copies(const Group *group, const Location *a, const Location *b)
{
    guint copies = 0;
    for (guint i = 0; a && b && i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        copies += workload_holds_data(workload) && workload_instance(workload, a) &&
                  workload_instance(workload, b);
    }
    return copies;
}

// What `from` has committed beyond what `to` has replayed of it, over all data of the group; -1 if one of the links
// was never seen, or not whole. The older observation counts.
static gint64 ahead_of(const Engine *engine, const GroupLive *live, const char *from,
                       const char *to, gint64 *at_ms)
{
    const GPtrArray *links = live->status->replication;
    guint missing = count_copies(live->group, fleet_location(engine->fleet, from),
                                 fleet_location(engine->fleet, to));
    gint64 ahead = -1;
    for (guint i = 0; i < links->len; i++) {
        const ReplicationStatus *link = links->pdata[i];
        if (g_strcmp0(link->from, from) != 0 || g_strcmp0(link->to, to) != 0)
            continue;
        if (link->committed_pos < 0 || link->replayed_pos < 0)
            return -1;
        gint64 seen_ms = MIN(link->source_at_ms, link->observed_at_ms);
        *at_ms = *at_ms ? MIN(*at_ms, seen_ms) : seen_ms;
        ahead = MAX(ahead, (gint64)0) + MAX(link->committed_pos - link->replayed_pos, (gint64)0);
        missing -= missing > 0;
    }
    return missing ? -1 : ahead;
}

static bool holds_data(const Group *group)
{
    for (guint i = 0; i < group->workloads->len; i++)
        if (workload_holds_data(group->workloads->pdata[i]))
            return true;
    return false;
}

static char *sentence(const FailbackReadiness *ready, bool data, const char *home,
                      const char *other)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s", home,
                           ready->answers ? "answers" : "does not answer: no failback yet");
    if (!data)
        g_string_append(text, "; no workload of this group holds data of its own");
    else if (ready->discarded < 0)
        g_string_append_printf(text,
                               "; how much it committed that %s never got is not known: a failback "
                               "would discard it",
                               other);
    else if (ready->discarded)
        g_string_append_printf(text,
                               "; a failback discards %" G_GINT64_FORMAT
                               " transaction%s that it committed and %s never got",
                               ready->discarded, text_plural(ready->discarded), other);
    else
        g_string_append_printf(text, "; nothing that is known of it would be discarded");
    if (data && ready->behind > 0)
        g_string_append_printf(text, "; it is %" G_GINT64_FORMAT " transaction%s behind",
                               ready->behind, text_plural(ready->behind));
    return g_string_free(text, FALSE);
}

// Where the group runs, or would run, while home is away.
static const char *other_side(const GroupLive *live)
{
    const char *home = live->group->primary->name, *active = live->record->active;
    if (active && !g_str_equal(active, home))
        return active;
    return live->group->standbys->len ? ((const Location *)live->group->standbys->pdata[0])->name
                                      : NULL;
}

void derive_homecoming(const Engine *engine, GroupLive *live)
{
    const Location *home = live->group->primary;
    const LocationStatus *status = world_location(engine, home->name);
    FailbackReadiness *ready = &live->status->failback;
    const char *other = other_side(live);
    bool away = live->record->active && !g_str_equal(live->record->active, home->name);
    g_free(ready->how);
    *ready = (FailbackReadiness){.discarded = -1, .behind = -1};
    if (!other || !(away || (status && status->verdict.state == VERDICT_DOWN)))
        return;
    bool data = holds_data(live->group);
    ready->applies = true;
    ready->answers = derive_healthy(engine, home);
    ready->discarded = data ? ahead_of(engine, live, home->name, other, &ready->observed_at_ms) : 0;
    ready->behind = data ? ahead_of(engine, live, other, home->name, &ready->observed_at_ms) : 0;
    ready->how = sentence(ready, data, world_title(engine, home->name), world_title(engine, other));
}
