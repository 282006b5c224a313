// The state table of operations (4-OPERATIONS.md): which event is allowed in which state, and what
// comes of it. One table, from which the checks, the documentation's diagram and the model in
// tests/model are drawn. Nothing else decides whether a state may follow another.
#pragma once

#include "model/operation.h"

typedef enum {
    EVENT_APPROVED, // the last needed sign-off came (or none is needed)
    EVENT_REJECT,
    EVENT_WITHDRAW, // by the proposer
    EVENT_EXPIRE,
    EVENT_CLEAR, // the primary is healthy (or, to be activated again, lost) again: it loses its ground
    EVENT_START, // the hold window is over and every guard holds
    EVENT_VOID,  // a material change before the first step: back to awaiting
    EVENT_WAVE,  // the next wave of steps begins (phase moves)
    EVENT_STEP_FAILED,
    EVENT_RETRY,
    EVENT_SKIP,
    EVENT_ABORT,  // refused past the point of no return
    EVENT_UNDONE, // the abort's compensations are through
    EVENT_FINISH,
    EVENT_HOLD,
    EVENT_RESUME,
    EVENT_COUNT
} OperationEvent;

extern const NameTable EVENT_NAMES;

// What must hold beside the state. Phases refine `running`: while the hold window runs nothing has
// happened yet, so the proposal can still be rejected, withdrawn or voided.
typedef enum {
    CONDITION_ALWAYS,
    CONDITION_HOLDING,
    CONDITION_STARTED,
    CONDITION_BEFORE_PNR,
    CONDITION_NO_EXCEPTIONS,
    CONDITION_WITH_EXCEPTIONS,
    CONDITION_COUNT
} TransitionCondition;

typedef struct {
    OperationState from;
    OperationEvent event;
    TransitionCondition condition;
    OperationState to;
} TransitionRow;

// The table itself, for what is drawn from it: static.
const TransitionRow *transition_rows(guint *ret_count);

// The state that follows `event`. A REFUSAL_* GError says why not, naming the state and what is
// possible instead. Past the point of no return EVENT_ABORT is REFUSAL_PAST_POINT_OF_NO_RETURN.
bool transition_next(const Operation *operation, OperationEvent event, OperationState *ret_state,
                     GError **error);

// As above without the reason: for greying keys.
bool transition_allows(const Operation *operation, OperationEvent event);
