#include "engine/engine.h"

#include <string.h>

#include "base/text.h"
#include "engine/findings.h"
#include "engine/history.h"
#include "engine/jump.h"
#include "engine/losses.h"
#include "engine/motion.h"
#include "engine/execute.h"
#include "engine/reconcile.h"
#include "engine/signature.h"
#include "engine/snapshot.h"
#include "engine/state.h"
#include "engine/step.h"
#include "engine/watchdog.h"
#include "wire/audit.h"

enum { PASSES_MAX = 100 };

// ---- Time, and who may be called ---------------------------------------------------------------

void engine_touch_time(Engine *engine)
{
    engine->now_ms = clock_wall_ms(engine->config.clock);
    engine->mono_ms = clock_mono_ms(engine->config.clock);
}

gint64 engine_mono_of(const Engine *engine, gint64 wall_ms)
{
    return engine->mono_ms + (wall_ms - engine->now_ms);
}

void engine_sooner(gint64 *due_ms, gint64 at_ms)
{
    *due_ms = MIN(*due_ms, at_ms);
}

EngineLink *engine_link(Engine *engine)
{
    engine->link->refs++;
    return engine->link;
}

Engine *engine_unlink(EngineLink *link)
{
    Engine *engine = link->engine;
    if (--link->refs == 0)
        g_free(link);
    return engine;
}

bool engine_may_act(const Engine *engine)
{
    return engine->life == LIFE_RUNNING;
}

void engine_wake(Engine *engine)
{
    if (engine->running)
        engine->again = true;
    else
        engine->config.wake(engine->config.data);
}

// ---- Life --------------------------------------------------------------------------------------

static void free_operation(gpointer data)
{
    operation_free(data);
}

static void free_alarm(gpointer data)
{
    alarm_free(data);
}

static void free_change(gpointer data)
{
    change_free(data);
}

static void free_exec(gpointer data)
{
    exec_free(data);
}

static void free_note(gpointer data)
{
    request_note_free(data);
}

static void free_durations(gpointer data)
{
    g_array_unref(data);
}

static void free_runs(gpointer data)
{
    workload_runs_free(data);
}

static void free_orphan(gpointer data)
{
    group_record_free(data);
}

static void free_vantage(gpointer data)
{
    VantagePoint *vantage = data;
    g_free(vantage->name);
    g_free(vantage->location);
    g_free(vantage);
}

static void make_containers(Engine *engine)
{
    engine->operations = g_ptr_array_new_with_free_func(free_operation);
    engine->operation_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    engine->execs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_exec);
    engine->lags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    engine->durations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_durations);
    engine->requests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_note);
    engine->acknowledged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    engine->orphans = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_orphan);
    engine->judged = findings_new();
    engine->confirmed = parity_book_new();
    engine->snapshots = snapshot_book_new();
    engine->findings = g_ptr_array_new();
    engine->runs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_runs);
    engine->runs_to_write = g_queue_new();
    engine->alarms = g_ptr_array_new_with_free_func(free_alarm);
    engine->changes = g_ptr_array_new_with_free_func(free_change);
    engine->vantages = g_ptr_array_new_with_free_func(free_vantage);
    engine->automation = g_new0(AutomationRecord, 1);
    engine->queue = g_queue_new();
    engine->jumps = g_queue_new();
    signatures_init(engine);
    engine->tells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    engine->audit_hash = g_strdup(AUDIT_ZERO_HASH);
}

Engine *engine_new(const EngineConfig *config, Fleet *fleet)
{
    Engine *engine = g_new0(Engine, 1);
    VantagePoint *self = g_new0(VantagePoint, 1);
    engine->config = *config;
    engine->config.daemon = g_strdup(config->daemon ? config->daemon : "signalboxd");
    engine->config.location = g_strdup(config->location);
    engine->link = g_new0(EngineLink, 1);
    *engine->link = (EngineLink){engine, 1};
    engine->due_ms = G_MAXINT64;
    engine_touch_time(engine);
    make_containers(engine);
    self->name = g_strdup(engine->config.daemon);
    self->location = g_strdup(config->location);
    g_ptr_array_add(engine->vantages, self);
    engine->frame.daemon = g_strdup(engine->config.daemon);
    engine->frame.daemon_location = g_strdup(config->location);
    engine->frame.leader = true;
    engine->frame.vantages = 1;
    engine->frame.store_ok = true;
    engine->frame.started_ms = engine->now_ms;
    world_build(engine, fleet);
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine)
        return;
    engine->link->engine = NULL;
    engine_unlink(engine->link);
    Motion *motion;
    signatures_release(engine);
    while ((motion = g_queue_pop_head(engine->queue)))
        motion_free(motion);
    motion_free(engine->deciding);
    g_queue_free(engine->queue);
    g_queue_free_full(engine->jumps, jump_free);
    world_clear(engine);
    g_hash_table_unref(engine->operation_by_id);
    g_ptr_array_unref(engine->operations);
    g_hash_table_unref(engine->execs);
    g_hash_table_unref(engine->durations);
    g_hash_table_unref(engine->lags);
    g_hash_table_unref(engine->requests);
    g_hash_table_unref(engine->acknowledged);
    g_hash_table_unref(engine->orphans);
    g_hash_table_unref(engine->runs);
    g_queue_free_full(engine->runs_to_write, g_free);
    g_ptr_array_unref(engine->findings);
    findings_free(engine->judged);
    g_hash_table_unref(engine->confirmed);
    g_hash_table_unref(engine->snapshots);
    g_ptr_array_unref(engine->alarms);
    g_ptr_array_unref(engine->changes);
    g_ptr_array_unref(engine->vantages);
    g_clear_pointer(&engine->sinks, g_ptr_array_unref);
    g_hash_table_unref(engine->tells);
    g_clear_pointer(&engine->tell_order, g_ptr_array_unref);
    automation_record_release(engine->automation);
    g_free(engine->automation);
    g_free(engine->audit_hash);
    g_free(engine->config_error);
    g_free(engine->signers_error);
    g_free(engine->store_error);
    g_free(engine->health_why);
    g_clear_error(&engine->life_error);
    frame_status_release(&engine->frame);
    g_free((char *)engine->config.daemon);
    g_free((char *)engine->config.location);
    g_free(engine);
}

void engine_start(Engine *engine, EngineDone done, gpointer data)
{
    g_assert(engine->life == LIFE_NEW);
    engine_touch_time(engine);
    engine->life_done = done;
    engine->life_data = data;
    engine->life_told = true; // until there is something to tell
    load_begin(engine);
    engine_wake(engine);
}

void engine_stop(Engine *engine, EngineDone done, gpointer data)
{
    engine->life = LIFE_STOPPING;
    engine->life_done = done;
    engine->life_data = data;
    engine->life_told = false;
    g_clear_error(&engine->life_error);
    engine_wake(engine);
}

static void tell_life(Engine *engine)
{
    if (engine->life == LIFE_STOPPING && !engine->deciding && !g_queue_get_length(engine->queue))
        engine->life = LIFE_STOPPED;
    if (engine->life_told || engine->life == LIFE_STOPPING)
        return;
    // Who asks for findings must not be told of half of them.
    if (engine->life == LIFE_RUNNING && !findings_are_whole(engine))
        return;
    EngineDone done = engine->life_done;
    engine->life_told = true;
    engine->life_done = NULL;
    if (done)
        done(engine->life_error, engine->life_data);
}

void engine_set_fleet(Engine *engine, Fleet *fleet, const char *actor)
{
    engine_touch_time(engine);
    world_build(engine, fleet);
    history_recount(engine);
    engine_set_config_error(engine, NULL);
    g_autofree char *counts = fleet_counts(fleet);
    g_autofree char *text = g_strdup_printf("fleet file read again by %s: %s", actor, counts);
    tell_change(engine, SEVERITY_INFO, "fleet", text);
    tell(engine, ENGINE_FLEET, NULL);
    reload_audit(engine, actor, text);
    engine_wake(engine);
}

void engine_set_signers_error(Engine *engine, const char *error)
{
    g_free(engine->signers_error);
    engine->signers_error = g_strdup(error);
    engine->alarms_dirty = true;
    engine_wake(engine);
}

static void free_sink(gpointer data)
{
    rule_sink_free(data);
}

static bool same_sinks(const GPtrArray *before, const GPtrArray *now)
{
    for (guint i = 0; before && before->len == now->len && i < now->len; i++) {
        const RuleSink *a = before->pdata[i], *b = now->pdata[i];
        if (g_strcmp0(a->name, b->name) != 0 || g_strcmp0(a->location, b->location) != 0 ||
            g_strcmp0(a->trouble, b->trouble) != 0)
            return false;
    }
    return before && before->len == now->len;
}

void engine_set_sinks(Engine *engine, const GPtrArray *sinks)
{
    if (same_sinks(engine->sinks, sinks))
        return;
    g_clear_pointer(&engine->sinks, g_ptr_array_unref);
    engine->sinks = g_ptr_array_new_with_free_func(free_sink);
    for (guint i = 0; i < sinks->len; i++) {
        const RuleSink *sink = sinks->pdata[i];
        g_ptr_array_add(engine->sinks, rule_sink_new(sink->name, sink->location, sink->trouble));
    }
    findings_touch_fleet(engine);
    engine->alarms_dirty = true;
    engine_wake(engine);
}

void engine_set_notices(Engine *engine, bool delivered)
{
    engine->delivers = delivered;
    engine_wake(engine);
}

void engine_set_approvers(Engine *engine, const char *approvers)
{
    g_free(engine->frame.approvers);
    engine->frame.approvers = g_strdup(approvers);
    tell(engine, ENGINE_FRAME, NULL);
    engine_wake(engine);
}

void engine_set_config_error(Engine *engine, const char *error)
{
    g_free(engine->config_error);
    engine->config_error = g_strdup(error);
    g_free(engine->frame.config_error);
    engine->frame.config_error = g_strdup(error);
    engine->alarms_dirty = true;
    tell(engine, ENGINE_FRAME, NULL);
    engine_wake(engine);
}

// ---- The loop ----------------------------------------------------------------------------------

static Motion *next_own(Engine *engine, gint64 *due_ms)
{
    Motion *motion = reconcile_next(engine);
    if (!motion)
        motion = execute_next(engine, due_ms);
    if (!motion)
        motion = watchdog_next(engine, due_ms);
    return motion ? motion : losses_next(engine);
}

static void set_frame_text(Engine *engine, char **text, const char *value)
{
    if (g_strcmp0(*text, value) == 0)
        return;
    g_free(*text);
    *text = g_strdup(value);
    tell(engine, ENGINE_FRAME, NULL);
}

// Asking the store how it is may cost a look at its file: once a second is often enough.
static void ask_store(Engine *engine)
{
    if (engine->health_ms && engine->mono_ms < engine->health_ms + ENGINE_RETRY_STORE_MS)
        return;
    const StoreStatus *store = store_status(engine->config.store);
    engine->health_ms = engine->mono_ms;
    engine->healthy = store->health == STORE_HEALTHY;
    g_free(engine->health_why);
    engine->health_why = g_strdup(store->reason);
}

static void derive_frame(Engine *engine)
{
    FrameStatus *frame = &engine->frame;
    ask_store(engine);
    bool ok = engine->healthy && !engine->store_error && engine->life != LIFE_FAILED;
    bool off = automation_is_off(engine->automation, engine->now_ms);
    if (ok != frame->store_ok || off != frame->automation_off) {
        frame->store_ok = ok;
        frame->automation_off = off;
        engine->alarms_dirty = true;
        tell(engine, ENGINE_FRAME, NULL);
    }
    set_frame_text(engine, &frame->store_detail,
                   ok                    ? NULL
                   : engine->store_error ? engine->store_error
                                         : engine->health_why);
    set_frame_text(engine, &frame->automation_why, off ? engine->automation->why : NULL);
    frame->automation_until_ms = off ? engine->automation->until_ms : 0;
    frame->audit_seq = engine->audit_seq;
    set_frame_text(engine, &frame->audit_hash, engine->audit_hash);
}

// A store that reports nothing wrong, and nobody who wants to write: what was said of it grows old.
static void forgive_store(Engine *engine, gint64 *due_ms)
{
    if (!engine->store_error || engine->life == LIFE_FAILED || engine->deciding)
        return;
    gint64 at = engine->own_ms + 5 * ENGINE_RETRY_STORE_MS;
    if (engine->mono_ms >= at && engine->healthy)
        g_clear_pointer(&engine->store_error, g_free);
    else
        engine_sooner(due_ms, MAX(at, engine->mono_ms + ENGINE_RETRY_STORE_MS));
}

static gint64 pass(Engine *engine)
{
    gint64 due_ms = G_MAXINT64;
    bool active = engine->life == LIFE_RUNNING;
    engine->again = false;
    engine_touch_time(engine);
    if (active) {
        watch_run(engine, &due_ms);
        derive_run(engine, &due_ms);
        step_run(engine, &due_ms);
        reconcile_run(engine, &due_ms);
        observe_run(engine, &due_ms);
        history_run(engine, &due_ms);
        jump_run(engine, &due_ms);
    }
    if (engine->life != LIFE_NEW && engine->life != LIFE_LOADING)
        motions_run(engine, next_own, &due_ms);
    forgive_store(engine, &due_ms);
    derive_run(engine, &due_ms);
    derive_frame(engine);
    if (active) {
        findings_run(engine, &due_ms);
        alarms_run(engine, &due_ms);
    }
    return due_ms;
}

gint64 engine_run(Engine *engine)
{
    gint64 due_ms;
    guint passes = 0;
    g_assert(!engine->running);
    engine->running = true;
    engine_touch_time(engine);
    jump_notice(engine);
    do
        due_ms = pass(engine);
    while (engine->again && ++passes < PASSES_MAX);
    tell_life(engine);
    tell_run(engine);
    engine->running = false;
    engine->due_ms = engine->again ? engine->mono_ms : due_ms;
    return engine->due_ms;
}
