#include "api/sender.h"

#include <string.h>

#include "api/object.h"
#include "api/reply.h"

enum { SLICE_BYTES = 64 * 1024 }; // written in one go

typedef struct {
    const char *key; // in `keys`; NULL = the line is made
    DeltaKind kind;
    GBytes *line; // owned; NULL = not yet made
    bool again;   // it was told before: if it is gone, that is told
} Entry;

struct LineSender {
    const Engine *engine;
    LineCache *lines;
    SenderForm form;
    GStringChunk *keys;
    GArray *entries;     // of Entry
    guint at;            // the next one
    LineSenderMore more; // NULL = that is all
    gpointer more_data;
    GDestroyNotify drop;
};

static void clear_entry(gpointer data)
{
    g_clear_pointer(&((Entry *)data)->line, g_bytes_unref);
}

LineSender *line_sender_new(const Engine *engine, LineCache *lines, SenderForm form)
{
    LineSender *sender = g_new0(LineSender, 1);
    sender->engine = engine;
    sender->lines = lines;
    sender->form = form;
    sender->keys = g_string_chunk_new(4096);
    sender->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(sender->entries, clear_entry);
    return sender;
}

static void sender_free(LineSender *sender)
{
    if (sender->drop)
        sender->drop(sender->more_data);
    g_array_unref(sender->entries);
    g_string_chunk_free(sender->keys);
    g_free(sender);
}

void line_sender_add(LineSender *sender, DeltaKind kind, gconstpointer object)
{
    const char *key = object_key(kind, object);
    Entry entry = {.kind = kind};
    if (key)
        entry.key = g_string_chunk_insert(sender->keys, key);
    else
        entry.line = line_cache_get(sender->lines, kind, object);
    g_array_append_val(sender->entries, entry);
}

void line_sender_add_key(LineSender *sender, DeltaKind kind, const char *key)
{
    Entry entry = {.kind = kind, .key = g_string_chunk_insert(sender->keys, key), .again = true};
    g_array_append_val(sender->entries, entry);
}

void line_sender_set_more(LineSender *sender, LineSenderMore more, gpointer data,
                          GDestroyNotify drop)
{
    sender->more = more;
    sender->more_data = data;
    sender->drop = drop;
}

void line_sender_add_all(LineSender *sender, DeltaKind kind, const GPtrArray *objects)
{
    for (guint i = 0; i < objects->len; i++)
        line_sender_add(sender, kind, objects->pdata[i]);
}

void line_sender_add_text(LineSender *sender, const char *line)
{
    Entry entry = {.line = g_bytes_new(line, strlen(line))};
    g_array_append_val(sender->entries, entry);
}

static GBytes *gone_line(const Entry *entry)
{
    g_autoptr(json_t) json = delta_gone_to_json(entry->kind, entry->key);
    g_autofree char *text = wire_format(json);
    char *line = g_strconcat(text, "\n", NULL);
    return g_bytes_new_take(line, strlen(line));
}

// A new reference. NULL: the object is gone.
static GBytes *line_of(const LineSender *sender, const Entry *entry)
{
    if (!entry->key)
        return g_bytes_ref(entry->line);
    gconstpointer object = object_find(sender->engine, entry->kind, entry->key);
    if (object)
        return line_cache_get(sender->lines, entry->kind, object);
    return entry->again ? gone_line(entry) : NULL;
}

static void send_object(HttpStream *stream, GBytes *line)
{
    gsize n;
    const char *object = line_object(line, &n);
    gsize offset = (gsize)(object - (const char *)g_bytes_get_data(line, NULL));
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(line, offset, n);
    g_autoptr(GBytes) feed = g_bytes_new_static("\n", 1);
    http_stream_send(stream, part);
    http_stream_send(stream, feed);
}

static void send_slice(HttpStream *stream, void *data)
{
    LineSender *sender = data;
    if (sender->more)
        sender->more(sender, sender->entries->len - sender->at, sender->more_data);
    bool over = sender->at == sender->entries->len;
    for (gsize size = 0; size < SLICE_BYTES && sender->at < sender->entries->len; sender->at++) {
        const Entry *entry = &g_array_index(sender->entries, Entry, sender->at);
        g_autoptr(GBytes) line = line_of(sender, entry);
        if (!line)
            continue;
        if (sender->form == SENDER_OBJECTS)
            send_object(stream, line);
        else
            http_stream_send(stream, line);
        size += g_bytes_get_size(line);
    }
    over = over || (!sender->more && sender->at == sender->entries->len);
    if (!over) {
        http_stream_pause(stream);
        return;
    }
    http_stream_end(stream);
    sender_free(sender);
}

static void on_closed(HttpStream *stream, void *data)
{
    (void)stream;
    sender_free(data);
}

void line_sender_start(LineSender *sender, HttpRequest *request, guint64 revision)
{
    static const HttpStreamCallbacks CALLBACKS = {send_slice, on_closed};
    HttpStream *stream =
        reply_stream(request, MEDIA_LINES, revision, G_MAXSIZE, &CALLBACKS, sender);
    if (!stream) {
        sender_free(sender);
        return;
    }
    http_stream_set_finite(stream);
    send_slice(stream, sender);
}
