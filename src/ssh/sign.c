#include "ssh/sign.h"

#include <string.h>

#include "base/child.h"
#include "base/error.h"
#include "ssh/agent.h"
#include "ssh/handle.h"
#include "ssh/sshsig.h"

enum { LIMIT_MS = 60 * 1000, WORDS_MAX = 200 };

// What ssh-keygen's words come down to.
typedef enum {
    FAILED_OTHERWISE,
    FAILED_REFUSED,    // by the agent, which does not tell why
    FAILED_CUT,        // the agent's line broke off
    FAILED_NOT_THERE,  // there is no such private key
    FAILED_PASSPHRASE, // or a PIN
    FAILED_OPEN,       // others can read the file
    FAILED_UNPLUGGED,
    FAILED_UNTOUCHED, // a real token tells a refusal and a touch that does not come in one and the same way
    FAILURES
} Failure;

struct SshSign {
    KeyFrom from;
    char *key;  // for its words
    char *blob; // public, as ssh-add lists it
    bool hardware;
    Child *child;
    AgentQuestion *asking; // what it holds now, after a failure
    guint idle;
    Failure failure;
    GError *error;
    SshSignDone done;
    gpointer data;
};

static void sign_free(SshSign *sign)
{
    g_clear_handle_id(&sign->idle, g_source_remove);
    child_cancel(sign->child);
    agent_cancel(sign->asking);
    g_clear_error(&sign->error);
    g_free(sign->key);
    g_free(sign->blob);
    g_free(sign);
}

void ssh_sign_cancel(SshSign *sign)
{
    if (sign)
        sign_free(sign);
}

// ---- what went wrong ----

static Failure failure_of(const SshSign *sign, const char *said)
{
    // In this order: the first that fits.
    static const struct {
        const char *said; // by ssh-keygen
        KeyFrom from;     // unknown = either
        bool hardware;    // only of such keys
        Failure failure;
    } ROWS[] = {
        {"agent refused operation", KEY_FROM_AGENT, false, FAILED_REFUSED},
        {"communication with agent failed", KEY_FROM_AGENT, false, FAILED_CUT},
        {"No private key found", KEY_FROM_AGENT, false, FAILED_NOT_THERE},
        {"incorrect passphrase", KEY_FROM_FILE, false, FAILED_PASSPHRASE},
        {"too open", KEY_FROM_FILE, false, FAILED_OPEN},
        {"device not found", KEY_FROM_FILE, true, FAILED_UNPLUGGED},
        {"invalid format", KEY_FROM_FILE, true, FAILED_UNTOUCHED},
        {"No private key found", KEY_FROM_FILE, false, FAILED_NOT_THERE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
        if (strstr(said, ROWS[i].said) && ROWS[i].from == sign->from &&
            (sign->hardware || !ROWS[i].hardware))
            return ROWS[i].failure;
    return FAILED_OTHERWISE;
}

// %s: the key.
static const char *const OF_FILE[FAILURES] = {
    [FAILED_PASSPHRASE] =
        "The key %s is protected by a passphrase, which is never asked for here: give the key to "
        "the agent (ssh-add FILE) and choose it there.",
    [FAILED_OPEN] =
        "The file of %s can be read by others, so ssh-keygen does not use it: chmod 600 FILE.",
    [FAILED_NOT_THERE] = "The file of %s holds no private key that can be used.",
    [FAILED_UNPLUGGED] = "The hardware key of %s is not plugged in here, or another library speaks "
                         "to it (SSH_SK_PROVIDER).",
    [FAILED_UNTOUCHED] =
        "The hardware key did not sign with %s: it was not touched in time, or the touch was "
        "refused. Sign once more and touch it when it blinks.",
};
static const char ASKS_PIN[] =
    "The hardware key of %s asks for a PIN, which is never asked for here: give the key to the "
    "agent (ssh-add FILE) and choose it there.";

// The agent has the key now as before.
static const char *const OF_AGENT[FAILURES] = {
    [FAILED_REFUSED] = "The SSH agent refused to sign with %s: it asked for a confirmation that "
                       "was not given, or lets the key be used for logins only (ssh-add -c, -h).",
    [FAILED_CUT] = "The connection to the SSH agent broke off before %s had signed. It answers "
                   "again: sign once more.",
    [FAILED_NOT_THERE] = "The SSH agent did not offer %s just then. It does again: sign once more.",
};
static const char AGENT_UNTOUCHED[] =
    "The hardware key did not sign with %s: it was not touched in time, the touch was refused, or "
    "it is not plugged in (the agent does not tell which). Sign once more and touch it when it "
    "blinks.";

// The agent has it no more.
static const char *const AGENT_LOST[AGENT_STATES] = {
    [AGENT_GONE] =
        "The SSH agent that held %s is gone: nobody answers at SSH_AUTH_SOCK. A forwarded agent "
        "goes with its SSH connection: connect again (ssh -A), then sign once more.",
    [AGENT_SILENT] = "The SSH agent that holds %s gives no answer: perhaps it still waits for a "
                     "touch or a confirmation that was asked for before.",
    [AGENT_EMPTY] = "The SSH agent offers no keys now, so %s did not sign: the agent is locked "
                    "(ssh-add -X unlocks it), or its keys were taken out (ssh-add FILE).",
    [AGENT_KEYS] = "The SSH agent no longer holds %s (ssh-add FILE puts it back). Choose another, "
                   "or sign once more when it is there.",
};

static GError *error_with_key(const SshSign *sign, int code, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, "%s", 2);
    return g_error_new(ERR, code, "%s%s%s", parts[0], sign->key, parts[1] ? parts[1] : "");
}

// The last line of what it said.
static char *last_words(const char *said)
{
    g_autofree char *text = g_strchomp(g_strndup(said, CHILD_OUTPUT_MAX));
    const char *line = strrchr(text, '\n');
    return g_strdup_printf("%.*s", WORDS_MAX, line ? line + 1 : text);
}

static GError *error_of(const SshSign *sign, const ChildResult *result)
{
    g_autofree char *said = last_words(result->err);
    if (result->timed_out)
        return g_error_new(ERR, ERR_TIMEOUT,
                           "Signing with %s took longer than a minute and was given up%s.",
                           sign->key, sign->hardware ? ": the hardware key was not touched" : "");
    if (sign->failure == FAILED_PASSPHRASE && sign->hardware)
        return error_with_key(sign, ERR_DENIED, ASKS_PIN);
    if (OF_FILE[sign->failure])
        return error_with_key(sign, ERR_DENIED, OF_FILE[sign->failure]);
    return g_error_new(ERR, ERR_REFUSED, "ssh-keygen did not sign with %s: %s", sign->key,
                       *said ? said : "it gave no reason.");
}

static bool is_held(const SshSign *sign, const AgentAnswer *answer)
{
    return answer->state == AGENT_KEYS && strstr(answer->keys, sign->blob);
}

static GError *error_of_agent(const SshSign *sign, const AgentAnswer *answer)
{
    if (is_held(sign, answer) && sign->failure == FAILED_REFUSED && sign->hardware)
        return error_with_key(sign, ERR_DENIED, AGENT_UNTOUCHED);
    if (is_held(sign, answer))
        return error_with_key(sign, ERR_DENIED, OF_AGENT[sign->failure]);
    if (AGENT_LOST[answer->state])
        return error_with_key(sign, ERR_DENIED, AGENT_LOST[answer->state]);
    return g_error_new_literal(ERR, ERR_DENIED, answer->trouble);
}

// ---- its life ----

static void finish(SshSign *sign, const char *signature)
{
    sign->done(sign->error ? NULL : signature, sign->error, sign->data);
    sign_free(sign);
}

static void on_agent(const AgentAnswer *answer, gpointer data)
{
    SshSign *sign = data;
    sign->asking = NULL;
    sign->error = error_of_agent(sign, answer);
    finish(sign, NULL);
}

static void on_signed(const ChildResult *result, gpointer data)
{
    SshSign *sign = data;
    g_autofree char *text = g_strndup(result->out, result->out_size);
    SshSig sig = {0};
    sign->child = NULL;
    if (result->status == 0) {
        if (sshsig_parse(text, &sig, &sign->error))
            sshsig_release(&sig);
        finish(sign, text);
        return;
    }
    sign->failure = failure_of(sign, result->err);
    if (OF_AGENT[sign->failure] && sign->from == KEY_FROM_AGENT && !result->timed_out) {
        sign->asking = agent_ask(on_agent, sign);
        return;
    }
    sign->error = error_of(sign, result);
    finish(sign, NULL);
}

static gboolean on_idle(gpointer data)
{
    SshSign *sign = data;
    sign->idle = 0;
    finish(sign, NULL);
    return G_SOURCE_REMOVE;
}

static bool start(SshSign *sign, const SigningKey *key, const char *name_space, const char *text,
                  gsize size)
{
    static const char *const PROVIDER[] = {"SSH_SK_PROVIDER", NULL};
    bool agent = key->from == KEY_FROM_AGENT;
    if (!agent && sign->hardware && handle_asks_pin(key->file)) {
        sign->error = error_with_key(sign, ERR_DENIED, ASKS_PIN);
        return false;
    }
    g_autofree char *program = agent_program("ssh-keygen", &sign->error);
    g_autoptr(GBytes) input = g_bytes_new(text, size);
    g_autofree char *line = g_strconcat(key->blob, "\n", NULL);
    g_autoptr(GBytes) public_key = g_bytes_new(line, strlen(line));
    const char *const argv[] = {
        program, "-Y", "sign", "-n", name_space, "-f", agent ? child_path(0) : key->file, NULL};
    const ChildSpec spec = {.argv = argv,
                            .input = input,
                            .files = {agent ? public_key : NULL},
                            .pass = agent ? AGENT_VARIABLE : PROVIDER,
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
    sign->blob = g_strdup(key->blob);
    sign->hardware = signing_key_is_hardware(key);
    sign->done = done;
    sign->data = data;
    if (!start(sign, key, name_space, text, size))
        sign->idle = g_idle_add(on_idle, sign);
    return sign;
}
