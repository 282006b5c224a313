// Signatures from the engine's side: what each policy takes, one key once, and what becomes of a sign-off whose key is
// revoked at every stage of an operation. The verifier is scripted (signer.h).
#include "story.h"

#include <string.h>

#include "model/refusal.h"
#include "signer.h"

static void required(Fleet *fleet)
{
    Group *group = fleet->groups->pdata[0];
    group->policy.signature = SIGNATURE_REQUIRED;
    group->policy.hold_ms = 5000;
}

static void preferred(Fleet *fleet)
{
    Group *group = fleet->groups->pdata[0];
    group->policy.signature = SIGNATURE_PREFERRED;
}

static void two_required(Fleet *fleet)
{
    Group *group = fleet->groups->pdata[0];
    group->policy.signature = SIGNATURE_REQUIRED;
    group->policy.approvals = 2;
    group->policy.hold_ms = 10000;
}

// `key` NULL = without a signature.
static bool sign_as(Sim *sim, const Person *person, const char *key, const char *name_space)
{
    const Operation ballot = operation_ballot(sim_operation(sim)), *operation = &ballot;
    g_autofree char *id = id_new(&sim->ids, "so");
    g_autofree char *signature =
        key ? sim_signer_sign(key, person->name, name_space, operation->digest) : NULL;
    SignOff signoff = {.id = id,
                       .operation = operation->id,
                       .digest = operation->digest,
                       .reason = (char *)"seen it",
                       .phrase = operation->statement->confirm,
                       .signature = signature};
    SignRequest request = {person, &signoff};
    return sim_sign_exactly(sim, &request);
}

static bool sign(Sim *sim, const Person *person, const char *key)
{
    return sign_as(sim, person, key, "signoff@signalbox");
}

static const SignOff *last_signoff(Sim *sim)
{
    const GPtrArray *signoffs = sim_operation(sim)->signoffs;
    g_assert_cmpuint(signoffs->len, >, 0);
    return signoffs->pdata[signoffs->len - 1];
}

static void test_required(void)
{
    static const struct {
        SignatureState state;
        int refusal;
    } CASES[] = {{SIGNATURE_EXPIRED, REFUSAL_KEY_EXPIRED},
                 {SIGNATURE_REVOKED, REFUSAL_KEY_REVOKED},
                 {SIGNATURE_NOT_ALLOWED, REFUSAL_KEY_NOT_ALLOWED},
                 {SIGNATURE_UNCHECKED, REFUSAL_UNAVAILABLE},
                 {SIGNATURE_BAD, REFUSAL_BAD_SIGNATURE}};
    Sim *sim = given_proposal(required);
    g_assert_false(sign(sim, &VIEWER, "key-v"));
    g_assert_true(sim_is_refused(sim, REFUSAL_NOT_ALLOWED));
    g_assert_cmpuint(sim->signer->asked, ==, 0); // nobody else's programs are started
    g_assert_false(sign(sim, &BOB, NULL));
    g_assert_true(sim_is_refused(sim, REFUSAL_SIGNATURE_MISSING));
    g_assert_false(sign_as(sim, &BOB, "key-b", "drill@signalbox"));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_NAMESPACE));
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        sim_signer_set(sim->signer, "key-b", CASES[i].state);
        g_assert_false(sign(sim, &BOB, "key-b"));
        g_assert_true(sim_is_refused(sim, CASES[i].refusal));
    }
    sim_signer_set(sim->signer, "key-b", SIGNATURE_VERIFIED);
    g_assert_true(sign(sim, &BOB, "key-b"));
    const SignOff *signoff = last_signoff(sim);
    g_assert_cmpint(signoff->verified, ==, SIGNATURE_VERIFIED);
    g_assert_cmpstr(signoff->key, ==, "key-b");
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static void test_preferred(void)
{
    static const struct {
        SignatureState state;
        int refusal; // -1 = recorded as what it is
    } CASES[] = {{SIGNATURE_REVOKED, REFUSAL_KEY_REVOKED},
                 {SIGNATURE_BAD, REFUSAL_BAD_SIGNATURE},
                 {SIGNATURE_NOT_ALLOWED, -1},
                 {SIGNATURE_EXPIRED, -1}};
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Sim *sim = given_proposal(preferred);
        sim_signer_set(sim->signer, "key-b", CASES[i].state);
        g_assert_cmpint(sign(sim, &BOB, "key-b"), ==, CASES[i].refusal < 0);
        if (CASES[i].refusal < 0)
            g_assert_cmpint(last_signoff(sim)->verified, ==, CASES[i].state);
        else
            g_assert_true(sim_is_refused(sim, CASES[i].refusal) && sign(sim, &BOB, NULL));
        finish(sim);
    }
}

static void test_rejection_is_not_signed(void)
{
    Sim *sim = given_proposal(required);
    SignOff signoff = {.id = (char *)"so-1",
                       .operation = sim_operation(sim)->id,
                       .digest = sim_operation(sim)->digest,
                       .decision = DECISION_REJECT,
                       .reason = (char *)"no",
                       .signature = (char *)"x"};
    SignRequest request = {&BOB, &signoff};
    g_assert_false(sim_sign_exactly(sim, &request));
    g_assert_true(sim_is_refused(sim, REFUSAL_BAD_REQUEST));
    g_assert_true(sim_sign(sim, &BOB, DECISION_REJECT));
    expect_state(sim, OPERATION_REJECTED);
    finish(sim);
}

static void test_one_key_once(void)
{
    Sim *sim = given_proposal(two_required);
    g_assert_true(sign(sim, &BOB, "shared"));
    g_assert_false(sign(sim, &CAROL, "shared"));
    g_assert_true(sim_is_refused(sim, REFUSAL_DUPLICATE_KEY));
    g_assert_false(sign(sim, &BOB, "other"));
    g_assert_true(sim_is_refused(sim, REFUSAL_DUPLICATE_PERSON));
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 1);
    g_assert_true(sign(sim, &CAROL, "own"));
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 0);
    finish(sim);
}

// Revoked while others are still waited for, and in the hold window: void, and asked for again.
static void test_revoked_before_start(void)
{
    Sim *sim = given_proposal(two_required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    sim_signer_set(sim->signer, "key-b", SIGNATURE_REVOKED);
    sim_pass(sim, 2000);
    g_assert_true(last_signoff(sim)->void_);
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 2);
    g_assert_cmpuint(sim_count_audit(sim, "signoff.void"), ==, 1);
    g_assert_true(sign(sim, &BOB, "new-b"));
    g_assert_true(sign(sim, &CAROL, "key-c"));
    expect_state(sim, OPERATION_RUNNING);
    g_assert_cmpint(sim_operation(sim)->phase, ==, PHASE_HOLDING);
    sim_signer_set(sim->signer, "key-c", SIGNATURE_NOT_ALLOWED);
    sim_pass(sim, 500);
    expect_state(sim, OPERATION_AWAITING);
    g_assert_cmpuint(quorum_missing(sim_operation(sim)), ==, 1);
    g_assert_true(sign(sim, &CAROL, "new-c"));
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

static bool has_started(Sim *sim)
{
    return sim_operation(sim)->started_ms != 0;
}

static bool is_past_pnr(Sim *sim)
{
    return sim_operation(sim)->past_pnr;
}

// Between the first step and the point of no return: it stops where it is; an abort leads back.
static void test_revoked_before_pnr(void)
{
    Sim *sim = given_proposal(required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    g_assert_true(sim_until(sim, has_started, 30000));
    g_assert_false(is_past_pnr(sim));
    sim_signer_set(sim->signer, "key-b", SIGNATURE_REVOKED);
    g_assert_true(sim_until(sim, is_paused, 5000));
    g_assert_false(is_past_pnr(sim));
    g_assert_true(last_signoff(sim)->void_);
    guint commands = sim->commands;
    g_assert_true(sim_command(sim, &ALICE, COMMAND_RETRY, 0));
    sim_pass(sim, 30000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_cmpuint(sim->commands, ==, commands);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    sim_pass(sim, 30000);
    g_assert_false(is_past_pnr(sim));
    finish(sim);
}

// Between two waves of switching off: nothing more is switched off under a sign-off that is void, whoever asks.
static void test_revoked_between_waves(void)
{
    Sim *sim = sim_new(3, required);
    sim_pass(sim, 20000);
    g_assert_nonnull(sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED));
    g_assert_true(sign(sim, &BOB, "key-b"));
    g_assert_true(sim_until(sim, has_passivated, 60000));
    g_assert_true(sim_target(sim->world, "payments/ledger", "west")->active);
    sim_signer_set(sim->signer, "key-b", SIGNATURE_REVOKED);
    g_assert_true(sim_until(sim, is_paused, 5000));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_RETRY, 0));
    sim_pass(sim, 30000);
    expect_state(sim, OPERATION_PAUSED);
    g_assert_true(sim_target(sim->world, "payments/ledger", "west")->active);
    finish(sim);
}

static bool is_alarmed(Sim *sim)
{
    return sim_alarm(sim, "signature:") != NULL;
}

static void test_revoked_after_pnr(void)
{
    Sim *sim = given_proposal(required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    g_assert_true(sim_until(sim, is_past_pnr, 60000));
    sim_signer_set(sim->signer, "key-b", SIGNATURE_REVOKED);
    g_assert_true(sim_until(sim, is_alarmed, 5000));
    g_assert_true(last_signoff(sim)->lapsed);
    g_assert_false(last_signoff(sim)->void_);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    g_assert_cmpuint(sim_count_audit(sim, "signoff.lapsed"), ==, 1);
    finish(sim);
}

// A new daemon trusts nothing that it has not checked itself.
static void test_checked_after_restart(void)
{
    Sim *sim = given_proposal(required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    g_hash_table_insert(sim->signer->keys, g_strdup("key-b"), GINT_TO_POINTER(SIGNATURE_REVOKED));
    sim_restart(sim);
    sim_pass(sim, 60000);
    g_assert_true(last_signoff(sim)->void_);
    g_assert_false(is_past_pnr(sim));
    finish(sim);
}

// Who cannot be asked says nothing: it waits, and goes on when an answer comes.
static void test_not_checkable_waits(void)
{
    Sim *sim = given_proposal(required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    sim_signer_set(sim->signer, "key-b", SIGNATURE_UNCHECKED);
    sim_pass(sim, 60000);
    g_assert_false(has_started(sim));
    g_assert_false(last_signoff(sim)->void_);
    sim_signer_set(sim->signer, "key-b", SIGNATURE_VERIFIED);
    expect_settled(sim, 60000);
    expect_state(sim, OPERATION_COMPLETED);
    finish(sim);
}

// The same id again is answered with the first answer, though the signature is another one.
static void test_again(void)
{
    Sim *sim = given_proposal(required);
    const Operation *operation = sim_operation(sim);
    g_autofree char *signature =
        sim_signer_sign("key-b", "bob", "signoff@signalbox", operation->digest);
    SignOff signoff = {.id = (char *)"so-again",
                       .operation = operation->id,
                       .digest = operation->digest,
                       .reason = (char *)"seen it",
                       .phrase = operation->statement->confirm,
                       .signature = signature};
    g_autofree char *phrase = g_strdup(operation->statement->confirm);
    g_autofree char *digest = g_strdup(operation->digest);
    g_autofree char *id = g_strdup(operation->id);
    SignRequest request = {&BOB, &signoff};
    g_assert_true(sim_sign_exactly(sim, &request));
    signoff.operation = id;
    signoff.digest = digest;
    signoff.phrase = phrase;
    signoff.signature = (char *)"another";
    g_assert_true(sim_sign_exactly(sim, &request));
    g_assert_cmpuint(sim_operation(sim)->signoffs->len, ==, 1);
    g_assert_cmpuint(sim_count_audit(sim, "signoff.approve"), ==, 1);
    finish(sim);
}

// ---- Acts --------------------------------------------------------------------------------------

// A planned failover that cannot catch up, and an abort of it that waits for its signed sign-off.
static Sim *given_abort(void (*tweak)(Fleet *))
{
    Sim *sim = given_catching_up(tweak);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_ABORT, 0));
    return sim;
}

// An act is signed as a proposal is: the same policy, the same namespace, over its own statement.
static void test_act(void)
{
    Sim *sim = given_abort(required);
    g_assert_false(sign(sim, &BOB, NULL));
    g_assert_true(sim_is_refused(sim, REFUSAL_SIGNATURE_MISSING));
    g_assert_false(sign_as(sim, &BOB, "key-b", "drill@signalbox"));
    g_assert_true(sim_is_refused(sim, REFUSAL_WRONG_NAMESPACE));
    g_assert_true(sign(sim, &BOB, "key-b"));
    g_assert_cmpint((int)last_signoff(sim)->verified, ==, SIGNATURE_VERIFIED);
    g_assert_cmpstr(last_signoff(sim)->about, ==, "abort");
    g_assert_true(sim_until(sim, act_is_over, 30000));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_ABORTED);
    finish(sim);
}

// The first signer's key is revoked before the second one signs: the act still waits for somebody else.
static void test_act_revoked(void)
{
    Sim *sim = given_abort(two_required);
    g_assert_true(sign(sim, &BOB, "key-b"));
    sim_signer_set(sim->signer, "key-b", SIGNATURE_REVOKED);
    sim_pass(sim, 30000);
    g_assert_true(last_signoff(sim)->void_);
    g_assert_true(sign(sim, &CAROL, "key-c"));
    sim_pass(sim, 30000);
    g_assert_false(act_is_over(sim));
    g_assert_true(sign(sim, &ALICE, "key-a"));
    g_assert_true(sim_until(sim, act_is_over, 30000));
    expect_settled(sim, 120000);
    expect_state(sim, OPERATION_ABORTED);
    finish(sim);
}

int main(int argc, char **argv)
{
    static const Story STORIES[] = {
        {"required", test_required},
        {"preferred", test_preferred},
        {"rejection", test_rejection_is_not_signed},
        {"one-key-once", test_one_key_once},
        {"revoked-before-start", test_revoked_before_start},
        {"revoked-before-pnr", test_revoked_before_pnr},
        {"revoked-between-waves", test_revoked_between_waves},
        {"revoked-after-pnr", test_revoked_after_pnr},
        {"restart", test_checked_after_restart},
        {"not-checkable", test_not_checkable_waits},
        {"again", test_again},
        {"act", test_act},
        {"act-revoked", test_act_revoked},
    };
    return run_stories(argc, argv, "/sim/signatures/", STORIES, G_N_ELEMENTS(STORIES));
}
