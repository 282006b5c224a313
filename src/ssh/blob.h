// Bytes as SSH writes them: numbers in network order, strings with their length before them. A reader that has
// failed stays failed and gives zeros, so that a run of reads is checked once at its end.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const guint8 *at; // borrowed
    gsize left;
    bool failed;
} Blob;

Blob blob_of(const void *bytes, gsize size);

guint8 blob_byte(Blob *blob);
guint32 blob_u32(Blob *blob);
guint64 blob_u64(Blob *blob);
// A string as a blob of its own (empty after a failure).
Blob blob_string(Blob *blob);
void blob_skip(Blob *blob, gsize size);

// True if it is exactly this text.
bool blob_is(const Blob *blob, const char *text);
// As text. NULL if it holds a NUL, or more than `max` bytes. The caller frees.
char *blob_text(const Blob *blob, gsize max);
