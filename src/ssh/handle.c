#include "ssh/handle.h"

#include <string.h>

#include "ssh/blob.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1"

enum { FILE_MAX = 64 * 1024, FLAG_PIN = 0x04 };

// What is between the lines of dashes. NULL if they are not there. The caller frees.
static guint8 *dearmour(const char *text, gsize *ret_size)
{
    const char *from = strstr(text, BEGIN);
    if (from)
        from += strlen(BEGIN); // the dashes of both may not be the same ones
    const char *to = from ? strstr(from, END) : NULL;
    if (!to)
        return NULL;
    g_autofree char *base64 = g_strndup(from, (gsize)(to - from));
    return g_base64_decode(base64, ret_size);
}

// The private part; empty if it is encrypted.
static Blob private_part(Blob *file)
{
    blob_skip(file, sizeof MAGIC);
    Blob cipher = blob_string(file);
    blob_string(file); // how its key is derived
    blob_string(file); // with what
    blob_u32(file);    // how many keys
    blob_string(file); // public
    Blob part = blob_string(file);
    return blob_is(&cipher, "none") ? part : blob_of("", 0);
}

static guint8 flags_of(Blob *part)
{
    blob_u64(part); // one number twice: the passphrase was right
    Blob type = blob_string(part);
    blob_string(part); // public key, or the name of its curve
    if (blob_is(&type, "sk-ecdsa-sha2-nistp256@openssh.com"))
        blob_string(part);
    blob_string(part); // application
    return blob_byte(part);
}

bool handle_text_asks_pin(const char *text)
{
    gsize size = 0;
    g_autofree guint8 *bytes = dearmour(text, &size);
    if (!bytes || size < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
        return false;
    Blob file = blob_of(bytes, size), part = private_part(&file);
    guint8 flags = flags_of(&part);
    return !file.failed && !part.failed && flags & FLAG_PIN;
}

bool handle_asks_pin(const char *path)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
           g_file_get_contents(path, &text, &size, NULL) && size <= FILE_MAX &&
           handle_text_asks_pin(text);
}
