#include "model/inventory.h"

#include <string.h>

static const char *const ENTITIES[] = {"account", "scan-rule-set", "classification", "source",
                                       "scan",    "collection",    "credential",     "asset",
                                       "term",    "workflow",      "attachment",     "runtime",
                                       "setting", "organisation"};
const NameTable ENTITY_NAMES = NAME_TABLE("kind of entity", ENTITIES);

G_STATIC_ASSERT(G_N_ELEMENTS(ENTITIES) == ENTITY_KINDS);

static void free_field(gpointer data)
{
    EntityField *field = data;
    g_free(field->name);
    g_free(field->value);
    g_free(field);
}

Entity *entity_new(EntityKind kind, const char *name)
{
    Entity *entity = g_new0(Entity, 1);
    entity->kind = kind;
    entity->name = g_strdup(name);
    entity->fields = g_ptr_array_new_with_free_func(free_field);
    return entity;
}

void entity_free(Entity *entity)
{
    if (!entity)
        return;
    g_free(entity->name);
    g_ptr_array_unref(entity->fields);
    g_free(entity);
}

Entity *entity_copy(const Entity *entity)
{
    Entity *copy = entity_new(entity->kind, entity->name);
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        entity_set(copy, field->name, field->value);
    }
    return copy;
}

bool entity_set(Entity *entity, const char *name, const char *value)
{
    guint at = 0;
    for (; at < entity->fields->len; at++) {
        EntityField *field = entity->fields->pdata[at];
        int order = strcmp(field->name, name);
        if (order > 0)
            break;
        if (order == 0) {
            g_free(field->value);
            field->value = g_strdup(value);
            return true;
        }
    }
    if (entity->fields->len >= ENTITY_FIELDS_MAX)
        return false;
    EntityField *field = g_new0(EntityField, 1);
    field->name = g_strdup(name);
    field->value = g_strdup(value);
    g_ptr_array_insert(entity->fields, (int)at, field);
    return true;
}

const char *entity_field(const Entity *entity, const char *name)
{
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        if (strcmp(field->name, name) == 0)
            return field->value;
    }
    return NULL;
}

// Each text with its end, so that no two entities look alike.
static void digest_text(GChecksum *sum, const char *text)
{
    g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static void digest_entity(GChecksum *sum, const Entity *entity)
{
    digest_text(sum, name_of(&ENTITY_NAMES, (int)entity->kind));
    digest_text(sum, entity->name);
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        digest_text(sum, field->name);
        digest_text(sum, field->value);
    }
    digest_text(sum, "");
}

static char *digest_end(GChecksum *sum)
{
    char *text = g_strdup(g_checksum_get_string(sum));
    g_checksum_free(sum);
    return text;
}

// ---- all of them ----

static void free_entity(gpointer data)
{
    entity_free(data);
}

Inventory *inventory_new(void)
{
    Inventory *inventory = g_new0(Inventory, 1);
    inventory->entities = g_ptr_array_new_with_free_func(free_entity);
    inventory->losses = g_ptr_array_new_with_free_func(g_free);
    inventory->refs = 1;
    return inventory;
}

Inventory *inventory_ref(Inventory *inventory)
{
    inventory->refs++;
    return inventory;
}

void inventory_unref(Inventory *inventory)
{
    if (!inventory || --inventory->refs > 0)
        return;
    g_ptr_array_unref(inventory->entities);
    g_ptr_array_unref(inventory->losses);
    g_free(inventory->digest);
    g_free(inventory);
}

static int compare(const Entity *entity, EntityKind kind, const char *name)
{
    return entity->kind != kind ? (entity->kind > kind) - (entity->kind < kind)
                                : strcmp(entity->name, name);
}

// The place of the first entity that is not before (kind, name); the number of all if there is none.
static guint place(const Inventory *inventory, EntityKind kind, const char *name)
{
    guint low = 0, high = inventory->entities->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare(inventory->entities->pdata[middle], kind, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const Inventory *inventory, guint at, EntityKind kind, const char *name)
{
    return at < inventory->entities->len && !compare(inventory->entities->pdata[at], kind, name);
}

bool inventory_put(Inventory *inventory, Entity *entity)
{
    guint at = place(inventory, entity->kind, entity->name);
    bool known = is_at(inventory, at, entity->kind, entity->name);
    if (!known && inventory->entities->len >= INVENTORY_MAX) {
        inventory->cut = true;
        entity_free(entity);
        return false;
    }
    if (known)
        g_ptr_array_remove_index(inventory->entities, at);
    g_ptr_array_insert(inventory->entities, (int)at, entity);
    return true;
}

bool inventory_add_loss(Inventory *inventory, const char *loss)
{
    if (inventory->losses->len >= LOSSES_MAX)
        return false;
    g_ptr_array_add(inventory->losses, g_strdup(loss));
    return true;
}

bool inventory_remove(Inventory *inventory, EntityKind kind, const char *name)
{
    guint at = place(inventory, kind, name);
    bool known = is_at(inventory, at, kind, name);
    if (known)
        g_ptr_array_remove_index(inventory->entities, at);
    return known;
}

const Entity *inventory_find(const Inventory *inventory, EntityKind kind, const char *name)
{
    guint at = place(inventory, kind, name);
    return is_at(inventory, at, kind, name) ? inventory->entities->pdata[at] : NULL;
}

guint inventory_count(const Inventory *inventory, EntityKind kind)
{
    return place(inventory, kind + 1, "") - place(inventory, kind, "");
}

void inventory_seal(Inventory *inventory)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < inventory->entities->len; i++)
        digest_entity(sum, inventory->entities->pdata[i]);
    digest_text(sum, inventory->cut ? "cut" : "whole");
    for (guint i = 0; i < inventory->losses->len; i++)
        digest_text(sum, inventory->losses->pdata[i]);
    g_free(inventory->digest);
    inventory->digest = digest_end(sum);
}
