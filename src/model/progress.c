#include "model/progress.h"

static bool runs(const Step *step)
{
    return step->state == STEP_INTENT || step->state == STEP_UNKNOWN;
}

gint64 step_elapsed(const Step *step, gint64 now_ms)
{
    if (!step->started_ms)
        return 0;
    return MAX((step->ended_ms ? step->ended_ms : now_ms) - step->started_ms, (gint64)0);
}

StepPace step_pace(const Step *step, gint64 now_ms)
{
    gint64 elapsed_ms = step_elapsed(step, now_ms);
    if (!runs(step))
        return PACE_NORMAL;
    if (step->limit_ms && elapsed_ms > step->limit_ms)
        return PACE_OVER_LIMIT;
    return step->usual_p95_ms && elapsed_ms > step->usual_p95_ms ? PACE_STUCK : PACE_NORMAL;
}

static bool is_settled(const Step *step)
{
    return step->state == STEP_DONE || step->state == STEP_SKIPPED || step->state == STEP_NOTED ||
           step->state == STEP_UNDONE;
}

guint operation_done_steps(const Operation *operation)
{
    guint count = 0;
    for (guint i = 0; i < operation->steps->len; i++)
        count += ((const Step *)operation->steps->pdata[i])->state == STEP_DONE;
    return count;
}

gint64 operation_clock_stop(const Operation *operation)
{
    gint64 verified_ms = 0;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->kind != STEP_VERIFY)
            continue;
        if (step->state != STEP_DONE)
            return operation->ended_ms;
        verified_ms = MAX(verified_ms, step->ended_ms);
    }
    return verified_ms ? verified_ms : operation->ended_ms;
}

// Steps of one wave run side by side: the slowest counts.
gint64 operation_left_usually(const Operation *operation, gint64 now_ms)
{
    gint64 total_ms = 0, wave_ms = 0;
    guint wave = 0;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (is_settled(step))
            continue;
        if (!step->usual_ms)
            return -1;
        if (step->wave != wave) {
            total_ms += wave_ms;
            wave_ms = 0;
            wave = step->wave;
        }
        gint64 left_ms = step->usual_ms - (runs(step) ? step_elapsed(step, now_ms) : 0);
        wave_ms = MAX(wave_ms, MAX(left_ms, (gint64)0));
    }
    return total_ms + wave_ms;
}
