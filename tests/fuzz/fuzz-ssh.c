// Fuzzed: what comes from outside as SSH writes it: armoured signatures, public keys, lists of allowed signers and of
// revoked keys. As fuzz-wire: libFuzzer, or replaying a corpus. What must hold: an answer or a sentence, never
// both, and no byte read beyond the end.
#include <string.h>

#include "ssh/lists.h"
#include "ssh/pubkey.h"
#include "ssh/sshsig.h"

static void check(bool ok, const GError *error)
{
    g_assert(ok == (error == NULL));
    g_assert(!error || *error->message);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n);

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n)
{
    g_autofree char *exact = g_memdup2(bytes, n); // so that a byte too far is seen
    g_autofree char *text = g_strndup((const char *)bytes, n);
    g_autoptr(GError) allowed = NULL, revoked = NULL, signature = NULL, key = NULL;
    SshSig sig = {0};
    bool ok = lists_check_allowed(exact ? exact : "", n, &allowed);
    check(ok, allowed);
    ok = lists_check_revoked(exact ? exact : "", n, &revoked);
    check(ok, revoked);
    ok = sshsig_parse(text, &sig, &signature);
    check(ok, signature);
    g_assert(signature || (sig.key && sig.key_type && sig.name_space));
    sshsig_release(&sig);
    SigningKey *parsed = pubkey_parse(text, &key);
    check(parsed != NULL, key);
    signing_key_free(parsed);
    return 0;
}

#ifndef FUZZER
static void test_replay(gconstpointer data)
{
    static const char OTHERS[] = "A=/+-\n \"*,#\x01\xff";
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(data, &bytes, &n, NULL));
    for (gsize i = 0; i <= n; i++) {
        LLVMFuzzerTestOneInput((const guint8 *)bytes, i);
        for (gsize k = 0; i < n && k < sizeof OTHERS - 1; k++) {
            char kept = bytes[i];
            bytes[i] = OTHERS[k];
            LLVMFuzzerTestOneInput((const guint8 *)bytes, n);
            bytes[i] = kept;
        }
    }
}

int main(int argc, char **argv)
{
    static const char *const CORPUS[] = {"allowed", "krl", "revoked", "signature"};
    const char *top = g_getenv("SB_TOP_SRCDIR");
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(CORPUS); i++) {
        g_autofree char *test = g_strconcat("/fuzz/ssh/", CORPUS[i], NULL);
        g_test_add_data_func_full(
            test, g_build_filename(top ? top : ".", "tests", "fuzz", "corpus-ssh", CORPUS[i], NULL),
            test_replay, g_free);
    }
    return g_test_run();
}
#endif
