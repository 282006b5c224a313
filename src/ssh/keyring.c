#include "ssh/keyring.h"

#include <string.h>

#include "base/error.h"
#include "ssh/agent.h"
#include "ssh/pubkey.h"

enum { KEYS_MAX = 50, FILE_MAX = 64 * 1024 };

struct Keyring {
    GPtrArray *keys;
    GString *trouble;
    char **files;
    AgentQuestion *asking;
    KeyringDone done;
    gpointer data;
};

static void free_key(gpointer key)
{
    signing_key_free(key);
}

static void keyring_free(Keyring *keyring)
{
    agent_cancel(keyring->asking);
    g_ptr_array_unref(keyring->keys);
    g_string_free(keyring->trouble, TRUE);
    g_strfreev(keyring->files);
    g_free(keyring);
}

void keyring_cancel(Keyring *keyring)
{
    if (keyring)
        keyring_free(keyring);
}

static void complain(Keyring *keyring, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void complain(Keyring *keyring, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (keyring->trouble->len)
        g_string_append_c(keyring->trouble, ' ');
    g_string_append_vprintf(keyring->trouble, format, args);
    va_end(args);
}

// ---- files ----

static SigningKey *known(const Keyring *keyring, const char *fingerprint)
{
    for (guint i = 0; i < keyring->keys->len; i++) {
        SigningKey *key = keyring->keys->pdata[i];
        if (strcmp(key->fingerprint, fingerprint) == 0)
            return key;
    }
    return NULL;
}

// The public half lies beside the key.
static SigningKey *read_public(const char *path, GError **error)
{
    bool is_public = g_str_has_suffix(path, ".pub");
    g_autofree char *public_path = is_public ? g_strdup(path) : g_strconcat(path, ".pub", NULL);
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(public_path, &text, &size, error))
        return NULL;
    if (size > FILE_MAX) {
        g_set_error(error, ERR, ERR_INVALID, "%s is too long for a key.", public_path);
        return NULL;
    }
    SigningKey *key = pubkey_parse(text, error);
    if (!key)
        return NULL;
    key->from = KEY_FROM_FILE;
    key->file = g_strndup(public_path, strlen(public_path) - strlen(".pub"));
    return key;
}

static void add_file(Keyring *keyring, const char *path, bool named)
{
    g_autoptr(GError) error = NULL;
    SigningKey *key = read_public(path, &error);
    if (!key && named)
        complain(keyring,
                 "%s cannot be used: %s (The public key is looked for beside it, as %s.pub.)", path,
                 error->message, path);
    SigningKey *same = key ? known(keyring, key->fingerprint) : NULL;
    if (same && !same->file) // the agent's own is better, and may be named by its file too
        same->file = g_strdup(key->file);
    else if (key && !same && g_file_test(key->file, G_FILE_TEST_IS_REGULAR) &&
             keyring->keys->len < KEYS_MAX)
        g_ptr_array_add(keyring->keys, g_steal_pointer(&key));
    signing_key_free(key);
}

static void add_files(Keyring *keyring)
{
    static const char *const STANDARD[] = {"id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk",
                                           "id_rsa"};
    for (guint i = 0; keyring->files && keyring->files[i]; i++)
        add_file(keyring, keyring->files[i], true);
    for (guint i = 0; i < G_N_ELEMENTS(STANDARD); i++) {
        g_autofree char *path = g_build_filename(g_get_home_dir(), ".ssh", STANDARD[i], NULL);
        add_file(keyring, path, false);
    }
}

// ---- the agent ----

static void add_agent_keys(Keyring *keyring, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", KEYS_MAX);
    for (guint i = 0; lines[i]; i++) {
        SigningKey *key = *lines[i] ? pubkey_parse(lines[i], NULL) : NULL;
        if (!key)
            continue;
        key->from = KEY_FROM_AGENT;
        g_ptr_array_add(keyring->keys, key);
    }
}

static void on_agent(const AgentAnswer *answer, gpointer data)
{
    Keyring *keyring = data;
    keyring->asking = NULL;
    add_agent_keys(keyring, answer->keys);
    if (answer->trouble)
        complain(keyring, "%s", answer->trouble);
    add_files(keyring);
    keyring->done(keyring->keys, keyring->trouble->len ? keyring->trouble->str : NULL,
                  keyring->data);
    keyring_free(keyring);
}

Keyring *keyring_look(const char *const *files, KeyringDone done, gpointer data)
{
    Keyring *keyring = g_new0(Keyring, 1);
    keyring->keys = g_ptr_array_new_with_free_func(free_key);
    keyring->trouble = g_string_new(NULL);
    keyring->files = g_strdupv((char **)(gpointer)files);
    keyring->done = done;
    keyring->data = data;
    keyring->asking = agent_ask(on_agent, keyring);
    return keyring;
}
