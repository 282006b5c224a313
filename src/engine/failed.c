#include "engine/failed.h"

static bool has_failed(const Operation *operation, const Step *step)
{
    return step->state == STEP_FAILED && (operation->phase != PHASE_UNDOING || step->compensates);
}

static bool is_meant(const Operation *operation, const Step *step, guint number)
{
    if (number && step->number != number)
        return false;
    return has_failed(operation, step) || (number && step->state == STEP_WAITING);
}

// Of an operation that is being undone only the way back counts.
static guint failed_count(const Operation *operation)
{
    guint failed = 0;
    for (guint i = 0; i < operation->steps->len; i++)
        failed += has_failed(operation, operation->steps->pdata[i]);
    return failed;
}

bool failed_is_skippable(const Operation *operation, guint number)
{
    for (guint i = 0; i < operation->steps->len; i++)
        if (is_meant(operation, operation->steps->pdata[i], number))
            return true;
    return false;
}

guint failed_retry(Operation *copy, guint number)
{
    guint changed = 0;
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (!has_failed(copy, step) || (number && step->number != number))
            continue;
        step->state = STEP_PENDING;
        changed++;
    }
    return changed;
}

guint failed_skip(Operation *copy, guint number, const char *by, gint64 now_ms)
{
    guint changed = 0;
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (!is_meant(copy, step, number))
            continue;
        step->state = STEP_SKIPPED;
        step->ended_ms = now_ms;
        g_free(step->by);
        step->by = g_strdup(by);
        changed++;
    }
    return changed;
}

bool failed_go_on(Operation *copy, OperationEvent event, GError **error)
{
    if (!transition_allows(copy, event) || !failed_count(copy)) {
        g_clear_pointer(&copy->why, g_free);
        return operation_move(copy, event, error);
    }
    return true;
}
