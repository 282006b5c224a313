// Entities (model/inventory.h) and what differs in them (model/parity.h) as JSON.
//
//     {"kind": "term", "name": "Customer", "fields": {"definition": "who buys", "owner": "sales"}}
#pragma once

#include "model/parity.h"
#include "model/snapshot.h"
#include "wire/shape.h"

extern const WireShape PARITY_SHAPE; // Parity

// An answer's array `parity`: of Parity *, which the array frees. NULL with the reason.
GPtrArray *parities_from_json(json_t *json, GError **error);

// A new reference.
json_t *entity_to_json(const Entity *entity);

// The entity at a place in a document; NULL after a mistake in it (which `at`'s reader holds). Every limit of
// model/inventory.h is held.
Entity *entity_read(const WireAt *at);

// All of them, as an array. A new reference.
json_t *inventory_to_json(const Inventory *inventory);

// A kept configuration, whole. New references. Reading gives NULL after a mistake.
json_t *snapshot_to_json(const Snapshot *snapshot);
Snapshot *snapshot_read(const WireAt *at);

// An answer's array `snapshots`, of one workload or of all (NULL), in its order: of Snapshot *, which the array
// frees. NULL with the reason.
GPtrArray *snapshots_from_json(json_t *json, const char *workload, GError **error);

// What nobody recreates, as an array of texts, and from the array `losses` of `at`, if it has one.
json_t *losses_to_json(const Inventory *inventory);
void losses_read(const WireAt *at, Inventory *inventory);

// Puts the entities of the array `name` of `at` into the inventory.
void inventory_read(const WireAt *at, const char *name, Inventory *inventory);
