// The rehearsal of one step: the targets that it would command are looked at, and what is seen is judged. It is
// given eyes and no hands (port/eyes.h): nothing here can reach an action, whatever it is asked to rehearse.
#pragma once

#include "base/clock.h"
#include "model/operation.h"
#include "port/eyes.h"

// All borrowed for the call.
typedef struct {
    DriverEyes *eyes; // they look with
    DriverEyes *live; // knows what the targets' answers prove
    const Clock *clock;
    const Group *group;
    const Step *step;
    const char *
        home; // where the group's role is: what must be active is active there, and passive elsewhere
    const char *from, *to; // of the drill
    const char *sick;      // why the step's location is not healthy; NULL = it is
    gint64 now_ms;         // wall: runs before it are of no interest
    gint64 deadline_ms;    // for each answer
} Rehearsal;

// `good`: the step would work, as far as looking tells. `words`: what was seen and how long it took; borrowed.
typedef void (*RehearsalDone)(bool good, const char *words, gpointer data);

// Looks at every target of the step, at once. `done` is called once, later, from the loop.
void rehearse(const Rehearsal *rehearsal, RehearsalDone done, gpointer data);
