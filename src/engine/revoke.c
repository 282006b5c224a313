// What becomes of a sign-off afterwards: its giver takes it back before the point of no return, or somebody else
// closes the review that a broken glass has left.
#include <string.h>

#include "base/text.h"
#include "engine/execute.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "wire/operation.h"

typedef struct {
    SignOffRequest request;
    EngineSignOffDone done;
    gpointer data;
} Asked;

static SignOff *find(const Operation *operation, const char *id)
{
    for (guint i = 0; operation && i < operation->signoffs->len; i++) {
        SignOff *signoff = operation->signoffs->pdata[i];
        if (g_strcmp0(signoff->id, id) == 0)
            return signoff;
    }
    return NULL;
}

static const SignOff *check(const Engine *engine, const SignOffRequest *asked, GError **error)
{
    const SignOff *signoff = find(world_operation(engine, asked->operation), asked->signoff);
    if (!signoff)
        refuse(error, REFUSAL_NOT_FOUND, "Operation %s has no sign-off %s.", asked->operation,
               asked->signoff);
    else if (!text_has_word(asked->reason))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it goes into the audit log with your name.");
    else
        return signoff;
    return NULL;
}

// The record that is found by the sign-off's id says the same as the operation.
static void keep(Motion *motion, const SignOff *signoff)
{
    json_t *json = signoff_to_json(signoff);
    motion_put(motion, g_strconcat("signoff/", signoff->id, NULL), wire_format(json), false);
    json_decref(json);
}

static void audit(Motion *motion, const SignOffRequest *asked, const char *action,
                  const SignOff *signoff)
{
    AuditRecord *record =
        motion_audit(motion, asked->person->name, action, "operation", asked->operation);
    record->digest = g_strdup(signoff->digest);
    record->detail = g_strdup_printf("sign-off %s of %s: %s", signoff->id, signoff->operator_name,
                                     asked->reason);
}

// ---- Taking it back ----------------------------------------------------------------------------

static bool may_take_back(const Operation *operation, const SignOff *signoff,
                          const SignOffRequest *asked, GError **error)
{
    bool of_act = g_strcmp0(signoff->digest, operation->digest) != 0;
    const Operation ballot = operation_ballot(operation);
    bool open = of_act ? g_strcmp0(signoff->digest, ballot.digest) == 0
                       : operation->state == OPERATION_AWAITING || quorum_may_revoke(operation);
    if (g_strcmp0(signoff->operator_name, asked->person->name) != 0)
        refuse(error, REFUSAL_NOT_ALLOWED,
               "Sign-off %s is %s's: only its giver takes it back. To stop it, reject or hold it.",
               signoff->id, signoff->operator_name);
    else if (signoff->decision != DECISION_APPROVE || signoff->void_)
        refuse(error, REFUSAL_NOTHING_TO_DO, "Sign-off %s counts for nothing as it is.",
               signoff->id);
    else if (operation->past_pnr && !of_act && !operation_has_ended(operation))
        refuse(error, REFUSAL_PAST_POINT_OF_NO_RETURN,
               "Operation %s has passed its point of no return: a sign-off cannot be taken back "
               "any more.",
               operation->id);
    else if (!open)
        refuse(error, REFUSAL_WRONG_STATE, "What sign-off %s was about has ended.", signoff->id);
    else
        return true;
    return false;
}

// Nothing has moved in the hold window: it waits for sign-offs again. Later it is held where it is.
static bool step_back(Operation *copy, GError **error)
{
    if (copy->phase != PHASE_HOLDING) {
        copy->held = copy->held || copy->state == OPERATION_RUNNING;
        return true;
    }
    if (!operation_move(copy, EVENT_VOID, error))
        return false;
    copy->phase = PHASE_NONE;
    copy->approved_ms = copy->hold_until_ms = 0;
    return true;
}

static bool prepare_take_back(Engine *engine, Motion *motion, GError **error)
{
    const SignOffRequest *asked = &((const Asked *)motion->request)->request;
    const SignOff *signoff = check(engine, asked, error);
    const Operation *operation = world_operation(engine, asked->operation);
    if (!signoff || !may_take_back(operation, signoff, asked, error))
        return false;
    Operation *copy = motion_operation(motion, operation);
    SignOff *mine = find(copy, asked->signoff);
    mine->void_ = true;
    g_free(mine->void_why);
    mine->void_why = g_strdup_printf("taken back: %s", asked->reason);
    if (!mine->about && copy->state != OPERATION_AWAITING && quorum_missing(copy) &&
        !step_back(copy, error))
        return false;
    audit(motion, asked, "signoff.withdrawn", mine);
    keep(motion, mine);
    motion_say_of(motion, SEVERITY_WARNING, copy, "%s takes the sign-off back%s: %s",
                  asked->person->name, copy->held ? ", it is held" : "", asked->reason);
    return true;
}

// ---- The review --------------------------------------------------------------------------------

static bool prepare_review(Engine *engine, Motion *motion, GError **error)
{
    const SignOffRequest *asked = &((const Asked *)motion->request)->request;
    const SignOff *signoff = check(engine, asked, error);
    if (!signoff)
        return false;
    if (!signoff_review_is_due(signoff))
        refuse(error, REFUSAL_NOTHING_TO_DO, "Of sign-off %s no review is due%s%s.", signoff->id,
               signoff->reviewed_by ? ": it was closed by " : "",
               signoff->reviewed_by ? signoff->reviewed_by : "");
    else if (!person_has(asked->person, ROLE_BIT_APPROVER))
        refuse(error, REFUSAL_NOT_ALLOWED,
               "%s may not close a review: the role approver is needed.", asked->person->name);
    else if (g_strcmp0(signoff->operator_name, asked->person->name) == 0)
        refuse(error, REFUSAL_FOUR_EYES,
               "%s broke the glass: somebody else must look at it and close the review.",
               asked->person->name);
    if (*error)
        return false;
    Operation *copy = motion_operation(motion, world_operation(engine, asked->operation));
    SignOff *mine = find(copy, asked->signoff);
    mine->reviewed_by = g_strdup(asked->person->name);
    mine->reviewed_ms = engine->now_ms;
    mine->review_note = g_strdup(asked->reason);
    audit(motion, asked, "signoff.reviewed", mine);
    keep(motion, mine);
    motion_say(motion, SEVERITY_WARNING, "operation", copy->id,
               "%s closes the review of the glass that %s broke: %s", asked->person->name,
               mine->operator_name, asked->reason);
    return true;
}

// ---- Both --------------------------------------------------------------------------------------

static void finished(Engine *engine, Motion *motion, const GError *error)
{
    const Asked *asked = motion->request;
    const Operation *operation = error ? NULL : world_operation(engine, asked->request.operation);
    asked->done(operation, find(operation, asked->request.signoff), error, asked->data);
}

static void ask(Engine *engine, const char *what, bool (*prepare)(Engine *, Motion *, GError **),
                const SignOffRequest *request, EngineSignOffDone done, gpointer data)
{
    Motion *motion = motion_new(what, prepare);
    const SignOffRequest kept = {.person = motion_person(motion, request->person),
                                 .operation = motion_text(motion, request->operation),
                                 .signoff = motion_text(motion, request->signoff),
                                 .reason = motion_text(motion, request->reason)};
    const Asked asked = {kept, done, data};
    motion_keep(motion, &asked, sizeof asked);
    motion->finished = finished;
    motion_set_key(motion, request->key, what, kept.person->name, kept.signoff, kept.reason, NULL);
    motion_ask(engine, motion);
}

void engine_take_back(Engine *engine, const SignOffRequest *request, EngineSignOffDone done,
                      gpointer data)
{
    ask(engine, "take back", prepare_take_back, request, done, data);
}

void engine_review(Engine *engine, const SignOffRequest *request, EngineSignOffDone done,
                   gpointer data)
{
    ask(engine, "review", prepare_review, request, done, data);
}
