// Public keys, armoured signatures, files of hardware keys and the two lists as OpenSSH writes them: what is taken,
// what is refused and in which line.
#include <string.h>

#include "base/error.h"
#include "ssh/handle.h"
#include "ssh/lists.h"
#include "ssh/pubkey.h"
#include "ssh/sshsig.h"

#include "ssh-hardware.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOGIj43kdXyexHYC1qji33IddQdkKzgE8/g8DiQBBrKL"
#define PRINT "SHA256:y+VV7DbdBxa8dOVjBcOzQtmc1HvLB7KklyyX7H6gIso" // by ssh-keygen -l

// Made by ssh-keygen -Y sign with that key, for signoff@signalbox.
static const char SIGNATURE[] =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg4YiPjeR1fJ7EdgLWqOLfch11B2\n"
    "QrOATz+DwOJAEGsosAAAARc2lnbm9mZkBzaWduYWxib3gAAAAAAAAABnNoYTUxMgAAAFMA\n"
    "AAALc3NoLWVkMjU1MTkAAABAp8YkLrux2MrV4FpY91Fd5HO6y5a79SFTyr27LP2pfciIDB\n"
    "9JWfuIGDTDj7MKvmhiJzjZa3cIsKk2XXGBLvTzDA==\n"
    "-----END SSH SIGNATURE-----\n";

static void test_public_key(void)
{
    static const char *const WRONG[] = {
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-dss AAAAB3NzaC1kc3MAAACBAP",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOGIj43kdXyexHYC1qji33IddQdkKzgE8/g8DiQBBrKL",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO\001",
    };
    g_autoptr(GError) error = NULL;
    SigningKey *key = pubkey_parse(KEY " alice@laptop, her own\n", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(key->fingerprint, ==, PRINT);
    g_assert_cmpstr(key->type, ==, "ed25519");
    g_assert_cmpstr(key->comment, ==, "alice@laptop, her own");
    signing_key_free(key);
    for (guint i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        g_autoptr(GError) why = NULL;
        g_assert_null(pubkey_parse(WRONG[i], &why));
        g_assert_error(why, ERR, ERR_INVALID);
    }
}

static void test_signature(void)
{
    g_autoptr(GError) error = NULL;
    SshSig sig = {0};
    g_assert_true(sshsig_parse(SIGNATURE, &sig, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(sig.name_space, ==, "signoff@signalbox");
    g_assert_cmpstr(sig.key, ==, PRINT);
    g_assert_cmpstr(sig.key_type, ==, "ed25519");
    sshsig_release(&sig);
}

// Made by a hardware key, once touched for it and once not.
static void test_touch(void)
{
    static const struct {
        const char *signature;
        bool untouched;
    } SIGNATURES[] = {{HARDWARE_TOUCHED, false}, {HARDWARE_UNTOUCHED, true}};
    for (guint i = 0; i < G_N_ELEMENTS(SIGNATURES); i++) {
        SshSig sig = {0};
        g_assert_true(sshsig_parse(SIGNATURES[i].signature, &sig, NULL));
        g_assert_cmpstr(sig.key_type, ==, "sk-ed25519");
        g_assert_true(sig.untouched == SIGNATURES[i].untouched);
        sshsig_release(&sig);
    }
}

// Without the field that says so it is none: nobody may take silence for a touch.
static void test_touch_not_told(void)
{
    enum {
        TAIL = 5,
        LENGTH = 0x67
    }; // flags and counter; of the signature proper, whose length stands before it
    gsize size = 0;
    g_autofree guint8 *bytes = hardware_bytes(HARDWARE_UNTOUCHED, &size);
    g_assert_cmpuint(bytes[size - LENGTH - 1], ==, LENGTH);
    bytes[size - LENGTH - 1] = LENGTH - TAIL;
    g_autofree char *armour = hardware_armour(bytes, size - TAIL);
    g_autoptr(GError) error = NULL;
    SshSig sig = {0};
    g_assert_false(sshsig_parse(armour, &sig, &error));
    g_assert_nonnull(strstr(error->message, "touched"));
}

// Wherever it is cut off or bent, it is none, and nothing is read beyond it.
static void test_broken_signatures(void)
{
    gsize size = strlen(SIGNATURE);
    for (gsize n = 0; n < size - 1; n++) {
        g_autofree char *cut = g_strndup(SIGNATURE, n);
        g_autoptr(GError) error = NULL;
        SshSig sig = {0};
        g_assert_false(sshsig_parse(cut, &sig, &error));
        g_assert_error(error, ERR, ERR_INVALID);
    }
    g_autofree char *more = g_strconcat(SIGNATURE, "more", NULL);
    g_autofree char *huge = g_strnfill(SIGNATURE_MAX + 1, 'A');
    SshSig sig = {0};
    g_assert_false(sshsig_parse(more, &sig, NULL));
    g_assert_false(sshsig_parse(huge, &sig, NULL));
}

static void test_allowed(void)
{
    static const struct {
        const char *text;
        const char *mistake; // NULL = fine
    } CASES[] = {
        {"alice " KEY "\n", NULL},
        {"# people\n\nalice " KEY " laptop\r\nbob " KEY, NULL},
        {"alice,bob namespaces=\"signoff@signalbox\",valid-before=\"20300101\" " KEY, NULL},
        {"\"alice\" valid-after=\"20200101\" " KEY, NULL},
        {"*@example.org cert-authority " KEY, NULL},
        {"", "allows nobody"},
        {"# only words\n", "allows nobody"},
        {"alice\n", "line 1: expected: person"},
        {"alice " KEY "\n* " KEY, "line 2: \"*\" is a pattern"},
        {"alice,!bob " KEY, "is a pattern"},
        {"alice nonsense " KEY, "line 1: \"nonsense\" is no type"},
        {"alice ssh-ed25519 AAAA", "no base64 of such a key"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        bool ok = lists_check_allowed(CASES[i].text, strlen(CASES[i].text), &error);
        g_assert_cmpint(ok, ==, CASES[i].mistake == NULL);
        if (CASES[i].mistake && !strstr(error->message, CASES[i].mistake))
            g_error("\"%s\" does not say \"%s\"", error->message, CASES[i].mistake);
    }
    g_assert_false(lists_check_allowed("alice\0", 6, NULL));
}

// A KRL as ssh-keygen -k writes it, with one section of `size` bytes.
static GByteArray *krl(guint32 version, guint32 size)
{
    static const char HEAD[] = "SSHKRL\n"; // and its NUL
    GByteArray *bytes = g_byte_array_new();
    const guint8 zero[24] = {0};
    guint32 be = GUINT32_TO_BE(version), n = GUINT32_TO_BE(size);
    const guint8 type = 4;
    g_byte_array_append(bytes, (const guint8 *)HEAD, sizeof HEAD);
    g_byte_array_append(bytes, (const guint8 *)&be, 4);
    g_byte_array_append(bytes, zero, 24); // version, date, flags
    g_byte_array_append(bytes, zero, 8);  // reserved, comment: both empty
    g_byte_array_append(bytes, &type, 1);
    g_byte_array_append(bytes, (const guint8 *)&n, 4);
    g_byte_array_append(bytes, zero, 4);
    return bytes;
}

static bool krl_is_good(guint32 version, guint32 size, gsize cut)
{
    g_autoptr(GByteArray) bytes = krl(version, size);
    return lists_check_revoked((const char *)bytes->data, bytes->len - cut, NULL);
}

static void test_revoked(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(lists_check_revoked("# none\n", 7, NULL));
    g_assert_true(lists_check_revoked(KEY " lost\n", strlen(KEY) + 6, NULL));
    g_assert_false(lists_check_revoked("", 0, &error));
    g_assert_nonnull(strstr(error->message, "it is empty"));
    g_assert_false(lists_check_revoked("SHA256:abc\n", 11, NULL));
    g_assert_true(krl_is_good(1, 4, 0));
    g_assert_false(krl_is_good(2, 4, 0));
    g_assert_false(krl_is_good(1, 5, 0));
    g_assert_false(krl_is_good(1, 4, 1));
    g_assert_false(krl_is_good(1, 0xffffffffu, 0));
}

static char *handle(const char *name)
{
    g_autofree char *path =
        g_build_filename(g_getenv("SB_TOP_SRCDIR"), "tests/fuzz/corpus-ssh", name, NULL);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(handle_asks_pin(path), ==, handle_text_asks_pin(text));
    return text;
}

// Made by ssh-keygen -t ed25519-sk: as it is, with -O verify-required, and that with a passphrase.
static void test_handles(void)
{
    g_autofree char *plain = handle("handle"), *pin = handle("handle-pin"),
                    *closed = handle("handle-closed");
    g_assert_true(handle_text_asks_pin(pin));
    g_assert_false(handle_text_asks_pin(plain));
    g_assert_false(handle_text_asks_pin(closed)); // its passphrase comes first
    g_assert_false(handle_text_asks_pin(PRINT));
    g_assert_false(handle_asks_pin("/nowhere"));
    g_assert_false(handle_asks_pin("/dev/null"));
    for (gsize n = strlen(pin) - 40; n; n--) { // without its last lines it is none
        pin[n] = '\0';
        g_assert_false(handle_text_asks_pin(pin));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ssh/public-key", test_public_key);
    g_test_add_func("/ssh/signature", test_signature);
    g_test_add_func("/ssh/broken-signatures", test_broken_signatures);
    g_test_add_func("/ssh/touch", test_touch);
    g_test_add_func("/ssh/touch-not-told", test_touch_not_told);
    g_test_add_func("/ssh/allowed", test_allowed);
    g_test_add_func("/ssh/revoked", test_revoked);
    g_test_add_func("/ssh/handles", test_handles);
    return g_test_run();
}
