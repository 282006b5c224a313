// A connector's configuration as it was seen at a moment, without secrets (D1): what a new one is made of when its
// region is lost.
#pragma once

#include "model/inventory.h"

enum { SNAPSHOTS_KEPT = 5 };

typedef struct {
    char *workload; // id, where an answer names it; NULL
    gint64 at_ms;   // when it was seen to be so last …
    gint64 from_ms; // … and first
    char *location; // of the connector
    char *kept;     // where the daemon stands that keeps it; NULL = nobody knows
    Inventory *inventory;
} Snapshot;

// Copies of the entities, without fields that hold a secret by their name.
Snapshot *snapshot_new(const Inventory *inventory, const char *location, const char *kept,
                       gint64 at_ms);
void snapshot_free(Snapshot *snapshot);

// What it says otherwise than the one before, a phrase each: "organisation contoso is new". The caller frees.
GPtrArray *snapshot_differences(const Snapshot *before, const Snapshot *now);
