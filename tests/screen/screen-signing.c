// The form with an SSH key: which one signs, another one, how the signing gets on, and every way out of it with what was
// typed still there.
#include <string.h>

#include "visit.h"
#include "model/signature.h"

static void free_key(gpointer key)
{
    signing_key_free(key);
}

static void add_key(GPtrArray *keys, const char *fingerprint, const char *type, const char *comment)
{
    SigningKey *key = g_new0(SigningKey, 1);
    *key =
        (SigningKey){KEY_FROM_AGENT, g_strdup(fingerprint),       g_strdup(type), g_strdup(comment),
                     NULL,           g_strdup("ssh-ed25519 AAAA")};
    g_ptr_array_add(keys, key);
}

// The form of the waiting statement, all typed.
static Visit *form_open(SignaturePolicy policy, Signing *signing)
{
    Visit *visit = visit_new();
    Operation *op = world_operation(visit->picture, WORLD_AWAITING);
    op->statement->signature = policy;
    g_free(op->statement->confirm);
    op->statement->confirm = g_strdup("ok");
    visit->context.signing = signing;
    visit_open(visit, SCREEN_STATEMENT, WORLD_AWAITING);
    visit_press(visit, "space space space space enter o k tab w h y");
    visit->context.mono_ms += 5000;
    return visit;
}

static void free_keys(Signing *signing)
{
    g_clear_pointer(&signing->keys, g_ptr_array_unref);
}

static Signing two_keys(void)
{
    Signing signing = {.keys = g_ptr_array_new_with_free_func(free_key)};
    add_key(signing.keys, "SHA256:aaaabbbbccccdddd1111", "ed25519", "laptop");
    add_key(signing.keys, "SHA256:eeeeffffgggghhhh2222", "sk-ed25519", "token");
    return signing;
}

static void expect(Visit *visit, const char *key, EffectKind kind, const char *text)
{
    Effect effect = visit_send(visit, key);
    g_assert_cmpint(effect.kind, ==, kind);
    if (text)
        g_assert_nonnull(strstr(effect.text ? effect.text : "", text));
    effect_release(&effect);
}

static void test_no_key(void)
{
    Signing signing = {0};
    g_autoptr(Visit) visit = form_open(SIGNATURE_REQUIRED, &signing);
    visit_has(visit, "Key Looking for SSH keys");
    signing.keys = g_ptr_array_new();
    signing.trouble = "There is no SSH agent (SSH_AUTH_SOCK is not set).";
    visit_has(visit, "Key none: There is no SSH agent");
    expect(visit, "ctrl-s", EFFECT_KEYS, NULL); // nothing but a look for another
    visit_has(visit, "This must be signed with an SSH key. There is no SSH agent");
    visit_has(visit, "why");
    signing.trouble = // three lines of it, all told
        "No SSH agent answers at "
        "/run/user/1000/somewhere/deep/below/that/nobody/looks/into/agent.1 "
        "(SSH_AUTH_SOCK). A forwarded one goes with its SSH connection.";
    expect(visit, "ctrl-o", EFFECT_KEYS, NULL);
    visit_has(visit, "with its SSH connection. ctrl-o looks again.");
    visit_has(visit, "ctrl-o other key");
    free_keys(&signing);
}

static void test_without(void)
{
    Signing none = {.keys = g_ptr_array_new(), .trouble = "There is no SSH agent."};
    g_autoptr(Visit) visit = form_open(SIGNATURE_PREFERRED, &none);
    visit_has(visit, "Key none, goes unsigned: There is no SSH agent.");
    Effect effect = visit_send(visit, "ctrl-s");
    g_assert_cmpint(effect.kind, ==, EFFECT_SIGN);
    g_assert_null(effect.text);
    effect_release(&effect);
    free_keys(&none);
    g_autoptr(Visit) off = form_open(SIGNATURE_OFF, NULL);
    visit_lacks(off, "Key ");
    visit_lacks(off, "other key");
}

static void test_choice(void)
{
    Signing signing = two_keys();
    signing.wish = "token";
    g_autoptr(Visit) visit = form_open(SIGNATURE_PREFERRED, &signing);
    visit_has(visit, "Key SHA256:eeeefff…2222 (sk-ed25519, agent token)");
    visit_press(visit, "ctrl-o");
    visit_has(visit, "Key none: it goes without a signature");
    visit_press(visit, "ctrl-o");
    visit_has(visit, "Key SHA256:aaaabbb…1111 (ed25519, agent laptop)");
    expect(visit, "ctrl-s", EFFECT_SIGN, "SHA256:aaaabbbbccccdddd1111");
    free_keys(&signing);
}

// A key that was chosen by hand is taken out of the agent: no other signs in its place, nor none.
static void test_chosen_key_goes(void)
{
    Signing signing = two_keys();
    g_autoptr(Visit) visit = form_open(SIGNATURE_PREFERRED, &signing);
    visit_press(visit, "ctrl-o");
    visit_has(visit, "Key SHA256:eeeefff…2222 (sk-ed25519, agent token)");
    g_ptr_array_remove_index(signing.keys, 1);
    visit_has(visit, "Key SHA256:eeeeffffgggghhhh2222 is not there any more");
    expect(visit, "ctrl-s", EFFECT_KEYS, NULL);
    visit_has(visit, "The key that you chose is not there any more.");
    visit_press(visit, "ctrl-o");
    visit_has(visit, "Key SHA256:aaaabbb…1111 (ed25519, agent laptop)");
    g_ptr_array_remove_index(signing.keys, 0); // none is left
    expect(visit, "ctrl-s", EFFECT_KEYS, NULL);
    visit_press(visit, "ctrl-o");
    visit_has(visit, "Key none, goes unsigned");
    free_keys(&signing);
}

static void run(Signing *signing, bool hardware)
{
    signing->state = SIGNING_RUNNING;
    signing->operation = WORLD_AWAITING;
    signing->key = "SHA256:eeee…2222 (sk-ed25519, agent token)";
    signing->hardware = hardware;
}

static void test_touch(void)
{
    Signing signing = two_keys();
    g_autoptr(Visit) visit = form_open(SIGNATURE_REQUIRED, &signing);
    expect(visit, "ctrl-s", EFFECT_SIGN, "SHA256:");
    run(&signing, true);
    signing.since_ms = visit->context.mono_ms - 12000;
    visit_has(visit, "Waiting for a touch of the hardware key SHA256:eeee");
    visit_has(visit, "12s");
    expect(visit, "ctrl-s", EFFECT_NONE, NULL);
    expect(visit, "x", EFFECT_NONE, NULL);
    expect(visit, "esc", EFFECT_SIGN_CANCEL, NULL);
    signing.state = SIGNING_FAILED;
    signing.failure = "Given up: nothing was signed, nothing was sent.";
    visit_has(visit, "Given up: nothing was signed");
    visit_has(visit, "Type exactly: ok");
    visit_lacks(visit, "whyx");
    expect(visit, "ctrl-s", EFFECT_SIGN, "SHA256:"); // once more, with nothing typed again
    free_keys(&signing);
}

static void test_slow_agent(void)
{
    Signing signing = two_keys();
    g_autoptr(Visit) visit = form_open(SIGNATURE_REQUIRED, &signing);
    expect(visit, "ctrl-s", EFFECT_SIGN, "SHA256:");
    run(&signing, false);
    signing.since_ms = visit->context.mono_ms;
    visit_has(visit, "Signing with SHA256:eeee");
    signing.since_ms -= 3000;
    visit_has(visit, "takes 3s: the agent may ask for a");
    signing.sent = true;
    visit_has(visit, "journalled, sent");
    signing.state = SIGNING_IDLE; // answered: the form is over
    visit_lacks(visit, "Type exactly");
    free_keys(&signing);
}

// What fails is told until something is changed; another statement takes it away, and the phrase with it.
static void test_change_while_signing(void)
{
    Signing signing = two_keys();
    g_autoptr(Visit) visit = form_open(SIGNATURE_REQUIRED, &signing);
    expect(visit, "ctrl-s", EFFECT_SIGN, "SHA256:");
    run(&signing, false);
    visit_has(visit, "Signing with");
    signing.state = SIGNING_FAILED;
    signing.failure = "The statement has changed: nothing was sent. Read it again, then sign.";
    visit_has(visit, "The statement has changed: nothing was sent.");
    world_restate(visit->picture, WORLD_AWAITING, "d2", "the bound went up");
    visit_has(visit, "CHANGED");
    visit_lacks(visit, "nothing was sent");
    free_keys(&signing);
}

static void test_frame(void)
{
    Signing signing = two_keys();
    g_autoptr(Visit) visit = visit_new();
    visit->context.signing = &signing;
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    const char *wide = visit_at(visit, 132, 40);
    g_assert_nonnull(strstr(wide, "signs with ed25519"));
    free_keys(&signing);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signing/no-key", test_no_key);
    g_test_add_func("/signing/without", test_without);
    g_test_add_func("/signing/choice", test_choice);
    g_test_add_func("/signing/chosen-key-goes", test_chosen_key_goes);
    g_test_add_func("/signing/touch", test_touch);
    g_test_add_func("/signing/slow-agent", test_slow_agent);
    g_test_add_func("/signing/change-while-signing", test_change_while_signing);
    g_test_add_func("/signing/frame", test_frame);
    return g_test_run();
}
