#include "http/sse.h"

#include <string.h>

#include "base/error.h"

enum { DEFAULT_MAX = 1 << 20 };

static const char BOM[] = "\xef\xbb\xbf";

// ---- fields: one row a field the format knows; all others are ignored

static bool take_data(SseReader *reader, const char *value, gsize n, GError **error)
{
    if (reader->event_data->len + n + reader->has_data > reader->max_data) {
        g_set_error(error, ERR, ERR_TOO_LARGE, "An event of the stream is larger than %zu bytes.",
                    reader->max_data);
        return false;
    }
    if (reader->has_data)
        g_string_append_c(reader->event_data, '\n');
    g_string_append_len(reader->event_data, value, (gssize)n);
    reader->has_data = true;
    return true;
}

static bool take_type(SseReader *reader, const char *value, gsize n, GError **error)
{
    (void)error;
    g_string_truncate(reader->type, 0);
    g_string_append_len(reader->type, value, (gssize)n);
    return true;
}

static bool take_id(SseReader *reader, const char *value, gsize n, GError **error)
{
    (void)error;
    if (memchr(value, '\0', n))
        return true; // the format says: as if it were not there
    g_string_truncate(reader->id, 0);
    g_string_append_len(reader->id, value, (gssize)n);
    return true;
}

static bool take_retry(SseReader *reader, const char *value, gsize n, GError **error)
{
    (void)error;
    gint64 ms = 0;
    for (gsize i = 0; i < n; i++) {
        if (!g_ascii_isdigit(value[i]) || i > 9)
            return true;
        ms = ms * 10 + (value[i] - '0');
    }
    if (n > 0 && reader->callbacks->retry)
        reader->callbacks->retry(ms, reader->data);
    return true;
}

static const struct {
    const char *name;
    bool (*take)(SseReader *reader, const char *value, gsize n, GError **error);
} FIELDS[] = {
    {"data", take_data},
    {"event", take_type},
    {"id", take_id},
    {"retry", take_retry},
};

// ---- lines

static void send_event(SseReader *reader)
{
    if (reader->has_data) {
        SseEvent event = {
            .type = reader->type->len ? reader->type->str : "message",
            .id = reader->id->str,
            .data = reader->event_data->str,
            .data_len = reader->event_data->len,
        };
        reader->callbacks->event(&event, reader->data);
    }
    g_string_truncate(reader->event_data, 0);
    g_string_truncate(reader->type, 0);
    reader->has_data = false;
}

static bool take_field(SseReader *reader, const char *line, gsize n, GError **error)
{
    const char *colon = memchr(line, ':', n);
    gsize name_len = colon ? (gsize)(colon - line) : n;
    const char *value = colon ? colon + 1 : line + n;
    if (value < line + n && *value == ' ')
        value++;
    for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        if (strlen(FIELDS[i].name) == name_len && memcmp(FIELDS[i].name, line, name_len) == 0)
            return FIELDS[i].take(reader, value, (gsize)(line + n - value), error);
    return true;
}

// How many bytes from `text` on are ASCII for sure: most are, and are looked at eight at a time.
static gsize ascii_length(const char *text, gsize n)
{
    gsize i = 0;
    for (guint64 eight; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, text + i, sizeof eight);
        if (eight & G_GUINT64_CONSTANT(0x8080808080808080))
            break;
    }
    return i;
}

static bool take_line(SseReader *reader, GError **error)
{
    const char *line = reader->line->str;
    gsize n = reader->line->len;
    if (n == 0) {
        send_event(reader);
        return true;
    }
    // NUL is valid UTF-8 but not for GLib; in data it is left to the JSON parser
    // to refuse.
    for (const char *at = line, *end = line + n; at < end; at++) {
        const char *bad;
        at += ascii_length(at, (gsize)(end - at));
        if (g_utf8_validate(at, end - at, &bad))
            break;
        if (*bad != '\0') {
            g_set_error(error, ERR, ERR_PROTOCOL, "The event stream is not valid UTF-8.");
            return false;
        }
        at = bad;
    }
    if (line[0] != ':')
        return take_field(reader, line, n, error);
    if (reader->callbacks->comment)
        reader->callbacks->comment(line + 1, reader->data);
    return true;
}

// ---- bytes

// Skips a byte order mark, which may come cut into pieces. Returns how many
// bytes it took.
static gsize skip_bom(SseReader *reader, const char *bytes, gsize n)
{
    gsize i = 0;
    while (i < n && reader->bom_seen < 3 && bytes[i] == BOM[reader->bom_seen]) {
        reader->bom_seen++;
        i++;
    }
    if (reader->bom_seen < 3 && i == n)
        return i; // perhaps more of it comes
    if (reader->bom_seen > 0 && reader->bom_seen < 3)
        g_string_append_len(reader->line, BOM,
                            (gssize)reader->bom_seen); // it was text after all
    reader->bom_seen = 4;
    return i;
}

// Until the line ends, by either sign.
static gsize text_length(const char *bytes, gsize n)
{
    const char *feed = memchr(bytes, '\n', n);
    if (feed)
        n = (gsize)(feed - bytes);
    const char *carriage = memchr(bytes, '\r', n);
    return carriage ? (gsize)(carriage - bytes) : n;
}

static bool take_bytes(SseReader *reader, const char *bytes, gsize n, GError **error)
{
    gsize i = reader->bom_seen < 4 ? skip_bom(reader, bytes, n) : 0;
    while (i < n) {
        if (reader->after_cr && bytes[i] == '\n')
            i++;
        reader->after_cr = false;
        gsize length = text_length(bytes + i, n - i);
        if (length > reader->max_line - MIN(reader->line->len, reader->max_line)) {
            g_set_error(error, ERR, ERR_TOO_LARGE,
                        "A line of the event stream is longer than %zu bytes.", reader->max_line);
            return false;
        }
        g_string_append_len(reader->line, bytes + i, (gssize)length);
        i += length;
        if (i == n)
            return true;
        reader->after_cr = bytes[i++] == '\r';
        if (!take_line(reader, error))
            return false;
        g_string_truncate(reader->line, 0);
    }
    return true;
}

bool sse_reader_feed(SseReader *reader, const char *bytes, gsize n, GError **error)
{
    if (reader->failed) {
        g_set_error(error, ERR, ERR_PROTOCOL,
                    "The event stream was given up after an earlier mistake.");
        return false;
    }
    reader->failed = !take_bytes(reader, bytes, n, error);
    return !reader->failed;
}

// ---- life

void sse_reader_init(SseReader *reader, gsize max_line, gsize max_data,
                     const SseCallbacks *callbacks, void *data)
{
    *reader = (SseReader){
        .callbacks = callbacks,
        .data = data,
        .max_line = max_line ? max_line : DEFAULT_MAX,
        .max_data = max_data ? max_data : DEFAULT_MAX,
        .line = g_string_new(NULL),
        .event_data = g_string_new(NULL),
        .type = g_string_new(NULL),
        .id = g_string_new(NULL),
    };
}

void sse_reader_release(SseReader *reader)
{
    GString *texts[] = {reader->line, reader->event_data, reader->type, reader->id};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i])
            g_string_free(texts[i], TRUE);
    *reader = (SseReader){0};
}
