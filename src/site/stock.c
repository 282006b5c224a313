#include "site/stock.h"

#include <string.h>

#include "wire/inventory.h"

Stock *stock_new(const char *group, const char *name, bool connector)
{
    Stock *stock = g_new0(Stock, 1);
    stock->group = g_strdup(group);
    stock->name = g_strdup(name);
    stock->connector = connector;
    stock->inventory = inventory_new();
    return stock;
}

void stock_free(Stock *stock)
{
    if (!stock)
        return;
    g_free(stock->group);
    g_free(stock->name);
    inventory_unref(stock->inventory);
    inventory_unref(stock->restoring);
    g_free(stock);
}

const char *stock_digest(const Stock *stock)
{
    if (!stock->inventory->digest)
        inventory_seal(stock->inventory);
    return stock->inventory->digest;
}

// One word: a line of the journal is parted by blanks.
static void write_entity(const Stock *stock, const Entity *entity, SiteJournal *journal)
{
    g_autoptr(json_t) json = entity_to_json(entity);
    g_autofree char *text = wire_format(json);
    g_autofree char *word = g_uri_escape_string(text, NULL, FALSE);
    site_journal_add(journal, "entity %s %s %s", stock->group, stock->name, word);
}

static void write_active(const Stock *stock, SiteJournal *journal)
{
    site_journal_add(journal, "stock %s %s %d", stock->group, stock->name, stock->active ? 1 : 0);
}

static void write_restored(const Stock *stock, SiteJournal *journal)
{
    site_journal_add(journal, "restored %s %s %" G_GINT64_FORMAT, stock->group, stock->name,
                     stock->restored_ms);
}

bool stock_put(Stock *stock, Entity *entity, SiteJournal *journal)
{
    if (journal)
        write_entity(stock, entity, journal);
    stock->changed = true;
    g_clear_pointer(&stock->inventory->digest, g_free);
    return inventory_put(stock->inventory, entity);
}

bool stock_remove(Stock *stock, EntityKind kind, const char *name, SiteJournal *journal)
{
    if (!inventory_remove(stock->inventory, kind, name))
        return false;
    g_autofree char *word = g_uri_escape_string(name, NULL, FALSE);
    if (journal)
        site_journal_add(journal, "unentity %s %s %s %s", stock->group, stock->name,
                         name_of(&ENTITY_NAMES, (int)kind), word);
    stock->changed = true;
    g_clear_pointer(&stock->inventory->digest, g_free);
    return true;
}

void stock_set_active(Stock *stock, bool active, SiteJournal *journal)
{
    if (stock->active == active)
        return;
    stock->active = active;
    if (journal)
        write_active(stock, journal);
}

guint stock_recreated(const Stock *stock, gint64 now_ms)
{
    gint64 since_ms = MAX(now_ms - stock->restored_ms, 0);
    bool over = !stock->restored_ms || since_ms >= stock->recreate_ms;
    return over ? stock->recreates : (guint)(stock->recreates * since_ms / stock->recreate_ms);
}

void stock_enable(Stock *stock, SiteJournal *journal, gint64 now_ms)
{
    // First of all: whatever of the following lines a crash leaves, its alerts are not there yet.
    if (stock->restoring) {
        stock->restored_ms = now_ms;
        if (journal)
            write_restored(stock, journal);
    }
    for (guint i = 0; stock->restoring && i < stock->restoring->entities->len; i++)
        stock_put(stock, entity_copy(stock->restoring->entities->pdata[i]), journal);
    g_clear_pointer(&stock->restoring, inventory_unref);
    stock_set_active(stock, true, journal);
}

// ---- the journal ----

static Entity *entity_of_word(const char *word)
{
    g_autofree char *text = g_uri_unescape_string(word, NULL);
    g_autoptr(json_t) json = text ? wire_parse("", text, strlen(text), WIRE_BYTES_MAX, NULL) : NULL;
    WireReader reader = {0};
    g_autoptr(GError) error = NULL;
    if (!json)
        return NULL;
    WireAt root = wire_root(&reader, json);
    g_autoptr(Entity) entity = entity_read(&root);
    return wire_reader_finish(&reader, &error) ? g_steal_pointer(&entity) : NULL;
}

static bool read_removal(Stock *stock, const char *kind_word, const char *name_word)
{
    int kind = 0;
    g_autofree char *name = g_uri_unescape_string(name_word, NULL);
    if (!name || !name_parse(&ENTITY_NAMES, kind_word, &kind, NULL))
        return false;
    stock_remove(stock, (EntityKind)kind, name, NULL);
    return true;
}

bool stock_journal_line(Stock *stock, char **words)
{
    if (strcmp(words[0], "stock") == 0)
        stock->active = strcmp(words[3], "0") != 0;
    else if (strcmp(words[0], "restored") == 0)
        return g_ascii_string_to_signed(words[3], 10, 0, G_MAXINT64, &stock->restored_ms, NULL);
    else if (strcmp(words[0], "restock") == 0) {
        Inventory *nothing = inventory_new(); // what nobody recreates, the configuration says
        for (guint i = 0; i < stock->inventory->losses->len; i++)
            inventory_add_loss(nothing, stock->inventory->losses->pdata[i]);
        inventory_unref(stock->inventory);
        stock->inventory = nothing;
        stock->changed = true;
    } else if (strcmp(words[0], "unentity") == 0)
        return read_removal(stock, words[3], words[4]);
    else {
        Entity *entity = entity_of_word(words[3]);
        return entity && stock_put(stock, entity, NULL);
    }
    return true;
}

void stock_write(const Stock *stock, SiteJournal *journal)
{
    write_active(stock, journal);
    if (stock->restored_ms)
        write_restored(stock, journal);
    if (!stock->changed)
        return;
    site_journal_add(journal, "restock %s %s", stock->group, stock->name);
    for (guint i = 0; i < stock->inventory->entities->len; i++)
        write_entity(stock, stock->inventory->entities->pdata[i], journal);
}
