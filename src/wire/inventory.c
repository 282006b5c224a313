#include "wire/inventory.h"

#include <string.h>

json_t *entity_to_json(const Entity *entity)
{
    json_t *json = json_object(), *fields = json_object();
    wire_set_text(json, "kind", name_of(&ENTITY_NAMES, (int)entity->kind));
    wire_set_text(json, "name", entity->name);
    for (guint i = 0; i < entity->fields->len; i++) {
        const EntityField *field = entity->fields->pdata[i];
        wire_set_text(fields, field->name, field->value);
    }
    json_object_set_new(json, "fields", fields);
    return json;
}

static bool check_length(const WireAt *at, const char *name, const char *text, gsize max)
{
    if (strlen(text) <= max)
        return true;
    wire_fail(at, name, "is longer than %zu bytes.", max);
    return false;
}

static void read_fields(const WireAt *at, Entity *entity)
{
    WireAt fields = wire_object_opt(at, "fields");
    const char *name;
    json_t *value;
    json_object_foreach(fields.value, name, value)
    {
        const char *text = wire_text(&fields, name);
        if (!text || !check_length(&fields, name, name, ENTITY_NAME_MAX) ||
            !check_length(&fields, name, text, ENTITY_VALUE_MAX))
            return;
        if (!entity_set(entity, name, text)) {
            wire_fail(at, "fields", "more than %d of them.", ENTITY_FIELDS_MAX);
            return;
        }
    }
}

Entity *entity_read(const WireAt *at)
{
    WireAt root = wire_object(at, NULL);
    guint kind = wire_choice(&root, "kind", ENTITY_NAMES.names, ENTITY_NAMES.count);
    const char *name = wire_text(&root, "name");
    if (!name || !check_length(&root, "name", name, ENTITY_NAME_MAX))
        return NULL;
    g_autoptr(Entity) entity = entity_new((EntityKind)kind, name);
    read_fields(&root, entity);
    return at->reader->error ? NULL : g_steal_pointer(&entity);
}

json_t *inventory_to_json(const Inventory *inventory)
{
    json_t *list = json_array();
    for (guint i = 0; i < inventory->entities->len; i++)
        json_array_append_new(list, entity_to_json(inventory->entities->pdata[i]));
    return list;
}

void inventory_read(const WireAt *at, const char *name, Inventory *inventory)
{
    WireAt list = wire_array_opt(at, name);
    for (gsize i = 0; i < wire_count(&list) && !at->reader->error; i++) {
        WireAt item = wire_item(&list, i);
        Entity *entity = entity_read(&item);
        if (entity)
            inventory_put(inventory, entity);
    }
}

json_t *losses_to_json(const Inventory *inventory)
{
    json_t *list = json_array();
    for (guint i = 0; i < inventory->losses->len; i++)
        json_array_append_new(list, wire_text_new(inventory->losses->pdata[i]));
    return list;
}

void losses_read(const WireAt *at, Inventory *inventory)
{
    WireAt list = wire_array_opt(at, "losses");
    for (gsize i = 0; i < wire_count(&list) && !at->reader->error; i++) {
        WireAt item = wire_item(&list, i);
        const char *loss = wire_text(&item, NULL);
        if (!loss || !check_length(&item, NULL, loss, ENTITY_NAME_MAX))
            return;
        if (!inventory_add_loss(inventory, loss))
            wire_fail(at, "losses", "more than %d of them.", LOSSES_MAX);
    }
}

json_t *snapshot_to_json(const Snapshot *snapshot)
{
    json_t *json = json_object();
    wire_set_time_ms(json, "at", snapshot->at_ms);
    wire_set_time_ms(json, "from", snapshot->from_ms);
    wire_set_text(json, "location", snapshot->location);
    wire_set_text(json, "kept", snapshot->kept);
    wire_set_text(json, "digest", snapshot->inventory->digest);
    json_object_set_new(json, "losses", losses_to_json(snapshot->inventory));
    json_object_set_new(json, "entities", inventory_to_json(snapshot->inventory));
    return json;
}

Snapshot *snapshot_read(const WireAt *at)
{
    WireAt root = wire_object(at, NULL);
    g_autoptr(Inventory) inventory = inventory_new();
    inventory_read(&root, "entities", inventory);
    losses_read(&root, inventory);
    const char *location = wire_text_opt(&root, "location", NULL);
    const char *kept = wire_text_opt(&root, "kept", NULL);
    const char *workload = wire_text_opt(&root, "workload", NULL);
    gint64 at_ms = wire_time_ms(&root, "at"), from_ms = wire_time_ms_opt(&root, "from");
    if (at->reader->error)
        return NULL;
    Snapshot *snapshot = snapshot_new(inventory, location, kept, at_ms);
    snapshot->workload = g_strdup(workload);
    snapshot->from_ms = from_ms;
    return snapshot;
}

static void drop_snapshot(gpointer snapshot)
{
    snapshot_free(snapshot);
}

GPtrArray *snapshots_from_json(json_t *json, const char *workload, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(drop_snapshot);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    WireAt array = wire_array(&root, "snapshots");
    for (gsize i = 0; i < wire_count(&array) && !reader.error; i++) {
        WireAt item = wire_item(&array, i);
        Snapshot *snapshot = snapshot_read(&item);
        if (snapshot && (!workload || g_strcmp0(snapshot->workload, workload) == 0))
            g_ptr_array_add(list, snapshot);
        else
            snapshot_free(snapshot);
    }
    return wire_reader_finish(&reader, error) ? g_steal_pointer(&list) : NULL;
}

// ---- parity ----

static const WireField FIELD_FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(ParityField, name), .required = true},
    {"primary", FIELD_TEXT, FIELD(ParityField, primary)},
    {"standby", FIELD_TEXT, FIELD(ParityField, standby)},
};

static void drop_field(gpointer data)
{
    ParityField *field = data;
    g_free(field->name);
    g_free(field->primary);
    g_free(field->standby);
    g_free(field);
}

static const WireShape FIELD_SHAPE =
    SHAPE("differing field", ParityField, FIELD_FIELDS, NULL, drop_field);

static const WireField ITEM_FIELDS[] = {
    {"kind", FIELD_NAME, FIELD(ParityItem, kind), .names = &ENTITY_NAMES},
    {"name", FIELD_TEXT, FIELD(ParityItem, name), .required = true},
    {"state", FIELD_NAME, FIELD(ParityItem, state), .names = &PARITY_NAMES},
    {"fields", FIELD_STRUCTS, FIELD(ParityItem, fields), .shape = &FIELD_SHAPE,
     .max = 2 * ENTITY_FIELDS_MAX},
    {"mark", FIELD_TEXT, FIELD(ParityItem, mark)},
    {"confirmed_by", FIELD_TEXT, FIELD(ParityItem, confirmed_by)},
    {"confirmed_note", FIELD_TEXT, FIELD(ParityItem, confirmed_note)},
    {"confirmed_at", FIELD_TIME, FIELD(ParityItem, confirmed_ms)},
};

static gpointer make_item(void)
{
    return parity_item_new();
}

static void drop_item(gpointer item)
{
    parity_item_free(item);
}

static const WireShape ITEM_SHAPE =
    SHAPE("difference", ParityItem, ITEM_FIELDS, make_item, drop_item);

static const WireField COUNT_FIELDS[] = {
    {"kind", FIELD_NAME, FIELD(ParityCount, kind), .names = &ENTITY_NAMES},
    {"primary", FIELD_UINT, FIELD(ParityCount, primary)},
    {"standby", FIELD_UINT, FIELD(ParityCount, standby)},
    {"missing", FIELD_UINT, FIELD(ParityCount, missing)},
    {"different", FIELD_UINT, FIELD(ParityCount, different)},
    {"extra", FIELD_UINT, FIELD(ParityCount, extra)},
    {"confirmed", FIELD_UINT, FIELD(ParityCount, confirmed)},
};
static const WireShape COUNT_SHAPE = SHAPE("count", ParityCount, COUNT_FIELDS, NULL, NULL);

static const WireField PARITY_FIELDS[] = {
    {"workload", FIELD_TEXT, FIELD(Parity, workload), .required = true},
    {"primary", FIELD_TEXT, FIELD(Parity, primary)},
    {"standby", FIELD_TEXT, FIELD(Parity, standby)},
    {"primary_observed_at", FIELD_TIME, FIELD(Parity, primary_at_ms)},
    {"standby_observed_at", FIELD_TIME, FIELD(Parity, standby_at_ms)},
    {"cut", FIELD_BOOL, FIELD(Parity, cut)},
    {"cost", FIELD_TEXT, FIELD(Parity, cost)},
    {"kinds", FIELD_STRUCTS, FIELD(Parity, counts), .shape = &COUNT_SHAPE},
    {"items", FIELD_STRUCTS, FIELD(Parity, items), .shape = &ITEM_SHAPE},
};

static gpointer make_parity(void)
{
    return parity_new(NULL, NULL, NULL);
}

static void drop_parity(gpointer parity)
{
    parity_free(parity);
}

const WireShape PARITY_SHAPE = SHAPE("parity", Parity, PARITY_FIELDS, make_parity, drop_parity);

GPtrArray *parities_from_json(json_t *json, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(drop_parity);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "parity"), i, item)
    {
        Parity *parity = shape_from_json(&PARITY_SHAPE, item, WIRE_LENIENT, error);
        if (!parity)
            return NULL;
        g_ptr_array_add(list, parity);
    }
    return g_steal_pointer(&list);
}
