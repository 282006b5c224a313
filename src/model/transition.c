#include "model/transition.h"

#include "model/refusal.h"

static const char *const EVENTS[EVENT_COUNT] = {
    "approved",    "reject", "withdraw", "expire", "clear",  "start",  "void", "wave",
    "step-failed", "retry",  "skip",     "abort",  "undone", "finish", "hold", "resume"};
const NameTable EVENT_NAMES = NAME_TABLE("event", EVENTS);

static const TransitionRow TABLE[] = {
    {OPERATION_AWAITING, EVENT_APPROVED, CONDITION_ALWAYS, OPERATION_RUNNING},
    {OPERATION_AWAITING, EVENT_REJECT, CONDITION_ALWAYS, OPERATION_REJECTED},
    {OPERATION_AWAITING, EVENT_WITHDRAW, CONDITION_ALWAYS, OPERATION_WITHDRAWN},
    {OPERATION_AWAITING, EVENT_EXPIRE, CONDITION_ALWAYS, OPERATION_EXPIRED},
    {OPERATION_AWAITING, EVENT_CLEAR, CONDITION_ALWAYS, OPERATION_WITHDRAWN},
    {OPERATION_AWAITING, EVENT_VOID, CONDITION_ALWAYS, OPERATION_AWAITING},
    {OPERATION_AWAITING, EVENT_HOLD, CONDITION_ALWAYS, OPERATION_AWAITING},
    {OPERATION_AWAITING, EVENT_RESUME, CONDITION_ALWAYS, OPERATION_AWAITING},

    {OPERATION_RUNNING, EVENT_REJECT, CONDITION_HOLDING, OPERATION_REJECTED},
    {OPERATION_RUNNING, EVENT_WITHDRAW, CONDITION_HOLDING, OPERATION_WITHDRAWN},
    {OPERATION_RUNNING, EVENT_EXPIRE, CONDITION_HOLDING, OPERATION_EXPIRED},
    {OPERATION_RUNNING, EVENT_CLEAR, CONDITION_HOLDING, OPERATION_WITHDRAWN},
    {OPERATION_RUNNING, EVENT_VOID, CONDITION_HOLDING, OPERATION_AWAITING},
    {OPERATION_RUNNING, EVENT_START, CONDITION_HOLDING, OPERATION_RUNNING},
    {OPERATION_RUNNING, EVENT_WAVE, CONDITION_STARTED, OPERATION_RUNNING},
    {OPERATION_RUNNING, EVENT_STEP_FAILED, CONDITION_STARTED, OPERATION_PAUSED},
    {OPERATION_RUNNING, EVENT_SKIP, CONDITION_STARTED, OPERATION_RUNNING}, // of a step that waits
    {OPERATION_RUNNING, EVENT_ABORT, CONDITION_BEFORE_PNR, OPERATION_RUNNING},
    {OPERATION_RUNNING, EVENT_UNDONE, CONDITION_STARTED, OPERATION_ABORTED},
    {OPERATION_RUNNING, EVENT_FINISH, CONDITION_NO_EXCEPTIONS, OPERATION_COMPLETED},
    {OPERATION_RUNNING, EVENT_FINISH, CONDITION_WITH_EXCEPTIONS, OPERATION_COMPLETED_EXCEPTIONS},
    {OPERATION_RUNNING, EVENT_HOLD, CONDITION_ALWAYS, OPERATION_RUNNING},
    {OPERATION_RUNNING, EVENT_RESUME, CONDITION_ALWAYS, OPERATION_RUNNING},

    {OPERATION_PAUSED, EVENT_RETRY, CONDITION_ALWAYS, OPERATION_RUNNING},
    {OPERATION_PAUSED, EVENT_SKIP, CONDITION_ALWAYS, OPERATION_RUNNING},
    {OPERATION_PAUSED, EVENT_ABORT, CONDITION_BEFORE_PNR, OPERATION_RUNNING},
    {OPERATION_PAUSED, EVENT_HOLD, CONDITION_ALWAYS, OPERATION_PAUSED},
    {OPERATION_PAUSED, EVENT_RESUME, CONDITION_ALWAYS, OPERATION_PAUSED},
};

const TransitionRow *transition_rows(guint *ret_count)
{
    *ret_count = G_N_ELEMENTS(TABLE);
    return TABLE;
}

static bool condition_holds(const Operation *operation, TransitionCondition condition)
{
    switch (condition) {
    case CONDITION_HOLDING:
        return operation->phase == PHASE_HOLDING;
    case CONDITION_STARTED:
        return operation->phase != PHASE_HOLDING;
    case CONDITION_BEFORE_PNR:
        return !operation->past_pnr && operation->phase != PHASE_UNDOING;
    case CONDITION_NO_EXCEPTIONS:
        return !operation->exceptions->len && operation->phase != PHASE_HOLDING;
    case CONDITION_WITH_EXCEPTIONS:
        return operation->exceptions->len && operation->phase != PHASE_HOLDING;
    default:
        return true;
    }
}

static const TransitionRow *find_row(const Operation *operation, OperationEvent event)
{
    for (guint i = 0; i < G_N_ELEMENTS(TABLE); i++)
        if (TABLE[i].from == operation->state && TABLE[i].event == event &&
            condition_holds(operation, TABLE[i].condition))
            return &TABLE[i];
    return NULL;
}

// The events that people cause, for the way out of a refusal.
static char *possible_events(const Operation *operation)
{
    static const OperationEvent BY_PEOPLE[] = {EVENT_REJECT, EVENT_WITHDRAW, EVENT_RETRY,
                                               EVENT_SKIP,   EVENT_ABORT,    EVENT_HOLD,
                                               EVENT_RESUME};
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(BY_PEOPLE); i++)
        if (find_row(operation, BY_PEOPLE[i]))
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", EVENTS[BY_PEOPLE[i]]);
    return g_string_free(text, FALSE);
}

static void set_refusal(const Operation *operation, OperationEvent event, GError **error)
{
    if (event == EVENT_ABORT && operation->past_pnr && !operation_has_ended(operation)) {
        g_set_error(
            error, REFUSAL, REFUSAL_PAST_POINT_OF_NO_RETURN,
            "Operation %s has passed its point of no return: %s is being activated. It cannot be "
            "aborted; let it end, then propose a failback.",
            operation->id, operation->to);
        return;
    }
    g_autofree char *possible = possible_events(operation);
    g_set_error(
        error, REFUSAL,
        event == EVENT_APPROVED && operation->state == OPERATION_EXPIRED ? REFUSAL_EXPIRED
                                                                         : REFUSAL_WRONG_STATE,
        "Operation %s is %s%s%s: %s is not possible. %s%s%s", operation->id,
        word_of(&OPERATION_STATE_NAMES, (int)operation->state),
        operation->state == OPERATION_RUNNING ? ", " : "",
        operation->state == OPERATION_RUNNING ? word_of(&PHASE_NAMES, (int)operation->phase) : "",
        EVENTS[event], *possible ? "Possible now: " : "It has ended; propose a new one.", possible,
        *possible ? "." : "");
}

bool transition_allows(const Operation *operation, OperationEvent event)
{
    return find_row(operation, event) != NULL;
}

bool transition_next(const Operation *operation, OperationEvent event, OperationState *ret_state,
                     GError **error)
{
    const TransitionRow *row = find_row(operation, event);
    if (!row) {
        set_refusal(operation, event, error);
        return false;
    }
    *ret_state = row->to;
    return true;
}
