#include "view/badge.h"

#include "base/timefmt.h"

// Sign and role of a state; its word is the domain's (model/names.h), in capitals where it must be heard.
typedef struct {
    Glyph glyph;
    Role role;
    bool loud;
} StateLook;

static Badge badge_of(const StateLook *look, const NameTable *table, int state)
{
    const char *word = word_of(table, state);
    if (look->loud) {
        g_autofree char *capitals = g_ascii_strup(word, -1);
        word = g_intern_string(capitals); // a closed set: made once each
    }
    return (Badge){look->glyph, look->role, word};
}

Badge badge_verdict(VerdictState state)
{
    static const StateLook LOOKS[] = {
        [VERDICT_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, true},
        [VERDICT_UP] = {GLYPH_UP, ROLE_OK, true},
        [VERDICT_DEGRADED] = {GLYPH_HALF, ROLE_WARN, true},
        [VERDICT_DOWN] = {GLYPH_DOWN, ROLE_ALARM, true},
    };
    state = (guint)state < G_N_ELEMENTS(LOOKS) ? state : VERDICT_UNKNOWN;
    return badge_of(&LOOKS[state], &VERDICT_NAMES, (int)state);
}

Badge badge_instance(InstanceState state)
{
    static const StateLook LOOKS[] = {
        [INSTANCE_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, false},
        [INSTANCE_ACTIVE] = {GLYPH_ACTIVE, ROLE_ACTIVE, false},
        [INSTANCE_PASSIVE] = {GLYPH_PASSIVE, ROLE_PASSIVE, false},
        [INSTANCE_TRANSITIONING] = {GLYPH_HALF, ROLE_WARN, false},
        [INSTANCE_FAILED] = {GLYPH_DOWN, ROLE_ALARM, false},
        [INSTANCE_UNREACHABLE] = {GLYPH_DOWN, ROLE_ALARM, false},
    };
    state = (guint)state < G_N_ELEMENTS(LOOKS) ? state : INSTANCE_UNKNOWN;
    return badge_of(&LOOKS[state], &INSTANCE_NAMES, (int)state);
}

Badge badge_mode(GroupMode mode)
{
    static const StateLook LOOKS[] = {
        [MODE_UNKNOWN] = {GLYPH_DOT, ROLE_UNKNOWN, false},
        [MODE_NORMAL] = {GLYPH_NONE, ROLE_OK, false},
        [MODE_FAILING_OVER] = {GLYPH_ARROW, ROLE_WARN, false},
        [MODE_FAILED_OVER] = {GLYPH_ALARM, ROLE_WARN, false},
        [MODE_FAILING_BACK] = {GLYPH_ARROW_LEFT, ROLE_WARN, false},
        [MODE_SPLIT] = {GLYPH_ALARM, ROLE_ALARM, true},
    };
    mode = (guint)mode < G_N_ELEMENTS(LOOKS) ? mode : MODE_UNKNOWN;
    return badge_of(&LOOKS[mode], &MODE_NAMES, (int)mode);
}

Badge badge_operation(const Operation *operation)
{
    static const StateLook LOOKS[OPERATION_STATES] = {
        [OPERATION_AWAITING] = {GLYPH_SIGN, ROLE_WARN, false},
        [OPERATION_RUNNING] = {GLYPH_ACTIVE, ROLE_ACTIVE, false},
        [OPERATION_PAUSED] = {GLYPH_PAUSE, ROLE_ALARM, true},
        [OPERATION_COMPLETED] = {GLYPH_UP, ROLE_OK, false},
        [OPERATION_COMPLETED_EXCEPTIONS] = {GLYPH_HALF, ROLE_WARN, false},
        [OPERATION_ABORTED] = {GLYPH_DOWN, ROLE_WARN, false},
        [OPERATION_REJECTED] = {GLYPH_DOWN, ROLE_DIM, false},
        [OPERATION_WITHDRAWN] = {GLYPH_DASH, ROLE_DIM, false},
        [OPERATION_EXPIRED] = {GLYPH_DASH, ROLE_DIM, false},
        [OPERATION_PARTIAL] = {GLYPH_HALF, ROLE_ALARM, true},
    };
    OperationState state =
        (guint)operation->state < OPERATION_STATES ? operation->state : OPERATION_PAUSED;
    Badge badge = badge_of(&LOOKS[state], &OPERATION_STATE_NAMES, (int)state);
    if (operation->state == OPERATION_RUNNING && operation->phase != PHASE_NONE)
        badge.word = word_of(&PHASE_NAMES, (int)operation->phase);
    if (operation->held && !operation_has_ended(operation))
        badge = (Badge){GLYPH_PAUSE, ROLE_WARN, "HELD"};
    return badge;
}

Badge badge_step(const Step *step)
{
    static const StateLook LOOKS[STEP_STATES] = {
        [STEP_PENDING] = {GLYPH_DOT, ROLE_DIM, false},
        [STEP_INTENT] = {GLYPH_HALF, ROLE_ACTIVE, false},
        [STEP_UNKNOWN] = {GLYPH_HALF, ROLE_WARN, false},
        [STEP_WAITING] = {GLYPH_SIGN, ROLE_WARN, false},
        [STEP_DONE] = {GLYPH_UP, ROLE_OK, false},
        [STEP_FAILED] = {GLYPH_DOWN, ROLE_ALARM, true},
        [STEP_SKIPPED] = {GLYPH_DASH, ROLE_WARN, false},
        [STEP_NOTED] = {GLYPH_DASH, ROLE_WARN, false},
        [STEP_UNDONE] = {GLYPH_ARROW_LEFT, ROLE_WARN, false},
    };
    StepState state = (guint)step->state < STEP_STATES ? step->state : STEP_UNKNOWN;
    return badge_of(&LOOKS[state], &STEP_STATE_NAMES, (int)state);
}

Badge badge_severity(Severity severity)
{
    static const StateLook LOOKS[] = {
        [SEVERITY_INFO] = {GLYPH_DOT, ROLE_DIM, false},
        [SEVERITY_WARNING] = {GLYPH_HALF, ROLE_WARN, false},
        [SEVERITY_ERROR] = {GLYPH_ALARM, ROLE_WARN, false},
        [SEVERITY_CRITICAL] = {GLYPH_ALARM, ROLE_ALARM, false},
    };
    severity = (guint)severity < G_N_ELEMENTS(LOOKS) ? severity : SEVERITY_CRITICAL;
    return badge_of(&LOOKS[severity], &SEVERITY_NAMES, (int)severity);
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
