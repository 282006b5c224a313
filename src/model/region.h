// A region-level operation: what its groups' operations make of it. Pure.
#pragma once

#include "model/operation.h"

// The state that follows from the members'. While one is open: running if one runs, else paused if one is, else
// awaiting. Afterwards: completed if all were moved (with exceptions if one had some), partial if only some
// were, or none and not all for the same reason; else what became of all of them.
OperationState region_state(const Operation *operation);

// A sentence: "2 of 3 groups moved; rejected: ledger; left out: hub (operation op-7 is running)". The caller
// frees.
char *region_sentence(const Operation *operation);

// What becomes of a group that the operation takes to its end: "moved", or of a drill "rehearsed", "moved there and
// home again".
const char *region_word(const Operation *operation);

// Members that were moved (or exercised); that are still open.
guint region_moved(const Operation *operation);
guint region_open(const Operation *operation);

// True if it may be proposed again: it was left out, or its operation ended without moving it.
bool member_is_left(const Member *member);
