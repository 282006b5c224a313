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

// The first step of the way home.
static guint way_home(const Operation *operation, const GPtrArray *steps)
{
    guint at = 0;
    if (operation->kind == OPERATION_FAILBACK)
        return 0;
    while (at < steps->len && ((const Step *)steps->pdata[at])->kind != STEP_TURN)
        at++;
    return at;
}

static bool has_begun(const Step *step)
{
    return step->started_ms && step->state != STEP_PENDING && step->state != STEP_SKIPPED;
}

gint64 operation_off_since(const Operation *operation, gint64 *ret_until_ms)
{
    gint64 since_ms = 0, verified_ms = 0;
    const GPtrArray *steps = operation->steps;
    for (guint i = way_home(operation, steps); i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        if (step->kind == STEP_PASSIVATE && !step->compensates && has_begun(step))
            since_ms = since_ms ? MIN(since_ms, step->started_ms) : step->started_ms;
        if (step->kind == STEP_VERIFY)
            verified_ms = step->state == STEP_DONE ? step->ended_ms : 0;
    }
    *ret_until_ms = verified_ms ? verified_ms : operation->ended_ms;
    return since_ms;
}

gint64 operation_off_usually(const Operation *operation, const GPtrArray *steps)
{
    gint64 total_ms = 0, wave_ms = 0;
    guint wave = 0;
    bool off = false;
    for (guint i = way_home(operation, steps); i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        off = off || step->kind == STEP_PASSIVATE;
        if (!off)
            continue;
        if (!step->usual_ms)
            return -1;
        total_ms += step->wave != wave ? wave_ms : 0;
        wave_ms = step->wave != wave ? step->usual_ms : MAX(wave_ms, step->usual_ms);
        wave = step->wave;
        if (step->kind == STEP_VERIFY)
            break;
    }
    return total_ms + wave_ms;
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
