// Signing with an SSH key from a command: which key, the signature, and what is wrong in words.
#include "command/key.h"

#include <string.h>

#include "ssh/keyring.h"
#include "ssh/sign.h"

void key_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"key", 0, 0, G_OPTION_ARG_FILENAME, &session->args.key,
         "The SSH key to sign with: a file, or a fingerprint or comment in the agent", "KEY"},
        {"no-signature", 0, 0, G_OPTION_ARG_NONE, &session->args.no_signature,
         "Do not sign with an SSH key", NULL},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

const char *key_wish(const Session *session)
{
    const char *wish = session->args.key ? session->args.key : g_getenv("SIGNALBOX_KEY");
    return wish && *wish ? wish : session->config ? session->config->signing_key : NULL;
}

// ---- looking ----

typedef struct {
    bool done;
    GPtrArray *keys;
    char *trouble;
} Looking;

static void on_keys(GPtrArray *keys, const char *trouble, gpointer data)
{
    Looking *looking = data;
    *looking = (Looking){true, g_ptr_array_ref(keys), g_strdup(trouble)};
}

static Looking look(const char *wish)
{
    Looking looking = {0};
    const char *const files[] = {wish && strchr(wish, '/') ? wish : NULL, NULL};
    keyring_look(files, on_keys, &looking);
    while (!looking.done)
        g_main_context_iteration(NULL, TRUE);
    return looking;
}

// ---- signing ----

typedef struct {
    bool done;
    char *signature;
    GError *error;
} Signing;

static void on_signed(const char *signature, const GError *error, gpointer data)
{
    Signing *signing = data;
    *signing = (Signing){true, g_strdup(signature), error ? g_error_copy(error) : NULL};
}

static char *sign_with(Session *session, const SigningKey *key, bool required,
                       const char *name_space, const char *text, int *ret_exit)
{
    Signing signing = {0};
    g_autofree char *words = signing_key_words(key, false);
    print_error(session, "signing with %s%s", words,
                signing_key_is_hardware(key) ? ": touch the hardware key (ctrl-c gives up)" : "");
    ssh_sign_start(key, name_space, text, strlen(text), on_signed, &signing);
    while (!signing.done)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(GError) error = signing.error;
    if (error)
        *ret_exit = session_complain(
            session, EXIT_REFUSED, "Not signed, nothing was sent. %s (--key chooses another%s.)",
            error->message, required ? "" : ", --no-signature does without");
    return signing.signature;
}

static int complain_no_key(const Session *session, const char *wish, const char *trouble)
{
    const char *words = trouble ? trouble : "The agent and ~/.ssh hold no key.";
    if (wish)
        return session_complain(
            session, EXIT_REFUSED,
            "Not signed, nothing was sent. There is no key \"%s\", or more than "
            "one: %s",
            wish, words);
    return session_complain(session, EXIT_REFUSED,
                            "Not signed, nothing was sent: it must be signed with an SSH key. %s",
                            words);
}

bool key_is_wanted(const Session *session, SignaturePolicy policy)
{
    return policy == SIGNATURE_REQUIRED ||
           (!session->args.no_signature && (policy != SIGNATURE_OFF || session->args.key));
}

bool key_sign(Session *session, SignaturePolicy policy, const char *name_space, const char *text,
              char **ret_signature, KeyFrom *ret_from, int *ret_exit)
{
    const char *wish = key_wish(session);
    bool required = policy == SIGNATURE_REQUIRED;
    if (session->args.no_signature && required) {
        *ret_exit = session_complain(session, EXIT_REFUSED,
                                     "This group takes no sign-off without a signature.");
        return false;
    }
    if (!key_is_wanted(session, policy))
        return true;
    Looking looking = look(wish);
    const SigningKey *key = signing_key_find(looking.keys, wish);
    bool ok = true;
    if (key) {
        *ret_from = key->from;
        *ret_signature = sign_with(session, key, required, name_space, text, ret_exit);
        ok = *ret_signature != NULL;
    } else if (required || session->args.key) {
        *ret_exit = complain_no_key(session, wish, looking.trouble);
        ok = false;
    } else
        print_error(session, "not signed with a key: %s",
                    looking.trouble ? looking.trouble : "there is none.");
    g_ptr_array_unref(looking.keys);
    g_free(looking.trouble);
    return ok;
}
