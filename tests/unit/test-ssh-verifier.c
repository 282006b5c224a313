// Signing and verifying with the real ssh-keygen: every result, the lists as they change, what cannot be checked.
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "ssh/keyring.h"
#include "ssh/sign.h"
#include "ssh/verifier.h"

#include "ssh-hardware.h"

static const char TEXT[] = "{\"summary\":\"fail over payments\"}";
static char *directory, *keygen;
enum { PATIENCE_MS = 120 * 1000 }; // the machine may stand still for seconds

static guint64 NOW_MS = G_GUINT64_CONSTANT(1790000000000); // in 2026

static char *path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static void write_file(const char *name, const char *text)
{
    g_autofree char *path = path_of(name);
    g_assert_true(
        g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void make_key(const char *name)
{
    g_autofree char *path = path_of(name);
    const char *const argv[] = {keygen, "-q", "-t", "ed25519", "-N", "", "-f", path, NULL};
    int status = -1;
    g_assert_true(g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

// "type base64"
static char *public_key(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".pub", NULL);
    g_autofree char *path = path_of(file);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) words = g_strsplit(text, " ", 3);
    return g_strjoin(" ", words[0], words[1], NULL);
}

// ---- signing ----

typedef struct {
    bool done;
    char *signature;
    GError *error;
} Signed;

static void on_signed(const char *signature, const GError *error, gpointer data)
{
    *(Signed *)data = (Signed){true, g_strdup(signature), error ? g_error_copy(error) : NULL};
}

static SigningKey file_key(const char *name)
{
    return (SigningKey){.from = KEY_FROM_FILE,
                        .fingerprint = (char *)"SHA256:of-this-test",
                        .type = (char *)"ed25519",
                        .file = path_of(name),
                        .blob = (char *)"ssh-ed25519 AAAA"};
}

static char *sign(const char *name, const char *name_space)
{
    Signed answer = {0};
    SigningKey key = file_key(name);
    ssh_sign_start(&key, name_space, TEXT, strlen(TEXT), on_signed, &answer);
    while (!answer.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_no_error(answer.error);
    g_free(key.file);
    return answer.signature;
}

static void test_cannot_sign(void)
{
    Signed answer = {0};
    SigningKey key = file_key("nobody");
    ssh_sign_start(&key, "signoff@signalbox", TEXT, strlen(TEXT), on_signed, &answer);
    while (!answer.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(answer.error);
    g_assert_null(answer.signature);
    g_clear_error(&answer.error);
    SshSign *given_up =
        ssh_sign_start(&key, "signoff@signalbox", TEXT, strlen(TEXT), on_signed, &answer);
    answer.done = false;
    ssh_sign_cancel(given_up);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_false(answer.done);
    g_free(key.file);
}

// ---- verifying ----

typedef struct {
    guint answers;
    SignatureCheck check; // the last one
    guint unchecked;
} Found;

static void on_found(const SignatureCheck *check, gpointer data)
{
    Found *found = data;
    found->answers++;
    found->unchecked += check->state == SIGNATURE_UNCHECKED;
    signature_check_release(&found->check);
    signature_check_copy(check, &found->check);
}

static SignatureState verify(VerifierPort *port, const char *text, const char *person,
                             const char *signature)
{
    Found found = {0};
    const VerifyQuestion question = {text,   strlen(text), "signoff@signalbox",
                                     person, signature,    (gint64)NOW_MS};
    verifier_verify(port, &question, on_found, &found);
    while (!found.answers)
        g_main_context_iteration(NULL, TRUE);
    SignatureState state = found.check.state;
    g_assert_true(!found.check.key || g_str_has_prefix(found.check.key, "SHA256:"));
    g_assert_true(state != SIGNATURE_VERIFIED || found.check.key);
    g_assert_true(state == SIGNATURE_VERIFIED || (found.check.why && *found.check.why));
    signature_check_release(&found.check);
    return state;
}

static guint told; // how often the lists were said to have changed, or to be wrong
static char *mistake;

static void on_changed(const char *text, gpointer data)
{
    (void)data;
    told++;
    g_free(mistake);
    mistake = g_strdup(text);
}

static VerifierPort *open_port(const char *program, bool lists)
{
    g_autofree char *allowed = path_of("allowed"), *revoked = path_of("revoked");
    const VerifierConfig config = {.keygen = program,
                                   .allowed = lists ? allowed : NULL,
                                   .revoked = lists ? revoked : NULL,
                                   .limit_ms = PATIENCE_MS,
                                   .changed = on_changed};
    g_autoptr(GError) error = NULL;
    VerifierPort *port = verifier_new(&config, &error);
    g_assert_no_error(error);
    return port;
}

static void allow(const char *person, const char *options, const char *name)
{
    g_autofree char *key = public_key(name);
    g_autofree char *line =
        g_strdup_printf("%s %s%s%s\n", person, options, *options ? " " : "", key);
    write_file("allowed", line);
}

static void test_results(void)
{
    g_autofree char *good = sign("a", "signoff@signalbox"), *drill = sign("a", "drill@signalbox");
    g_autofree char *key = public_key("a");
    allow("alice", "namespaces=\"signoff@signalbox\"", "a");
    write_file("revoked", "# none\n");
    VerifierPort *port = open_port(keygen, true);
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_VERIFIED);
    g_assert_cmpint(verify(port, "{}", "alice", good), ==, SIGNATURE_BAD);
    g_assert_cmpint(verify(port, TEXT, "alice", "nonsense"), ==, SIGNATURE_BAD);
    g_assert_cmpint(verify(port, TEXT, "alice", drill), ==, SIGNATURE_WRONG_NAMESPACE);
    g_assert_cmpint(verify(port, TEXT, "bob", good), ==, SIGNATURE_NOT_ALLOWED);
    g_assert_cmpint(verify(port, TEXT, "alice -f x", good), ==, SIGNATURE_NOT_ALLOWED);
    allow("alice", "valid-before=\"20200101\"", "a");
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_EXPIRED);
    allow("alice", "valid-after=\"20400101\"", "a");
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_EXPIRED);
    allow("alice", "", "a");
    write_file("revoked", key);
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_REVOKED);
    write_file("revoked", "# none again\n");
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_VERIFIED);
    verifier_free(port);
    VerifierPort *bare = open_port(keygen, false);
    g_assert_cmpint(verify(bare, TEXT, "alice", good), ==, SIGNATURE_NOT_ALLOWED);
    verifier_free(bare);
}

// The same with the flag set that says that it was touched. The caller frees.
static char *claim_touch(const char *signature)
{
    enum { FLAGS_AT = 5 }; // before the end
    gsize size = 0;
    g_autofree guint8 *bytes = hardware_bytes(signature, &size);
    bytes[size - FLAGS_AT] |= 1;
    return hardware_armour(bytes, size);
}

// What a hardware key signed untouched verifies as any other, and is not allowed unless it is said to be; what it was
// touched for is good either way, and a touch that is only claimed is no signature.
static void test_touch(void)
{
    static const struct {
        const char *key, *signature;
        SignatureState needed, not_needed;
    } KEYS[] = {
        {HARDWARE_TOUCHED_KEY, HARDWARE_TOUCHED, SIGNATURE_VERIFIED, SIGNATURE_VERIFIED},
        {HARDWARE_UNTOUCHED_KEY, HARDWARE_UNTOUCHED, SIGNATURE_NOT_ALLOWED, SIGNATURE_VERIFIED},
    };
    g_autofree char *allowed = path_of("allowed");
    for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
        g_autofree char *line = g_strdup_printf("alice %s\n", KEYS[i].key);
        write_file("allowed", line);
        for (guint needed = 0; needed < 2; needed++) {
            const VerifierConfig config = {
                .keygen = keygen, .allowed = allowed, .limit_ms = PATIENCE_MS, .touch = needed};
            VerifierPort *port = verifier_new(&config, NULL);
            g_assert_nonnull(port);
            g_assert_cmpint(verify(port, TEXT, "alice", KEYS[i].signature), ==,
                            needed ? KEYS[i].needed : KEYS[i].not_needed);
            g_autofree char *claimed = claim_touch(KEYS[i].signature);
            if (KEYS[i].needed != SIGNATURE_VERIFIED)
                g_assert_cmpint(verify(port, TEXT, "alice", claimed), ==, SIGNATURE_BAD);
            verifier_free(port);
        }
    }
}

// Another edition for other content only; a list with a mistake is told once, and the one of before stays.
static void test_editions(void)
{
    g_autofree char *good = sign("a", "signoff@signalbox");
    allow("alice", "", "a");
    write_file("revoked", "# none\n");
    VerifierPort *port = open_port(keygen, true);
    guint64 first = verifier_edition(port);
    allow("alice", "", "a");
    g_assert_cmpuint(verifier_edition(port), ==, first);
    allow("bob", "", "a");
    g_assert_cmpuint(verifier_edition(port), ==, first + 1);
    told = 0;
    write_file("allowed", "* nonsense\n");
    g_assert_cmpuint(verifier_edition(port), ==, first + 1);
    g_assert_cmpint(verify(port, TEXT, "bob", good), ==, SIGNATURE_VERIFIED);
    while (!told)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(strstr(mistake, "line 1"));
    allow("alice", "", "a");
    while (told < 2)
        g_main_context_iteration(NULL, TRUE);
    g_assert_null(mistake);
    g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_VERIFIED);
    verifier_free(port);
}

static bool wait_told(void)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_MS * (gint64)1000;
    told = 0;
    while (!told && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    return told > 0;
}

// The mistake is over, which is found by whoever asks for the edition; then the file is touched again before it is told.
static void test_told_once_over(void)
{
    allow("alice", "", "a");
    write_file("revoked", "# none\n");
    g_autofree char *revoked = path_of("revoked");
    VerifierPort *port = open_port("/usr/bin/ssh-keygen", true);
    write_file("allowed", "* nonsense\n");
    g_assert_true(wait_told());
    // The other list is well, which says nothing of this one.
    g_assert_cmpint(g_chmod(revoked, 0400), ==, 0);
    verifier_edition(port);
    allow("alice", "", "a");
    verifier_edition(port);
    g_assert_cmpint(g_chmod(revoked, 0600), ==, 0);
    verifier_edition(port);
    g_assert_true(wait_told());
    g_assert_null(mistake);
    write_file("allowed", "* nonsense\n");
    verifier_edition(port);
    g_assert_cmpint(g_chmod(revoked, 0400), ==, 0);
    g_assert_true(wait_told());
    g_assert_nonnull(mistake);
    verifier_free(port);
}

// What cannot be checked says nothing: no program, one that dies.
static void test_unchecked(void)
{
    g_autofree char *good = sign("a", "signoff@signalbox"), *dies = path_of("dies");
    g_autofree char *missing = path_of("missing");
    allow("alice", "", "a");
    write_file("revoked", "# none\n");
    write_file("dies", "#!/bin/sh\nkill -9 $$\n");
    g_assert_cmpint(chmod(dies, 0700), ==, 0);
    const char *const programs[] = {missing, dies};
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++) {
        VerifierPort *port = open_port(programs[i], true);
        g_assert_cmpint(verify(port, TEXT, "alice", good), ==, SIGNATURE_UNCHECKED);
        verifier_free(port);
    }
}

// A flood is answered, each once, with few programs at a time; and what is left when it goes is answered then, once.
static void test_flood(void)
{
    enum { FLOOD = 400 };
    Found found = {0};
    allow("alice", "", "a");
    write_file("revoked", "# none\n");
    VerifierPort *port = open_port(keygen, true);
    const VerifyQuestion question = {TEXT,    strlen(TEXT), "signoff@signalbox",
                                     "alice", "nonsense",   (gint64)NOW_MS};
    for (guint i = 0; i < FLOOD; i++)
        verifier_verify(port, &question, on_found, &found);
    while (found.answers < FLOOD)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(found.unchecked, >, 0);
    g_assert_cmpuint(found.unchecked, <, FLOOD);
    found.answers = 0;
    verifier_verify(port, &question, on_found, &found);
    verifier_free(port);
    g_assert_cmpuint(found.answers, ==, 1);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(found.answers, ==, 1);
    signature_check_release(&found.check);
}

// Whoever else may write the list decides whose signatures count.
static void test_permissions(void)
{
    g_autofree char *allowed = path_of("allowed");
    const VerifierConfig config = {.keygen = keygen, .allowed = allowed};
    g_autoptr(GError) error = NULL;
    allow("alice", "", "a");
    g_assert_cmpint(chmod(allowed, 0620), ==, 0);
    g_assert_null(verifier_new(&config, &error));
    g_assert_error(error, ERR, ERR_DENIED);
    g_assert_cmpint(chmod(allowed, 0600), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    keygen = g_find_program_in_path("ssh-keygen");
    g_assert_nonnull(keygen);
    directory = g_dir_make_tmp("sb-ssh-XXXXXX", NULL);
    make_key("a");
    g_test_add_func("/ssh/cannot-sign", test_cannot_sign);
    g_test_add_func("/ssh/results", test_results);
    g_test_add_func("/ssh/touch", test_touch);
    g_test_add_func("/ssh/editions", test_editions);
    g_test_add_func("/ssh/told-once-over", test_told_once_over);
    g_test_add_func("/ssh/unchecked", test_unchecked);
    g_test_add_func("/ssh/flood", test_flood);
    g_test_add_func("/ssh/permissions", test_permissions);
    int status = g_test_run();
    static const char *const FILES[] = {"a", "a.pub", "allowed", "revoked", "dies"};
    for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *path = path_of(FILES[i]);
        unlink(path);
    }
    rmdir(directory);
    g_free(directory);
    g_free(keygen);
    g_free(mistake);
    return status;
}
