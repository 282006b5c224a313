#include "engine/act.h"

#include "base/timefmt.h"
#include "engine/act-statement.h"
#include "engine/failed.h"
#include "engine/signature.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "wire/canonical.h"
#include "wire/statement.h"

enum { CHECK_MS = 1000, ACTS_MAX = 50 };

static OperationEvent event_of(ActKind kind)
{
    return kind == ACT_SKIP ? EVENT_SKIP : EVENT_ABORT;
}

// Is there anything to leave out, or to undo?
static bool is_possible(const Operation *operation, ActKind kind, guint step, GError **error)
{
    OperationState state;
    if (!transition_next(operation, event_of(kind), &state, error))
        return false;
    if (kind == ACT_ABORT || failed_is_skippable(operation, step))
        return true;
    if (step)
        refuse(error, REFUSAL_WRONG_STATE,
               "Step %u of %s has not failed and does not wait for a person: only such a step can "
               "be left out.",
               step, operation->id);
    else
        refuse(error, REFUSAL_WRONG_STATE, "No step of %s has failed.", operation->id);
    return false;
}

// ---- Statements --------------------------------------------------------------------------------

// Takes the statement. The very bytes that the digest is of are stored beside the operation.
static void state_act(Motion *motion, Act *act, Statement *statement)
{
    g_autoptr(json_t) json = statement_to_json(statement);
    statement_free(act->statement);
    act->statement = statement;
    g_free(act->digest);
    act->digest = statement_digest(statement);
    motion_put(motion, g_strconcat("statement/", act->digest, NULL), canonical_text(json, NULL),
               false);
}

bool act_ask(Engine *engine, Motion *motion, Operation *copy, const Act *wanted, GError **error)
{
    const Act *open = operation_act(copy);
    const GroupLive *live = world_live(engine, copy->group);
    g_autofree char *words = act_words(wanted->kind, wanted->step);
    if (open)
        refuse(error, REFUSAL_CONFLICT,
               "%s waits for its sign-offs already (%s asked for it): sign, reject or withdraw "
               "that first.",
               open->statement->confirm, open->by);
    else if (!live || !fleet_location(engine->fleet, copy->from) ||
             !fleet_location(engine->fleet, copy->to))
        refuse(error, REFUSAL_NOT_FOUND,
               "The fleet file no longer has group %s and its locations: bring it back first.",
               copy->group);
    else if (copy->acts->len >= ACTS_MAX)
        refuse(error, REFUSAL_BLOCKED, "%s has had %u acts already.", copy->id, copy->acts->len);
    if (*error || !is_possible(copy, wanted->kind, wanted->step, error))
        return false;
    Act *act = act_copy(wanted);
    act->number = copy->acts->len + 1;
    act->state = ACT_OPEN;
    act->asked_ms = engine->now_ms;
    act->expires_ms = engine->now_ms + live->group->policy.expire_ms;
    act->statement_version = 1;
    // Nothing new is begun while its undoing is being read.
    copy->held = copy->held || (act->kind == ACT_ABORT && copy->state == OPERATION_RUNNING);
    state_act(motion, act, act_statement(engine, copy, act));
    g_ptr_array_add(copy->acts, act);
    AuditRecord *audit = motion_audit(motion, act->by, "act.asked", "operation", copy->id);
    audit->digest = g_strdup(act->digest);
    audit->detail = g_strdup_printf("%s: %s", words, act->reason);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id, "%s asks to %s: %s", act->by, words,
               act->reason);
    return true;
}

Guard act_guard(Engine *engine, const Operation *operation)
{
    const Act *act = operation_act(operation);
    g_autoptr(GError) error = NULL;
    Guard guard = {.answer = GUARD_GO};
    if (!is_possible(operation, act->kind, act->step, &error)) {
        guard.answer = GUARD_BLOCK;
        guard.why = g_strdup(error->message);
        return guard;
    }
    guard.statement = act_statement(engine, operation, act);
    guard.why = statement_material_change(act->statement, guard.statement);
    guard.answer = guard.why ? GUARD_VOID : GUARD_GO;
    return guard;
}

// Voids the approvals of that statement; their givers' names go into `givers`.
static void void_signoffs(Operation *copy, const char *digest, GPtrArray *givers)
{
    for (guint i = 0; i < copy->signoffs->len; i++) {
        SignOff *signoff = copy->signoffs->pdata[i];
        if (signoff->void_ || signoff->decision != DECISION_APPROVE ||
            g_strcmp0(signoff->digest, digest) != 0)
            continue;
        signoff->void_ = true;
        g_ptr_array_add(givers, g_strdup(signoff->operator_name));
    }
}

// What was beside what is, as of a proposal's statement.
static char *note_change(const Engine *engine, Operation *copy, const Act *act, const Guard *guard)
{
    Restatement *note = restatement_new();
    note->version = act->statement_version + 1;
    note->at_ms = engine->now_ms;
    note->about = act_words(act->kind, act->step);
    note->digest = g_strdup(act->digest);
    note->why = g_strdup(guard->why);
    void_signoffs(copy, act->digest, note->givers);
    g_ptr_array_unref(note->differences);
    note->differences = statement_differences(act->statement, guard->statement);
    operation_add_change(copy, note);
    g_ptr_array_add(note->givers, NULL);
    char *givers = g_strjoinv(", ", (char **)note->givers->pdata);
    g_ptr_array_set_size(note->givers, (int)note->givers->len - 1);
    return givers;
}

void act_restate(Engine *engine, Motion *motion, Operation *copy, Guard *guard)
{
    Act *act = operation_act(copy);
    g_autofree char *givers = note_change(engine, copy, act, guard);
    act->statement_version++;
    guard->statement->version = act->statement_version;
    g_free(act->changed);
    act->changed = *givers ? g_strdup_printf("%s; void: the sign-off of %s", guard->why, givers)
                           : g_strdup(guard->why);
    state_act(motion, act, g_steal_pointer(&guard->statement));
    AuditRecord *audit = motion_audit(motion, "signalbox", "act.restated", "operation", copy->id);
    audit->digest = g_strdup(act->digest);
    audit->detail = g_strdup(act->changed);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id, "%s must be read again: %s",
               act->statement->confirm, act->changed);
}

// ---- Ends --------------------------------------------------------------------------------------

static void close_act(Engine *engine, Act *act, ActState state, const char *why)
{
    act->state = state;
    act->ended_ms = engine->now_ms;
    g_free(act->why);
    act->why = g_strdup(why);
}

void act_end(Engine *engine, Motion *motion, Operation *copy, ActState state, const char *actor,
             const char *why)
{
    Act *act = operation_act(copy);
    g_autofree char *words = act_words(act->kind, act->step);
    close_act(engine, act, state, why);
    AuditRecord *audit = motion_audit(motion, actor, "act.ended", "operation", copy->id);
    audit->digest = g_strdup(act->digest);
    audit->detail =
        g_strdup_printf("%s, %s: %s", words, word_of(&ACT_STATE_NAMES, (int)state), why);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id, "%s: %s: %s%s", words,
               word_of(&ACT_STATE_NAMES, (int)state), why,
               copy->held ? ". The operation is still held: resume it, or ask again." : "");
}

// Who signed it, for the steps that they left out.
static char *signers_of(const Operation *operation, const Act *act)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && signoff->decision == DECISION_APPROVE &&
            g_strcmp0(signoff->digest, act->digest) == 0)
            g_string_append_printf(names, "%s%s%s", names->len ? ", " : "", signoff->operator_name,
                                   signoff->break_glass ? " (break-glass)" : "");
    }
    return g_string_free(names, FALSE);
}

static bool undo(Engine *engine, Motion *motion, Operation *copy, GError **error)
{
    if (!operation_move(copy, EVENT_ABORT, error))
        return false;
    // The way back has an epoch of its own, so that late commands of the way there are refused.
    copy->phase = PHASE_UNDOING;
    copy->held = false;
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (step->state == STEP_WAITING)
            step->state = STEP_PENDING;
    }
    if (!operation_is_rehearsal(copy))
        execute_issue_epoch(engine, motion, copy);
    return true;
}

static bool carry_out(Engine *engine, Motion *motion, Operation *copy, GError **error)
{
    Act *act = operation_act(copy);
    g_autofree char *signers = signers_of(copy, act);
    g_autofree char *words = act_words(act->kind, act->step);
    bool skip = act->kind == ACT_SKIP;
    if (skip)
        failed_skip(copy, act->step, signers, engine->now_ms);
    if (skip ? !failed_go_on(copy, EVENT_SKIP, error) : !undo(engine, motion, copy, error))
        return false;
    g_autofree char *why = g_strdup_printf("signed by %s", signers);
    AuditRecord *audit = motion_audit(
        motion, "signalbox", skip ? "operation.skip" : "operation.abort", "operation", copy->id);
    audit->digest = g_strdup(act->digest);
    audit->detail =
        g_strdup_printf("%s, asked for by %s, %s: %s", words, act->by, why, act->reason);
    close_act(engine, act, ACT_DONE, why);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id, "%s, %s", words, why);
    return true;
}

// ---- What is due -------------------------------------------------------------------------------

static Motion *end_by(Engine *engine, const Operation *operation, ActState state, const char *why)
{
    Motion *motion = motion_new("act ends", NULL);
    act_end(engine, motion, motion_operation(motion, operation), state, "signalbox", why);
    return motion;
}

static Motion *do_it(Engine *engine, const Operation *operation)
{
    g_autoptr(GError) error = NULL;
    Motion *motion = motion_new("act", NULL);
    if (carry_out(engine, motion, motion_operation(motion, operation), &error))
        return motion;
    motion_free(motion);
    return end_by(engine, operation, ACT_OVERTAKEN, error->message);
}

static Motion *check(Engine *engine, const Operation *operation)
{
    const Operation ballot = operation_ballot(operation);
    g_auto(Guard) guard = act_guard(engine, operation);
    if (guard.answer == GUARD_BLOCK)
        return end_by(engine, operation, ACT_OVERTAKEN, guard.why);
    if (guard.answer == GUARD_VOID) {
        Motion *motion = motion_new("act restated", NULL);
        act_restate(engine, motion, motion_operation(motion, operation), &guard);
        return motion;
    }
    if (quorum_missing(&ballot))
        return NULL;
    g_auto(Guard) stands = signature_guard(engine, &ballot);
    return stands.answer == GUARD_GO ? do_it(engine, operation) : NULL;
}

Motion *act_next(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    const Act *act = operation_act(operation);
    GroupLive *live = world_live(engine, operation->group);
    if (!act)
        return NULL;
    if (engine->now_ms >= act->expires_ms)
        return end_by(engine, operation, ACT_EXPIRED, "It was not signed in its time. Ask again.");
    engine_sooner(due_ms, engine_mono_of(engine, act->expires_ms));
    if (!live || !fleet_location(engine->fleet, operation->from) ||
        !fleet_location(engine->fleet, operation->to))
        return end_by(engine, operation, ACT_OVERTAKEN,
                      "The fleet file no longer has its group or its locations.");
    const Operation ballot = operation_ballot(operation);
    bool enough = !quorum_missing(&ballot);
    if (live->act_ms > engine->mono_ms && !enough) {
        engine_sooner(due_ms, live->act_ms);
        return NULL;
    }
    live->act_ms = engine->mono_ms + (enough ? ENGINE_OBSERVE_RUNNING_MS : CHECK_MS);
    engine_sooner(due_ms, live->act_ms);
    return check(engine, operation);
}
