// Looks at instances through their drivers: spread over time, bounded in parallel, more often where
// somebody waits for the answer (a step, a proposal whose evidence must stay fresh), rarely where nobody
// answers.
#include "engine/findings.h"

#include "base/text.h"
#include "engine/history.h"
#include "engine/snapshot.h"

enum { GROUPED_MS = 1000 };

typedef struct {
    EngineLink *link;
    char *workload;
    char *location;
    gint64 asked_ms; // monotonic
} Asked;

static gint64 interval_of(const Engine *engine, const InstanceWatch *watch)
{
    const GroupLive *live = world_live(engine, watch->workload->group);
    const LocationStatus *at = world_location(engine, watch->status->location);
    gint64 normal = engine->config.observe_ms ? engine->config.observe_ms : ENGINE_OBSERVE_MS;
    if (watch->bad > 2 && at->verdict.state == VERDICT_DOWN)
        return live->open ? normal : 2 * normal;
    return live->open ? MIN(normal, ENGINE_OBSERVE_WAITING_MS) : normal;
}

// Where nothing is urgent, looks fall on whole seconds: one wake-up does for many.
static gint64 next_look(const Engine *engine, const InstanceWatch *watch)
{
    gint64 interval = interval_of(engine, watch);
    gint64 next = engine->mono_ms + interval;
    return interval < 2 * GROUPED_MS ? next : next - next % GROUPED_MS + GROUPED_MS;
}

static void set_state(Engine *engine, InstanceWatch *watch, InstanceState state)
{
    InstanceStatus *status = watch->status;
    if (status->state == state && status->since_ms)
        return;
    status->state = state;
    status->since_ms = engine->now_ms;
    engine->alarms_dirty = true;
    findings_touch_workload(engine, watch->instance->workload);
}

static Observation *copy_observation(const Observation *from)
{
    Observation *copy = g_new(Observation, 1);
    *copy = *from;
    copy->detail = g_strdup(from->detail);
    copy->boot_id = g_strdup(from->boot_id);
    copy->routed_to = g_strdup(from->routed_to);
    copy->replication = from->replication ? g_ptr_array_ref(from->replication) : NULL;
    copy->stages = from->stages ? g_ptr_array_ref(from->stages) : NULL;
    copy->history = NULL;    // taken in
    copy->discovered = NULL; // noted already
    copy->inventory = NULL;  // kept with the status
    return copy;
}

static gpointer copy_stage(gconstpointer data, gpointer unused)
{
    const StageStatus *from = data;
    StageStatus *copy = stage_status_new(from->name);
    (void)unused;
    copy->queued = from->queued;
    copy->in_flight = from->in_flight;
    return copy;
}

// What is told of stages stands until it is told anew: it is what a loss strands.
static void set_stages(InstanceStatus *status, const GPtrArray *stages)
{
    g_ptr_array_set_size(status->stages, 0);
    for (guint i = 0; stages && i < stages->len; i++)
        g_ptr_array_add(instance_status_stages(status), copy_stage(stages->pdata[i], NULL));
}

// Order never rests on clocks, but ages and bounds do: a target whose clock is off is named, once.
static void note_skew(Engine *engine, InstanceWatch *watch, gint64 at_ms)
{
    gint64 sent_ms = engine->now_ms - (engine->mono_ms - watch->answered_sent_ms);
    gint64 skew_ms = at_ms > engine->now_ms ? at_ms - engine->now_ms : MIN(at_ms - sent_ms, 0);
    bool skewed = at_ms && ABS(skew_ms) > CLOCK_SKEW_MS;
    if (skewed == watch->skewed)
        return;
    watch->skewed = skewed;
    g_autofree char *text =
        skewed ? g_strdup_printf("the clock of %s at %s is %.1f s %s this machine's",
                                 watch->workload->name, watch->status->location,
                                 (double)ABS(skew_ms) / 1000, skew_ms > 0 ? "ahead of" : "behind")
               : g_strdup_printf("the clock of %s at %s is right again", watch->workload->name,
                                 watch->status->location);
    g_autofree char *object = g_strconcat("location/", watch->status->location, NULL);
    tell_change(engine, skewed ? SEVERITY_WARNING : SEVERITY_INFO, object, text);
}

static void note_good(Engine *engine, InstanceWatch *watch, const Observation *observation)
{
    InstanceStatus *status = watch->status;
    set_state(engine, watch, observation->state);
    note_skew(engine, watch, observation->at_ms);
    // As of the target's own word, but a clock that is ahead makes nothing younger.
    status->observed_at_ms =
        observation->at_ms ? MIN(observation->at_ms, engine->now_ms) : engine->now_ms;
    status->runs = observation->runs;
    // Some targets show only when they are asked whether they fence.
    watch->workload->proof = driver_proof(engine->config.driver, watch->instance->workload);
    status->last_run_ms = observation->last_run_ms;
    status->epoch = observation->epoch;
    set_stages(status, observation->stages);
    history_take(engine, watch, observation);
    text_replace(&status->boot_id, observation->boot_id);
    world_location(engine, status->location)->managed_at_ms = status->observed_at_ms;
    if (!watch->instance->location->health.url) // nobody probes it: nothing else speaks of it
        tell(engine, ENGINE_LOCATION, status->location);
    uses_note(engine, watch, observation->discovered);
    parity_seen(engine, watch, observation->inventory);
    if (watch->workload->kind == KIND_ROUTER)
        text_replace(&watch->workload->routed_to, observation->routed_to);
    observation_free(watch->last);
    watch->last = copy_observation(observation);
    watch->last_ok_ms = engine->mono_ms;
    watch->last_sent_ms = watch->answered_sent_ms;
    watch->bad = 0;
    watch->silent_ms = watch->silent_before_ms = 0;
}

static void note_bad(Engine *engine, InstanceWatch *watch, InstanceState state)
{
    if (!watch->bad++)
        watch->silent_ms = engine->now_ms;
    set_state(engine, watch, state);
}

static void on_observed(const Observation *observation, gpointer data)
{
    Asked *asked = data;
    Engine *engine = engine_unlink(asked->link);
    InstanceWatch *watch = engine ? world_instance(engine, asked->workload, asked->location) : NULL;
    if (engine)
        engine->observing -= engine->observing > 0;
    if (watch) {
        engine_touch_time(engine);
        watch->in_flight = false;
        watch->answered_ms = engine->mono_ms;
        watch->answered_sent_ms = asked->asked_ms;
        if (observation->ok)
            note_good(engine, watch, observation);
        else
            note_bad(engine, watch,
                     observation->unreachable ? INSTANCE_UNREACHABLE : INSTANCE_UNKNOWN);
        text_replace(&watch->status->detail, observation->detail);
        snapshot_seen(engine, watch);
        watch->next_ms = next_look(engine, watch);
        world_group_dirty(engine, watch->workload->group);
        tell(engine, ENGINE_WORKLOAD, watch->workload->id);
        engine_wake(engine);
    }
    g_free(asked->workload);
    g_free(asked->location);
    g_free(asked);
}

static void look(Engine *engine, InstanceWatch *watch)
{
    Asked *asked = g_new(Asked, 1);
    asked->link = engine_link(engine);
    asked->workload = g_strdup(watch->workload->id);
    asked->location = g_strdup(watch->status->location);
    asked->asked_ms = engine->mono_ms;
    watch->in_flight = true;
    watch->asked_ms = engine->mono_ms;
    watch->urgent_ms = 0;
    engine->observing++;
    driver_observe(engine->config.driver, watch->instance, history_since(engine, watch),
                   ENGINE_OBSERVE_DEADLINE_MS, on_observed, asked);
}

void observe_urgent(Engine *engine, InstanceWatch *watch)
{
    watch->urgent_ms = engine->mono_ms;
}

void observe_group(Engine *engine, const char *group)
{
    for (guint i = 0; i < engine->instances->len; i++) {
        InstanceWatch *watch = engine->instances->pdata[i];
        if (g_str_equal(watch->workload->group, group))
            watch->next_ms = MIN(watch->next_ms, engine->mono_ms);
    }
}

// A driver that never answers must not blind us for good.
static void give_up_lost(Engine *engine, InstanceWatch *watch)
{
    if (!watch->in_flight || engine->mono_ms < watch->asked_ms + 3 * ENGINE_OBSERVE_DEADLINE_MS)
        return;
    watch->in_flight = false;
    watch->next_ms = engine->mono_ms;
    note_bad(engine, watch, INSTANCE_UNREACHABLE);
    text_replace(&watch->status->detail, "no answer from its driver");
    engine->observing -= engine->observing > 0;
}

// The first looks are spread over a second.
static void spread(const Engine *engine, InstanceWatch *watch, guint index)
{
    if (!watch->next_ms)
        watch->next_ms =
            engine->mono_ms + 1000 * (gint64)index / (gint64)MAX(engine->instances->len, 1);
}

static bool is_due(const Engine *engine, const InstanceWatch *watch)
{
    return !watch->in_flight && (watch->urgent_ms || watch->next_ms <= engine->mono_ms);
}

void observe_run(Engine *engine, gint64 *due_ms)
{
    guint n = engine->instances->len;
    for (guint i = 0; i < n; i++) {
        guint at = (engine->observe_from + i) % n;
        InstanceWatch *watch = engine->instances->pdata[at];
        spread(engine, watch, at);
        give_up_lost(engine, watch);
        if (is_due(engine, watch)) {
            if (engine->observing >= ENGINE_OBSERVE_PARALLEL) {
                engine->observe_from = at; // an answer wakes us
                return;
            }
            look(engine, watch);
        }
        engine_sooner(due_ms, watch->in_flight ? watch->asked_ms + 3 * ENGINE_OBSERVE_DEADLINE_MS
                                               : watch->next_ms);
    }
}
