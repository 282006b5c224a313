#include "ssh/sign.h"

#include <string.h>

#include "base/child.h"
#include "base/error.h"
#include "ssh/keyring.h"
#include "ssh/sshsig.h"

enum { LIMIT_MS = 60 * 1000, WORDS_MAX = 200 };

struct SshSign {
    KeyFrom from;
    char *key; // for its words
    bool hardware;
    Child *child;
    guint idle;
    GError *error;
    SshSignDone done;
    gpointer data;
};

static void sign_free(SshSign *sign)
{
    g_clear_handle_id(&sign->idle, g_source_remove);
    child_cancel(sign->child);
    g_clear_error(&sign->error);
    g_free(sign->key);
    g_free(sign);
}

void ssh_sign_cancel(SshSign *sign)
{
    if (sign)
        sign_free(sign);
}

// ---- what went wrong ----

typedef struct {
    const char *said;  // by ssh-keygen
    KeyFrom from;      // unknown = either
    const char *words; // %s: the key
} Failure;

// In this order: the first that fits.
static const Failure FAILURES[] = {
    {"agent refused operation", KEY_FROM_UNKNOWN,
     "The SSH agent refused to sign with %s: it is locked (ssh-add -X), it asked for a "
     "confirmation that was not given, or a hardware key was not touched in time."},
    {"incorrect passphrase", KEY_FROM_UNKNOWN,
     "The key %s is protected by a passphrase, which is never asked for here: give the key to the "
     "agent (ssh-add FILE) and choose it there."},
    {"too open", KEY_FROM_FILE,
     "The file of %s can be read by others, so ssh-keygen does not use it: chmod 600 FILE."},
    {"device not found", KEY_FROM_UNKNOWN, "The hardware key of %s is not plugged in."},
    {"Error connecting to agent", KEY_FROM_AGENT,
     "The SSH agent that held %s does not answer any more (SSH_AUTH_SOCK)."},
    {"No private key found", KEY_FROM_AGENT,
     "The SSH agent no longer offers %s: the key was removed, or the agent is locked (ssh-add -X "
     "unlocks it)."},
    {"No private key found", KEY_FROM_FILE,
     "The file of %s holds no private key that can be used."},
};

static const char *words_for(const SshSign *sign, const char *said)
{
    for (gsize i = 0; i < G_N_ELEMENTS(FAILURES); i++) {
        const Failure *row = &FAILURES[i];
        if (strstr(said, row->said) && (row->from == KEY_FROM_UNKNOWN || row->from == sign->from))
            return row->words;
    }
    return NULL;
}

// The last line of what it said.
static char *last_words(const char *said)
{
    g_autofree char *text = g_strchomp(g_strndup(said, CHILD_OUTPUT_MAX));
    const char *line = strrchr(text, '\n');
    return g_strdup_printf("%.*s", WORDS_MAX, line ? line + 1 : text);
}

static GError *failure_of(const SshSign *sign, const ChildResult *result)
{
    const char *words = words_for(sign, result->err);
    g_autofree char *said = last_words(result->err);
    if (result->timed_out)
        return g_error_new(ERR, ERR_TIMEOUT,
                           "Signing with %s took longer than a minute and was given up%s.",
                           sign->key, sign->hardware ? ": the hardware key was not touched" : "");
    if (!words)
        return g_error_new(ERR, ERR_REFUSED, "ssh-keygen did not sign with %s: %s", sign->key,
                           *said ? said : "it gave no reason.");
    g_auto(GStrv) parts = g_strsplit(words, "%s", 2);
    return g_error_new(ERR, ERR_DENIED, "%s%s%s", parts[0], sign->key, parts[1] ? parts[1] : "");
}

// ---- its life ----

static void on_signed(const ChildResult *result, gpointer data)
{
    SshSign *sign = data;
    g_autofree char *text = g_strndup(result->out, result->out_size);
    SshSig sig = {0};
    sign->child = NULL;
    if (result->status != 0)
        sign->error = failure_of(sign, result);
    else if (sshsig_parse(text, &sig, &sign->error))
        sshsig_release(&sig);
    sign->done(sign->error ? NULL : text, sign->error, sign->data);
    sign_free(sign);
}

static gboolean on_idle(gpointer data)
{
    SshSign *sign = data;
    sign->idle = 0;
    sign->done(NULL, sign->error, sign->data);
    sign_free(sign);
    return G_SOURCE_REMOVE;
}

static bool start(SshSign *sign, const SigningKey *key, const char *name_space, const char *text,
                  gsize size)
{
    g_autofree char *program = keyring_program("ssh-keygen", &sign->error);
    bool agent = key->from == KEY_FROM_AGENT;
    g_autoptr(GBytes) input = g_bytes_new(text, size);
    g_autofree char *line = g_strconcat(key->blob, "\n", NULL);
    g_autoptr(GBytes) public_key = g_bytes_new(line, strlen(line));
    const char *const argv[] = {
        program, "-Y", "sign", "-n", name_space, "-f", agent ? child_path(0) : key->file, NULL};
    const ChildSpec spec = {.argv = argv,
                            .input = input,
                            .files = {agent ? public_key : NULL},
                            .pass = agent ? KEYRING_AGENT : NULL,
                            .timeout_ms = LIMIT_MS};
    if (program)
        sign->child = child_start(&spec, on_signed, sign, &sign->error);
    return sign->child != NULL;
}

SshSign *ssh_sign_start(const SigningKey *key, const char *name_space, const char *text, gsize size,
                        SshSignDone done, gpointer data)
{
    SshSign *sign = g_new0(SshSign, 1);
    sign->from = key->from;
    sign->key = signing_key_words(key, true);
    sign->hardware = signing_key_is_hardware(key);
    sign->done = done;
    sign->data = data;
    if (!start(sign, key, name_space, text, size))
        sign->idle = g_idle_add(on_idle, sign);
    return sign;
}
