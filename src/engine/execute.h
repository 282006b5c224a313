// What the engine decides about operations by itself: the next step of each, as one decision.
#pragma once

#include "engine/motion.h"
#include "engine/guard.h"
#include "model/transition.h"

// The next decision about an operation that has not ended, prepared; NULL if nothing is due.
Motion *execute_next(Engine *engine, gint64 *due_ms);

// Awaiting sign-offs, or signed and held for the hold window (waiting.c).
Motion *waiting_next(Engine *engine, Operation *operation, gint64 *due_ms);

// Moves the operation by `event`; false (with a REFUSAL) if the state table does not have it.
bool operation_move(Operation *operation, OperationEvent event, GError **error);

// The operation ends as it stands, `why` said; the group's record says what it is now in.
void execute_end(Engine *engine, Motion *motion, Operation *operation, const char *why);

// Puts a new statement in the place of one that no longer stands: its sign-offs are void. Takes what it needs
// out of `guard`.
void execute_void(Engine *engine, Motion *motion, Operation *operation, Guard *guard);

// Enters the statement into the operation and the store.
void execute_state(const Engine *engine, Motion *motion, Operation *operation, Statement *statement,
                   GPtrArray *steps);

// Issues the group's next epoch to the operation; the keys of what is pending carry it.
gint64 execute_issue_epoch(Engine *engine, Motion *motion, Operation *operation);

// For the draft of an operation of which a step has come to its end: enters that the old side is proven off (its phase),
// if that was the last of what proves it (plan_is_proven).
void execute_note_proven(Operation *copy);

// After the last needed sign-off (or none is needed).
bool execute_approve(Engine *engine, Motion *motion, Operation *operation, GError **error);
