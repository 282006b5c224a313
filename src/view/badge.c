#include "view/badge.h"

#include "base/timefmt.h"

Badge badge_verdict(VerdictState state)
{
    static const Badge BADGES[] = {
        [VERDICT_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, "UNKNOWN"},
        [VERDICT_UP] = {GLYPH_UP, ROLE_OK, "OK"},
        [VERDICT_DEGRADED] = {GLYPH_HALF, ROLE_WARN, "DEGRADED"},
        [VERDICT_DOWN] = {GLYPH_DOWN, ROLE_ALARM, "DOWN"},
    };
    return BADGES[(guint)state < G_N_ELEMENTS(BADGES) ? state : VERDICT_UNKNOWN];
}

Badge badge_instance(InstanceState state)
{
    static const Badge BADGES[] = {
        [INSTANCE_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, "unknown"},
        [INSTANCE_ACTIVE] = {GLYPH_ACTIVE, ROLE_ACTIVE, "active"},
        [INSTANCE_PASSIVE] = {GLYPH_PASSIVE, ROLE_PASSIVE, "passive"},
        [INSTANCE_TRANSITIONING] = {GLYPH_HALF, ROLE_WARN, "changing"},
        [INSTANCE_FAILED] = {GLYPH_DOWN, ROLE_ALARM, "failed"},
        [INSTANCE_UNREACHABLE] = {GLYPH_DOWN, ROLE_ALARM, "unreachable"},
    };
    return BADGES[(guint)state < G_N_ELEMENTS(BADGES) ? state : INSTANCE_UNKNOWN];
}

Badge badge_mode(GroupMode mode)
{
    static const Badge BADGES[] = {
        [MODE_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, "unknown"},
        [MODE_NORMAL] = {GLYPH_NONE, ROLE_OK, "normal"},
        [MODE_FAILING_OVER] = {GLYPH_ARROW, ROLE_WARN, "failing over"},
        [MODE_FAILED_OVER] = {GLYPH_ALARM, ROLE_WARN, "failed-over"},
        [MODE_FAILING_BACK] = {GLYPH_ARROW_LEFT, ROLE_WARN, "failing back"},
        [MODE_SPLIT] = {GLYPH_ALARM, ROLE_ALARM, "SPLIT"},
    };
    return BADGES[(guint)mode < G_N_ELEMENTS(BADGES) ? mode : MODE_UNKNOWN];
}

Badge badge_operation(const Operation *operation)
{
    static const Badge BADGES[OPERATION_STATES] = {
        [OPERATION_AWAITING] = {GLYPH_SIGN, ROLE_WARN, "waits for sign-off"},
        [OPERATION_RUNNING] = {GLYPH_ACTIVE, ROLE_ACTIVE, "running"},
        [OPERATION_PAUSED] = {GLYPH_PAUSE, ROLE_ALARM, "PAUSED"},
        [OPERATION_COMPLETED] = {GLYPH_UP, ROLE_OK, "completed"},
        [OPERATION_COMPLETED_EXCEPTIONS] = {GLYPH_HALF, ROLE_WARN, "completed with exceptions"},
        [OPERATION_ABORTED] = {GLYPH_DOWN, ROLE_WARN, "aborted"},
        [OPERATION_REJECTED] = {GLYPH_DOWN, ROLE_DIM, "rejected"},
        [OPERATION_WITHDRAWN] = {GLYPH_DASH, ROLE_DIM, "withdrawn"},
        [OPERATION_EXPIRED] = {GLYPH_DASH, ROLE_DIM, "expired"},
        [OPERATION_PARTIAL] = {GLYPH_HALF, ROLE_ALARM, "PARTIAL"},
    };
    guint state = (guint)operation->state;
    Badge badge = BADGES[state < OPERATION_STATES ? state : OPERATION_PAUSED];
    if (operation->state == OPERATION_RUNNING && operation->phase != PHASE_NONE)
        badge.word = name_of(&PHASE_NAMES, (int)operation->phase);
    if (operation->held && !operation_has_ended(operation))
        badge = (Badge){GLYPH_PAUSE, ROLE_WARN, "HELD"};
    return badge;
}

Badge badge_step(const Step *step)
{
    static const Badge BADGES[STEP_STATES] = {
        [STEP_PENDING] = {GLYPH_DOT, ROLE_DIM, "pending"},
        [STEP_INTENT] = {GLYPH_HALF, ROLE_ACTIVE, "running"},
        [STEP_UNKNOWN] = {GLYPH_HALF, ROLE_WARN, "unknown: observing"},
        [STEP_WAITING] = {GLYPH_SIGN, ROLE_WARN, "waits for you"},
        [STEP_DONE] = {GLYPH_UP, ROLE_OK, "done"},
        [STEP_FAILED] = {GLYPH_DOWN, ROLE_ALARM, "FAILED"},
        [STEP_SKIPPED] = {GLYPH_DASH, ROLE_WARN, "skipped"},
        [STEP_NOTED] = {GLYPH_DASH, ROLE_WARN, "not done"},
        [STEP_UNDONE] = {GLYPH_ARROW_LEFT, ROLE_WARN, "undone"},
    };
    return BADGES[(guint)step->state < STEP_STATES ? step->state : STEP_UNKNOWN];
}

Badge badge_severity(Severity severity)
{
    static const Badge BADGES[] = {
        [SEVERITY_INFO] = {GLYPH_DOT, ROLE_DIM, "info"},
        [SEVERITY_WARNING] = {GLYPH_HALF, ROLE_WARN, "warning"},
        [SEVERITY_ERROR] = {GLYPH_ALARM, ROLE_WARN, "error"},
        [SEVERITY_CRITICAL] = {GLYPH_ALARM, ROLE_ALARM, "critical"},
    };
    return BADGES[(guint)severity < G_N_ELEMENTS(BADGES) ? severity : SEVERITY_CRITICAL];
}

InstanceState badge_aged_instance(const InstanceStatus *instance, gint64 now_ms)
{
    bool old = now_ms - instance->observed_at_ms > FACT_LIMIT_MS;
    return old ? INSTANCE_UNKNOWN : instance->state;
}

// A verdict rests on probes; without one for three intervals it is nobody's verdict any more.
VerdictState badge_aged_verdict(const LocationStatus *location, gint64 now_ms)
{
    gint64 limit = MAX((gint64)FACT_LIMIT_MS, 3 * location->interval_ms + location->timeout_ms);
    return now_ms - location->verdict.observed_at_ms > limit ? VERDICT_UNKNOWN
                                                             : location->verdict.state;
}

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

static void format_grain(gint64 age_ms, gint64 grain_ms, char buffer[16])
{
    duration_format(age_ms / grain_ms * grain_ms, buffer);
}

void age_format(gint64 at_ms, gint64 now_ms, char buffer[16])
{
    gint64 age_ms = MAX(now_ms - at_ms, (gint64)0);
    if (at_ms <= 0)
        g_strlcpy(buffer, "never", 16);
    else
        format_grain(age_ms, age_ms < 10 * MINUTE_MS ? SECOND_MS : MINUTE_MS, buffer);
}

void calm_age_format(gint64 at_ms, gint64 now_ms, char buffer[16])
{
    gint64 age_ms = MAX(now_ms - at_ms, (gint64)0);
    if (at_ms <= 0)
        g_strlcpy(buffer, "never", 16);
    else if (age_ms < 10 * SECOND_MS)
        g_strlcpy(buffer, "<10s", 16);
    else
        format_grain(age_ms, age_ms < MINUTE_MS ? 10 * SECOND_MS : MINUTE_MS, buffer);
}

void left_format(gint64 at_ms, gint64 now_ms, char buffer[16])
{
    if (at_ms <= now_ms)
        g_strlcpy(buffer, "over", 16);
    else
        duration_format((at_ms - now_ms) / 1000 * 1000, buffer);
}

void calm_left_format(gint64 at_ms, gint64 now_ms, char buffer[16])
{
    if (at_ms - now_ms <= MINUTE_MS)
        left_format(at_ms, now_ms, buffer);
    else
        format_grain(at_ms - now_ms, MINUTE_MS, buffer);
}

enum { NEWS_MS = 8000 };

bool badge_is_news(gint64 since_ms, gint64 now_ms)
{
    return since_ms > 0 && now_ms >= since_ms && now_ms - since_ms < NEWS_MS;
}
