// A proposal's life before its first step: it is signed, voided, cleared, expires, or starts.
#include "engine/durations.h"
#include "engine/execute.h"

#include "engine/drill.h"
#include "engine/region.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "wire/canonical.h"
#include "wire/statement.h"

enum { CHECK_MS = 1000, CHECK_START_MS = 200 };

bool operation_move(Operation *operation, OperationEvent event, GError **error)
{
    OperationState state;
    if (!transition_next(operation, event, &state, error))
        return false;
    operation->state = state;
    return true;
}

void execute_state(const Engine *engine, Motion *motion, Operation *operation, Statement *statement,
                   GPtrArray *steps)
{
    g_autoptr(json_t) json = NULL;
    statement->version = operation->statement_version;
    json = statement_to_json(statement);
    statement_free(operation->statement);
    operation->statement = statement;
    g_free(operation->digest);
    operation->digest = statement_digest(statement);
    if (steps) {
        g_ptr_array_unref(operation->steps);
        operation->steps = g_ptr_array_ref(steps);
        durations_forecast(engine, operation);
    }
    // The very bytes that the digest is of.
    g_autofree char *text = canonical_text(json, NULL);
    motion_put(motion, g_strconcat("statement/", operation->digest, NULL), g_steal_pointer(&text),
               false);
}

void execute_end(Engine *engine, Motion *motion, Operation *operation, const char *why)
{
    Act *act = operation_act(operation);
    if (act) { // nobody signs for what is over
        act->state = ACT_OVERTAKEN;
        act->ended_ms = engine->now_ms;
        act->why = g_strdup("The operation ended before.");
    }
    g_free(operation->why);
    operation->why = g_strdup(why);
    operation->ended_ms = engine->now_ms;
    motion_audit(motion, "signalbox", "operation.ended", "operation", operation->id)->detail =
        g_strdup_printf("%s: %s", word_of(&OPERATION_STATE_NAMES, (int)operation->state),
                        why ? why : "");
}

bool execute_approve(Engine *engine, Motion *motion, Operation *operation, GError **error)
{
    GroupLive *live = world_live(engine, operation->group);
    if (!live) {
        refuse(error, REFUSAL_NOT_FOUND, "Group %s is no longer in the fleet file.",
               operation->group);
        return false;
    }
    if (!operation_move(operation, EVENT_APPROVED, error))
        return false;
    operation->phase = PHASE_HOLDING;
    g_clear_pointer(&operation->why, g_free);
    operation->approved_ms = engine->now_ms;
    operation->hold_until_ms = engine->now_ms + live->group->policy.hold_ms;
    live->check_ms = 0;
    AuditRecord *audit =
        motion_audit(motion, "signalbox", "operation.approved", "operation", operation->id);
    audit->digest = g_strdup(operation->digest);
    audit->detail = g_strdup_printf("%u of %u sign-offs", quorum_given(operation),
                                    operation->statement->approvals);
    motion_say(motion, SEVERITY_INFO, "operation", operation->id, "approved: %s",
               operation->statement->summary);
    return true;
}

// Voids the approvals; their givers' names go into `givers`, each once.
static void void_signoffs(Operation *operation, GPtrArray *givers)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->void_ || signoff->decision != DECISION_APPROVE)
            continue;
        signoff->void_ = true;
        if (!g_ptr_array_find_with_equal_func(givers, signoff->operator_name, g_str_equal, NULL))
            g_ptr_array_add(givers, g_strdup(signoff->operator_name));
    }
}

// Within its band, and yet beyond what was acknowledged: then it is the bound that is material.
static void mark_excess(const Operation *operation, const Guard *guard, GPtrArray *differences)
{
    g_autofree char *excess = statement_exceeds(operation->statement, guard->statement);
    Difference *bound = differences->len ? differences->pdata[0] : NULL;
    if (!excess || !bound || bound->material || !g_str_equal(bound->field, "loss.bound"))
        return;
    bound->material = true;
    bound->why = g_steal_pointer(&excess);
}

// Keeps what was before beside what is now, for those who must look again and for the report.
static const Restatement *note_change(const Engine *engine, Operation *operation,
                                      const Guard *guard)
{
    Restatement *note = restatement_new();
    note->version = operation->statement_version + 1;
    note->at_ms = engine->now_ms;
    note->digest = g_strdup(operation->digest);
    note->why = g_strdup(guard->why);
    void_signoffs(operation, note->givers);
    g_ptr_array_unref(note->differences);
    note->differences = statement_differences(operation->statement, guard->statement);
    mark_excess(operation, guard, note->differences);
    operation_add_change(operation, note);
    return note;
}

static char *join(const GPtrArray *texts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", (const char *)texts->pdata[i]);
    return g_string_free(out, FALSE);
}

void execute_void(Engine *engine, Motion *motion, Operation *operation, Guard *guard)
{
    const Restatement *note = note_change(engine, operation, guard);
    g_autofree char *givers = join(note->givers);
    operation->state = OPERATION_AWAITING;
    operation->phase = PHASE_NONE;
    g_clear_pointer(&operation->why, g_free);
    operation->approved_ms = operation->hold_until_ms = 0;
    operation->statement_version++;
    g_free(operation->changed);
    operation->changed = *givers
                             ? g_strdup_printf("%s; void: the sign-off of %s, who must look again",
                                               guard->why, givers)
                             : g_strdup(guard->why);
    execute_state(engine, motion, operation, g_steal_pointer(&guard->statement), guard->steps);
    AuditRecord *audit =
        motion_audit(motion, "signalbox", "operation.restated", "operation", operation->id);
    audit->digest = g_strdup(operation->digest);
    audit->detail = g_strdup(operation->changed);
    motion_say_of(motion, SEVERITY_WARNING, operation, "must be read again: %s",
                  operation->changed);
}

static Motion *new_motion(const char *what, const Operation *operation, Operation **ret_copy)
{
    Motion *motion = motion_new(what, NULL);
    *ret_copy = motion_operation(motion, operation);
    return motion;
}

static Motion *end_by(Engine *engine, const Operation *operation, OperationEvent event,
                      const char *why)
{
    Operation *copy;
    Motion *motion = new_motion(event == EVENT_EXPIRE ? "expire" : "clear", operation, &copy);
    if (!operation_move(copy, event, NULL)) {
        motion_free(motion);
        return NULL;
    }
    execute_end(engine, motion, copy, why);
    motion_say_of(motion, SEVERITY_WARNING, operation, "%s", why);
    return motion;
}

static bool is_cleared(const Engine *engine, const Operation *operation)
{
    const LocationStatus *from = world_location(engine, operation->from);
    return !operation->planned && operation->statement->from_verdict == VERDICT_DOWN && from &&
           from->verdict.state == VERDICT_UP;
}

// A group is to be activated again where it is, and that is lost once more: it makes room for a failover.
static bool is_lost_again(const Engine *engine, const Operation *operation)
{
    const LocationStatus *at = world_location(engine, operation->to);
    return g_str_equal(operation->from, operation->to) && at && at->verdict.state == VERDICT_DOWN;
}

static Motion *clear(Engine *engine, const Operation *operation)
{
    const Verdict *verdict = &world_location(engine, operation->from)->verdict;
    g_autofree char *why = g_strdup_printf(
        "%s is %s again: %s. Nothing was done.", world_title(engine, operation->from),
        verdict->state == VERDICT_UP ? "healthy" : "down", verdict->why);
    return end_by(engine, operation, EVENT_CLEAR, why);
}

static Motion *expire(Engine *engine, const Operation *operation)
{
    return end_by(engine, operation, EVENT_EXPIRE,
                  operation->approved_ms
                      ? "It was signed, but could not start in its time. Propose it again."
                      : "It was not signed in its time. Propose it again.");
}

static Motion *restate(Engine *engine, const Operation *operation, Guard *guard)
{
    Operation *copy;
    Motion *motion = new_motion("restate", operation, &copy);
    if (!transition_allows(operation, EVENT_VOID)) {
        motion_free(motion);
        return NULL;
    }
    execute_void(engine, motion, copy, guard);
    return motion;
}

static Motion *approve(Engine *engine, const Operation *operation)
{
    Operation *copy;
    Motion *motion = new_motion("approve", operation, &copy);
    if (execute_approve(engine, motion, copy, NULL))
        return motion;
    motion_free(motion);
    return NULL;
}

// ---- The start ---------------------------------------------------------------------------------

// Epochs are issued by the store's record, and above whatever a target has reported.
static gint64 next_epoch(const Engine *engine, const GroupRecord *record)
{
    gint64 epoch = record->epoch;
    for (guint i = 0; i < engine->instances->len; i++) {
        const InstanceWatch *watch = engine->instances->pdata[i];
        if (g_str_equal(watch->workload->group, record->group))
            epoch = MAX(epoch, watch->status->epoch);
    }
    return epoch + 1;
}

gint64 execute_issue_epoch(Engine *engine, Motion *motion, Operation *operation)
{
    GroupRecord *record = motion_record(engine, motion, operation->group);
    record->epoch = next_epoch(engine, record);
    operation->epoch = record->epoch;
    for (guint i = 0; i < operation->steps->len; i++) {
        Step *step = operation->steps->pdata[i];
        if (step->state != STEP_PENDING)
            continue;
        g_free(step->key);
        step->key = g_strdup_printf("%s.%u.%" G_GINT64_FORMAT, operation->id, step->number,
                                    operation->epoch);
    }
    return operation->epoch;
}

static void take_group(Engine *engine, Motion *motion, Operation *copy)
{
    GroupRecord *record = motion_record(engine, motion, copy->group);
    execute_issue_epoch(engine, motion, copy);
    record->mode = copy->kind == OPERATION_FAILBACK ? MODE_FAILING_BACK : MODE_FAILING_OVER;
    record->since_ms = engine->now_ms;
    record->rollback_until_ms = 0;
    g_free(record->operation);
    record->operation = g_strdup(copy->id);
}

static Motion *start(Engine *engine, const Operation *operation)
{
    Operation *copy;
    Motion *motion = new_motion("start", operation, &copy);
    if (!operation_move(copy, EVENT_START, NULL)) {
        motion_free(motion);
        return NULL;
    }
    copy->phase = PHASE_STARTING;
    copy->started_ms = engine->now_ms;
    g_clear_pointer(&copy->why, g_free);
    if (!operation_is_rehearsal(operation)) // which leaves the group as it is
        take_group(engine, motion, copy);
    AuditRecord *audit =
        motion_audit(motion, "executor", "operation.started", "operation", operation->id);
    audit->digest = g_strdup(operation->digest);
    audit->detail = g_strdup_printf("epoch %" G_GINT64_FORMAT, copy->epoch);
    motion_say(motion, SEVERITY_WARNING, "operation", operation->id, "started: %s",
               copy->statement->summary);
    return motion;
}

// It is signed, and something forbids the start: said once, in the operation and by an alarm, for it is people
// who must do something about it.
static Motion *say_blocked(const Operation *operation, const char *why)
{
    Operation *copy;
    if (operation->why)
        return NULL;
    Motion *motion = new_motion("blocked", operation, &copy);
    copy->why = g_strdup_printf("Signed, but it cannot start: %s", why);
    AuditRecord *audit =
        motion_audit(motion, "executor", "operation.blocked", "operation", operation->id);
    audit->digest = g_strdup(operation->digest);
    audit->detail = g_strdup(why);
    motion_say(motion, SEVERITY_WARNING, "operation", operation->id, "%s", copy->why);
    return motion;
}

static Motion *try_start(Engine *engine, const Operation *operation)
{
    g_auto(Guard) guard = guard_start(engine, operation);
    if (guard.answer == GUARD_GO && region_may_start(engine, operation))
        return start(engine, operation);
    if (guard.answer == GUARD_BLOCK)
        return say_blocked(operation, guard.why);
    return guard.answer == GUARD_VOID ? restate(engine, operation, &guard) : NULL;
}

// ---- Which of these is due ---------------------------------------------------------------------

// True once every `every_ms`: comparing evidence costs, and nothing is lost by a moment.
static bool check_is_due(Engine *engine, GroupLive *live, gint64 every_ms, gint64 *due_ms)
{
    bool due = live->check_ms <= engine->mono_ms;
    if (due)
        live->check_ms = engine->mono_ms + every_ms;
    engine_sooner(due_ms, live->check_ms);
    return due;
}

static Motion *check_statement(Engine *engine, const Operation *operation)
{
    g_auto(Guard) guard = guard_statement(engine, operation);
    return guard.answer == GUARD_VOID ? restate(engine, operation, &guard) : NULL;
}

// Moments that are known ahead.
static void set_due(const Engine *engine, const Operation *operation, gint64 *due_ms)
{
    if (operation->expires_ms > engine->now_ms)
        engine_sooner(due_ms, engine_mono_of(engine, operation->expires_ms));
    if (operation->hold_until_ms > engine->now_ms)
        engine_sooner(due_ms, engine_mono_of(engine, operation->hold_until_ms));
}

Motion *waiting_next(Engine *engine, Operation *operation, gint64 *due_ms)
{
    GroupLive *live = world_live(engine, operation->group);
    bool holding = operation->state == OPERATION_RUNNING;
    set_due(engine, operation, due_ms);
    if (!live)
        return engine->now_ms >= operation->expires_ms ? expire(engine, operation) : NULL;
    if (drill_gives_way(engine, operation))
        return drill_end(engine, operation);
    if (is_cleared(engine, operation) || is_lost_again(engine, operation))
        return clear(engine, operation);
    if (engine->now_ms >= operation->expires_ms) // signed or not: too late to start is too late
        return expire(engine, operation);
    if (!holding && !quorum_missing(operation))
        return approve(engine, operation);
    if (holding && !operation->held && engine->now_ms >= operation->hold_until_ms)
        return check_is_due(engine, live, CHECK_START_MS, due_ms) ? try_start(engine, operation)
                                                                  : NULL;
    return check_is_due(engine, live, CHECK_MS, due_ms) ? check_statement(engine, operation) : NULL;
}
