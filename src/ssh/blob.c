#include "ssh/blob.h"

#include <string.h>

Blob blob_of(const void *bytes, gsize size)
{
    return (Blob){bytes, size, false};
}

static const guint8 *take(Blob *blob, gsize size)
{
    if (blob->failed || blob->left < size) {
        blob->failed = true;
        return NULL;
    }
    const guint8 *bytes = blob->at;
    blob->at += size;
    blob->left -= size;
    return bytes;
}

static guint64 number(Blob *blob, gsize size)
{
    const guint8 *bytes = take(blob, size);
    guint64 value = 0;
    for (gsize i = 0; bytes && i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

guint8 blob_byte(Blob *blob)
{
    return (guint8)number(blob, 1);
}

guint32 blob_u32(Blob *blob)
{
    return (guint32)number(blob, 4);
}

guint64 blob_u64(Blob *blob)
{
    return number(blob, 8);
}

Blob blob_string(Blob *blob)
{
    gsize size = blob_u32(blob);
    const guint8 *bytes = take(blob, size);
    return bytes ? blob_of(bytes, size) : blob_of("", 0);
}

void blob_skip(Blob *blob, gsize size)
{
    take(blob, size);
}

bool blob_is(const Blob *blob, const char *text)
{
    return blob->left == strlen(text) && memcmp(blob->at, text, blob->left) == 0;
}

char *blob_text(const Blob *blob, gsize max)
{
    if (blob->left > max || memchr(blob->at, 0, blob->left))
        return NULL;
    return g_strndup((const char *)blob->at, blob->left);
}
