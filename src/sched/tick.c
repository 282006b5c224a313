#include "sched/tick.h"

#include "model/civil.h"
#include "sched/calendar.h"

enum { TRIES_MAX = 2000 };

bool tick_is_filtered(const Tick *tick)
{
    return tick->minutes || tick->hours || tick->slot_hours;
}

static gint64 align(const Tick *tick, gint64 from_ms)
{
    gint64 late = civil_floor_mod(from_ms - tick->origin_ms, tick->step_ms);
    return late == 0 ? from_ms : from_ms + tick->step_ms - late;
}

// Is `value` in the mask, of which 0 means everything?
static bool allows(guint64 mask, int value)
{
    return !mask || (mask >> value & 1);
}

// How long from a wall clock to the first that may be allowed: 0 if it is; never too long.
static gint64 until_allowed(const Tick *tick, gint64 wall_ms)
{
    gint64 of_day = civil_floor_mod(wall_ms, CIVIL_DAY_MS);
    gint64 of_hour = of_day % CIVIL_HOUR_MS;
    int hour = (int)(of_day / CIVIL_HOUR_MS), minute = (int)(of_hour / CIVIL_MINUTE_MS);
    if (!allows(tick->hours, hour)) {
        guint64 later = tick->hours & (G_MAXUINT64 << hour);
        gint64 to_hour = later ? __builtin_ctzll(later) : 24 + __builtin_ctz(tick->hours);
        return to_hour * CIVIL_HOUR_MS - of_day;
    }
    if (!allows(tick->minutes, minute)) {
        guint64 later = tick->minutes & (G_MAXUINT64 << minute);
        gint64 to_minute = later ? __builtin_ctzll(later) : 60;
        return to_minute * CIVIL_MINUTE_MS - of_hour;
    }
    return 0;
}

static gint64 until_slot(const Tick *tick, gint64 at_ms)
{
    if (!tick->slot_hours)
        return 0;
    gint64 slot_ms = tick->slot_hours * (gint64)CIVIL_HOUR_MS;
    gint64 into = civil_floor_mod(at_ms - tick->slot_origin_ms, slot_ms);
    return into < CIVIL_HOUR_MS ? 0 : slot_ms - into;
}

gint64 tick_next(const Tick *tick, const Zone *zone, gint64 from_ms, bool *ret_gave_up)
{
    gint64 at_ms = align(tick, from_ms);
    if (!tick_is_filtered(tick))
        return at_ms;
    for (int i = 0; i < TRIES_MAX && at_ms < CALENDAR_END_MS; i++) {
        gint64 skip_ms = until_slot(tick, at_ms);
        if (!skip_ms) {
            ZoneSpan span = zone_span_at(zone, at_ms);
            skip_ms = until_allowed(tick, at_ms + span.offset_ms);
            // Behind a change of offset the wall clock says something else: look again there.
            skip_ms = MIN(skip_ms, span.end_ms - at_ms);
        }
        if (!skip_ms)
            return at_ms;
        at_ms = align(tick, at_ms + skip_ms);
    }
    if (ret_gave_up)
        *ret_gave_up = true;
    return TICK_NEVER;
}

gint64 tick_count(const Tick *tick, gint64 from_ms, gint64 until_ms)
{
    gint64 first_ms = align(tick, from_ms);
    return first_ms >= until_ms ? 0 : (until_ms - 1 - first_ms) / tick->step_ms + 1;
}
