// The watchdog's eyes: every location is probed on its own interval, jittered by a tenth so that a hundred
// of them do not beat in step, and judged after every answer. A probe that was late through our own
// fault (the loop stood still) has no vote.
#include "engine/findings.h"
#include "engine/seen.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/verdict.h"

enum { LATE_MS = 1000, LATE_COUNTS_MS = 10 * 60 * 1000 };

typedef struct {
    EngineLink *link;
    char *location;
} Asked;

// Interval ± 10 %, the same for the same location and count: a run can be repeated.
static gint64 jittered(const LocationWatch *watch)
{
    gint64 interval = MAX(watch->location->health.interval_ms, 10);
    if (watch->fast_ms)
        interval = MIN(interval, watch->fast_ms);
    guint32 hash = g_str_hash(watch->location->name) * 2654435761u + watch->count * 40503u;
    hash ^= hash >> 15;
    return interval - interval / 10 + (gint64)(hash % 1000) * (interval / 5) / 1000;
}

static VantageStatus *own_vantage(Engine *engine, LocationStatus *status)
{
    for (guint i = 0; i < status->vantages->len; i++) {
        VantageStatus *vantage = status->vantages->pdata[i];
        if (g_strcmp0(vantage->vantage, engine->config.daemon) == 0)
            return vantage;
    }
    VantageStatus *vantage = vantage_status_new(engine->config.daemon, engine->config.location);
    g_ptr_array_add(status->vantages, vantage);
    return vantage;
}

static bool same_faults(const GPtrArray *known, const char *const *faults)
{
    guint n = faults ? g_strv_length((char **)(gpointer)faults) : 0;
    if (n != known->len)
        return false;
    for (guint i = 0; i < n; i++)
        if (strcmp(known->pdata[i], faults[i]) != 0)
            return false;
    return true;
}

static void note_details(LocationStatus *status, const ProbeResult *result)
{
    if (!result->sample.ok)
        return;
    if (result->boot_id && g_strcmp0(status->boot_id, result->boot_id) != 0) {
        g_free(status->boot_id);
        status->boot_id = g_strdup(result->boot_id);
    }
    if (same_faults(status->faults, result->faults))
        return;
    g_ptr_array_set_size(status->faults, 0);
    for (guint i = 0; result->faults && result->faults[i]; i++)
        g_ptr_array_add(status->faults, g_strdup(result->faults[i]));
}

// Something else may have come in its way: what is not known changes nothing.
//
// An answer that came too late counts once the next one shows that the location is not down: while it goes down
// every answer is late, and there are others who speak of that. It counts for some minutes, then it is history.
static void note_answer(Engine *engine, LocationWatch *watch, AnswerStyle answer)
{
    bool late = answer == ANSWER_LATE;
    if (answer == ANSWER_SYNCHRONOUS && watch->late && watch->status->verdict.state != VERDICT_DOWN)
        watch->late_ms = engine->mono_ms;
    watch->late = late || (watch->late && answer == ANSWER_UNKNOWN);
    if (answer == ANSWER_SYNCHRONOUS && watch->late_ms &&
        engine->mono_ms - watch->late_ms < LATE_COUNTS_MS)
        answer = ANSWER_LATE;
    if (late || answer == ANSWER_UNKNOWN || watch->status->answer == answer)
        return;
    watch->status->answer = answer;
    findings_touch_location(engine, watch->location);
}

static LocationWatch *find_watch(Engine *engine, const char *name)
{
    const Location *location = fleet_location(engine->fleet, name);
    return location ? engine->watches->pdata[location->index] : NULL;
}

static void on_probe(const ProbeResult *result, gpointer data)
{
    Asked *asked = data;
    Engine *engine = engine_unlink(asked->link);
    LocationWatch *watch = engine ? find_watch(engine, asked->location) : NULL;
    g_free(asked->location);
    g_free(asked);
    if (!watch)
        return;
    engine_touch_time(engine);
    watch->in_flight = false;
    gint64 took_ms = engine->mono_ms - watch->sent_ms;
    bool late = took_ms > watch->location->health.timeout_ms + LATE_MS;
    if (!result->sample.ok && (late || watch->no_vote))
        log_warning(engine->config.log, "a failed probe has no vote: this program was late itself",
                    "location", watch->status->name);
    else {
        VantageStatus *vantage = own_vantage(engine, watch->status);
        verdict_note_probe(vantage, &result->sample, result->detail);
        seen_probe(engine, watch, vantage);
        note_details(watch->status, result);
        note_answer(engine, watch, result->answer);
        watch->dirty = true;
    }
    engine_wake(engine);
}

static void send_probe(Engine *engine, LocationWatch *watch)
{
    Asked *asked = g_new(Asked, 1);
    asked->link = engine_link(engine);
    asked->location = g_strdup(watch->location->name);
    watch->in_flight = true;
    watch->no_vote = false;
    watch->sent_ms = engine->mono_ms;
    watch->next_ms = engine->mono_ms + jittered(watch);
    watch->count++;
    prober_probe(engine->config.prober, watch->location, on_probe, asked);
}

// Everything that rests on the verdict looks again.
static void verdict_changed(Engine *engine, LocationWatch *watch)
{
    const Verdict *verdict = &watch->status->verdict;
    g_autofree char *object = g_strconcat("location/", watch->status->name, NULL);
    g_autofree char *text = g_strdup_printf(
        "%s is %s: %s", watch->location->title ? watch->location->title : watch->location->name,
        word_of(&VERDICT_NAMES, (int)verdict->state), verdict->why);
    Severity severity = verdict->state == VERDICT_UP     ? SEVERITY_INFO
                        : verdict->state == VERDICT_DOWN ? SEVERITY_ERROR
                                                         : SEVERITY_WARNING;
    tell_change(engine, severity, object, text);
    engine->alarms_dirty = true;
    findings_touch_location(engine, watch->location);
    for (guint i = 0; i < engine->instances->len; i++) {
        InstanceWatch *instance = engine->instances->pdata[i];
        if (instance->instance->location == watch->location)
            instance->next_ms = MIN(instance->next_ms, engine->mono_ms);
    }
}

static void judge(Engine *engine, LocationWatch *watch)
{
    const HealthCheck *health = &watch->location->health;
    watch->dirty = false;
    if (!health->url)
        return;
    bool changed = verdict_judge(watch->status, health, engine->now_ms);
    watch->stale_ms = verdict_stale_at(watch->status, health);
    if (changed) {
        bool probed = watch->status->vantages->len > 0;
        seen_verdict(engine, watch, probed ? own_vantage(engine, watch->status) : NULL);
        verdict_changed(engine, watch);
    }
    for (guint i = 0; i < engine->groups->len; i++) {
        GroupLive *live = world_live(engine, ((const GroupStatus *)engine->groups->pdata[i])->name);
        if (group_has_location(live->group, watch->location))
            live->dirty = true;
    }
    tell(engine, ENGINE_LOCATION, watch->status->name);
}

static void hurry(Engine *engine, const char *location, gint64 fast_ms)
{
    LocationWatch *watch = find_watch(engine, location);
    if (!watch)
        return;
    watch->fast_ms = watch->fast_ms ? MIN(watch->fast_ms, fast_ms) : fast_ms;
    watch->next_ms = MIN(watch->next_ms, engine->mono_ms + fast_ms);
}

// Where an operation waits or runs, its evidence must stay young enough to be signed.
static void hurry_where_asked(Engine *engine)
{
    for (guint i = 0; i < engine->watches->len; i++)
        ((LocationWatch *)engine->watches->pdata[i])->fast_ms = 0;
    for (guint i = 0; i < engine->groups->len; i++) {
        const GroupLive *live =
            world_live(engine, ((const GroupStatus *)engine->groups->pdata[i])->name);
        if (!live->open)
            continue;
        hurry(engine, live->open->from, live->group->policy.evidence_ms / 4);
        hurry(engine, live->open->to, live->group->policy.evidence_ms / 4);
    }
}

void watch_run(Engine *engine, gint64 *due_ms)
{
    // If this pass comes late, answers may have been waiting in the meantime: their failures prove nothing.
    bool late = engine->due_ms != G_MAXINT64 && engine->mono_ms > engine->due_ms + LATE_MS;
    hurry_where_asked(engine);
    for (guint i = 0; i < engine->watches->len; i++) {
        LocationWatch *watch = engine->watches->pdata[i];
        const HealthCheck *health = &watch->location->health;
        if (watch->in_flight && late)
            watch->no_vote = true;
        if (!watch->next_ms) // the first probes are spread over one interval, at most a second
            watch->next_ms =
                engine->mono_ms + MIN(health->interval_ms, 1000) *
                                      (gint64)(g_str_hash(watch->location->name) % 100) / 100;
        if (health->url && !watch->in_flight && watch->next_ms <= engine->mono_ms)
            send_probe(engine, watch);
        if (watch->dirty || (watch->stale_ms && watch->stale_ms <= engine->now_ms &&
                             watch->status->verdict.state != VERDICT_UNKNOWN))
            judge(engine, watch);
        if (!health->url)
            continue;
        if (!watch->in_flight)
            engine_sooner(due_ms, watch->next_ms);
        if (watch->stale_ms > engine->now_ms)
            engine_sooner(due_ms, engine_mono_of(engine, watch->stale_ms));
    }
}
