#include "ssh/sshsig.h"

#include <string.h>

#include "base/error.h"
#include "ssh/blob.h"
#include "ssh/pubkey.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"

enum { NAMESPACE_MAX = 200, SSHSIG_VERSION = 1, MAGIC_SIZE = 6 };

void sshsig_release(SshSig *sig)
{
    g_clear_pointer(&sig->name_space, g_free);
    g_clear_pointer(&sig->key, g_free);
    g_clear_pointer(&sig->key_type, g_free);
}

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, ERR, ERR_INVALID, "This is no SSH signature: %s.", why);
    return false;
}

static guint8 *dearmour(const char *armour, gsize *ret_size, GError **error)
{
    const char *from = armour, *to;
    if (strlen(armour) > SIGNATURE_MAX) {
        refuse(error, "it is too long");
        return NULL;
    }
    from += strspn(from, " \t\r\n");
    // Behind the whole of its beginning: the dashes of both may not be the same ones.
    to = g_str_has_prefix(from, BEGIN) ? strstr(from + strlen(BEGIN), END) : NULL;
    if (!to) {
        refuse(error, "it does not begin and end as one (\"" BEGIN "\")");
        return NULL;
    }
    if (to[strlen(END) + strspn(to + strlen(END), " \t\r\n")]) {
        refuse(error, "something stands behind its end");
        return NULL;
    }
    from += strlen(BEGIN);
    g_autofree char *base64 = g_strndup(from, (gsize)(to - from));
    return g_base64_decode(base64, ret_size);
}

// A hardware key's signature has two fields more: flags, of which the first says that somebody was there, and a
// counter. False if they are not there.
static bool read_flags(Blob signature, SshSig *sig)
{
    enum { USER_PRESENT = 1 };
    blob_string(&signature); // its type
    blob_string(&signature); // what the key made
    guint8 flags = blob_byte(&signature);
    blob_u32(&signature);
    sig->untouched = !(flags & USER_PRESENT);
    return !signature.failed && !signature.left;
}

static bool read_fields(Blob *blob, SshSig *sig, GError **error)
{
    Blob magic = blob_of(blob->at, MIN(blob->left, (gsize)MAGIC_SIZE));
    blob_skip(blob, MAGIC_SIZE);
    guint32 version = blob_u32(blob);
    Blob key = blob_string(blob);
    Blob rest = key;
    Blob type = blob_string(&rest);
    Blob name_space = blob_string(blob);
    blob_string(blob); // reserved
    blob_string(blob); // hash algorithm
    Blob signature = blob_string(blob);
    if (blob->failed || rest.failed || blob->left || !blob_is(&magic, "SSHSIG"))
        return refuse(error, "its parts do not fit together");
    if (version != SSHSIG_VERSION)
        return refuse(error, "it is of a version that is not known");
    g_autofree char *type_text = blob_text(&type, NAMESPACE_MAX);
    if (!pubkey_type_is_known(type_text))
        return refuse(error, "its key is of a type that is not known");
    if (g_str_has_prefix(type_text, "sk-") && !read_flags(signature, sig))
        return refuse(error, "it does not say whether the hardware key was touched");
    sig->name_space = blob_text(&name_space, NAMESPACE_MAX);
    sig->key_type = pubkey_type(type_text);
    sig->key = pubkey_fingerprint(key.at, key.left);
    return sig->name_space || refuse(error, "its namespace is no text");
}

bool sshsig_parse(const char *armour, SshSig *ret_sig, GError **error)
{
    gsize size = 0;
    g_autofree guint8 *bytes = dearmour(armour, &size, error);
    SshSig sig = {0};
    if (!bytes)
        return false;
    Blob blob = blob_of(bytes, size);
    if (!read_fields(&blob, &sig, error)) {
        sshsig_release(&sig);
        return false;
    }
    *ret_sig = sig;
    return true;
}
