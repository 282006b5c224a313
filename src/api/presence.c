#include "api/presence.h"

#include <string.h>

enum { PRESENCE_MS = 30 * 1000, PEOPLE_MAX = 1000 };

typedef struct {
    char *operation;
    gint64 seen_ms;
} Entry;

struct PresenceBook {
    GHashTable *people; // char * → Entry *
};

static void entry_free(gpointer data)
{
    g_free(((Entry *)data)->operation);
    g_free(data);
}

PresenceBook *presence_book_new(void)
{
    PresenceBook *book = g_new0(PresenceBook, 1);
    book->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return book;
}

void presence_book_free(PresenceBook *book)
{
    if (!book)
        return;
    g_hash_table_unref(book->people);
    g_free(book);
}

bool presence_book_note(PresenceBook *book, const char *person, const char *operation,
                        gint64 now_ms)
{
    Entry *entry = g_hash_table_lookup(book->people, person);
    if (!operation)
        return g_hash_table_remove(book->people, person);
    if (!entry && g_hash_table_size(book->people) >= PEOPLE_MAX)
        return false;
    bool news = !entry || strcmp(entry->operation, operation) != 0;
    Entry *fresh = g_new0(Entry, 1);
    fresh->operation = g_strdup(operation);
    fresh->seen_ms = now_ms;
    g_hash_table_replace(book->people, g_strdup(person), fresh);
    return news;
}

static gboolean is_gone(gpointer key, gpointer value, gpointer now)
{
    (void)key;
    return *(gint64 *)now - ((const Entry *)value)->seen_ms > PRESENCE_MS;
}

bool presence_book_expire(PresenceBook *book, gint64 now_ms)
{
    return g_hash_table_foreach_remove(book->people, is_gone, &now_ms) > 0;
}

json_t *presence_book_to_json(const PresenceBook *book)
{
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer person, value;
    g_hash_table_iter_init(&iter, book->people);
    while (g_hash_table_iter_next(&iter, &person, &value)) {
        const Entry *entry = value;
        json_t *row = json_object();
        wire_set_text(row, "person", person);
        wire_set_text(row, "operation", entry->operation);
        wire_set_time_ms(row, "seen_at", entry->seen_ms);
        json_array_append_new(list, row);
    }
    return list;
}
