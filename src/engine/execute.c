// The executor: intents before commands, outcomes after them, waves in order, the point of no return, the end.
#include "engine/execute.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/act.h"
#include "engine/drill.h"
#include "engine/durations.h"
#include "engine/losses.h"
#include "engine/signature.h"
#include "engine/step.h"
#include "model/plan.h"
#include "model/progress.h"

enum { INTENTS_MAX = 50, GUARD_WAIT_MS = 20 * 1000 };

static Motion *new_motion(const char *what, const Operation *operation, Operation **ret_copy)
{
    Motion *motion = motion_new(what, NULL);
    *ret_copy = motion_operation(motion, operation);
    return motion;
}

static AuditRecord *audit_step(Motion *motion, const Operation *operation, const Step *step,
                               const char *action)
{
    g_autofree char *name = g_strdup_printf("%s/%u", operation->id, step->number);
    AuditRecord *audit = motion_audit(motion, "executor", action, "step", name);
    audit->digest = g_strdup(operation->digest);
    return audit;
}

static bool is_over(const Step *step)
{
    return step->state == STEP_DONE || step->state == STEP_SKIPPED || step->state == STEP_NOTED ||
           step->state == STEP_UNDONE;
}

// ---- Outcomes ----------------------------------------------------------------------------------

static const char *const OUTCOME_ACTIONS[STEP_STATES] = {[STEP_DONE] = "step.done",
                                                         [STEP_FAILED] = "step.failed",
                                                         [STEP_NOTED] = "step.noted",
                                                         [STEP_UNKNOWN] = "step.unknown"};

static void take_outcome(Engine *engine, Motion *motion, Operation *copy, Step *step,
                         const Exec *exec)
{
    step->state = exec->stage == EXEC_OVER ? exec->result : STEP_UNKNOWN;
    g_free(step->detail);
    step->detail = g_strdup(exec->detail);
    audit_step(motion, copy, step, OUTCOME_ACTIONS[step->state])->detail = g_strdup(step->detail);
    if (step->state == STEP_UNKNOWN)
        return;
    step->ended_ms = engine->now_ms;
    if (step->state == STEP_DONE && !operation_is_rehearsal(copy)) // looking is quicker than doing
        durations_note(engine, motion, copy, step);
    if (step->state == STEP_DONE && step->kind == STEP_ACTIVATE && !step->compensates)
        copy->activated_ms = engine->now_ms;
    if (step->state == STEP_NOTED)
        motion_say_of(motion, SEVERITY_WARNING, copy, "%s: %s: %s",
                      word_of(&STEP_STATE_NAMES, STEP_NOTED), step->title,
                      step->detail ? step->detail : "");
}

static void pause_for(Motion *motion, Operation *copy, const char *why)
{
    if (copy->state != OPERATION_RUNNING || !operation_move(copy, EVENT_STEP_FAILED, NULL))
        return;
    g_free(copy->why);
    copy->why = g_strdup(why);
    motion_audit(motion, "executor", "operation.paused", "operation", copy->id)->detail =
        g_strdup(why);
    motion_say_of(motion, SEVERITY_ERROR, copy, "paused, an operator is needed: %s", why);
}

// A drill that only looks proves nothing.
void execute_note_proven(Operation *copy)
{
    bool before = copy->state == OPERATION_RUNNING && copy->phase == PHASE_PASSIVATING;
    if (before && !copy->past_pnr && !operation_is_rehearsal(copy) && plan_is_proven(copy))
        copy->phase = PHASE_PROVEN;
}

static bool has_news(const Step *step, const Exec *exec)
{
    return exec && (exec->stage == EXEC_OVER || (exec->said_unknown && step->state == STEP_INTENT));
}

static void outcomes_applied(Engine *engine, Motion *motion)
{
    const Operation *operation = world_operation(engine, motion->object);
    for (guint i = 0; operation && i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->state != STEP_INTENT && step->state != STEP_UNKNOWN)
            step_forget(engine, operation, step);
    }
    if (operation)
        observe_group(engine, operation->group); // what was done is to be seen
}

static Motion *outcomes(Engine *engine, const Operation *operation)
{
    Operation *copy = NULL;
    Motion *motion = NULL;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        bool waits = step->state == STEP_INTENT || step->state == STEP_UNKNOWN;
        const Exec *exec = waits ? step_exec(engine, operation, step) : NULL;
        if (!has_news(step, exec) || (motion && motion->audit->len >= INTENTS_MAX))
            continue;
        if (!motion) {
            motion = new_motion("outcome", operation, &copy);
            motion->applied = outcomes_applied;
        }
        Step *mine = copy->steps->pdata[i];
        take_outcome(engine, motion, copy, mine, exec);
        // What an abort gave up is no news: the way back takes care of it.
        if (mine->state == STEP_FAILED && (copy->phase != PHASE_UNDOING || mine->compensates)) {
            g_autofree char *why = g_strdup_printf("step %u, %s: %s", mine->number, mine->title,
                                                   mine->detail ? mine->detail : "failed");
            pause_for(motion, copy, why);
        }
    }
    if (copy)
        execute_note_proven(copy);
    return motion;
}

// ---- Intents -----------------------------------------------------------------------------------

static void intents_applied(Engine *engine, Motion *motion)
{
    const Operation *operation = world_operation(engine, motion->object);
    for (guint i = 0; operation && i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->state == STEP_INTENT && !step_exec(engine, operation, step))
            step_begin(engine, operation, step);
    }
    engine_wake(engine);
}

// Steps that are the engine's own are done with their intent.
static bool is_own(const Step *step)
{
    return step->kind == STEP_LIMITED || step->kind == STEP_TURN ||
           (step->kind == STEP_NOTIFY && !step->workload);
}

static void swap_ends(Operation *copy)
{
    char *from = copy->from;
    copy->from = copy->to;
    copy->to = from;
}

// A live drill has arrived: what was its target is what it leaves from here on, under an epoch of its own and
// with a point of no return of its own.
static void turn(Engine *engine, Motion *motion, Operation *copy)
{
    swap_ends(copy);
    copy->past_pnr = false;
    execute_issue_epoch(engine, motion, copy);
    GroupRecord *record = motion_record(engine, motion, copy->group);
    record->mode = MODE_FAILING_BACK;
    record->since_ms = engine->now_ms;
    AuditRecord *audit =
        motion_audit(motion, "executor", "operation.turned", "operation", copy->id);
    audit->digest = g_strdup(copy->digest);
    audit->detail = g_strdup_printf("from %s to %s, epoch %" G_GINT64_FORMAT, copy->from, copy->to,
                                    copy->epoch);
    motion_say(motion, SEVERITY_INFO, "operation", copy->id, "%s has arrived in %s and goes home",
               copy->group, world_title(engine, copy->from));
}

static void do_own(Engine *engine, Motion *motion, Operation *copy, Step *step)
{
    step->state = STEP_DONE;
    step->ended_ms = engine->now_ms;
    if (operation_is_rehearsal(copy)) {
        g_free(step->detail);
        step->detail = g_strdup("signalbox does this itself");
    } else if (step->kind == STEP_TURN)
        turn(engine, motion, copy);
    else if (step->kind == STEP_LIMITED)
        motion_record(engine, motion, copy->group)->limited =
            g_strcmp0(copy->to, world_live(engine, copy->group)->status->primary) != 0;
    else if (step->task)
        motion_audit(motion, "signalbox", "notice.published", "operation", copy->id)->detail =
            g_strdup(step->task);
    audit_step(motion, copy, step, "step.done")->detail = g_strdup(step->title);
}

static void intend(Engine *engine, Motion *motion, Operation *copy, Step *step)
{
    const InstanceWatch *watch = world_instance(engine, step->workload, step->location);
    step->started_ms = engine->now_ms;
    step->ended_ms = 0;
    step->attempts++;
    step->epoch = copy->epoch;
    g_free(step->boot_id);
    step->boot_id = watch && watch->last ? g_strdup(watch->last->boot_id) : NULL;
    // What people and providers do is a part of the phase that it stands in.
    bool by_hand = step->side == SIDE_PROVIDER || (step->kind == STEP_MANUAL && !step->workload);
    bool back = copy->phase == PHASE_PROVEN && plan_phase(step) < PHASE_PROVEN;
    if (!back && (!by_hand || copy->phase < PHASE_PASSIVATING))
        copy->phase = plan_phase(step);
    if (copy->past_pnr && !step->compensates && copy->phase < PHASE_ACTIVATING)
        copy->phase = PHASE_VERIFYING; // what people do at the end
    if (is_own(step)) {
        do_own(engine, motion, copy, step);
        return;
    }
    bool person = step->kind == STEP_MANUAL || (step->side == SIDE_PROVIDER && !step->location);
    step->state = person ? STEP_WAITING : STEP_INTENT;
    audit_step(motion, copy, step, person ? "step.waiting" : "step.intent")->detail =
        g_strdup_printf("%s; key %s, epoch %" G_GINT64_FORMAT ", boot id %s", step->title,
                        step->key ? step->key : "none", step->epoch,
                        step->boot_id ? step->boot_id : "none");
}

// Which role the group's record has while the step runs.
static void move_role(Engine *engine, Motion *motion, Operation *copy, const Step *step)
{
    if (step->compensates || operation_is_rehearsal(copy))
        return;
    GroupRecord *record = motion_record(engine, motion, copy->group);
    if (step->grants && !copy->past_pnr) {
        copy->past_pnr = true;
        g_free(record->active);
        record->active = g_strdup(copy->to);
        AuditRecord *audit =
            motion_audit(motion, "executor", "operation.point-of-no-return", "operation", copy->id);
        audit->digest = g_strdup(copy->digest);
        audit->detail =
            g_strdup_printf("%s has the role of %s from here on, epoch %" G_GINT64_FORMAT, copy->to,
                            copy->group, copy->epoch);
    } else if ((step->kind == STEP_PASSIVATE || step->kind == STEP_FENCE) && !copy->past_pnr)
        g_clear_pointer(&record->active, g_free);
}

static Motion *intents(Engine *engine, const Operation *operation, guint wave)
{
    Operation *copy;
    guint count = 0;
    Motion *motion = new_motion("intent", operation, &copy);
    bool may = operation_move(copy, EVENT_WAVE, NULL);
    g_assert(may);
    motion->applied = intents_applied;
    for (guint i = 0; i < copy->steps->len && count < INTENTS_MAX; i++) {
        Step *step = copy->steps->pdata[i];
        if (step->wave != wave || step->state != STEP_PENDING)
            continue;
        move_role(engine, motion, copy, step);
        intend(engine, motion, copy, step);
        count++;
    }
    return motion;
}

static Motion *pause_at_guard(const Operation *operation, const char *why)
{
    Operation *copy;
    Motion *motion = new_motion("pause", operation, &copy);
    pause_for(motion, copy, why);
    return motion;
}

static bool wave_grants(const Operation *operation, guint wave)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->wave == wave && step->state == STEP_PENDING && step->grants && !step->compensates)
            return true;
    }
    return false;
}

// What has to be so before a wave begins: the last look before the role is given away (evaluated here, in the
// decision that commits the intent), and targets that are known at all.
static Guard guard_of(Engine *engine, const Operation *operation, guint wave)
{
    Guard guard = {.answer = GUARD_GO};
    if (operation_is_rehearsal(operation)) // it gives nothing away and commands nobody
        return guard;
    if (wave_grants(operation, wave) && !operation->past_pnr)
        guard = guard_point_of_no_return(engine, operation);
    return guard.answer == GUARD_GO ? guard_wave(engine, operation, wave) : guard;
}

static Motion *begin_wave(Engine *engine, const Operation *operation, guint wave, gint64 *due_ms)
{
    GroupLive *live = world_live(engine, operation->group);
    g_auto(Guard) guard = guard_of(engine, operation, wave);
    if (guard.answer == GUARD_GO) {
        live->wait_since_ms = 0;
        return intents(engine, operation, wave);
    }
    if (!live->wait_since_ms)
        live->wait_since_ms = engine->mono_ms;
    if (guard.answer == GUARD_WAIT && engine->mono_ms - live->wait_since_ms < GUARD_WAIT_MS) {
        engine_sooner(due_ms, engine->mono_ms + ENGINE_OBSERVE_RUNNING_MS);
        return NULL;
    }
    live->wait_since_ms = 0;
    return pause_at_guard(operation, guard.why);
}

// ---- The end -----------------------------------------------------------------------------------

static void settle_record(Engine *engine, Motion *motion, const Operation *copy, const char *active)
{
    GroupRecord *record = motion_record(engine, motion, copy->group);
    const Group *group = world_live(engine, copy->group)->group;
    g_free(record->active);
    record->active = g_strdup(active);
    record->mode = g_strcmp0(active, group->primary->name) == 0 ? MODE_NORMAL : MODE_FAILED_OVER;
    record->since_ms = engine->now_ms;
    record->antiflap_until_ms = engine->now_ms + group->policy.antiflap_ms;
    if (copy->state != OPERATION_ABORTED && copy->kind != OPERATION_DRILL)
        record->rollback_until_ms = engine->now_ms + group->policy.rollback_ms;
}

static void name_exceptions(Operation *copy)
{
    for (guint i = 0; i < copy->steps->len; i++) {
        const Step *step = copy->steps->pdata[i];
        if (step->state == STEP_SKIPPED && !step->compensates)
            g_ptr_array_add(copy->exceptions,
                            g_strdup_printf("skipped by %s: %s", step->by ? step->by : "signalbox",
                                            step->title));
        if (step->state == STEP_NOTED && operation_is_rehearsal(copy))
            g_ptr_array_add(copy->exceptions, g_strdup_printf("would not work: %s: %s", step->title,
                                                              step->detail ? step->detail : ""));
    }
}

// What became of it, and for how long it was off on its way home.
static char *ending(const Engine *engine, const Operation *copy, const char *took)
{
    const char *to = world_title(engine, copy->to);
    gint64 until_ms = 0, since_ms = operation_off_since(copy, &until_ms);
    char off[16], limit[16];
    if (!since_ms || !until_ms || !copy->off_limit_ms)
        return g_strdup_printf("%s runs in %s after %s", copy->group, to, took);
    duration_format(until_ms - since_ms, off);
    duration_format(copy->off_limit_ms, limit);
    return g_strdup_printf("%s runs in %s after %s; off for %s, %s its limit of %s", copy->group,
                           to, took, off,
                           until_ms - since_ms > copy->off_limit_ms ? "beyond" : "within", limit);
}

static Motion *finish(Engine *engine, const Operation *operation)
{
    Operation *copy;
    Motion *motion = new_motion("finish", operation, &copy);
    char took[16];
    g_ptr_array_set_size(copy->exceptions, 0);
    name_exceptions(copy);
    if (!operation_move(copy, EVENT_FINISH, NULL)) {
        motion_free(motion);
        return NULL;
    }
    gint64 verified_ms = operation_clock_stop(copy); // what people do after that is no outage
    duration_format((verified_ms ? verified_ms : engine->now_ms) -
                        (copy->detected_ms ? copy->detected_ms : copy->started_ms),
                    took);
    g_autofree char *why = NULL;
    if (operation_is_rehearsal(copy))
        why = drill_sentence(engine, copy);
    else {
        losses_count(engine, copy, &copy->lost);
        settle_record(engine, motion, copy, copy->to);
        drill_measure(copy);
        drill_note_test(engine, motion, copy);
        why = copy->kind == OPERATION_DRILL ? drill_sentence(engine, copy)
                                            : ending(engine, copy, took);
    }
    if (operation_has_turned(copy)) // it is told as it was signed
        swap_ends(copy);
    execute_end(engine, motion, copy, why);
    motion_say(motion, copy->exceptions->len ? SEVERITY_WARNING : SEVERITY_INFO, "operation",
               copy->id, "%s: %s", word_of(&OPERATION_STATE_NAMES, (int)copy->state), why);
    return motion;
}

// ---- The way back ------------------------------------------------------------------------------

static bool is_under_way(const Step *step)
{
    return step->state == STEP_INTENT || step->state == STEP_UNKNOWN;
}

static Motion *end_undo(Engine *engine, const Operation *operation)
{
    Operation *copy;
    GString *left = g_string_new(NULL);
    Motion *motion = new_motion("undone", operation, &copy);
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (step->compensates && step->state == STEP_SKIPPED)
            g_string_append_printf(left, "; not undone: %s", step->title);
        if (step->kind == STEP_PASSIVATE && !step->compensates && step->state == STEP_DONE &&
            g_strcmp0(step->location, copy->from) == 0 && !operation_is_rehearsal(copy))
            step->state = STEP_UNDONE;
    }
    g_autofree char *why = g_strdup_printf(
        "Aborted: %s is %s, in %s%s.", copy->group,
        operation_has_turned(copy) ? "where the drill had brought it" : "where it was",
        world_title(engine, copy->from), left->str);
    g_string_free(left, TRUE);
    if (!operation_move(copy, EVENT_UNDONE, NULL)) {
        motion_free(motion);
        return NULL;
    }
    if (!operation_is_rehearsal(copy))
        settle_record(engine, motion, copy, copy->from);
    execute_end(engine, motion, copy, why);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id, "%s", why);
    return motion;
}

static Motion *plan_way_back(Engine *engine, const Operation *operation)
{
    const Group *group = world_live(engine, operation->group)->group;
    g_autoptr(GPtrArray) undo = plan_undo(operation, group);
    Operation *copy;
    if (!undo->len)
        return end_undo(engine, operation);
    Motion *motion = new_motion("undo", operation, &copy);
    while (undo->len)
        g_ptr_array_add(copy->steps, g_ptr_array_steal_index(undo, 0));
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (!step->key)
            step->key =
                g_strdup_printf("%s.%u.%" G_GINT64_FORMAT, copy->id, step->number, copy->epoch);
    }
    motion_audit(motion, "executor", "operation.undoing", "operation", copy->id)->detail =
        text_count(copy->steps->len - operation->steps->len, "step");
    return motion;
}

// The first wave of the way back that is not over; 0 = all are.
static Motion *undo_next(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    bool planned = false;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        planned = planned || step->compensates;
        if (is_under_way(step) && !step->compensates)
            return NULL;
    }
    if (!planned)
        return plan_way_back(engine, operation);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (!step->compensates || is_over(step))
            continue;
        return step->state == STEP_PENDING ? begin_wave(engine, operation, step->wave, due_ms)
                                           : NULL;
    }
    return end_undo(engine, operation);
}

// ---- What is next ------------------------------------------------------------------------------

static Motion *forward_next(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    guint wave = 0;
    bool pending = false;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (is_over(step) || (wave && step->wave != wave))
            continue;
        wave = wave ? wave : step->wave;
        pending = pending || step->state == STEP_PENDING;
    }
    if (!wave)
        return finish(engine, operation);
    if (!pending)
        return NULL;
    return begin_wave(engine, operation, wave, due_ms);
}

static Motion *running_next(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    if (!fleet_group(engine->fleet, operation->group) ||
        !fleet_location(engine->fleet, operation->from) ||
        !fleet_location(engine->fleet, operation->to))
        return operation->state == OPERATION_RUNNING
                   ? pause_at_guard(operation,
                                    "The fleet file no longer has its group or its locations.")
                   : NULL;
    if (drill_gives_way(engine, operation))
        return drill_end(engine, operation);
    Motion *motion = outcomes(engine, operation);
    if (motion || operation->state != OPERATION_RUNNING || operation->held)
        return motion;
    return operation->phase == PHASE_UNDOING ? undo_next(engine, operation, due_ms)
                                             : forward_next(engine, operation, due_ms);
}

Motion *execute_next(Engine *engine, gint64 *due_ms)
{
    for (guint i = 0; i < engine->operations->len; i++) {
        Operation *operation = engine->operations->pdata[i];
        bool waiting = operation->state == OPERATION_AWAITING || operation->phase == PHASE_HOLDING;
        if (operation_has_ended(operation) || operation->region)
            continue;
        Motion *motion = signature_next(engine, operation, due_ms);
        if (!motion)
            motion = act_next(engine, operation, due_ms);
        if (!motion)
            motion = waiting ? waiting_next(engine, operation, due_ms)
                             : running_next(engine, operation, due_ms);
        if (motion)
            return motion;
    }
    return NULL;
}
