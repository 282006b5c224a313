// Sign-offs. What is signed is compared with the evidence of this very moment first: nobody signs what no
// longer stands.
#include <string.h>

#include "engine/act.h"
#include "engine/signature.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "wire/operation.h"
#include "wire/statement.h"

typedef struct {
    Person person;
    SignOff *signoff;
    char *id; // of a question
    EngineSignOffDone done;
    gpointer data;
} Asked;

static void free_asked(gpointer data)
{
    Asked *asked = data;
    person_release(&asked->person);
    signoff_free(asked->signoff);
    g_free(asked->id);
    g_free(asked);
}

// The sign-off of that id and its operation, if they are in memory.
static const SignOff *find(const Engine *engine, const char *id, const Operation **ret_operation)
{
    for (guint i = engine->operations->len; i-- > 0;) {
        const Operation *operation = engine->operations->pdata[i];
        for (guint j = 0; j < operation->signoffs->len; j++) {
            const SignOff *signoff = operation->signoffs->pdata[j];
            if (g_strcmp0(signoff->id, id) == 0) {
                *ret_operation = operation;
                return signoff;
            }
        }
    }
    return NULL;
}

static bool is_same(const SignOff *a, const SignOff *b, const char *person)
{
    return g_strcmp0(a->operation, b->operation) == 0 && g_strcmp0(a->digest, b->digest) == 0 &&
           a->decision == b->decision && g_strcmp0(a->operator_name, person) == 0 &&
           g_strcmp0(a->reason, b->reason) == 0 && g_strcmp0(a->ticket, b->ticket) == 0 &&
           g_strcmp0(a->phrase, b->phrase) == 0 && a->break_glass == b->break_glass;
}

// True if the id was used before: then `error` says so, or (same content) there is nothing to do.
static bool answered_before(const Engine *engine, const Asked *asked, GError **error)
{
    const Operation *operation;
    const SignOff *first = find(engine, asked->signoff->id, &operation);
    if (!first)
        return false;
    if (!is_same(first, asked->signoff, asked->person.name))
        refuse(error, REFUSAL_KEY_REUSED,
               "The sign-off id %s was used before for another sign-off. Make a new id.",
               asked->signoff->id);
    return true;
}

// Does what may be signed now still stand on the evidence of this moment?
static Guard guard_ballot(Engine *engine, const Operation *operation)
{
    return operation_act(operation) ? act_guard(engine, operation)
                                    : guard_signing(engine, operation);
}

static bool restated(Engine *engine, Motion *motion, const Operation *operation)
{
    g_auto(Guard) guard = guard_ballot(engine, operation);
    bool act = operation_act(operation) != NULL;
    if (guard.answer != GUARD_VOID || !(act || transition_allows(operation, EVENT_VOID)))
        return false;
    Operation *copy = motion_operation(motion, operation);
    if (act)
        act_restate(engine, motion, copy, &guard);
    else
        execute_void(engine, motion, copy, &guard);
    const Operation ballot = operation_ballot(copy);
    g_clear_error(&motion->answer);
    refuse(&motion->answer, REFUSAL_WRONG_DIGEST,
           "The evidence has changed just now: %s. There is a new statement (%.12s): read it, then "
           "sign.",
           ballot.changed, ballot.digest);
    return true;
}

static gint64 evidence_time(Engine *engine, const Operation *operation)
{
    g_auto(Guard) guard = guard_ballot(engine, operation);
    return guard.statement ? statement_oldest_fact(guard.statement) : 0;
}

static void remember(Engine *engine, Motion *motion)
{
    signature_remember(engine, motion, ((const Asked *)motion->request)->signoff->id);
}

static void record_signoff(Engine *engine, Motion *motion, Operation *copy, const Asked *asked)
{
    const Operation ballot = operation_ballot(copy);
    g_autofree char *text = statement_text(ballot.statement);
    SignOff *signoff = signoff_copy(asked->signoff);
    bool approve = signoff->decision == DECISION_APPROVE;
    const Act *act = operation_act(copy);
    g_free(signoff->about);
    signoff->about = act ? act_words(act->kind, act->step) : NULL;
    g_free(signoff->operator_name);
    signoff->operator_name = g_strdup(asked->person.name);
    signoff->at_ms = engine->now_ms;
    signoff->void_ = false;
    signoff->audit_seq = engine->audit_seq + (gint64)motion->audit->len + 1;
    AuditRecord *audit = motion_audit(motion, asked->person.name,
                                      !approve               ? "signoff.reject"
                                      : signoff->break_glass ? "signoff.break-glass"
                                                             : "signoff.approve",
                                      "operation", copy->id);
    audit->digest = g_strdup(signoff->digest);
    audit->detail = g_strdup_printf(
        "sign-off %s%s%s, %s%s%s: %s%s", signoff->id, act ? ", " : "", act ? signoff->about : "",
        asked->person.how, signoff->ticket ? ", ticket " : "",
        signoff->ticket ? signoff->ticket : "", signoff->reason,
        signoff->break_glass ? " (alone; a review by somebody else is due)" : "");
    signature_record(motion, signoff, audit, signature_namespace(copy->kind), text);
    motion->applied = remember;
    json_t *json = signoff_to_json(signoff);
    motion_put(motion, g_strconcat("signoff/", signoff->id, NULL), wire_format(json), true);
    json_decref(json);
    g_ptr_array_add(copy->signoffs, signoff);
    Severity severity = signoff->break_glass ? SEVERITY_CRITICAL
                        : approve            ? SEVERITY_INFO
                                             : SEVERITY_WARNING;
    motion_say_of(motion, severity, copy, "%s %s%s%s: %s", signoff->operator_name,
                  signoff->break_glass ? "BREAKS THE GLASS, alone"
                  : approve            ? "approves"
                                       : "rejects",
                  act ? ": " : "", act ? signoff->about : "", signoff->reason);
}

// What the rejecter had approved before no longer counts.
static void void_own(Operation *copy, const char *person, const char *why)
{
    for (guint i = 0; i < copy->signoffs->len; i++) {
        SignOff *signoff = copy->signoffs->pdata[i];
        if (signoff->void_ || signoff->decision != DECISION_APPROVE ||
            g_strcmp0(signoff->operator_name, person) != 0 ||
            g_strcmp0(signoff->digest, copy->digest) != 0)
            continue;
        signoff->void_ = true;
        signoff->void_why = g_strdup(why);
    }
}

// One reject ends what waits. What was signed and is under way already is held: no further step begins, and at the
// point of no return the sign-offs are counted again.
static bool reject(Engine *engine, Motion *motion, Operation *copy, const Asked *asked,
                   GError **error)
{
    g_autofree char *why =
        g_strdup_printf("rejected by %s: %s", asked->person.name, asked->signoff->reason);
    if (operation_act(copy)) {
        act_end(engine, motion, copy, ACT_REJECTED, asked->person.name, why);
        return true;
    }
    if (transition_allows(copy, EVENT_REJECT)) {
        if (!operation_move(copy, EVENT_REJECT, error))
            return false;
        execute_end(engine, motion, copy, why);
        return true;
    }
    void_own(copy, asked->person.name, why);
    copy->held = true;
    motion_audit(motion, asked->person.name, "operation.hold", "operation", copy->id)->detail =
        g_strdup(why);
    return true;
}

static bool prepare_sign(Engine *engine, Motion *motion, GError **error)
{
    const Asked *asked = motion->request;
    SignOff *signoff = asked->signoff;
    const Operation *operation = world_operation(engine, signoff->operation);
    const GroupLive *live = operation ? world_live(engine, operation->group) : NULL;
    if (answered_before(engine, asked, error))
        return false;
    if (!signoff->id || !id_is_valid(signoff->id)) {
        refuse(error, REFUSAL_BAD_REQUEST,
               "A sign-off id is 1 to 64 letters, digits, dots, dashes or underscores.");
        return false;
    }
    if (operation && operation->region) {
        refuse(error, REFUSAL_WRONG_STATE,
               "Operation %s moves the groups of %s, and each is signed on its own: sign the "
               "operations that it lists.",
               operation->id, operation->region);
        return false;
    }
    if (!live) {
        refuse(error, REFUSAL_NOT_FOUND, "There is no operation %s.",
               signoff->operation ? signoff->operation : "");
        return false;
    }
    g_free(signoff->key); // one key counts once
    signoff->key = g_strdup(motion->check.key);
    if (signoff->decision == DECISION_APPROVE && restated(engine, motion, operation))
        return true;
    const Operation ballot = operation_ballot(operation);
    if (!quorum_check(&ballot, signoff, &asked->person, engine->now_ms,
                      evidence_time(engine, operation), live->group->policy.evidence_ms, error) ||
        !signature_allows(ballot.statement, signoff, &motion->check, error))
        return false;
    Operation *copy = motion_operation(motion, operation);
    record_signoff(engine, motion, copy, asked);
    if (signoff->decision == DECISION_REJECT)
        return reject(engine, motion, copy, asked, error);
    const Operation after = operation_ballot(copy);
    // Under way already, a new sign-off takes the place of one that was taken back; a signer resumes it.
    // What an act is signed for is done by the executor, once the signatures stand.
    if (quorum_missing(&after) || after.state != OPERATION_AWAITING || operation_act(copy))
        return true;
    return execute_approve(engine, motion, copy, error);
}

static void sign_finished(Engine *engine, Motion *motion, const GError *error)
{
    const Asked *asked = motion->request;
    const Operation *operation = NULL;
    const SignOff *signoff = error ? NULL : find(engine, asked->signoff->id, &operation);
    asked->done(operation, signoff, error, asked->data);
}

// A sign-off of what no longer is the statement, by somebody who may not, or one that is here already, is answered
// whatever it is signed with: no program is started for it.
static bool wants_check(const Engine *engine, const Asked *asked, const Operation *ballot)
{
    const SignOff *signoff = asked->signoff;
    const Operation *first;
    return signoff->signature && ballot->statement && signoff->decision == DECISION_APPROVE &&
           g_strcmp0(signoff->digest, ballot->digest) == 0 &&
           person_has(&asked->person, ROLE_BIT_APPROVER) && !find(engine, signoff->id, &first);
}

// Has the signature checked first, if there is anything to check it against.
static void ask(Engine *engine, Motion *motion, const Asked *asked)
{
    const SignOff *signoff = asked->signoff;
    const Operation *whole =
        signoff->operation ? world_operation(engine, signoff->operation) : NULL;
    const Operation ballot = whole ? operation_ballot(whole) : (Operation){0};
    const Operation *operation = &ballot;
    if (!wants_check(engine, asked, operation)) {
        motion->check.state = signoff->signature ? SIGNATURE_UNCHECKED : SIGNATURE_NONE;
        motion->check.why =
            signoff->signature ? g_strdup("The signature was not checked: ask again.") : NULL;
        motion_ask(engine, motion);
        return;
    }
    g_autofree char *text = statement_text(operation->statement);
    const VerifyQuestion question = {text,
                                     strlen(text),
                                     signature_namespace(operation->kind),
                                     asked->person.name,
                                     signoff->signature,
                                     clock_wall_ms(engine->config.clock)};
    signature_ask(engine, motion, &question);
}

void engine_sign(Engine *engine, const SignRequest *request, EngineSignOffDone done, gpointer data)
{
    Asked *asked = g_new0(Asked, 1);
    Motion *motion = motion_new("sign", prepare_sign);
    asked->person = (Person){g_strdup(request->person->name), g_strdup(request->person->how),
                             request->person->roles};
    asked->signoff = signoff_copy(request->signoff);
    asked->done = done;
    asked->data = data;
    motion->request = asked;
    motion->free_request = free_asked;
    motion->finished = sign_finished;
    ask(engine, motion, asked);
}

// ---- What became of it? ------------------------------------------------------------------------

static void answer_stored(const Asked *asked, const StoreRange *range, const GError *error)
{
    g_autoptr(GError) no = NULL;
    g_autoptr(json_t) json = NULL;
    g_autoptr(SignOff) signoff = NULL;
    if (error)
        no = g_error_copy(error);
    else if (!range->entries->len)
        refuse(&no, REFUSAL_NOT_FOUND, "No sign-off %s was ever recorded. It may be sent (again).",
               asked->id);
    else {
        gsize size;
        const char *text =
            g_bytes_get_data(((const StoreEntry *)range->entries->pdata[0])->value, &size);
        json = wire_parse("a stored sign-off", text, size, STORE_VALUE_MAX, &no);
        signoff = json ? signoff_from_json(json, WIRE_LENIENT, &no) : NULL;
    }
    asked->done(NULL, signoff, no, asked->data);
}

typedef struct {
    EngineLink *link;
    Asked *asked;
} Reading;

static void on_stored(const StoreRange *range, const GError *error, gpointer data)
{
    Reading *reading = data;
    if (engine_unlink(reading->link))
        answer_stored(reading->asked, range, error);
    free_asked(reading->asked);
    g_free(reading);
}

static void find_finished(Engine *engine, Motion *motion, const GError *error)
{
    Asked *asked = motion->request;
    const Operation *operation = NULL;
    const SignOff *signoff = error ? NULL : find(engine, asked->id, &operation);
    if (error || signoff || !id_is_valid(asked->id)) {
        g_autoptr(GError) no = error ? g_error_copy(error) : NULL;
        if (!error && !signoff)
            refuse(&no, REFUSAL_BAD_REQUEST, "That is no sign-off id.");
        asked->done(operation, signoff, no, asked->data);
        return;
    }
    Reading *reading = g_new(Reading, 1);
    g_autofree char *key = g_strconcat("signoff/", asked->id, NULL);
    *reading = (Reading){engine_link(engine), asked};
    motion->request = NULL;
    motion->free_request = NULL;
    store_get(engine->config.store, key, on_stored, reading);
}

void engine_find_signoff(Engine *engine, const char *id, EngineSignOffDone done, gpointer data)
{
    Asked *asked = g_new0(Asked, 1);
    Motion *motion = motion_new("find sign-off", motion_nothing);
    motion->reads = true;
    asked->id = g_strdup(id);
    asked->done = done;
    asked->data = data;
    motion->request = asked;
    motion->free_request = free_asked;
    motion->finished = find_finished;
    motion_ask(engine, motion);
}
