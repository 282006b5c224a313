// What a signature's check means: the three policies against every result, what lapses, the words, which key is
// meant; and one key once, beside one person once.
#include <string.h>

#include "model/quorum.h"
#include "model/refusal.h"
#include "model/signature.h"

// ---- policies ----

enum { FINE = -1 };

static void test_policies(void)
{
    static const struct {
        SignatureState state;
        int required, otherwise; // the refusal; FINE = recorded
    } CASES[SIGNATURE_STATES] = {
        {SIGNATURE_NONE, REFUSAL_SIGNATURE_MISSING, FINE},
        {SIGNATURE_VERIFIED, FINE, FINE},
        {SIGNATURE_UNCHECKED, REFUSAL_UNAVAILABLE, FINE},
        {SIGNATURE_BAD, REFUSAL_BAD_SIGNATURE, REFUSAL_BAD_SIGNATURE},
        {SIGNATURE_WRONG_NAMESPACE, REFUSAL_WRONG_NAMESPACE, REFUSAL_WRONG_NAMESPACE},
        {SIGNATURE_NOT_ALLOWED, REFUSAL_KEY_NOT_ALLOWED, FINE},
        {SIGNATURE_EXPIRED, REFUSAL_KEY_EXPIRED, FINE},
        {SIGNATURE_REVOKED, REFUSAL_KEY_REVOKED, REFUSAL_KEY_REVOKED},
    };
    static const SignaturePolicy POLICIES[] = {SIGNATURE_OFF, SIGNATURE_PREFERRED,
                                               SIGNATURE_REQUIRED};
    g_autoptr(Statement) statement = statement_new();
    g_autoptr(SignOff) signoff = signoff_new("so-1");
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++)
        for (guint k = 0; k < G_N_ELEMENTS(POLICIES); k++) {
            const SignatureCheck check = {.state = CASES[i].state, .why = (char *)"The reason."};
            int wanted = POLICIES[k] == SIGNATURE_REQUIRED ? CASES[i].required : CASES[i].otherwise;
            g_autoptr(GError) error = NULL;
            statement->signature = POLICIES[k];
            g_assert_cmpint(CASES[i].state, ==, i);
            g_assert_cmpint(signature_allows(statement, signoff, &check, &error), ==,
                            wanted == FINE);
            if (wanted == FINE)
                g_assert_no_error(error);
            else
                g_assert_error(error, REFUSAL, wanted);
            if (wanted != FINE && CASES[i].state != SIGNATURE_NONE)
                g_assert_cmpstr(error->message, ==, "The reason.");
        }
}

// A signature over the statement says yes to it, whatever stands beside it.
static void test_rejections(void)
{
    g_autoptr(Statement) statement = statement_new();
    g_autoptr(SignOff) signoff = signoff_new("so-1");
    g_autoptr(GError) error = NULL;
    const SignatureCheck none = {0}, good = {.state = SIGNATURE_VERIFIED};
    statement->signature = SIGNATURE_REQUIRED;
    signoff->decision = DECISION_REJECT;
    g_assert_true(signature_allows(statement, signoff, &none, NULL));
    signoff->signature = g_strdup("a signature");
    g_assert_false(signature_allows(statement, signoff, &good, &error));
    g_assert_error(error, REFUSAL, REFUSAL_BAD_REQUEST);
}

// Only what was good once can lapse, and only by an answer that says something.
static void test_lapsing(void)
{
    g_autoptr(SignOff) signoff = signoff_new("so-1");
    for (int then = 0; then < SIGNATURE_STATES; then++)
        for (int now = 0; now < SIGNATURE_STATES; now++) {
            const SignatureCheck check = {.state = (SignatureState)now};
            bool says = now != SIGNATURE_NONE && now != SIGNATURE_UNCHECKED;
            signoff->verified = (SignatureState)then;
            g_assert_cmpint(signature_lapsed(signoff, &check), ==,
                            then == SIGNATURE_VERIFIED && says && now != SIGNATURE_VERIFIED);
        }
}

static void test_namespaces(void)
{
    g_assert_cmpstr(signature_namespace(OPERATION_FAILOVER), ==, "signoff@signalbox");
    g_assert_cmpstr(signature_namespace(OPERATION_FAILBACK), ==, "signoff@signalbox");
    g_assert_cmpstr(signature_namespace(OPERATION_DRILL), ==, "drill@signalbox");
}

static void test_words(void)
{
    SignOff signoff = {.verified = SIGNATURE_NONE};
    g_autofree char *none = signature_words(&signoff);
    signoff = (SignOff){.verified = SIGNATURE_VERIFIED,
                        .key = (char *)"SHA256:k3V",
                        .key_type = (char *)"ed25519",
                        .key_from = KEY_FROM_AGENT};
    g_autofree char *good = signature_words(&signoff);
    signoff.verified = SIGNATURE_EXPIRED;
    signoff.key_from = KEY_FROM_UNKNOWN;
    g_autofree char *bad = signature_words(&signoff);
    g_assert_cmpstr(none, ==, "not signed");
    g_assert_cmpstr(good, ==, "signed with SHA256:k3V (ed25519, agent)");
    g_assert_cmpstr(bad, ==, "signature NOT verified (expired), key SHA256:k3V (ed25519)");
}

// ---- which key ----

static void free_key(gpointer key)
{
    signing_key_free(key);
}

static void add_key(GPtrArray *keys, KeyFrom from, const char *fingerprint, const char *comment,
                    const char *file)
{
    SigningKey *key = g_new0(SigningKey, 1);
    *key = (SigningKey){
        from,           g_strdup(fingerprint),       g_strdup("ed25519"), g_strdup(comment),
        g_strdup(file), g_strdup("ssh-ed25519 AAAA")};
    g_ptr_array_add(keys, key);
}

static void test_choice(void)
{
    static const struct {
        const char *wish;
        int found; // index; -1 = none, or more than one
    } CASES[] = {{NULL, 0},
                 {"laptop", 0},
                 {"SHA256:bbbbbbbbbbbb", 1},
                 {"SHA256:bbbbbbbb", 1},
                 {"SHA256:bbbb", -1}, // too short to be meant
                 {"SHA256:aaaaaaaa", -1},
                 {"twice", -1},
                 {"/keys/id", 3},
                 {"/keys/id.pub", 3},
                 {"/keys/id2", -1},
                 {"nobody", -1}};
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(free_key);
    add_key(keys, KEY_FROM_AGENT, "SHA256:aaaaaaaa1111", "laptop", NULL);
    add_key(keys, KEY_FROM_AGENT, "SHA256:bbbbbbbbbbbb", "twice", NULL);
    add_key(keys, KEY_FROM_AGENT, "SHA256:aaaaaaaa2222", "twice", NULL);
    add_key(keys, KEY_FROM_FILE, "SHA256:dddddddddddd", "disk", "/keys/id");
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const SigningKey *key = signing_key_find(keys, CASES[i].wish);
        g_assert_true(key == (CASES[i].found < 0 ? NULL : keys->pdata[CASES[i].found]));
    }
}

// ---- who counts ----

static Operation *proposal(void)
{
    Operation *operation = operation_new("op-1");
    operation->state = OPERATION_AWAITING;
    operation->group = g_strdup("payments");
    operation->digest = g_strdup("d1");
    operation->expires_ms = 100000;
    operation->statement = statement_new();
    operation->statement->approvals = 3;
    operation->statement->confirm = g_strdup("payments");
    return operation;
}

static SignOff *approval(const char *name, const char *key)
{
    SignOff *signoff = signoff_new("so-1");
    signoff->operator_name = g_strdup(name);
    signoff->digest = g_strdup("d1");
    signoff->reason = g_strdup("seen it");
    signoff->phrase = g_strdup("payments");
    signoff->key = g_strdup(key);
    return signoff;
}

static void test_one_key_once(void)
{
    g_autoptr(Operation) operation = proposal();
    g_autoptr(SignOff) same = approval("bob", "k1"), other = approval("bob", "k2");
    g_autoptr(GError) error = NULL;
    const Person bob = {(char *)"bob", (char *)"a test", ROLE_BIT_APPROVER};
    g_ptr_array_add(operation->signoffs, approval("alice", "k1"));
    g_assert_false(quorum_check(operation, same, &bob, 1000, 1000, 1000, &error));
    g_assert_error(error, REFUSAL, REFUSAL_DUPLICATE_KEY);
    g_assert_nonnull(strstr(error->message, "alice"));
    g_assert_true(quorum_check(operation, other, &bob, 1000, 1000, 1000, NULL));
    // However they got in: one key is one sign-off, and without keys each person is one.
    g_ptr_array_add(operation->signoffs, approval("bob", "k1"));
    g_assert_cmpuint(quorum_given(operation), ==, 1);
    g_ptr_array_add(operation->signoffs, approval("carol", NULL));
    g_ptr_array_add(operation->signoffs, approval("dave", NULL));
    g_ptr_array_add(operation->signoffs, approval("dave", "k3"));
    g_assert_cmpuint(quorum_given(operation), ==, 3);
    // A void one frees its key again.
    ((SignOff *)operation->signoffs->pdata[0])->void_ = true;
    g_assert_cmpuint(quorum_given(operation), ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signature/policies", test_policies);
    g_test_add_func("/signature/rejections", test_rejections);
    g_test_add_func("/signature/lapsing", test_lapsing);
    g_test_add_func("/signature/namespaces", test_namespaces);
    g_test_add_func("/signature/words", test_words);
    g_test_add_func("/signature/choice", test_choice);
    g_test_add_func("/signature/one-key-once", test_one_key_once);
    return g_test_run();
}
