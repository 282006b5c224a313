// What is kept by hand beside the made-up world: a catalog with a standby.
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
    g_ptr_array_add(catalog->parity, parity);
    picture_put(picture, SHELF_WORKLOADS, catalog);
    return parity;
}
