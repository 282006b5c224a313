// What is kept by hand beside the made-up world: a catalog with a standby, and a
// connector.
#include "wire/inventory.h"
#include "world.h"

Parity *world_add_catalog(Picture *picture)
{
    WorkloadStatus *catalog = workload_status_new("stock", "catalog");
    Parity *parity = parity_new(catalog->id, "westeurope", "northeurope");
    g_autoptr(Inventory) west = inventory_new(), north = inventory_new();
    Entity *ours = entity_new(ENTITY_TERM, "Customer"),
           *theirs = entity_new(ENTITY_TERM, "Customer");
    entity_set(ours, "definition", "who buys");
    entity_set(theirs, "definition", "a buyer");
    inventory_put(west, ours);
    inventory_put(north, theirs);
    inventory_put(west, entity_new(ENTITY_TERM, "Order"));
    inventory_put(west, entity_new(ENTITY_ASSET, "table"));
    inventory_put(north, entity_new(ENTITY_ASSET, "table"));
    parity_compare(parity, west, north);
    parity->cost = g_strdup("a second account");
    parity->primary_at_ms = parity->standby_at_ms = WORLD_NOW - 3000;
    catalog->kind = KIND_CATALOG;
    g_ptr_array_add(workload_status_parity(catalog), parity);
    picture_put(picture, SHELF_WORKLOADS, catalog);
    return parity;
}

void world_add_connector(Picture *picture)
{
    WorkloadStatus *connector = workload_status_new("stock", "code-hosts");
    connector->kind = KIND_CONNECTOR;
    connector->snapshot_ms = WORLD_NOW - 8000;
    connector->snapshot_kept = g_strdup("eastus");
    picture_put(picture, SHELF_WORKLOADS, connector);
}

static Snapshot *kept(gint64 from_ms, gint64 at_ms, const char *organisation)
{
    g_autoptr(Inventory) inventory = inventory_new();
    Entity *setting = entity_new(ENTITY_SETTING, "discovery");
    entity_set(setting, "enabled", "true");
    inventory_put(inventory, setting);
    inventory_put(inventory, entity_new(ENTITY_ORGANISATION, organisation));
    Snapshot *snapshot = snapshot_new(inventory, "westeurope", "eastus", at_ms);
    snapshot->from_ms = from_ms;
    return snapshot;
}

char *world_snapshots(void)
{
    g_autoptr(json_t) list = json_array();
    const gint64 from[] = {WORLD_NOW - 90000000, WORLD_NOW - 3600000};
    static const char *const ORGANISATIONS[] = {"contoso", "fabrikam"};
    for (guint i = 0; i < G_N_ELEMENTS(from); i++) {
        Snapshot *snapshot = kept(from[i], i ? WORLD_NOW - 8000 : from[1], ORGANISATIONS[i]);
        json_t *json = snapshot_to_json(snapshot);
        wire_set_text(json, "workload", "stock/code-hosts");
        json_array_append_new(list, json);
        snapshot_free(snapshot);
    }
    g_autoptr(json_t) answer = json_pack("{s:O}", "snapshots", list);
    return wire_format(answer);
}
