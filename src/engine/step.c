#include "engine/step.h"

#include "base/timefmt.h"
#include "engine/evidence.h"
#include "engine/guard.h"
#include "engine/rehearse.h"
#include "engine/sent.h"
#include "engine/snapshot.h"
#include "model/quorum.h"

enum {
    COMMAND_DEADLINE_MS = 10 * 1000,
    BEST_EFFORT_DEADLINE_MS = 1500, // nobody waits long for the dead
    BACKOFF_FIRST_MS = 200,
    BACKOFF_MAX_MS = 5000,
    LAG_SMALL_MS = 2000, // while the source still works, this counts as caught up
};

void exec_free(Exec *exec)
{
    if (!exec)
        return;
    g_free(exec->key);
    g_free(exec->operation);
    g_free(exec->detail);
    g_free(exec);
}

static char *key_of(const Operation *operation, const Step *step)
{
    return g_strdup_printf("%s/%u", operation->id, step->number);
}

Exec *step_exec(const Engine *engine, const Operation *operation, const Step *step)
{
    g_autofree char *key = key_of(operation, step);
    return g_hash_table_lookup(engine->execs, key);
}

void step_forget(Engine *engine, const Operation *operation, const Step *step)
{
    g_autofree char *key = key_of(operation, step);
    g_hash_table_remove(engine->execs, key);
}

static Exec *exec_new(Engine *engine, const Operation *operation, const Step *step, ExecStage stage)
{
    Exec *exec = g_new0(Exec, 1);
    exec->key = key_of(operation, step);
    exec->operation = g_strdup(operation->id);
    exec->number = step->number;
    exec->stage = stage;
    exec->begun_ms = engine->mono_ms;
    exec->look_ms = engine->mono_ms;
    // Taken up after a restart it is looked at first, however long nobody was there to look: while the
    // program was away nothing could be done, so the limit counts anew.
    exec->limit_ms = stage == EXEC_LOOK ? engine->mono_ms + step->limit_ms
                                        : engine_mono_of(engine, step->started_ms + step->limit_ms);
    g_hash_table_replace(engine->execs, exec->key, exec);
    return exec;
}

void step_begin(Engine *engine, const Operation *operation, const Step *step)
{
    exec_new(engine, operation, step, EXEC_SEND);
}

static void over(Engine *engine, Exec *exec, StepState result, const char *detail)
{
    char *copy = g_strdup(detail); // it may be the old one
    exec->stage = EXEC_OVER;
    exec->result = result;
    g_free(exec->detail);
    exec->detail = copy;
    engine_wake(engine);
}

static void keep_detail(Exec *exec, const char *detail)
{
    if (!detail)
        return;
    g_free(exec->detail);
    exec->detail = g_strdup(detail);
}

static gint64 backoff_ms(const Exec *exec)
{
    return MIN((gint64)BACKOFF_FIRST_MS << MIN(exec->tries, 6), BACKOFF_MAX_MS);
}

// Looks again (at an answer to a question asked from then on).
static void look_again(Engine *engine, Exec *exec, gint64 in_ms)
{
    exec->stage = EXEC_LOOK;
    exec->look_ms = engine->mono_ms + in_ms;
    exec->next_ms = exec->look_ms;
}

// ---- Sending -----------------------------------------------------------------------------------

static void on_acted(Outcome outcome, const char *detail, gpointer data)
{
    Engine *engine;
    Exec *exec = sent_answered(data, &engine);
    if (!exec)
        return;
    keep_detail(exec, detail);
    exec->refused = outcome == OUTCOME_REFUSED;
    exec->said_unknown = exec->said_unknown || outcome == OUTCOME_UNKNOWN;
    if (outcome == OUTCOME_DONE)
        over(engine, exec, STEP_DONE, detail);
    else
        look_again(engine, exec, 0);
    engine_wake(engine);
}

static gint64 deadline_of(const Step *step)
{
    return MIN(step->limit_ms, step->best_effort ? BEST_EFFORT_DEADLINE_MS : COMMAND_DEADLINE_MS);
}

static gint64 patience_of(const Step *step)
{
    return 2 * deadline_of(step) + 1000;
}

// A connector is made anew from its kept configuration where it was not before; one that is there already is only
// switched on. False: the target is known to be empty, and there is nothing to make it from.
static bool configuration_of(const Engine *engine, const InstanceWatch *watch, DriverAction action,
                             const Inventory **ret_configuration)
{
    const Inventory *held = watch->status->inventory;
    bool empty = held && !held->entities->len;
    *ret_configuration = NULL;
    if (watch->workload->kind != KIND_CONNECTOR || action != ACTION_ACTIVATE || (held && !empty))
        return true;
    *ret_configuration = snapshot_newest(engine, watch->workload->id);
    return *ret_configuration || !empty;
}

static void send_command(Engine *engine, const Operation *operation, const Step *step, Exec *exec)
{
    InstanceWatch *watch = world_instance(engine, step->workload, step->location);
    const Inventory *configuration;
    DriverAction action;
    g_assert(!operation_is_rehearsal(operation)); // it never gets here (advance)
    if (!watch || !evidence_action(step->kind, &action)) {
        over(engine, exec, STEP_FAILED, "It is no longer in the fleet file.");
        return;
    }
    if (!configuration_of(engine, watch, action, &configuration)) {
        over(engine, exec, STEP_FAILED,
             "No configuration of it was ever kept, so it cannot be made here. Make it by hand, "
             "then retry.");
        return;
    }
    DriverCommand command = {.key = step->key,
                             .operation = operation->id,
                             .epoch = step->epoch,
                             .boot_id = step->boot_id,
                             .forced = action == ACTION_PROMOTE && !operation->planned,
                             .to = operation->to,
                             .configuration = configuration,
                             .deadline_ms = deadline_of(step)};
    driver_act(engine->config.driver, watch->instance, action, &command, on_acted,
               sent_new(engine, exec, patience_of(step)));
}

// ---- Looking -----------------------------------------------------------------------------------

static bool epoch_reached(const Observation *seen, gint64 epoch)
{
    return !seen->epoch || seen->epoch >= epoch;
}

static bool rejoined(const Operation *operation, const Step *step, const Observation *seen)
{
    for (guint i = 0; seen->replication && i < seen->replication->len; i++) {
        const ReplicationStatus *link = seen->replication->pdata[i];
        if (link->streaming && g_strcmp0(link->from, operation->from) == 0 &&
            g_strcmp0(link->to, step->location) == 0)
            return true;
    }
    return false;
}

// Is what the step wanted so already?
static bool is_so(const Operation *operation, const Step *step, const Observation *seen)
{
    switch (step->kind) {
    case STEP_ACTIVATE:
        return seen->state == INSTANCE_ACTIVE && (!seen->epoch || seen->epoch == step->epoch);
    case STEP_PROMOTE: // a target without epochs cannot tell whether it was this promotion
        return seen->state == INSTANCE_ACTIVE && seen->epoch && seen->epoch >= step->epoch;
    case STEP_PASSIVATE:
    case STEP_FENCE:
        return seen->state == INSTANCE_PASSIVE && epoch_reached(seen, step->epoch);
    case STEP_REROUTE:
        return g_strcmp0(seen->routed_to, operation->to) == 0;
    case STEP_REJOIN:
        return rejoined(operation, step, seen);
    default:
        return false;
    }
}

static void looked_good(Engine *engine, const Operation *operation, const Step *step, Exec *exec,
                        const Observation *seen)
{
    bool given_up = operation->phase == PHASE_UNDOING && !step->compensates;
    if (is_so(operation, step, seen))
        over(engine, exec, STEP_DONE, "observed to be so");
    else if (exec->refused || given_up)
        over(engine, exec, step->best_effort ? STEP_NOTED : STEP_FAILED,
             exec->detail ? exec->detail : "It did not take effect.");
    else {
        exec->stage = EXEC_SEND;
        exec->next_ms = engine->mono_ms + (exec->tries ? backoff_ms(exec) : 0);
    }
}

static void look(Engine *engine, const Operation *operation, const Step *step, Exec *exec)
{
    InstanceWatch *watch = world_instance(engine, step->workload, step->location);
    if (!watch || step->kind == STEP_NOTIFY) { // nothing to look at: the key keeps it to one effect
        exec->stage = EXEC_SEND;
        return;
    }
    if (engine->mono_ms < exec->next_ms)
        return;
    if (watch->answered_ms && watch->answered_sent_ms >= exec->look_ms) {
        if (!watch->bad && watch->last)
            looked_good(engine, operation, step, exec, watch->last);
        else if (step->best_effort)
            over(engine, exec, STEP_NOTED, exec->detail ? exec->detail : "Nobody answered.");
        else if (operation->phase == PHASE_UNDOING && !step->compensates)
            over(engine, exec, STEP_FAILED, "Nobody answered.");
        else {
            exec->tries++;
            look_again(engine, exec, backoff_ms(exec));
        }
        return;
    }
    if (!watch->in_flight || watch->asked_ms < exec->look_ms)
        observe_urgent(engine, watch);
}

// What was signed for is not sent (again) once a sign-off was taken back; the way back was signed as an act.
static bool is_covered(const Operation *operation, const Step *step)
{
    return step->compensates || operation->past_pnr || !quorum_missing(operation);
}

static void advance_command(Engine *engine, const Operation *operation, const Step *step,
                            Exec *exec)
{
    // A lost best-effort command is noted at once; the look would only cost time.
    if (exec->stage == EXEC_LOOK && step->best_effort && exec->said_unknown)
        over(engine, exec, STEP_NOTED, exec->detail ? exec->detail : "No answer.");
    if (exec->stage == EXEC_SENT && engine->mono_ms >= exec->next_ms) {
        exec->said_unknown = true;
        look_again(engine, exec, 0);
    }
    if (exec->stage == EXEC_LOOK)
        look(engine, operation, step, exec);
    if (exec->stage == EXEC_SEND && engine->mono_ms >= exec->next_ms && engine_may_act(engine) &&
        is_covered(operation, step))
        send_command(engine, operation, step, exec);
}

// ---- Waiting for what is observed --------------------------------------------------------------

// True if the instance answered a question asked since the step began; sees to it that it is asked again.
static bool seen_since(Engine *engine, InstanceWatch *watch, const Exec *exec, gint64 *due_ms)
{
    gint64 next = watch->asked_ms + ENGINE_OBSERVE_RUNNING_MS;
    if (!watch->in_flight && engine->mono_ms >= next)
        observe_urgent(engine, watch);
    else if (!watch->in_flight)
        engine_sooner(due_ms, next);
    return watch->last && !watch->bad && watch->last_sent_ms >= exec->begun_ms;
}

typedef bool (*StillWaiting)(Engine *engine, const Operation *operation, const Workload *workload,
                             Exec *exec, gint64 *due_ms);

static bool waits_drain(Engine *engine, const Operation *operation, const Workload *workload,
                        Exec *exec, gint64 *due_ms)
{
    InstanceWatch *watch = world_instance(engine, workload->id, operation->from);
    if (!watch || workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
        return false;
    // A driver that cannot count runs (-1) has none to wait for.
    return !seen_since(engine, watch, exec, due_ms) || watch->last->runs > 0;
}

static bool source_is_off(const Operation *operation, const Workload *workload)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->kind == STEP_PASSIVATE && step->state == STEP_DONE &&
            g_strcmp0(step->workload, workload->id) == 0 &&
            g_strcmp0(step->location, operation->from) == 0)
            return true;
    }
    return false;
}

static const ReplicationStatus *link_of(const Engine *engine, const Operation *operation,
                                        const Workload *workload)
{
    const GPtrArray *links = world_live(engine, operation->group)->status->replication;
    for (guint i = 0; i < links->len; i++) {
        const ReplicationStatus *link = links->pdata[i];
        if (g_strcmp0(link->workload, workload->id) == 0 &&
            g_strcmp0(link->from, operation->from) == 0 && g_strcmp0(link->to, operation->to) == 0)
            return link;
    }
    return NULL;
}

static bool caught_up(const ReplicationStatus *link, bool source_off)
{
    if (link->committed_pos >= 0 && link->replayed_pos >= 0) {
        if (link->replayed_pos >= link->committed_pos)
            return true;
    } else if (link->committed_ms && link->replayed_ms >= link->committed_ms && link->lag_ms == 0)
        return true;
    return !source_off && link->lag_ms >= 0 && link->lag_ms <= LAG_SMALL_MS;
}

static bool waits_catch_up(Engine *engine, const Operation *operation, const Workload *workload,
                           Exec *exec, gint64 *due_ms)
{
    InstanceWatch *from = world_instance(engine, workload->id, operation->from);
    InstanceWatch *to = world_instance(engine, workload->id, operation->to);
    if (!workload_holds_data(workload) || !from || !to)
        return false;
    bool both = seen_since(engine, from, exec, due_ms);
    both = seen_since(engine, to, exec, due_ms) && both;
    const ReplicationStatus *link = link_of(engine, operation, workload);
    bool off = source_is_off(operation, workload);
    // What was told to stop may still be finishing: until it is passive it may commit more.
    bool finishing = off && from->last && from->last->state == INSTANCE_TRANSITIONING;
    return !both || finishing || !link || !caught_up(link, off);
}

// Must a run be seen? Where the driver reports runs and the next one is due well before the limit.
static bool waits_run(const Engine *engine, const Operation *operation, const Workload *workload,
                      const InstanceWatch *watch, const Step *step)
{
    gint64 since = operation->activated_ms;
    if (workload->kind != KIND_WORKFLOW || !engine->config.next || !watch->last->last_run_ms ||
        watch->last->last_run_ms >= since)
        return false;
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        if (!trigger->has_recurrence || trigger->type != TRIGGER_RECURRENCE)
            continue;
        gint64 next = engine->config.next(watch->instance, trigger, since, engine->config.data);
        if (next && next <= step->started_ms + step->limit_ms / 2)
            return true;
    }
    return false;
}

static bool waits_verify(Engine *engine, const Operation *operation, const Workload *workload,
                         Exec *exec, gint64 *due_ms)
{
    InstanceWatch *watch = world_instance(engine, workload->id, operation->to);
    if (!watch || workload->kind == KIND_ROUTER)
        return false;
    if (!seen_since(engine, watch, exec, due_ms) || watch->last->state != INSTANCE_ACTIVE)
        return true;
    if (workload_is_single_active(workload) && watch->last->epoch &&
        watch->last->epoch != operation->epoch)
        return true;
    if (watch->last->recreated < watch->last->recreates) // by its provider (D4)
        return true;
    return waits_run(engine, operation, workload, watch, operation_step(operation, exec->number));
}

static StillWaiting waits_of(StepKind kind)
{
    switch (kind) {
    case STEP_DRAIN:
        return waits_drain;
    case STEP_CATCH_UP:
        return waits_catch_up;
    case STEP_VERIFY:
        return waits_verify;
    default:
        return NULL;
    }
}

static void advance_wait(Engine *engine, const Operation *operation, const Step *step, Exec *exec,
                         gint64 *due_ms)
{
    const Group *group = fleet_group(engine->fleet, operation->group);
    const Location *to = fleet_location(engine->fleet, operation->to);
    StillWaiting waits = waits_of(step->kind);
    bool waiting = !group || !to || (step->kind == STEP_VERIFY && !derive_healthy(engine, to));
    exec->stage = EXEC_WATCH;
    for (guint i = 0; group && i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        if (waits(engine, operation, workload, exec, due_ms) && !waiting) {
            g_autofree char *detail = g_strdup_printf("waiting for %s", workload->name);
            keep_detail(exec, detail);
            waiting = true;
        }
    }
    if (!waiting)
        over(engine, exec, STEP_DONE, NULL);
    else if (operation->phase == PHASE_UNDOING && !step->compensates)
        over(engine, exec, STEP_FAILED, "Given up by the abort.");
}

// ---- Rehearsing --------------------------------------------------------------------------------

static void on_rehearsed(bool good, const char *words, gpointer data)
{
    Engine *engine;
    Exec *exec = sent_answered(data, &engine);
    if (exec)
        over(engine, exec, good ? STEP_DONE : STEP_NOTED, words);
}

static const char *sickness(const Engine *engine, const char *location)
{
    const LocationStatus *status = location ? world_location(engine, location) : NULL;
    if (!status || derive_healthy(engine, fleet_location(engine->fleet, location)))
        return NULL;
    return status->verdict.why ? status->verdict.why
                               : word_of(&VERDICT_NAMES, (int)status->verdict.state);
}

// Of an isolated drill no step is ever sent: its targets are looked at, by what has eyes only.
static void advance_rehearsal(Engine *engine, const Operation *operation, const Step *step,
                              Exec *exec)
{
    const GroupLive *live = world_live(engine, operation->group);
    DriverEyes *eyes = &engine->config.driver->eyes;
    Rehearsal rehearsal = {.eyes = engine->config.rehearsal ? engine->config.rehearsal : eyes,
                           .live = eyes,
                           .clock = engine->config.clock,
                           .group = live->group,
                           .step = step,
                           .home = live->record->active,
                           .from = operation->from,
                           .to = operation->to,
                           .sick = sickness(engine, step->location),
                           .now_ms = engine->now_ms,
                           .deadline_ms = deadline_of(step)};
    if (exec->stage == EXEC_SENT && engine->mono_ms < exec->next_ms)
        return;
    g_auto(Guard) guard = guard_rehearsal(engine, operation);
    if (guard.answer != GUARD_GO) {
        keep_detail(exec, guard.why);
        return;
    }
    rehearse(&rehearsal, on_rehearsed, sent_new(engine, exec, patience_of(step)));
}

// ---- Waiting for the clock ---------------------------------------------------------------------

static void advance_window(Engine *engine, const Operation *operation, Exec *exec, gint64 *due_ms)
{
    const Group *group = fleet_group(engine->fleet, operation->group);
    gint64 opens_ms = day_window_opens(&group->failback_window, engine->now_ms);
    exec->stage = EXEC_WATCH;
    if (opens_ms <= engine->now_ms)
        over(engine, exec, STEP_DONE, NULL);
    else if (operation->phase == PHASE_UNDOING)
        over(engine, exec, STEP_FAILED, "Given up by the abort.");
    else
        engine_sooner(due_ms, engine_mono_of(engine, opens_ms));
}

// A provider's step that is watched: done when its location is healthy, unless a person confirms it before.
static void advance_watched(Engine *engine, const Step *step, Exec *exec, gint64 *due_ms)
{
    const Location *location = fleet_location(engine->fleet, step->location);
    exec->stage = EXEC_WATCH;
    if (!location || !derive_healthy(engine, location)) {
        engine_sooner(due_ms, engine->mono_ms + 1000);
        return;
    }
    g_autofree char *detail = g_strdup_printf("%s is healthy: %s", step->location,
                                              world_location(engine, step->location)->verdict.why);
    over(engine, exec, STEP_DONE, detail);
}

// ---- All of them -------------------------------------------------------------------------------

static void strike_limit(Engine *engine, const Operation *operation, const Step *step, Exec *exec)
{
    bool noted = step->best_effort || operation_is_rehearsal(operation);
    char limit[16];
    if (exec->stage == EXEC_OVER || engine->mono_ms < exec->limit_ms)
        return;
    duration_format(step->limit_ms, limit);
    g_autofree char *detail =
        g_strdup_printf("Not done within its limit of %s%s%s. An operator is needed.", limit,
                        exec->detail ? ": " : "", exec->detail ? exec->detail : "");
    over(engine, exec, noted ? STEP_NOTED : STEP_FAILED, detail);
}

static void advance(Engine *engine, const Operation *operation, const Step *step, gint64 *due_ms)
{
    Exec *exec = step_exec(engine, operation, step);
    if (!exec)
        exec = exec_new(engine, operation, step, EXEC_LOOK); // taken up after a restart
    if (exec->stage == EXEC_OVER)
        return;
    if (operation_is_rehearsal(operation))
        advance_rehearsal(engine, operation, step, exec);
    else if (step->kind == STEP_WAIT && step->side == SIDE_PROVIDER)
        advance_watched(engine, step, exec, due_ms);
    else if (step->kind == STEP_WAIT)
        advance_window(engine, operation, exec, due_ms);
    else if (waits_of(step->kind))
        advance_wait(engine, operation, step, exec, due_ms);
    else
        advance_command(engine, operation, step, exec);
    strike_limit(engine, operation, step, exec);
    if (exec->stage == EXEC_OVER)
        return;
    engine_sooner(due_ms, exec->limit_ms);
    if (exec->next_ms > engine->mono_ms)
        engine_sooner(due_ms, exec->next_ms);
}

static void advance_operation(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    if (operation->state != OPERATION_RUNNING && operation->state != OPERATION_PAUSED)
        return;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->state == STEP_INTENT || step->state == STEP_UNKNOWN)
            advance(engine, operation, step, due_ms);
    }
}

void step_run(Engine *engine, gint64 *due_ms)
{
    for (guint i = 0; i < engine->operations->len; i++) {
        const Operation *operation = engine->operations->pdata[i];
        if (!operation_has_ended(operation) && fleet_group(engine->fleet, operation->group))
            advance_operation(engine, operation, due_ms);
    }
}
