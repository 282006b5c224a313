#include "widget/keymap.h"

#include <string.h>

#include "base/error.h"

enum { KEYS_PER_ROW = 8 };

typedef struct {
    const Binding *row;
    KeyEvent keys[KEYS_PER_ROW];
    guint n_keys;
    char *names; // "j down"
    char first[KEY_TEXT_MAX];
} Entry;

struct Keymap {
    char *title;
    GArray *entries; // Entry
};

static void entry_clear(gpointer data)
{
    g_free(((Entry *)data)->names);
}

Keymap *keymap_new(const char *title)
{
    Keymap *map = g_new0(Keymap, 1);
    map->title = g_strdup(title);
    map->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_array_set_clear_func(map->entries, entry_clear);
    return map;
}

void keymap_free(Keymap *map)
{
    if (!map)
        return;
    g_array_unref(map->entries);
    g_free(map->title);
    g_free(map);
}

static Entry *entry_at(const Keymap *map, gsize index)
{
    return &g_array_index(map->entries, Entry, index);
}

static void entry_rename(Entry *entry)
{
    GString *names = g_string_new(NULL);
    entry->first[0] = '\0';
    for (guint i = 0; i < entry->n_keys; i++) {
        char name[KEY_TEXT_MAX];
        key_format(&entry->keys[i], name);
        g_string_append_printf(names, "%s%s", i ? " " : "", name);
        if (i == 0)
            g_strlcpy(entry->first, name, sizeof entry->first);
    }
    g_free(entry->names);
    entry->names = g_string_free(names, FALSE);
}

static bool entry_has(const Entry *entry, const KeyEvent *key)
{
    for (guint i = 0; i < entry->n_keys; i++)
        if (key_equal(&entry->keys[i], key))
            return true;
    return false;
}

static void entry_drop(Entry *entry, const KeyEvent *key)
{
    guint kept = 0;
    for (guint i = 0; i < entry->n_keys; i++)
        if (!key_equal(&entry->keys[i], key))
            entry->keys[kept++] = entry->keys[i];
    if (kept == entry->n_keys)
        return;
    entry->n_keys = kept;
    entry_rename(entry);
}

static bool parse_keys(const char *names, Entry *entry, GError **error)
{
    g_auto(GStrv) words = g_strsplit(names, " ", -1);
    for (char **word = words; *word; word++) {
        if (**word == '\0')
            continue;
        if (entry->n_keys == KEYS_PER_ROW) {
            g_set_error(error, ERR, ERR_TOO_LARGE, "\"%s\" are more than %d keys for one action.",
                        names, KEYS_PER_ROW);
            return false;
        }
        if (!key_parse(*word, &entry->keys[entry->n_keys], error))
            return false;
        entry->n_keys++;
    }
    return true;
}

void keymap_add(Keymap *map, const Binding *rows, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        Entry entry = {.row = &rows[i]};
        bool understood = parse_keys(rows[i].keys, &entry, NULL);
        g_assert(understood && rows[i].action > 0);
        for (guint k = entry.n_keys; k-- > 0;)
            if (keymap_find(map, &entry.keys[k]))
                entry_drop(&entry, &entry.keys[k]);
        entry_rename(&entry);
        g_array_append_val(map->entries, entry);
    }
}

static Entry *find_name(const Keymap *map, const char *name)
{
    for (guint i = 0; i < map->entries->len; i++)
        if (strcmp(entry_at(map, i)->row->name, name) == 0)
            return entry_at(map, i);
    return NULL;
}

bool keymap_rebind(Keymap *map, const char *name, const char *keys, GError **error)
{
    Entry *entry = find_name(map, name), changed = {0};
    if (!entry) {
        g_set_error(error, ERR, ERR_NOT_FOUND, "There is no action \"%s\" to bind a key to.", name);
        return false;
    }
    if (!parse_keys(keys, &changed, error))
        return false;
    for (guint k = 0; k < changed.n_keys; k++)
        for (guint i = 0; i < map->entries->len; i++)
            entry_drop(entry_at(map, i), &changed.keys[k]);
    memcpy(entry->keys, changed.keys, sizeof entry->keys);
    entry->n_keys = changed.n_keys;
    entry_rename(entry);
    return true;
}

const Binding *keymap_find(const Keymap *map, const KeyEvent *key)
{
    for (guint i = 0; i < map->entries->len; i++)
        if (entry_has(entry_at(map, i), key))
            return entry_at(map, i)->row;
    return NULL;
}

const char *keymap_title(const Keymap *map)
{
    return map->title;
}

gsize keymap_count(const Keymap *map)
{
    return map->entries->len;
}

const Binding *keymap_row(const Keymap *map, gsize index)
{
    return entry_at(map, index)->row;
}

const char *keymap_keys(const Keymap *map, gsize index)
{
    return entry_at(map, index)->names;
}

const char *keymap_first_key(const Keymap *map, gsize index)
{
    return entry_at(map, index)->first;
}

const KeyEvent *keymap_first_event(const Keymap *map, gsize index)
{
    const Entry *entry = entry_at(map, index);
    return entry->n_keys ? &entry->keys[0] : NULL;
}

BindingState keys_state(const KeyContext *context, const Binding *row)
{
    return context->state ? context->state(row, context->data) : BINDING_ON;
}

const char *keys_label(const KeyContext *context, const Binding *row)
{
    const char *label = context->label ? context->label(row, context->data) : NULL;
    return label ? label : row->label;
}

const Binding *keys_find(const KeyContext *context, const KeyEvent *key)
{
    bool taken = false;
    for (guint i = 0; i < KEY_CONTEXT_MAPS && context->maps[i]; i++) {
        const Binding *row = keymap_find(context->maps[i], key);
        if (row && keys_state(context, row) != BINDING_HIDDEN)
            return taken && row->flags & BIND_QUIET ? NULL : row;
        taken |= row != NULL;
    }
    return NULL;
}

bool keys_reach(const KeyContext *context, const Keymap *map, gsize index)
{
    const Entry *entry = entry_at(map, index);
    for (guint i = 0; i < entry->n_keys; i++)
        if (keys_find(context, &entry->keys[i]) == entry->row)
            return true;
    return false;
}
