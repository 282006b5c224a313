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
    for (guint i = 0; i < inventory->losses->len; i++)
        inventory_add_loss(snapshot->inventory, inventory->losses->pdata[i]);
    inventory_seal(snapshot->inventory);
    return snapshot;
}

void snapshot_free(Snapshot *snapshot)
{
    if (!snapshot)
        return;
    g_free(snapshot->workload);
    g_free(snapshot->location);
    g_free(snapshot->kept);
    inventory_unref(snapshot->inventory);
    g_free(snapshot);
}

static void compare_fields(const Entity *before, const Entity *now, GPtrArray *out)
{
    const char *kind = name_of(&ENTITY_NAMES, (int)now->kind);
    for (guint i = 0; i < now->fields->len; i++) {
        const EntityField *field = now->fields->pdata[i];
        const char *old = entity_field(before, field->name);
        if (g_strcmp0(old, field->value) != 0)
            g_ptr_array_add(out,
                            g_strdup_printf("%s %s: %s is \"%s\", it was %s%s%s", kind, now->name,
                                            field->name, field->value, old ? "\"" : "not there",
                                            old ? old : "", old ? "\"" : ""));
    }
    for (guint i = 0; i < before->fields->len; i++) {
        const EntityField *field = before->fields->pdata[i];
        if (!entity_field(now, field->name))
            g_ptr_array_add(out, g_strdup_printf("%s %s: %s is gone, it was \"%s\"", kind,
                                                 now->name, field->name, field->value));
    }
}

static void compare_losses(const GPtrArray *here, const GPtrArray *there, const char *what,
                           GPtrArray *out)
{
    for (guint i = 0; i < here->len; i++)
        if (!g_ptr_array_find_with_equal_func((GPtrArray *)there, here->pdata[i], g_str_equal,
                                              NULL))
            g_ptr_array_add(out, g_strdup_printf("%s %s", (const char *)here->pdata[i], what));
}

GPtrArray *snapshot_differences(const Snapshot *before, const Snapshot *now)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < now->inventory->entities->len; i++) {
        const Entity *entity = now->inventory->entities->pdata[i];
        const Entity *old = inventory_find(before->inventory, entity->kind, entity->name);
        if (old)
            compare_fields(old, entity, out);
        else
            g_ptr_array_add(out, g_strdup_printf("%s %s is new",
                                                 name_of(&ENTITY_NAMES, (int)entity->kind),
                                                 entity->name));
    }
    for (guint i = 0; i < before->inventory->entities->len; i++) {
        const Entity *entity = before->inventory->entities->pdata[i];
        if (!inventory_find(now->inventory, entity->kind, entity->name))
            g_ptr_array_add(out, g_strdup_printf("%s %s is gone",
                                                 name_of(&ENTITY_NAMES, (int)entity->kind),
                                                 entity->name));
    }
    compare_losses(now->inventory->losses, before->inventory->losses, "would be lost, too", out);
    compare_losses(before->inventory->losses, now->inventory->losses, "would be lost no longer",
                   out);
    if (g_strcmp0(before->location, now->location) != 0)
        g_ptr_array_add(out, g_strdup_printf("the connector is in %s, it was in %s",
                                             now->location ? now->location : "no location",
                                             before->location ? before->location : "none"));
    return out;
}
