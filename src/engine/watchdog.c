// The watchdog: where the location that has a group's role is down, it proposes the failover, once for each
// time it goes down; and says why where it does not.
#include "engine/watchdog.h"

#include <string.h>

#include "base/timefmt.h"
#include "engine/propose.h"

enum { AGAIN_MS = 5 * 60 * 1000 }; // after a proposal that nobody signed

static void set_blocked(Engine *engine, GroupLive *live, char *why)
{
    if (g_strcmp0(live->status->blocked, why) == 0) {
        g_free(why);
        return;
    }
    g_free(live->status->blocked);
    live->status->blocked = why;
    engine->alarms_dirty = true;
    tell(engine, ENGINE_GROUP, live->group->name);
    if (why)
        log_warning(engine->config.log, "no failover is proposed", "group", live->group->name,
                    "why", why);
}

// The group's failover that ended last, whoever proposed it; NULL if none is kept.
static const Operation *last_failover(const Engine *engine, const GroupLive *live)
{
    for (guint i = engine->operations->len; i-- > 0;) {
        const Operation *operation = engine->operations->pdata[i];
        if (operation->kind == OPERATION_FAILOVER && operation_has_ended(operation) &&
            g_strcmp0(operation->group, live->group->name) == 0)
            return operation;
    }
    return NULL;
}

// Why none follows by itself, and the way out: "rejected by bob at 03:14:07Z; propose anew with F or …". NULL while one
// will follow.
static char *why_declined(const Engine *engine, const GroupLive *live, gint64 due_ms)
{
    const Operation *last = due_ms ? NULL : last_failover(engine, live);
    if (!last)
        return NULL;
    char at[16];
    time_format_clock(last->ended_ms, at);
    bool declined = last->state == OPERATION_REJECTED || last->state == OPERATION_WITHDRAWN;
    const char *how =
        declined && last->why ? last->why : word_of(&OPERATION_STATE_NAMES, (int)last->state);
    // Who, without the reason that they gave.
    return g_strdup_printf("%s%.*s at %s; propose anew with F or `signalbox failover %s "
                           "--reason TEXT`",
                           declined ? "" : "the last one: ", (int)strcspn(how, ":"), how, at,
                           live->group->name);
}

static bool proposed_already(Engine *engine, const GroupLive *live, gint64 *due_ms)
{
    const Operation *last = world_operation(engine, live->proposed);
    if (!live->declined)
        return false;
    if (!last || last->state != OPERATION_EXPIRED)
        return true;
    gint64 again_ms = last->ended_ms + AGAIN_MS;
    if (engine->now_ms >= again_ms)
        return false;
    engine_sooner(due_ms, engine_mono_of(engine, again_ms));
    return true;
}

// What is red everywhere says more of who looks than of what is looked at.
static bool all_are_down(const Engine *engine)
{
    for (guint i = 0; i < engine->locations->len; i++) {
        const LocationStatus *status = engine->locations->pdata[i];
        const Location *location = fleet_location(engine->fleet, status->name);
        if (location->health.url && status->verdict.state != VERDICT_DOWN)
            return false;
    }
    return engine->locations->len > 1;
}

static char *why_blocked(const Engine *engine, const GroupLive *live, const Location *target)
{
    char until[16];
    if (!live->group->policy.propose)
        return g_strdup("its policy leaves proposing to people");
    if (live->record->antiflap_until_ms > engine->now_ms) {
        time_format_clock(live->record->antiflap_until_ms, until);
        return g_strdup_printf(
            "anti-flap: operation %s ended only now; until %s, or until somebody arms the group "
            "again with a reason",
            live->record->operation ? live->record->operation : "", until);
    }
    if (!target && all_are_down(engine))
        return g_strdup("every location is down at once: suspect this daemon's own line, or the "
                        "health checks, before the regions");
    if (!target)
        return g_strdup("no other location of the group is healthy");
    return NULL;
}

static void proposed(Engine *engine, Motion *motion)
{
    const Operation *operation = world_operation(engine, motion->object);
    GroupLive *live = operation ? world_live(engine, operation->group) : NULL;
    if (!live)
        return;
    live->declined = true;
    g_free(live->proposed);
    live->proposed = g_strdup(operation->id);
    observe_group(engine, operation->group);
}

static Motion *propose(Engine *engine, GroupLive *live, const LocationStatus *from,
                       const Location *to)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *reason = g_strdup_printf("%s is down", from->title ? from->title : from->name);
    Motion *motion = motion_new("watchdog proposes", NULL);
    Proposal proposal = {.live = live,
                         .kind = OPERATION_FAILOVER,
                         .from = fleet_location(engine->fleet, from->name),
                         .to = to,
                         .proposer = "watchdog",
                         .reason = reason,
                         .detected_ms = live->fell_ms};
    motion->applied = proposed;
    if (propose_draft(engine, motion, &proposal, &error))
        return motion;
    set_blocked(engine, live, g_strdup(error->message));
    motion_free(motion);
    return NULL;
}

// A region always comes back passive. What was not moved away meanwhile waits there to be activated again; that
// moves no role and loses nothing, so it is proposed at once.
static Motion *propose_restart(Engine *engine, GroupLive *live, const LocationStatus *at)
{
    g_autoptr(GError) error = NULL;
    const Location *location = fleet_location(engine->fleet, at->name);
    if (!live->came_down || !location || !live->group->policy.propose ||
        !propose_is_resting(engine, live->group, location))
        return NULL;
    g_autofree char *reason =
        g_strdup_printf("%s has come back passive", at->title ? at->title : at->name);
    Proposal proposal = {.live = live,
                         .kind = OPERATION_FAILBACK,
                         .from = location,
                         .to = location,
                         .planned = true,
                         .proposer = "watchdog",
                         .reason = reason,
                         .detected_ms = live->fell_ms};
    Motion *motion = motion_new("watchdog proposes a restart", NULL);
    live->came_down = false; // once: after that it is for people to ask
    if (propose_draft(engine, motion, &proposal, &error))
        return motion;
    log_warning(engine->config.log, "no restart is proposed", "group", live->group->name, "why",
                error->message);
    motion_free(motion);
    return NULL;
}

static Motion *propose_failover(Engine *engine, GroupLive *live, const LocationStatus *from,
                                gint64 *due_ms)
{
    gint64 again_ms = 0;
    if (proposed_already(engine, live, &again_ms)) {
        set_blocked(engine, live, why_declined(engine, live, again_ms));
        if (again_ms)
            engine_sooner(due_ms, again_ms);
        return NULL;
    }
    const Location *target =
        propose_target(engine, live->group, fleet_location(engine->fleet, from->name));
    if (target && derive_hesitates(engine, target->name))
        return NULL; // perhaps it goes down with the other
    if (propose_unprobed(engine, live->group, fleet_location(engine->fleet, from->name)))
        return NULL; // perhaps there is a better one: its first probe is under way
    set_blocked(engine, live, why_blocked(engine, live, target));
    if (!live->status->blocked)
        return propose(engine, live, from, target);
    if (live->record->antiflap_until_ms > engine->now_ms)
        engine_sooner(due_ms, engine_mono_of(engine, live->record->antiflap_until_ms));
    return NULL;
}

static Motion *group_next(Engine *engine, GroupLive *live, gint64 *due_ms)
{
    const LocationStatus *at = world_location(engine, live->record->active);
    VerdictState state = at ? at->verdict.state : VERDICT_UNKNOWN;
    live->came_down = state == VERDICT_DOWN || (live->came_down && live->fell_ms);
    if (state == VERDICT_UP)
        live->declined = false;
    if (at && !live->open && state == VERDICT_DOWN)
        return propose_failover(engine, live, at, due_ms);
    set_blocked(engine, live, NULL);
    return at && !live->open && state == VERDICT_UP ? propose_restart(engine, live, at) : NULL;
}

Motion *watchdog_next(Engine *engine, gint64 *due_ms)
{
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        const Group *group = engine->fleet->groups->pdata[i];
        Motion *motion = group_next(engine, world_live(engine, group->name), due_ms);
        if (motion)
            return motion;
    }
    return NULL;
}
