#include "model/region.h"

#include "base/text.h"

static bool is_moved(const Member *member)
{
    return member->operation && (member->state == OPERATION_COMPLETED ||
                                 member->state == OPERATION_COMPLETED_EXCEPTIONS);
}

static bool is_open(const Member *member)
{
    return member->operation && member->state < OPERATION_COMPLETED;
}

bool member_is_left(const Member *member)
{
    return !is_moved(member) && !is_open(member);
}

static guint count_of(const Operation *operation, bool (*is)(const Member *member))
{
    guint count = 0;
    for (guint i = 0; i < operation->members->len; i++)
        count += is(operation->members->pdata[i]);
    return count;
}

guint region_moved(const Operation *operation)
{
    return count_of(operation, is_moved);
}

guint region_open(const Operation *operation)
{
    return count_of(operation, is_open);
}

static guint count_state(const Operation *operation, OperationState state)
{
    guint count = 0;
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        count += member->operation && member->state == state;
    }
    return count;
}

static OperationState ended_state(const Operation *operation)
{
    static const OperationState UNMOVED[] = {OPERATION_ABORTED, OPERATION_REJECTED,
                                             OPERATION_WITHDRAWN, OPERATION_EXPIRED};
    guint all = operation->members->len;
    if (region_moved(operation) == all)
        return count_state(operation, OPERATION_COMPLETED_EXCEPTIONS)
                   ? OPERATION_COMPLETED_EXCEPTIONS
                   : OPERATION_COMPLETED;
    for (guint i = 0; i < G_N_ELEMENTS(UNMOVED); i++)
        if (count_state(operation, UNMOVED[i]) == all)
            return UNMOVED[i];
    return OPERATION_PARTIAL;
}

OperationState region_state(const Operation *operation)
{
    static const OperationState OPEN[] = {OPERATION_RUNNING, OPERATION_PAUSED, OPERATION_AWAITING};
    for (guint i = 0; i < G_N_ELEMENTS(OPEN); i++)
        if (count_state(operation, OPEN[i]))
            return OPEN[i];
    return ended_state(operation);
}

// "; rejected: ledger, hub"
static void add_names(GString *text, const Operation *operation, OperationState state)
{
    const char *before = NULL;
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        if (!member->operation || member->state != state)
            continue;
        if (!before)
            g_string_append_printf(text, "; %s: ", word_of(&OPERATION_STATE_NAMES, (int)state));
        g_string_append_printf(text, "%s%s", before ? ", " : "", member->group);
        before = member->group;
    }
}

static void add_left_out(GString *text, const Operation *operation)
{
    bool any = false;
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        if (member->operation)
            continue;
        g_string_append_printf(text, "%s%s (%s)", any ? ", " : "; left out: ", member->group,
                               member->why ? member->why : "nobody says why");
        any = true;
    }
}

const char *region_word(const Operation *operation)
{
    if (operation->kind != OPERATION_DRILL)
        return "moved";
    return operation_is_rehearsal(operation) ? "rehearsed" : "moved there and home again";
}

char *region_sentence(const Operation *operation)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%u of %u group%s %s", region_moved(operation),
                           operation->members->len, text_plural(operation->members->len),
                           region_word(operation));
    for (int state = 0; state < OPERATION_STATES; state++)
        if (state != OPERATION_COMPLETED)
            add_names(text, operation, (OperationState)state);
    add_left_out(text, operation);
    return g_string_free(text, FALSE);
}
