#include "ssh/verify.h"

#include <string.h>

#include "base/child.h"
#include "base/timefmt.h"
#include "ssh/sshsig.h"

enum { LIMIT_MS = 5000, PRINCIPAL_MAX = 128 };

// In this order, until it is known.
typedef enum { ASK_ALL, ASK_TEXT, ASK_UNREVOKED } Ask;

struct SshVerify {
    char *keygen;
    GBytes *allowed, *revoked, *text, *signature;
    char *name_space;
    char *principal;
    char *signed_for; // the namespace that the signature names itself
    gint64 at_ms;
    guint limit_ms;
    Ask ask;
    bool expired;   // the first answer's own words
    bool untouched; // by the signature's own word, and that is not enough here
    Child *child;
    guint idle; // the answer is known without asking
    SignatureCheck check;
    VerifierDone done;
    gpointer data;
};

static void verify_free(SshVerify *verify)
{
    g_clear_handle_id(&verify->idle, g_source_remove);
    child_cancel(verify->child);
    g_free(verify->keygen);
    g_clear_pointer(&verify->allowed, g_bytes_unref);
    g_clear_pointer(&verify->revoked, g_bytes_unref);
    g_clear_pointer(&verify->text, g_bytes_unref);
    g_clear_pointer(&verify->signature, g_bytes_unref);
    g_free(verify->name_space);
    g_free(verify->principal);
    g_free(verify->signed_for);
    signature_check_release(&verify->check);
    g_free(verify);
}

void ssh_verify_cancel(SshVerify *verify)
{
    if (verify)
        verify_free(verify);
}

static void finish(SshVerify *verify)
{
    verify->done(&verify->check, verify->data);
    verify_free(verify);
}

static void set(SshVerify *verify, SignatureState state, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void set(SshVerify *verify, SignatureState state, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_free(verify->check.why);
    verify->check.why = g_strdup_vprintf(format, args);
    verify->check.state = state;
    va_end(args);
}

// ---- asking ----

static void on_answer(const ChildResult *result, gpointer data);

static bool run(SshVerify *verify, const char *const *argv, GBytes *second, GBytes *third)
{
    g_autoptr(GError) error = NULL;
    const ChildSpec spec = {.argv = argv,
                            .input = verify->text,
                            .files = {verify->signature, second, third},
                            .timeout_ms = verify->limit_ms};
    verify->child = child_start(&spec, on_answer, verify, &error);
    if (!verify->child)
        set(verify, SIGNATURE_UNCHECKED, "The signature could not be checked: %s", error->message);
    return verify->child != NULL;
}

static bool ask_text(SshVerify *verify)
{
    const char *const argv[] = {verify->keygen,     "-Y", "check-novalidate", "-n",
                                verify->name_space, "-s", child_path(0),      NULL};
    verify->ask = ASK_TEXT;
    return run(verify, argv, NULL, NULL);
}

static bool ask_person(SshVerify *verify, Ask ask)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(verify->at_ms / 1000);
    g_autofree char *when = g_date_time_format(at, "verify-time=%Y%m%d%H%M%SZ");
    bool revoked = ask == ASK_ALL && verify->revoked;
    const char *const argv[] = {verify->keygen,
                                "-Y",
                                "verify",
                                "-n",
                                verify->name_space,
                                "-I",
                                verify->principal,
                                "-O",
                                when,
                                "-s",
                                child_path(0),
                                "-f",
                                child_path(1),
                                revoked ? "-r" : NULL,
                                revoked ? child_path(2) : NULL,
                                NULL};
    verify->ask = ask;
    return run(verify, argv, verify->allowed, revoked ? verify->revoked : NULL);
}

// ---- answers ----

// `Good "signoff@signalbox" signature … with ED25519 key SHA256:…`
static void take_key(SshVerify *verify, const ChildResult *result)
{
    const char *at = strstr(result->out, " key SHA256:");
    if (!at || !g_str_has_prefix(result->out, "Good "))
        return;
    at += strlen(" key ");
    g_free(verify->check.key);
    verify->check.key = g_strndup(at, strcspn(at, " \r\n"));
}

static void judge_known(SshVerify *verify)
{
    const char *key = verify->check.key ? verify->check.key : "the key";
    char at[32];
    time_format_full(verify->at_ms, at);
    if (!verify->allowed)
        set(verify, SIGNATURE_NOT_ALLOWED,
            "The signature by %s fits the text, but no list of allowed signers says whose key that "
            "is.",
            key);
    else if (verify->expired)
        set(verify, SIGNATURE_EXPIRED,
            "The key %s of %s is outside its validity at %s (allowed signers). Sign with another "
            "key, or have its line renewed.",
            key, verify->principal, at);
    else
        set(verify, SIGNATURE_NOT_ALLOWED,
            "The key %s is not among the allowed signers as a key of %s for %s. Sign with one that "
            "is, or have it added to that file.",
            key, verify->principal, verify->name_space);
}

// Nothing but the key's owner is in question now.
static void on_text(SshVerify *verify, const ChildResult *result)
{
    if (result->status != 0) {
        if (verify->signed_for && strcmp(verify->signed_for, verify->name_space) != 0)
            set(verify, SIGNATURE_WRONG_NAMESPACE,
                "This was signed for \"%s\", and \"%s\" is needed here.", verify->signed_for,
                verify->name_space);
        else
            set(verify, SIGNATURE_BAD,
                "The signature is not of this text: either it was changed, or something else was "
                "signed.");
        finish(verify);
        return;
    }
    take_key(verify, result);
    if (verify->allowed && verify->revoked && ask_person(verify, ASK_UNREVOKED))
        return;
    if (verify->check.state == SIGNATURE_NONE)
        judge_known(verify);
    finish(verify);
}

static void on_unrevoked(SshVerify *verify, const ChildResult *result)
{
    if (result->status == 0)
        set(verify, SIGNATURE_REVOKED, "The key %s of %s is revoked. Sign with another one.",
            verify->check.key ? verify->check.key : "", verify->principal);
    else
        judge_known(verify);
    finish(verify);
}

static void on_all(SshVerify *verify, const ChildResult *result)
{
    if (result->status == 0) {
        take_key(verify, result);
        verify->check.state = SIGNATURE_VERIFIED;
        if (verify->untouched)
            set(verify, SIGNATURE_NOT_ALLOWED,
                "The hardware key %s signed without being touched, which is not enough here: "
                "anybody on its machine could have. Sign with a key that asks for a touch.",
                verify->check.key ? verify->check.key : "");
        finish(verify);
        return;
    }
    verify->expired = strstr(result->err, "has expired") || strstr(result->err, "not yet valid");
    if (!ask_text(verify))
        finish(verify);
}

static void on_answer(const ChildResult *result, gpointer data)
{
    SshVerify *verify = data;
    verify->child = NULL;
    if (result->status < 0 && result->timed_out) {
        set(verify, SIGNATURE_UNCHECKED,
            "The signature could not be checked: %s gave no answer within %.0f seconds.",
            verify->keygen, verify->limit_ms / 1000.0);
        finish(verify);
    } else if (result->status < 0) {
        set(verify, SIGNATURE_UNCHECKED,
            "The signature could not be checked: %s was ended by a signal.", verify->keygen);
        finish(verify);
    } else if (verify->ask == ASK_ALL)
        on_all(verify, result);
    else if (verify->ask == ASK_TEXT)
        on_text(verify, result);
    else
        on_unrevoked(verify, result);
}

// ---- beginning ----

static gboolean on_idle(gpointer data)
{
    SshVerify *verify = data;
    verify->idle = 0;
    finish(verify);
    return G_SOURCE_REMOVE;
}

// It becomes an argument, and is compared with patterns.
static bool is_principal(const char *name)
{
    gsize n = name ? strlen(name) : 0;
    return n && n <= PRINCIPAL_MAX && *name != '-' &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-") == n;
}

static bool begin(SshVerify *verify, const SshTrust *trust, const VerifyQuestion *question)
{
    g_autoptr(GError) error = NULL;
    SshSig sig = {0};
    if (!sshsig_parse(question->signature, &sig, &error)) {
        set(verify, SIGNATURE_BAD, "%s", error->message);
        return false;
    }
    verify->signed_for = g_steal_pointer(&sig.name_space);
    verify->check.key_type = g_steal_pointer(&sig.key_type);
    verify->untouched = sig.untouched && trust->touch;
    sshsig_release(&sig);
    if (is_principal(verify->principal))
        return verify->allowed ? ask_person(verify, ASK_ALL) : ask_text(verify);
    set(verify, SIGNATURE_NOT_ALLOWED,
        "\"%.60s\" is no name that a list of allowed signers could hold.",
        verify->principal ? verify->principal : "");
    return false;
}

SshVerify *ssh_verify_start(const SshTrust *trust, const VerifyQuestion *question,
                            VerifierDone done, gpointer data)
{
    SshVerify *verify = g_new0(SshVerify, 1);
    verify->keygen = g_strdup(trust->keygen);
    verify->allowed = trust->allowed ? g_bytes_ref(trust->allowed) : NULL;
    verify->revoked = trust->revoked ? g_bytes_ref(trust->revoked) : NULL;
    verify->text = g_bytes_new(question->text, question->size);
    verify->signature = g_bytes_new(question->signature, strlen(question->signature));
    verify->name_space = g_strdup(question->name_space);
    verify->principal = g_strdup(question->principal);
    verify->at_ms = question->at_ms;
    verify->limit_ms = trust->limit_ms ? trust->limit_ms : LIMIT_MS;
    verify->done = done;
    verify->data = data;
    if (!begin(verify, trust, question))
        verify->idle = g_idle_add(on_idle, verify);
    return verify;
}
