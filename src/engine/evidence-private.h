// What evidence.c (what follows from the facts) and facts.c (the facts) share of a statement in the making.
#pragma once

#include "engine/evidence.h"

typedef struct {
    Engine *engine;
    const Operation *operation;
    const GroupLive *live;
    const Location *from;
    const Location *to;
    Statement *statement;
    const GPtrArray *for_good; // of char *: what nobody recreates of what is left (D5)
} Maker;

// Its title, else its name; borrowed.
const char *maker_title(const Location *location);

// One more thing that is not known and is said so.
void maker_not_known(Maker *maker, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Fills in what the way home discards. Returns a part of a sentence about it, "; rejoining discards …"; NULL = nothing.
// The caller frees.
char *maker_discards(Maker *maker);

// What it brings beside its losses: latency, users, what stays behind, for how long it is off, cost.
void maker_add_effects(Maker *maker, const GPtrArray *steps);

// All facts: verdicts and who sees them, states, replication with its lineage, runs and missed recurrences.
void maker_add_facts(Maker *maker);
