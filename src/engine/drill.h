// What only drills have: how they give way to the real thing, what they measured, and that they count as the year's
// test (F10).
#pragma once

#include "engine/execute.h"

// True if the drill's group has an outage: what has moved nothing yet (or never will) makes room for a failover.
bool drill_gives_way(const Engine *engine, const Operation *operation);

// Ends such a drill.
Motion *drill_end(Engine *engine, const Operation *operation);

// Of a live drill: how long the group did not run, on the way there and on the way back.
void drill_measure(Operation *operation);

// What became of the drill, a sentence. The caller frees.
char *drill_sentence(const Engine *engine, const Operation *operation);

// A live drill, or a failover, that was carried out without exceptions: the plan is tested, as of now.
void drill_note_test(Engine *engine, Motion *motion, const Operation *operation);
