#include "engine/reconcile.h"

#include "engine/sent.h"
#include "engine/step.h"

enum { DEADLINE_MS = 5000, AGAIN_MS = 2000, LIMIT_MS = 3600 * 1000 };

static bool is_failed_over(const GroupLive *live)
{
    return live->record->mode == MODE_FAILED_OVER || live->record->mode == MODE_FAILING_BACK ||
           (live->open && live->open->past_pnr);
}

// True if what runs there is of an older reign: the role is elsewhere, and it was moved there since. (What somebody
// starts by hand, in a group whose role was never moved, is a split: alarmed, but not ours to end.)
static bool is_elsewhere(const GroupLive *live, const InstanceWatch *watch)
{
    const GroupRecord *record = live->record;
    return record->active && g_strcmp0(record->active, watch->status->location) != 0 &&
           (is_failed_over(live) || watch->status->epoch < record->epoch);
}

// False if nothing of it can be elsewhere, as in a group whose role was never moved: most of a large fleet.
static bool was_moved(const GroupLive *live)
{
    return live->record->active && (is_failed_over(live) || live->record->epoch > 0);
}

// A person's word stands until it is off; our own only while it is where it must not be.
static bool is_meant(const GroupLive *live, const InstanceWatch *watch,
                     const QuarantineIntent *intent)
{
    return intent->by || is_elsewhere(live, watch);
}

// The target that was meant is still there to take the command.
static bool is_timely(const GroupLive *live, const InstanceWatch *watch,
                      const QuarantineIntent *intent)
{
    return (intent->by || intent->epoch == live->record->epoch) &&
           g_strcmp0(intent->boot_id, watch->last->boot_id) == 0;
}

// ---- Sending -----------------------------------------------------------------------------------

static void on_acted(Outcome outcome, const char *detail, gpointer data)
{
    Engine *engine;
    Exec *exec = sent_answered(data, &engine);
    (void)outcome; // whatever it says: it is looked at
    if (!exec)
        return;
    exec->stage = EXEC_LOOK;
    exec->look_ms = engine->mono_ms;
    exec->next_ms = engine->mono_ms + AGAIN_MS;
    g_free(exec->detail);
    exec->detail = g_strdup(detail);
    engine_wake(engine);
}

static Exec *exec_of(Engine *engine, const QuarantineIntent *intent)
{
    Exec *exec = g_hash_table_lookup(engine->execs, intent->key);
    if (exec)
        return exec;
    exec = g_new0(Exec, 1);
    exec->key = g_strdup(intent->key);
    exec->stage = EXEC_LOOK; // after a restart: is it so already?
    exec->begun_ms = exec->look_ms = engine->mono_ms;
    g_hash_table_replace(engine->execs, exec->key, exec);
    return exec;
}

static void send_passivate(Engine *engine, const InstanceWatch *watch,
                           const QuarantineIntent *intent, Exec *exec)
{
    DriverCommand command = {.key = intent->key,
                             .operation = "quarantine",
                             .epoch = intent->epoch,
                             .boot_id = intent->boot_id,
                             .deadline_ms = DEADLINE_MS};
    driver_act(engine->config.driver, watch->instance, ACTION_PASSIVATE, &command, on_acted,
               sent_new(engine, exec, 2 * DEADLINE_MS));
}

static void advance(Engine *engine, const GroupLive *live, const QuarantineIntent *intent,
                    gint64 *due_ms)
{
    InstanceWatch *watch = world_instance(engine, intent->workload, intent->location);
    Exec *exec = exec_of(engine, intent);
    if (!watch || !is_meant(live, watch, intent) || !engine_may_act(engine))
        return;
    bool looked = watch->last && !watch->bad && watch->last_sent_ms >= exec->look_ms;
    if (exec->stage == EXEC_SENT && engine->mono_ms >= exec->next_ms)
        exec->stage = EXEC_LOOK;
    if (exec->stage == EXEC_LOOK && !looked &&
        (!watch->in_flight || watch->asked_ms < exec->look_ms) &&
        (!watch->bad || engine->mono_ms >= watch->next_ms))
        observe_urgent(engine, watch);
    if (exec->stage == EXEC_LOOK && looked && watch->last->state == INSTANCE_ACTIVE &&
        engine->mono_ms >= exec->next_ms && is_timely(live, watch, intent))
        send_passivate(engine, watch, intent, exec);
    if (exec->stage != EXEC_SENT && exec->next_ms > engine->mono_ms)
        engine_sooner(due_ms, exec->next_ms);
    else if (exec->stage == EXEC_SENT)
        engine_sooner(due_ms, exec->next_ms);
}

void reconcile_run(Engine *engine, gint64 *due_ms)
{
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        const GroupLive *live =
            world_live(engine, ((const Group *)engine->fleet->groups->pdata[i])->name);
        for (guint j = 0; j < live->record->quarantine->len; j++)
            advance(engine, live, live->record->quarantine->pdata[j], due_ms);
    }
}

// ---- Deciding ----------------------------------------------------------------------------------

static void intent_applied(Engine *engine, Motion *motion)
{
    (void)motion;
    engine_wake(engine);
}

static Motion *intend(Engine *engine, const GroupLive *live, const InstanceWatch *watch)
{
    Motion *motion = motion_new("quarantine", NULL);
    GroupRecord *record = motion_record(engine, motion, live->group->name);
    g_autofree char *key = id_new(engine->config.ids, "qu"); // it travels in a header: an id
    QuarantineIntent intent = {.workload = watch->workload->id,
                               .location = watch->status->location,
                               .key = key,
                               .epoch = record->epoch,
                               .boot_id = watch->last->boot_id};
    group_record_add_quarantine(record, &intent);
    motion->applied = intent_applied;
    motion_audit(motion, "executor", "quarantine.intent", "workload", watch->workload->id)->detail =
        g_strdup_printf("passivate in %s; key %s, epoch %" G_GINT64_FORMAT ", boot id %s",
                        watch->status->location, key, intent.epoch,
                        intent.boot_id ? intent.boot_id : "none");
    motion_say(motion, SEVERITY_ERROR, "workload", watch->workload->id,
               "came back active in %s while %s has the role: it is switched off",
               watch->status->location, record->active);
    return motion;
}

static Motion *settle(Engine *engine, const GroupLive *live, const QuarantineIntent *intent,
                      const char *how)
{
    Motion *motion = motion_new("quarantine ends", NULL);
    GroupRecord *record = motion_record(engine, motion, live->group->name);
    motion_audit(motion, "executor", intent->by ? "passivate.done" : "quarantine.done", "workload",
                 intent->workload)
        ->detail = g_strdup_printf("in %s: %s; key %s", intent->location, how, intent->key);
    motion_say(motion, SEVERITY_WARNING, "workload", intent->workload, "%s in %s: %s",
               intent->by ? "switched off" : "quarantined", intent->location, how);
    g_hash_table_remove(engine->execs, intent->key);
    group_record_drop_quarantine(record, intent->workload, intent->location);
    return motion;
}

static Motion *intent_next(Engine *engine, const GroupLive *live, const QuarantineIntent *intent)
{
    const InstanceWatch *watch = world_instance(engine, intent->workload, intent->location);
    const Exec *exec = g_hash_table_lookup(engine->execs, intent->key);
    if (!watch || !is_meant(live, watch, intent))
        return settle(engine, live, intent, "no longer asked for");
    if (!exec || exec->stage == EXEC_SENT || !watch->last || watch->bad ||
        watch->last_sent_ms < exec->look_ms)
        return NULL;
    if (watch->last->state == INSTANCE_PASSIVE)
        return settle(engine, live, intent, "passive");
    // It has booted again, or the group has a newer epoch: what was meant no longer reaches it.
    bool stale = !is_timely(live, watch, intent) && watch->last->state == INSTANCE_ACTIVE;
    if (stale && intent->by) // what the person saw is gone; what came up since is looked at anew
        return settle(engine, live, intent, "it came up again since; ask anew if it is to go");
    return stale ? intend(engine, live, watch) : NULL;
}

static bool is_able(Engine *engine, const Workload *workload)
{
    return workload->kind != KIND_ROUTER && workload_is_single_active(workload) &&
           driver_can(engine->config.driver, workload, ACTION_PASSIVATE);
}

static Motion *instance_next(Engine *engine, const GroupLive *live, const Workload *workload)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceWatch *watch =
            g_hash_table_lookup(engine->watch_of, workload->instances->pdata[i]);
        if (derive_seen_active(engine, watch) && is_elsewhere(live, watch) &&
            is_able(engine, workload) &&
            !group_record_quarantine(live->record, workload->id, watch->status->location))
            return intend(engine, live, watch);
    }
    return NULL;
}

static Motion *group_next(Engine *engine, const GroupLive *live)
{
    for (guint i = 0; i < live->record->quarantine->len; i++) {
        Motion *motion = intent_next(engine, live, live->record->quarantine->pdata[i]);
        if (motion)
            return motion;
    }
    for (guint i = 0; was_moved(live) && i < live->group->workloads->len; i++) {
        Motion *motion = instance_next(engine, live, live->group->workloads->pdata[i]);
        if (motion)
            return motion;
    }
    return NULL;
}

Motion *reconcile_next(Engine *engine)
{
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        const Group *group = engine->fleet->groups->pdata[i];
        Motion *motion = group_next(engine, world_live(engine, group->name));
        if (motion)
            return motion;
    }
    return NULL;
}
