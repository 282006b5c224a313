#include "engine/signature.h"

#include <string.h>

#include "engine/execute.h"
#include "model/quorum.h"
#include "wire/statement.h"

enum { RETRY_MS = 1000 };

// What is known of a recorded sign-off's signature. Not stored: after a restart it is checked anew.
typedef struct {
    guint64 edition; // of the lists it was checked under; 0 = not yet
    guint64 asked;   // … under which it is being checked; 0 = it is not
    gint64 retry_ms; // monotonic: not before
    SignatureCheck check;
} Stand;

static void free_stand(gpointer data)
{
    Stand *stand = data;
    signature_check_release(&stand->check);
    g_free(stand);
}

void signatures_init(Engine *engine)
{
    engine->verifying = g_ptr_array_new();
    engine->stands = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_stand);
}

void signatures_release(Engine *engine)
{
    while (engine->verifying->len)
        g_queue_push_tail(engine->queue, g_ptr_array_steal_index(engine->verifying, 0));
    g_ptr_array_unref(engine->verifying);
    g_hash_table_unref(engine->stands);
}

// ---- before a decision -------------------------------------------------------------------------

typedef struct {
    EngineLink *link;
    Motion *motion;
} Checking;

static void on_checked(const SignatureCheck *check, gpointer data)
{
    Checking *checking = data;
    Engine *engine = engine_unlink(checking->link);
    if (engine && g_ptr_array_remove_fast(engine->verifying, checking->motion)) {
        signature_check_release(&checking->motion->check);
        signature_check_copy(check, &checking->motion->check);
        motion_ask(engine, checking->motion);
    }
    g_free(checking);
}

void signature_ask(Engine *engine, Motion *motion, const VerifyQuestion *question)
{
    VerifierPort *verifier = engine->config.verifier;
    if (!verifier) {
        motion->check.state = SIGNATURE_UNCHECKED;
        motion->check.why = g_strdup("This daemon cannot check signatures.");
        motion_ask(engine, motion);
        return;
    }
    Checking *checking = g_new(Checking, 1);
    *checking = (Checking){engine_link(engine), motion};
    g_ptr_array_add(engine->verifying, motion);
    motion->edition = verifier_edition(verifier);
    verifier_verify(verifier, question, on_checked, checking);
}

void signature_record(Motion *motion, SignOff *signoff, AuditRecord *audit, const char *name_space,
                      const char *text)
{
    signoff->verified = motion->check.state;
    g_free(signoff->key);
    g_free(signoff->key_type);
    signoff->key = g_strdup(motion->check.key);
    signoff->key_type = g_strdup(motion->check.key_type);
    audit->document = g_strdup(text);
    if (!signoff->signature)
        return;
    audit->name_space = g_strdup(name_space);
    audit->signature = g_strdup(signoff->signature);
    audit->key = g_strdup(signoff->key);
    g_autofree char *words = signature_words(signoff);
    char *detail = g_strdup_printf("%s; %s", audit->detail ? audit->detail : "", words);
    g_free(audit->detail);
    audit->detail = detail;
}

// ---- recorded ones -----------------------------------------------------------------------------

static Stand *stand_of(Engine *engine, const char *signoff)
{
    Stand *stand = g_hash_table_lookup(engine->stands, signoff);
    if (stand)
        return stand;
    stand = g_new0(Stand, 1);
    g_hash_table_insert(engine->stands, g_strdup(signoff), stand);
    return stand;
}

void signature_remember(Engine *engine, const Motion *motion, const char *signoff)
{
    if (motion->check.state != SIGNATURE_VERIFIED)
        return;
    Stand *stand = stand_of(engine, signoff);
    stand->edition = motion->edition;
    signature_check_release(&stand->check);
    signature_check_copy(&motion->check, &stand->check);
}

// Only what was verified can lapse; what is void or was for another statement no longer matters.
static bool matters(const Operation *operation, const SignOff *signoff)
{
    return signoff->verified == SIGNATURE_VERIFIED && !signoff->void_ && !signoff->lapsed &&
           g_strcmp0(signoff->digest, operation->digest) == 0;
}

typedef struct {
    EngineLink *link;
    char *signoff;
} Rechecking;

static void on_rechecked(const SignatureCheck *check, gpointer data)
{
    Rechecking *again = data;
    Engine *engine = engine_unlink(again->link);
    Stand *stand = engine ? g_hash_table_lookup(engine->stands, again->signoff) : NULL;
    if (stand) {
        signature_check_release(&stand->check);
        signature_check_copy(check, &stand->check);
        stand->edition = check->state == SIGNATURE_UNCHECKED ? 0 : stand->asked;
        stand->asked = 0;
        stand->retry_ms = engine->mono_ms + RETRY_MS;
        engine_wake(engine);
    }
    g_free(again->signoff);
    g_free(again);
}

static void recheck(Engine *engine, const Operation *operation, const SignOff *signoff,
                    Stand *stand, guint64 edition)
{
    g_autofree char *text = statement_text(operation->statement);
    const VerifyQuestion question = {
        text,
        strlen(text),
        signature_namespace(operation->kind),
        signoff->operator_name,
        signoff->signature,
        signoff->at_ms,
    };
    Rechecking *again = g_new(Rechecking, 1);
    *again = (Rechecking){engine_link(engine), g_strdup(signoff->id)};
    stand->asked = edition;
    verifier_verify(engine->config.verifier, &question, on_rechecked, again);
}

// What is known of it under the lists of now; NULL = it is being found out.
static const Stand *current(Engine *engine, const Operation *operation, const SignOff *signoff,
                            guint64 edition, gint64 *due_ms)
{
    Stand *stand = stand_of(engine, signoff->id);
    if (stand->edition == edition)
        return stand;
    if (!stand->asked && engine->mono_ms >= stand->retry_ms)
        recheck(engine, operation, signoff, stand, edition);
    else if (!stand->asked)
        engine_sooner(due_ms, stand->retry_ms);
    return NULL;
}

Guard signature_guard(Engine *engine, const Operation *operation)
{
    gint64 due_ms = G_MAXINT64; // of no interest: who waits looks again
    guint64 edition = 0;
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!matters(operation, signoff))
            continue;
        if (!engine->config.verifier)
            return (Guard){.answer = GUARD_WAIT,
                           .why = g_strdup("This daemon cannot check the signatures again.")};
        edition = edition ? edition : verifier_edition(engine->config.verifier);
        const Stand *stand = current(engine, operation, signoff, edition, &due_ms);
        if (!stand)
            return (Guard){.answer = GUARD_WAIT,
                           .why = g_strdup_printf("The signature of %s is being checked again.",
                                                  signoff->operator_name)};
        if (signature_lapsed(signoff, &stand->check)) // its sign-off is about to be void
            return (Guard){.answer = GUARD_WAIT, .why = g_strdup(stand->check.why)};
    }
    return (Guard){.answer = GUARD_GO};
}

// ---- what no longer stands ---------------------------------------------------------------------

// Back to where sign-offs are asked for; or, once it has begun, it stops where it is.
static void step_back(Motion *motion, Operation *copy, const char *why)
{
    if (copy->state != OPERATION_RUNNING || !quorum_missing(copy) || copy->phase == PHASE_UNDOING)
        return;
    bool holding = copy->phase == PHASE_HOLDING;
    if (!operation_move(copy, holding ? EVENT_VOID : EVENT_STEP_FAILED, NULL))
        return;
    if (holding) {
        copy->phase = PHASE_NONE;
        copy->approved_ms = copy->hold_until_ms = 0;
        return;
    }
    g_free(copy->why);
    copy->why = g_strdup(why);
    motion_audit(motion, "executor", "operation.paused", "operation", copy->id)->detail =
        g_strdup(why);
}

static Motion *lapse(const Operation *operation, guint index, const SignatureCheck *check)
{
    Motion *motion = motion_new("signature lapsed", NULL);
    Operation *copy = motion_operation(motion, operation);
    SignOff *signoff = copy->signoffs->pdata[index];
    bool late = copy->past_pnr && g_strcmp0(signoff->digest, copy->digest) == 0;
    signoff->void_ = !late;
    signoff->lapsed = late;
    g_free(signoff->void_why);
    signoff->void_why = g_strdup(check->why);
    AuditRecord *audit = motion_audit(motion, "signalbox", late ? "signoff.lapsed" : "signoff.void",
                                      "operation", copy->id);
    audit->digest = g_strdup(signoff->digest);
    audit->detail = g_strdup_printf(
        "sign-off %s of %s %s: %s", signoff->id, signoff->operator_name,
        late ? "would not count any more, but the point of no return has passed" : "is void",
        check->why);
    motion_say(motion, late ? SEVERITY_CRITICAL : SEVERITY_ERROR, "operation", copy->id, "%s",
               audit->detail);
    if (!late)
        step_back(motion, copy, audit->detail);
    return motion;
}

Motion *signature_next(Engine *engine, const Operation *operation, gint64 *due_ms)
{
    guint64 edition = 0;
    const Operation ballot = operation_ballot(operation); // an open act has sign-offs of its own
    for (guint i = 0; engine->config.verifier && i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        const Operation *signed_for = matters(operation, signoff) ? operation
                                      : matters(&ballot, signoff) ? &ballot
                                                                  : NULL;
        if (!signed_for)
            continue;
        edition = edition ? edition : verifier_edition(engine->config.verifier);
        const Stand *stand = current(engine, signed_for, signoff, edition, due_ms);
        if (stand && signature_lapsed(signoff, &stand->check))
            return lapse(operation, i, &stand->check);
    }
    return NULL;
}
