#include "model/snapshot.h"

#include <string.h>

static bool is_secret(const char *field)
{
    static const char *const WORDS[] = {"token",      "secret", "password", "passphrase",
                                        "credential", "apikey", "api_key",  "private"};
    g_autofree char *lower = g_ascii_strdown(field, -1);
    for (guint i = 0; i < G_N_ELEMENTS(WORDS); i++)
        if (strstr(lower, WORDS[i]))
            return true;
    return false;
}

static Entity *without_secrets(const Entity *entity)
{
    Entity *copy = entity_new(entity->kind, entity->name);
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        if (!is_secret(field->name))
            entity_set(copy, field->name, field->value);
    }
    return copy;
}

Snapshot *snapshot_new(const Inventory *inventory, const char *location, const char *kept,
                       gint64 at_ms)
{
    Snapshot *snapshot = g_new0(Snapshot, 1);
    snapshot->at_ms = snapshot->from_ms = at_ms;
    snapshot->location = g_strdup(location);
    snapshot->kept = g_strdup(kept);
    snapshot->inventory = inventory_new();
    for (guint i = 0; i < inventory->entities->len; i++)
        inventory_put(snapshot->inventory, without_secrets(inventory->entities->pdata[i]));
    inventory_seal(snapshot->inventory);
    return snapshot;
}

void snapshot_free(Snapshot *snapshot)
{
    if (!snapshot)
        return;
    g_free(snapshot->location);
    g_free(snapshot->kept);
    inventory_unref(snapshot->inventory);
    g_free(snapshot);
}
