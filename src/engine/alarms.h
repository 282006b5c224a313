// Alarms: one for each cause that wants attention, recomputed from the state whenever it has changed.
#pragma once

#include "engine/state.h"

// NULL if there is none of that id.
Alarm *alarms_find(const Engine *engine, const char *id);
// Somebody has seen it: an ended one goes. `person` NULL: nobody has, after all. One that is over by now stays so: the
// next of that cause begins unseen.
void alarms_acknowledge(Engine *engine, const char *id, const char *person, gint64 at_ms);
// What the store tells of an acknowledged alarm at the start, before it is raised again.
void alarms_remember(Engine *engine, const char *id, const char *person);
