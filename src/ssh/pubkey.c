#include "ssh/pubkey.h"

#include <string.h>

#include "base/error.h"
#include "ssh/blob.h"

enum { KEY_MAX = 16 * 1024, COMMENT_MAX = 200 };

static const struct {
    const char *type, *name;
} TYPES[] = {
    {"ssh-ed25519", "ed25519"},
    {"sk-ssh-ed25519@openssh.com", "sk-ed25519"},
    {"ecdsa-sha2-nistp256", "ecdsa"},
    {"ecdsa-sha2-nistp384", "ecdsa"},
    {"ecdsa-sha2-nistp521", "ecdsa"},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa"},
    {"ssh-rsa", "rsa"},
    {"rsa-sha2-256", "rsa"},
    {"rsa-sha2-512", "rsa"},
    {"ssh-ed25519-cert-v01@openssh.com", "ed25519-cert"},
    {"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ed25519-cert"},
    {"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-cert"},
    {"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-cert"},
    {"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-cert"},
    {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-cert"},
    {"ssh-rsa-cert-v01@openssh.com", "rsa-cert"},
};

static const char *short_name(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (g_strcmp0(TYPES[i].type, type) == 0)
            return TYPES[i].name;
    return NULL;
}

bool pubkey_type_is_known(const char *type)
{
    return short_name(type) != NULL;
}

char *pubkey_type(const char *type)
{
    const char *name = short_name(type);
    return g_strdup(name ? name : type);
}

char *pubkey_fingerprint(const guint8 *bytes, gsize size)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, bytes, (gssize)size);
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *text = g_base64_encode(digest, length);
    char *padding = strchr(text, '=');
    if (padding)
        *padding = '\0';
    return g_strconcat("SHA256:", text, NULL);
}

// base64 of a key of that type: its first string says the type once more.
static guint8 *decode(const char *type, const char *base64, gsize *ret_size)
{
    if (!*base64 || strspn(base64, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/=") != strlen(base64))
        return NULL;
    guint8 *bytes = g_base64_decode(base64, ret_size);
    Blob blob = blob_of(bytes, *ret_size);
    Blob said = blob_string(&blob);
    if (!blob.failed && blob.left && blob_is(&said, type))
        return bytes;
    g_free(bytes);
    return NULL;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

// Copies the next word and moves behind it. "" at the end.
static char *next_word(const char **at)
{
    *at = skip_blanks(*at);
    gsize n = strcspn(*at, " \t\r\n");
    char *word = g_strndup(*at, n);
    *at += n;
    return word;
}

SigningKey *pubkey_parse(const char *line, GError **error)
{
    const char *at = line;
    gsize size = 0;
    g_autofree char *type = next_word(&at);
    g_autofree char *base64 = next_word(&at);
    g_autofree guint8 *bytes = NULL;
    if (strlen(line) > KEY_MAX || !pubkey_type_is_known(type)) {
        g_set_error(error, ERR, ERR_INVALID,
                    "\"%.40s\" is no type of an SSH key; expected a public key: type, base64, "
                    "comment.",
                    type);
        return NULL;
    }
    bytes = decode(type, base64, &size);
    if (!bytes) {
        g_set_error(error, ERR, ERR_INVALID,
                    "behind %s there is no base64 of such a key: \"%.20s…\".", type, base64);
        return NULL;
    }
    at = skip_blanks(at);
    gsize n = MIN(strcspn(at, "\r\n"), (gsize)COMMENT_MAX);
    SigningKey *key = g_new0(SigningKey, 1);
    key->type = pubkey_type(type);
    key->fingerprint = pubkey_fingerprint(bytes, size);
    key->comment = n && g_utf8_validate(at, (gssize)n, NULL) ? g_strndup(at, n) : NULL;
    key->blob = g_strdup_printf("%s %s", type, base64);
    return key;
}
