// Exceptional acts: leaving a step out, and the abort. An operator asks; a statement of the act is made on the
// evidence of now; whoever may sign proposals signs it, as many as the operation needs; the last needed sign-off
// has it carried out. An act that is no longer about what it was is overtaken.
#pragma once

#include "engine/execute.h"

// What is asked for; `copy` gets the open act. An abort holds the operation meanwhile. REFUSAL_* says why not.
bool act_ask(Engine *engine, Motion *motion, Operation *copy, const Act *wanted, GError **error);

// Is the open act's statement still what is so? VOID with the new one, BLOCK if it is no longer possible.
Guard act_guard(Engine *engine, const Operation *operation);

// Puts the new statement in the place of one that no longer stands: its sign-offs are void.
void act_restate(Engine *engine, Motion *motion, Operation *copy, Guard *guard);

// The open act ends without having been done. `actor` for the audit log.
void act_end(Engine *engine, Motion *motion, Operation *copy, ActState state, const char *actor,
             const char *why);

// What is due about the operation's open act: it is done (after the last needed sign-off, on the evidence and the
// signatures of now), it expires, is overtaken, must be read again. NULL = nothing.
Motion *act_next(Engine *engine, const Operation *operation, gint64 *due_ms);
