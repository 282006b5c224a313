// A reader of lines (NDJSON: one JSON value a line): bytes in, as they come,
// whole lines out. Pure. Lines end in LF or CR LF; empty ones are skipped. A
// line over the limit stops the reader for good.
#pragma once

#include <glib.h>
#include <stdbool.h>

// `line` is NUL-terminated, `n` its length; a line may hold a NUL of its own
// (the JSON parser says no).
typedef void (*NdjsonFunc)(const char *line, gsize n, void *data);

typedef struct {
    NdjsonFunc func;
    void *data;
    gsize max_line;
    guint64 line_no; // lines seen, empty ones too
    GString *line;
    bool failed;
} NdjsonReader;

// `max_line` in bytes, 0 = 1 MiB.
void ndjson_reader_init(NdjsonReader *reader, gsize max_line, NdjsonFunc func, void *data);
void ndjson_reader_release(NdjsonReader *reader);

// Takes the next `n` bytes, cut anywhere. ERR_TOO_LARGE with the line's number
// over the limit. The callback must not touch the reader.
bool ndjson_reader_feed(NdjsonReader *reader, const char *bytes, gsize n, GError **error);

// The bytes are over. ERR_PROTOCOL if a line was begun and not ended: it may be
// cut off.
bool ndjson_reader_end(NdjsonReader *reader, GError **error);
