#include "http/ndjson.h"

#include <string.h>

#include "base/error.h"

enum { DEFAULT_MAX = 1 << 20 };

void ndjson_reader_init(NdjsonReader *reader, gsize max_line, NdjsonFunc func, void *data)
{
    *reader = (NdjsonReader){
        .func = func,
        .data = data,
        .max_line = max_line ? max_line : DEFAULT_MAX,
        .line = g_string_new(NULL),
    };
}

void ndjson_reader_release(NdjsonReader *reader)
{
    if (reader->line)
        g_string_free(reader->line, TRUE);
    *reader = (NdjsonReader){0};
}

static void take_line(NdjsonReader *reader)
{
    GString *line = reader->line;
    reader->line_no++;
    if (line->len && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    if (line->len)
        reader->func(line->str, line->len, reader->data);
    g_string_truncate(line, 0);
}

bool ndjson_reader_feed(NdjsonReader *reader, const char *bytes, gsize n, GError **error)
{
    while (n > 0 && !reader->failed) {
        const char *lf = memchr(bytes, '\n', n);
        gsize length = lf ? (gsize)(lf - bytes) : n;
        if (length > reader->max_line - reader->line->len) {
            reader->failed = true;
            break;
        }
        g_string_append_len(reader->line, bytes, (gssize)length);
        if (lf)
            take_line(reader);
        gsize used = length + (lf != NULL);
        bytes += used;
        n -= used;
    }
    if (reader->failed)
        g_set_error(error, ERR, ERR_TOO_LARGE,
                    "Line %" G_GUINT64_FORMAT " is longer than %zu bytes.", reader->line_no + 1,
                    reader->max_line);
    return !reader->failed;
}

bool ndjson_reader_end(NdjsonReader *reader, GError **error)
{
    if (reader->line->len == 0)
        return true;
    g_set_error(error, ERR, ERR_PROTOCOL, "Line %" G_GUINT64_FORMAT " was cut off before its end.",
                reader->line_no + 1);
    return false;
}
