// Snapshots of connectors' configurations, kept in the store: the last SNAPSHOTS_KEPT that differ.
#pragma once

#include "engine/state.h"
#include "model/snapshot.h"

// From a workload's id to what is kept of it; g_hash_table_unref.
GHashTable *snapshot_book_new(void);

// An answer came, or none: keeps what is new, confirms what is still so, and has the rule judged.
void snapshot_seen(Engine *engine, const InstanceWatch *watch);

// Puts date and place of the newest into the workload's status.
void snapshot_show(Engine *engine, const char *workload);

// From the store. False with the reason.
bool snapshot_take(Engine *engine, const char *workload, json_t *json, GError **error);

// What nobody recreates of a connector whose region is left (D5), by the fleet file, else by its driver as it was kept, else
// what no provider recreates: of char *. The caller owns the array.
GPtrArray *snapshot_losses(const Engine *engine, const Workload *workload);

// The newest configuration of the workload; NULL = there is none. Borrowed.
const Inventory *snapshot_newest(const Engine *engine, const char *workload);
