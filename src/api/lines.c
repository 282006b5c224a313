#include "api/lines.h"

#include <string.h>

#include "api/object.h"
#include "model/operation.h"
#include "model/status.h"

typedef struct {
    LineCache *lines;
    GBytes *line;
    gint64 stamp; // of the object when it was serialised
} Line;

struct LineCache {
    GHashTable *kinds[DELTA_KINDS]; // char * → Line *; NULL = of this kind nothing is kept
    gsize bytes;                    // of all that is kept
};

typedef struct {
    bool kept; // of the others there are few, or they are always new
    // A number that differs when the object does, for what may change untold. NULL: never does.
    gint64 (*stamp)(gconstpointer object);
} KindRow;

static gint64 operation_stamp(gconstpointer object)
{
    return (gint64)((const Operation *)object)->revision;
}

// A rule that still does not hold is observed anew without being told.
static gint64 finding_stamp(gconstpointer object)
{
    return ((const Finding *)object)->observed_at_ms;
}

static const KindRow ROWS[DELTA_KINDS] = {
    [DELTA_LOCATION] = {true, NULL},         [DELTA_GROUP] = {true, NULL},
    [DELTA_WORKLOAD] = {true, NULL},         [DELTA_OPERATION] = {true, operation_stamp},
    [DELTA_FINDING] = {true, finding_stamp},
};

static void line_free(gpointer data)
{
    Line *line = data;
    line->lines->bytes -= g_bytes_get_size(line->line);
    g_bytes_unref(line->line);
    g_free(line);
}

LineCache *line_cache_new(void)
{
    LineCache *lines = g_new0(LineCache, 1);
    for (guint i = 0; i < DELTA_KINDS; i++)
        if (ROWS[i].kept)
            lines->kinds[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, line_free);
    return lines;
}

void line_cache_free(LineCache *lines)
{
    if (!lines)
        return;
    for (guint i = 0; i < DELTA_KINDS; i++)
        g_clear_pointer(&lines->kinds[i], g_hash_table_unref);
    g_free(lines);
}

static GBytes *serialise(DeltaKind kind, gconstpointer object)
{
    GString *text = g_string_sized_new(1024);
    delta_print(text, kind, object);
    g_string_append_c(text, '\n');
    g_autoptr(GBytes) long_enough = g_string_free_to_bytes(text);
    gsize n;
    gconstpointer bytes = g_bytes_get_data(long_enough, &n);
    return g_bytes_new(bytes,
                       n); // kept for as long as nothing changes: without the room at its end
}

GBytes *line_cache_get(LineCache *lines, DeltaKind kind, gconstpointer object)
{
    const KindRow *row = &ROWS[kind];
    if (!row->kept)
        return serialise(kind, object);
    const char *key = object_key(kind, object);
    gint64 stamp = row->stamp ? row->stamp(object) : 0;
    const Line *kept = g_hash_table_lookup(lines->kinds[kind], key);
    if (kept && kept->stamp == stamp)
        return g_bytes_ref(kept->line);
    GBytes *bytes = serialise(kind, object);
    g_hash_table_remove(lines->kinds[kind], key);
    if (lines->bytes + g_bytes_get_size(bytes) > LINES_BYTES_MAX)
        return bytes;
    Line *line = g_new(Line, 1);
    *line = (Line){lines, g_bytes_ref(bytes), stamp};
    lines->bytes += g_bytes_get_size(bytes);
    g_hash_table_insert(lines->kinds[kind], g_strdup(key), line);
    return bytes;
}

const char *line_object(GBytes *line, gsize *ret_length)
{
    static const char BEFORE[] = ",\"object\":"; // quotes in a key are escaped: this is the first
    gsize n;
    const char *text = g_bytes_get_data(line, &n);
    const char *at = memmem(text, n, BEFORE, strlen(BEFORE));
    g_assert(at);
    at += strlen(BEFORE);
    *ret_length = n - (gsize)(at - text) - strlen("}\n");
    return at;
}

void line_cache_drop(LineCache *lines, DeltaKind kind, const char *key)
{
    if (lines->kinds[kind])
        g_hash_table_remove(lines->kinds[kind], key);
}

void line_cache_clear(LineCache *lines)
{
    for (guint i = 0; i < DELTA_KINDS; i++)
        if (lines->kinds[i])
            g_hash_table_remove_all(lines->kinds[i]);
}
