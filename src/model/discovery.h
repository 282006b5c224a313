// What a target says of itself that the fleet file also says, or could say (R26): its triggers, and the
// connections it uses. What is written nowhere is not compared; what is written must be so.
#pragma once

#include "model/fleet.h"

typedef struct {
    char *name;
    TriggerType type;
    bool has_type; // false: of a type that we have no word for
    Recurrence recurrence;
    bool has_recurrence;
    StateKeeper keeper; // who remembers what was handled (L11) …
    char *kept_by; // … by what it reads from: the name of a managed connector; NULL = nobody knows
} DiscoveredTrigger;

typedef struct {
    bool knows_triggers;
    GPtrArray *triggers; // of DiscoveredTrigger *
    bool knows_connections;
    GPtrArray *connections; // of char *: their names
} Discovery;

Discovery *discovery_new(void);
void discovery_free(Discovery *discovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Discovery, discovery_free)

DiscoveredTrigger *discovery_add_trigger(Discovery *discovery, const char *name);

// How the instance differs from what is declared: of char *, a sentence each. The caller owns the array.
GPtrArray *discovery_differences(const Discovery *discovery, const Instance *instance);
