// Fuzzed: what comes from outside as SSH writes it: armoured signatures, public keys, files of hardware keys, lists of
// allowed signers and of revoked keys. As fuzz-wire: libFuzzer, or replaying a corpus. What must hold: an answer or a sentence, never
// both, and no byte read beyond the end.
#include <string.h>

#include "replay.h"
#include "ssh/handle.h"
#include "ssh/lists.h"
#include "ssh/pubkey.h"
#include "ssh/sshsig.h"

static void check(bool ok, const GError *error)
{
    g_assert(ok == (error == NULL));
    g_assert(!error || *error->message);
}

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
    g_assert(!handle_text_asks_pin(text) || strstr(text, "-----BEGIN OPENSSH PRIVATE KEY-----"));
    return 0;
}

#ifndef FUZZER
int main(int argc, char **argv)
{
    return replay_run(argc, argv, "corpus-ssh", 997);
}
#endif
