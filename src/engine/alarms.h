// Alarms: one for each cause that wants attention, recomputed from the state whenever it has changed.
#pragma once

#include "engine/state.h"

// NULL if there is none of that id.
Alarm *alarms_find(const Engine *engine, const char *id);
// Somebody has seen it: an ended one goes. `person` NULL: nobody has, after all. Also for what the store remembers, before the alarm is raised again.
void alarms_acknowledge(Engine *engine, const char *id, const char *person, gint64 at_ms);
