// Sign-offs: who may, what is refused and how it is said, when it is enough; the state table; the
// phrase.
#include <string.h>

#include "model/quorum.h"
#include "model/refusal.h"
#include "model/transition.h"

enum { NOW = 1000000, LIMIT = 15000 };

static Operation *proposal(guint approvals, bool four_eyes)
{
    Operation *operation = operation_new("op-1");
    operation->state = OPERATION_AWAITING;
    operation->group = g_strdup("payments");
    operation->to = g_strdup("northeurope");
    operation->proposer = g_strdup("alice");
    operation->digest = g_strdup("d1");
    operation->expires_ms = NOW + 60000;
    operation->statement = statement_new();
    operation->statement->approvals = approvals;
    operation->statement->four_eyes = four_eyes;
    operation->statement->confirm = g_strdup("FAIL OVER payments TO northeurope LOSE <=1m44s");
    return operation;
}

static SignOff *signing(const char *name, const char *digest, const char *phrase,
                        const char *reason)
{
    SignOff *signoff = signoff_new("s-1");
    signoff->operator_name = g_strdup(name);
    signoff->digest = g_strdup(digest);
    signoff->phrase = g_strdup(phrase);
    signoff->reason = g_strdup(reason);
    signoff->at_ms = NOW - 1000;
    return signoff;
}

static void give(Operation *operation, const char *name)
{
    g_ptr_array_add(operation->signoffs, signing(name, operation->digest, "", "x"));
}

#define PHRASE "fail over  PAYMENTS to northeurope lose <=1m44s "

static const struct {
    const char *what, *name, *digest, *phrase, *reason, *given;
    guint approvals, roles;
    bool four_eyes;
    gint64 now, evidence;
    int refusal; // -1 = taken
} SIGNS[] = {
    {"good", "bob", "d1", PHRASE, "eu-1 is dead", "", 1, ROLE_BIT_APPROVER, true, NOW, NOW - 1000,
     -1},
    {"viewer", "bob", "d1", PHRASE, "r", "", 1, ROLE_BIT_VIEWER | ROLE_BIT_OPERATOR, false, NOW,
     NOW, REFUSAL_NOT_ALLOWED},
    {"other digest", "bob", "d0", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW, NOW,
     REFUSAL_WRONG_DIGEST},
    {"late", "bob", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW + 60000, NOW + 60000,
     REFUSAL_EXPIRED},
    {"twice", "bob", "d1", PHRASE, "r", "bob", 2, ROLE_BIT_APPROVER, false, NOW, NOW,
     REFUSAL_DUPLICATE_PERSON},
    {"proposer last", "alice", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, true, NOW, NOW,
     REFUSAL_FOUR_EYES},
    {"proposer first of two", "alice", "d1", PHRASE, "r", "", 2, ROLE_BIT_APPROVER, true, NOW, NOW,
     -1},
    {"proposer last of two", "alice", "d1", PHRASE, "r", "bob", 2, ROLE_BIT_APPROVER, true, NOW,
     NOW, REFUSAL_FOUR_EYES},
    {"proposer without four eyes", "alice", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW,
     NOW, -1},
    {"other phrase", "bob", "d1", "yes", "r", "", 1, ROLE_BIT_APPROVER, false, NOW, NOW,
     REFUSAL_WRONG_PHRASE},
    {"phrase cut short", "bob", "d1", "FAIL OVER payments TO northeurope", "r", "", 1,
     ROLE_BIT_APPROVER, false, NOW, NOW, REFUSAL_WRONG_PHRASE},
    {"no word in the reason", "bob", "d1", PHRASE, " . ", "", 1, ROLE_BIT_APPROVER, false, NOW, NOW,
     REFUSAL_NO_REASON},
    {"old evidence", "bob", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW,
     NOW - LIMIT - 1, REFUSAL_STALE_EVIDENCE},
    {"evidence at the limit", "bob", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW,
     NOW - LIMIT, -1},
    {"evidence never seen", "bob", "d1", PHRASE, "r", "", 1, ROLE_BIT_APPROVER, false, NOW, 0,
     REFUSAL_STALE_EVIDENCE},
};

static void test_checks(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(SIGNS); i++) {
        g_autoptr(Operation) operation = proposal(SIGNS[i].approvals, SIGNS[i].four_eyes);
        g_autoptr(GError) error = NULL;
        Person person = {g_strdup(SIGNS[i].name), NULL, SIGNS[i].roles};
        if (*SIGNS[i].given)
            give(operation, SIGNS[i].given);
        g_autoptr(SignOff) signoff =
            signing(SIGNS[i].name, SIGNS[i].digest, SIGNS[i].phrase, SIGNS[i].reason);
        bool ok = quorum_check(operation, signoff, &person, SIGNS[i].now, SIGNS[i].evidence, LIMIT,
                               &error);
        g_test_message("%s: %s", SIGNS[i].what, ok ? "taken" : error->message);
        g_assert_cmpint(ok, ==, SIGNS[i].refusal < 0);
        g_assert_cmpint(ok ? -1 : error->code, ==, SIGNS[i].refusal);
        person_release(&person);
    }
}

// A reject needs a reason, but neither phrase nor fresh evidence; it stops until the point of no return.
static void test_reject(void)
{
    g_autoptr(Operation) operation = proposal(1, true);
    g_autoptr(SignOff) signoff = signing("alice", "d1", NULL, "wrong region");
    Person person = {g_strdup("alice"), NULL, ROLE_BIT_APPROVER};
    signoff->decision = DECISION_REJECT;
    g_assert_true(quorum_check(operation, signoff, &person, NOW, 0, LIMIT, NULL));
    operation->state = OPERATION_RUNNING;
    operation->phase = PHASE_HOLDING;
    g_assert_true(quorum_check(operation, signoff, &person, NOW, 0, LIMIT, NULL));
    operation->phase = PHASE_STARTING;
    g_assert_true(quorum_check(operation, signoff, &person, NOW, 0, LIMIT, NULL));
    operation->past_pnr = true;
    g_assert_false(quorum_check(operation, signoff, &person, NOW, 0, LIMIT, NULL));
    person_release(&person);
}

static GError *refusal_of(const Operation *operation, const char *name, bool alone)
{
    GError *error = NULL;
    g_autofree char *phrase = alone ? statement_break_glass_phrase(operation->statement)
                                    : g_strdup(operation->statement->confirm);
    g_autoptr(SignOff) signoff = signing(name, operation->digest, phrase, "nobody answers");
    Person person = {g_strdup(name), NULL, ROLE_BIT_APPROVER};
    signoff->break_glass = alone;
    quorum_check(operation, signoff, &person, NOW, NOW, LIMIT, &error);
    person_release(&person);
    return error;
}

// One person alone: only where the policy has it, only where one plain sign-off is not enough, with the longer phrase;
// then it is enough, whatever four eyes say.
static void test_break_glass(void)
{
    g_autoptr(Operation) operation = proposal(2, true);
    g_autoptr(GError) barred = refusal_of(operation, "bob", true);
    g_assert_error(barred, REFUSAL, REFUSAL_BREAK_GLASS);
    operation->statement->break_glass = true;
    g_assert_no_error(refusal_of(operation, "bob", true));
    g_assert_no_error(refusal_of(operation, operation->proposer, true));
    give(operation, "carol");
    g_autoptr(GError) needless = refusal_of(operation, "bob", true);
    g_assert_error(needless, REFUSAL, REFUSAL_BREAK_GLASS);
    g_assert_no_error(refusal_of(operation, "carol", true)); // she signed, and nobody else comes
    give(operation, "carol");
    SignOff *alone = operation->signoffs->pdata[1];
    alone->break_glass = true;
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    g_assert_true(signoff_review_is_due(alone));
    alone->reviewed_ms = NOW;
    g_assert_false(signoff_review_is_due(alone));
    alone->void_ = true;
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
    alone->void_ = false;
    g_free(alone->digest);
    alone->digest = g_strdup("d0"); // of another statement
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
    g_free(alone->digest);
    alone->digest = g_strdup(operation->digest);
    operation->statement->break_glass = false; // the policy was changed: it is a plain one again
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
}

// While an act waits, it is what is signed; the operation's own sign-offs are as they were.
static void test_ballot(void)
{
    g_autoptr(Operation) operation = proposal(1, false);
    give(operation, "bob");
    operation->state = OPERATION_PAUSED;
    Act *act = act_new();
    act->kind = ACT_SKIP;
    act->step = 4;
    act->by = g_strdup("alice");
    act->digest = g_strdup("act-1");
    act->expires_ms = NOW + 1000;
    act->statement = statement_new();
    act->statement->act = ACT_SKIP;
    act->statement->act_step = 4;
    act->statement->group = g_strdup("payments");
    act->statement->loss_known = true;
    act->statement->approvals = 2;
    act->statement->confirm = act_phrase(act->statement);
    g_ptr_array_add(operation->acts, act);
    g_assert_cmpstr(act->statement->confirm, ==, "SKIP step 4 of payments");
    Operation ballot = operation_ballot(operation);
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    g_assert_cmpuint(quorum_missing(&ballot), ==, 2);
    g_assert_no_error(refusal_of(&ballot, "bob", false));
    act->state = ACT_DONE;
    ballot = operation_ballot(operation);
    g_assert_cmpstr(ballot.digest, ==, operation->digest);
    act->statement->loss_known = false;
    g_autofree char *phrase = act_phrase(act->statement);
    g_assert_cmpstr(phrase, ==, "SKIP step 4 of payments LOSE UNKNOWN");
}

// However it came about: what only its proposer signed lacks somebody else's yes.
static void test_proposer_alone(void)
{
    g_autoptr(Operation) operation = proposal(1, true);
    give(operation, operation->proposer);
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
    give(operation, "bob");
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    operation->statement->four_eyes = false;
    ((SignOff *)operation->signoffs->pdata[1])->void_ = true;
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
}

// However it came to be recorded: one key counts once, whoever used it; one that is not known is nobody's.
static void test_key_once(void)
{
    g_autoptr(Operation) operation = proposal(2, false);
    static const char *const GIVERS[] = {"bob", "carol", "dave"};
    for (guint i = 0; i < G_N_ELEMENTS(GIVERS); i++) {
        give(operation, GIVERS[i]);
        ((SignOff *)operation->signoffs->pdata[i])->key = i < 2 ? g_strdup("SHA256:one") : NULL;
        g_assert_cmpuint(quorum_given(operation), ==, i < 2 ? 1 : 2);
    }
    ((SignOff *)operation->signoffs->pdata[0])->void_ = true;
    g_assert_cmpuint(quorum_given(operation), ==, 2);
}

static void test_quorum(void)
{
    g_autoptr(Operation) operation = proposal(2, true);
    g_assert_cmpuint(quorum_missing(operation), ==, 2);
    give(operation, "bob");
    give(operation, "bob"); // the same person twice counts once
    g_assert_cmpuint(quorum_given(operation), ==, 1);
    ((SignOff *)operation->signoffs->pdata[0])->void_ = true;
    ((SignOff *)operation->signoffs->pdata[1])->void_ = true;
    g_assert_cmpuint(quorum_given(operation), ==, 0);
    give(operation, "carol");
    give(operation, "dave");
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    g_free(operation->digest);
    operation->digest = g_strdup("d2"); // another statement: nothing counts any more
    g_assert_cmpuint(quorum_missing(operation), ==, 2);
}

// I13: what was signed as a drill counts for nothing else, and the other way round, whatever its digest.
static void test_drill_apart(void)
{
    g_autoptr(Operation) operation = proposal(1, false);
    give(operation, "bob");
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    operation->statement->mode = STATEMENT_DRILL;
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
    operation->kind = operation->statement->kind = OPERATION_DRILL;
    operation->drill = operation->statement->drill = DRILL_LIVE;
    g_assert_cmpuint(quorum_missing(operation), ==, 0);
    operation->drill = DRILL_ISOLATED;
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
    operation->drill = DRILL_LIVE;
    operation->statement->mode = STATEMENT_LIVE;
    g_assert_cmpuint(quorum_missing(operation), ==, 1);
}

// Every state and event: either the table has a row or the refusal says what is possible.
static void test_table_is_complete(void)
{
    for (int state = 0; state < OPERATION_STATES; state++)
        for (int event = 0; event < EVENT_COUNT; event++) {
            g_autoptr(Operation) operation = proposal(1, false);
            g_autoptr(GError) error = NULL;
            OperationState next = OPERATION_STATES;
            operation->state = (OperationState)state;
            bool ok = transition_next(operation, (OperationEvent)event, &next, &error);
            g_assert_true(ok == (error == NULL) && ok == (next != OPERATION_STATES));
            g_assert_true(ok == transition_allows(operation, (OperationEvent)event));
            if (operation_has_ended(operation))
                g_assert_false(ok); // an end is an end
            if (!ok)
                g_assert_true(strlen(error->message) > 40);
        }
}

static void test_point_of_no_return(void)
{
    g_autoptr(Operation) operation = proposal(1, false);
    g_autoptr(GError) error = NULL;
    OperationState next;
    operation->state = OPERATION_RUNNING;
    operation->phase = PHASE_PASSIVATING;
    g_assert_true(transition_next(operation, EVENT_ABORT, &next, NULL));
    operation->past_pnr = true;
    g_assert_false(transition_next(operation, EVENT_ABORT, &next, &error));
    g_assert_cmpint(error->code, ==, REFUSAL_PAST_POINT_OF_NO_RETURN);
    operation->state = OPERATION_PAUSED;
    g_assert_false(transition_allows(operation, EVENT_ABORT));
}

static Statement *failover(void)
{
    Statement *statement = statement_new();
    statement->group = g_strdup("payments");
    statement->from = g_strdup("westeurope");
    statement->to = g_strdup("northeurope");
    statement->loss_known = true;
    statement->loss_ms = 104000;
    statement->band = LOSS_TO_5M;
    statement->old_primary = OLD_UNCONFIRMED;
    statement->from_verdict = VERDICT_DOWN;
    statement->to_verdict = VERDICT_UP;
    return statement;
}

static void test_phrases(void)
{
    g_autoptr(Statement) statement = failover();
    g_autofree char *bound = statement_phrase(statement);
    g_assert_cmpstr(bound, ==, "FAIL OVER payments TO northeurope LOSE <=1m44s");
    statement->loss_known = false;
    g_autofree char *unknown = statement_phrase(statement);
    g_assert_cmpstr(unknown, ==, "FAIL OVER payments TO northeurope LOSE UNKNOWN");
    statement->loss_known = true;
    statement->loss_ms = 0;
    g_autofree char *doubt = statement_phrase(statement);
    g_assert_cmpstr(doubt, ==, "FAIL OVER payments TO northeurope LOSE <=0s");
    statement->old_primary = OLD_PASSIVE;
    g_autofree char *plain = statement_phrase(statement);
    g_assert_cmpstr(plain, ==, "payments");
    statement->kind = OPERATION_FAILBACK;
    statement->discards = 4;
    g_autofree char *gone = statement_phrase(statement);
    g_assert_cmpstr(gone, ==, "FAIL BACK payments TO northeurope DISCARD 4");
    statement->discards = -1;
    g_autofree char *uncounted = statement_phrase(statement);
    g_assert_cmpstr(uncounted, ==, "FAIL BACK payments TO northeurope DISCARD UNKNOWN");
}

static void test_bands(void)
{
    const gint64 minute = 60000, rpo = 15 * 60000;
    g_assert_cmpint(loss_band(false, 0, rpo), ==, LOSS_UNKNOWN);
    g_assert_cmpint(loss_band(true, 0, rpo), ==, LOSS_NONE);
    g_assert_cmpint(loss_band(true, minute, rpo), ==, LOSS_TO_1M);
    g_assert_cmpint(loss_band(true, minute + 1, rpo), ==, LOSS_TO_5M);
    g_assert_cmpint(loss_band(true, 5 * minute + 1, rpo), ==, LOSS_TO_RPO);
    g_assert_cmpint(loss_band(true, rpo + 1, rpo), ==, LOSS_TO_2RPO);
    g_assert_cmpint(loss_band(true, 2 * rpo + 1, rpo), ==, LOSS_BEYOND);
    g_assert_cmpint(loss_band(true, 40000, 30000), ==, LOSS_TO_2RPO);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/sign/proposer-alone", test_proposer_alone);
    g_test_add_func("/model/sign/key-once", test_key_once);
    g_test_add_func("/model/sign/checks", test_checks);
    g_test_add_func("/model/sign/reject", test_reject);
    g_test_add_func("/model/sign/quorum", test_quorum);
    g_test_add_func("/model/sign/drill-apart", test_drill_apart);
    g_test_add_func("/model/sign/break-glass", test_break_glass);
    g_test_add_func("/model/sign/ballot", test_ballot);
    g_test_add_func("/model/transition/complete", test_table_is_complete);
    g_test_add_func("/model/transition/point-of-no-return", test_point_of_no_return);
    g_test_add_func("/model/statement/phrases", test_phrases);
    g_test_add_func("/model/statement/bands", test_bands);
    return g_test_run();
}
