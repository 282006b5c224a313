// May this be done now? Every guard is evaluated on the latest state, inside the decision that does it: a
// decision checked earlier and applied later is how others lost data.
#pragma once

#include "engine/state.h"

typedef enum {
    GUARD_GO,
    GUARD_WAIT,  // not yet: something is still being observed
    GUARD_VOID,  // a material change: the statement no longer stands
    GUARD_BLOCK, // no
} GuardAnswer;

typedef struct {
    GuardAnswer answer;
    char *why;            // of everything but GO; owned
    Statement *statement; // the new one of a VOID; owned
    GPtrArray *steps;     // its plan; owned
} Guard;

// Frees what it holds.
void guard_release(Guard *guard);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Guard, guard_release)

// Does the statement of a waiting operation still stand on the evidence of now?
Guard guard_statement(Engine *engine, const Operation *operation);

// May it be signed? Nobody signs a bound that is exceeded already: it would be void at the start.
Guard guard_signing(Engine *engine, const Operation *operation);

// May the first step begin?
Guard guard_start(Engine *engine, const Operation *operation);

// May the role be given to the target? All of guard_start again, and the old side's proof.
Guard guard_point_of_no_return(Engine *engine, const Operation *operation);

// May a step be rehearsed? Not before somebody has looked at both places since this daemon began.
Guard guard_rehearsal(const Engine *engine, const Operation *operation);

// May the wave's commands be given? Before the point of no return only with the sign-offs that are needed. Each carries its target's boot id, so a daemon that has just started looks
// at the target first; only a best-effort step goes without.
Guard guard_wave(Engine *engine, const Operation *operation, guint wave);
