#include "sched/schedule.h"

#include "base/error.h"
#include "sched/private.h"

static const gint64 OFFSET_MAX_MS = 366 * (gint64)CIVIL_DAY_MS;

// How far apart the same wall clock can be in two zones, with room.
enum { ZONES_APART_MS = 2 * CIVIL_DAY_MS };

// ---- Compiling ------------------------------------------------------------------------------------

static guint64 mask_of(const IntList *list)
{
    guint64 mask = 0;
    for (guint i = 0; i < list->count; i++)
        mask |= G_GUINT64_CONSTANT(1) << list->values[i];
    return mask;
}

// The distance of one unit; 0 for units that are no fixed distance.
static gint64 unit_ms(Frequency frequency)
{
    static const gint64 UNITS[FREQUENCY_COUNT] = {
        [FREQUENCY_SECOND] = CIVIL_SECOND_MS,
        [FREQUENCY_MINUTE] = CIVIL_MINUTE_MS,
        [FREQUENCY_HOUR] = CIVIL_HOUR_MS,
    };
    return UNITS[frequency];
}

static void compile_tick(Schedule *schedule, const Recurrence *rule, gint64 origin_ms)
{
    Tick *tick = &schedule->tick;
    tick->origin_ms = origin_ms;
    tick->step_ms = rule->interval * unit_ms(rule->frequency);
    tick->hours = (guint32)mask_of(&rule->hours);
    tick->minutes = mask_of(&rule->minutes);
    if (rule->frequency != FREQUENCY_HOUR || !tick->minutes)
        return;
    // Minutes spread an hourly rule over its hours, as they spread a daily one over its day.
    tick->step_ms = CIVIL_MINUTE_MS;
    tick->origin_ms -= civil_floor_mod(schedule->start_wall_ms, CIVIL_MINUTE_MS);
    tick->slot_origin_ms = origin_ms - civil_floor_mod(schedule->start_wall_ms, CIVIL_HOUR_MS);
    tick->slot_hours = rule->interval > 1 ? rule->interval : 0;
}

static void compile_month_days(Calendar *calendar, const Recurrence *rule, int start_day)
{
    for (guint i = 0; i < rule->month_days.count; i++) {
        int day = rule->month_days.values[i];
        *(day > 0 ? &calendar->days : &calendar->days_back) |= 1U << ABS(day);
    }
    for (guint i = 0; i < rule->occurrences.count; i++) {
        MonthlyOccurrence nth = rule->occurrences.values[i];
        calendar->nth[nth.day] |= (guint16)(1U << (5 + nth.occurrence));
    }
    calendar->by_nth = rule->occurrences.count > 0;
    calendar->by_day = rule->month_days.count > 0;
    if (!calendar->by_day && !calendar->by_nth) {
        calendar->by_day = true;
        calendar->days = 1U << start_day;
    }
}

// What the rule does not say is taken from its start: the day, the hour, the minute.
static void compile_calendar(Schedule *schedule, const Recurrence *rule)
{
    static const struct {
        CalendarUnit unit;
        int units;
    } UNITS[FREQUENCY_COUNT] = {
        [FREQUENCY_DAY] = {CALENDAR_DAYS, 1},
        [FREQUENCY_WEEK] = {CALENDAR_WEEKS, 1},
        [FREQUENCY_MONTH] = {CALENDAR_MONTHS, 1},
        [FREQUENCY_YEAR] = {CALENDAR_MONTHS, 12},
    };
    Calendar *calendar = &schedule->calendar;
    gint64 day = civil_floor_div(schedule->start_wall_ms, CIVIL_DAY_MS);
    gint64 of_day = schedule->start_wall_ms - day * CIVIL_DAY_MS;
    calendar->unit = UNITS[rule->frequency].unit;
    calendar->interval = rule->interval * UNITS[rule->frequency].units;
    calendar->anchor_day = day;
    calendar->week_days = (guint8)mask_of(&rule->week_days);
    if (!calendar->week_days)
        calendar->week_days = (guint8)(1U << civil_weekday(day));
    compile_month_days(calendar, rule, civil_from_days(day).day);
    calendar->hours = (guint32)mask_of(&rule->hours);
    if (!calendar->hours)
        calendar->hours = 1U << (of_day / CIVIL_HOUR_MS);
    calendar->minutes = mask_of(&rule->minutes);
    // A schedule names whole minutes; a time of day taken from the start keeps its seconds.
    if (!calendar->minutes) {
        calendar->minutes = G_GUINT64_CONSTANT(1) << (of_day / CIVIL_MINUTE_MS % 60);
        calendar->second_ms = (guint32)(of_day % CIVIL_MINUTE_MS);
    }
    schedule->never = !calendar_is_possible(calendar);
}

// The instant of a start or an end; a time without Z is read in `zone`.
static gint64 instant(const RuleTime *time, const Zone *zone)
{
    return time->had_z ? time->wall_ms : zone_to_utc(zone, time->wall_ms, NULL);
}

// Where it begins: at its start, or when it was saved, or (creation unknown) somewhere before now.
static gint64 compile_start(Schedule *schedule, const Recurrence *rule,
                            const ScheduleAnchor *anchor)
{
    if (rule->start.text) {
        schedule->has_start = true;
        schedule->start_wall_ms = rule->start.wall_ms;
        schedule->start_ms = instant(&rule->start, schedule->zone);
        return schedule->start_ms;
    }
    gint64 origin_ms = anchor->created_ms > 0 ? anchor->created_ms : anchor->now_ms;
    schedule->created_ms = MAX(anchor->created_ms, 0);
    schedule->start_wall_ms = zone_to_wall(schedule->zone, origin_ms);
    schedule->start_ms = origin_ms + 1;
    return origin_ms;
}

Schedule *schedule_new(const Recurrence *rule, Zones *zones, const ScheduleAnchor *anchor,
                       GError **error)
{
    if (!recurrence_check(rule, error))
        return NULL;
    if (ABS(anchor->offset_ms) > OFFSET_MAX_MS) {
        g_set_error(error, ERR, ERR_INVALID, "The start offset is more than 366 days.");
        return NULL;
    }
    const Zone *own = zones_get(zones, rule->zone, error);
    if (!own)
        return NULL;
    Schedule *schedule = g_new0(Schedule, 1);
    schedule->frequency = rule->frequency;
    schedule->interval = rule->interval;
    schedule->by_date = unit_ms(rule->frequency) == 0;
    schedule->zone = rule->start.had_z ? zones_get(zones, NULL, NULL) : own;
    schedule->offset_ms = anchor->offset_ms;
    schedule->end_ms = rule->end.text ? instant(&rule->end, own) : G_MAXINT64;
    gint64 origin_ms = compile_start(schedule, rule, anchor);
    if (schedule->by_date)
        compile_calendar(schedule, rule);
    else
        compile_tick(schedule, rule, origin_ms);
    NoteFacts facts = {
        .rule = rule, .anchor = anchor, .zone = rule->zone ? own : NULL, .schedule = schedule};
    schedule->notes = notes_find(&facts);
    return schedule;
}

void schedule_free(Schedule *schedule)
{
    g_free(schedule);
}

// ---- Answering ------------------------------------------------------------------------------------

// The first occurrence within one span of constant offset, at or after `from_ms`, which lies in it.
// Where the span begins with a gap, the skipped wall clocks (read with the offset before) and those right
// behind the gap fall on the same instants, so both are looked at. Where it begins with an overlap, the
// wall clocks shown for the second time are passed over. `*ret_wall_ms` is where the search on the new
// offset ended, CALENDAR_NEVER included.
static bool next_in_span(const Calendar *calendar, const ZoneSpan *span, gint64 from_ms,
                         gint64 *ret_wall_ms, Occurrence *ret_occurrence)
{
    bool first = span->begin_ms == G_MININT64;
    gint64 fresh_ms = first ? G_MININT64 : span->begin_ms + MAX(span->before_ms, span->offset_ms);
    gint64 wall_ms = calendar_next(calendar, MAX(from_ms + span->offset_ms, fresh_ms));
    bool found = wall_ms != CALENDAR_NEVER && wall_ms - span->offset_ms < span->end_ms;
    *ret_wall_ms = wall_ms;
    if (found) {
        bool twice = span->end_ms != G_MAXINT64 && wall_ms >= span->end_ms + span->after_ms;
        *ret_occurrence =
            (Occurrence){.at_ms = wall_ms - span->offset_ms, .flags = twice ? OCCURRENCE_TWICE : 0};
    }
    // Only a gap's own length behind its begin is shared.
    if (first || from_ms - span->begin_ms >= span->offset_ms - span->before_ms)
        return found;
    gint64 skipped_ms = calendar_next(calendar, from_ms + span->before_ms);
    gint64 moved_ms = skipped_ms - span->before_ms;
    if (skipped_ms >= fresh_ms || moved_ms >= span->end_ms ||
        (found && ret_occurrence->at_ms <= moved_ms))
        return found;
    *ret_occurrence = (Occurrence){.at_ms = moved_ms, .flags = OCCURRENCE_MOVED};
    return true;
}

static bool next_by_date(const Schedule *schedule, gint64 from_ms, Occurrence *ret_occurrence)
{
    while (!schedule->never && from_ms < CALENDAR_END_MS) {
        ZoneSpan span = zone_span_at(schedule->zone, from_ms);
        gint64 wall_ms;
        if (next_in_span(&schedule->calendar, &span, from_ms, &wall_ms, ret_occurrence))
            return true;
        if (wall_ms == CALENDAR_NEVER || span.end_ms == G_MAXINT64)
            return false;
        // Nothing of the rule lies before wall_ms, so no span that ends well before it need be seen.
        from_ms = MAX(span.end_ms, wall_ms - ZONES_APART_MS);
    }
    return false;
}

static bool next_by_tick(const Schedule *schedule, gint64 from_ms, Occurrence *ret_occurrence)
{
    gint64 at_ms = tick_next(&schedule->tick, schedule->zone, from_ms, NULL);
    *ret_occurrence = (Occurrence){.at_ms = at_ms};
    return at_ms < CALENDAR_END_MS;
}

bool schedule_at_or_after(const Schedule *schedule, gint64 from_ms, Occurrence *ret_occurrence)
{
    if (from_ms >= CALENDAR_END_MS)
        return false;
    Occurrence next = {.at_ms = schedule->created_ms, .flags = OCCURRENCE_AT_CREATION};
    gint64 own_ms = from_ms - schedule->offset_ms;
    bool found = schedule->created_ms && own_ms <= schedule->created_ms;
    own_ms = MAX(own_ms, schedule->start_ms);
    if (!found)
        found = schedule->by_date ? next_by_date(schedule, own_ms, &next)
                                  : next_by_tick(schedule, own_ms, &next);
    if (!found)
        return false;
    next.at_ms += schedule->offset_ms;
    if (next.at_ms > schedule->end_ms)
        return false;
    *ret_occurrence = next;
    return true;
}

guint schedule_next(const Schedule *schedule, gint64 after_ms, guint count,
                    Occurrence *ret_occurrences)
{
    guint found = 0;
    gint64 from_ms = CLAMP(after_ms, 0, CALENDAR_END_MS) + 1;
    while (found < count && schedule_at_or_after(schedule, from_ms, &ret_occurrences[found]))
        from_ms = ret_occurrences[found++].at_ms + 1;
    return found;
}

gint64 schedule_next_ms(const Schedule *schedule, gint64 after_ms)
{
    Occurrence next;
    return schedule_next(schedule, after_ms, 1, &next) ? next.at_ms : 0;
}

// Unfiltered ticks between two instants, both included; the one at creation not counted.
static guint64 count_ticks(const Schedule *schedule, gint64 first_ms, gint64 last_ms)
{
    gint64 from_ms = MAX(first_ms - schedule->offset_ms, schedule->start_ms);
    gint64 until_ms = MIN(last_ms, schedule->end_ms) - schedule->offset_ms + 1;
    return (guint64)tick_count(&schedule->tick, from_ms, until_ms);
}

guint64 schedule_count_between(const Schedule *schedule, gint64 after_ms, gint64 until_ms,
                               guint64 limit)
{
    gint64 from_ms = CLAMP(after_ms, 0, CALENDAR_END_MS) + 1;
    gint64 last_ms = MIN(until_ms, CALENDAR_END_MS - 1);
    guint64 count = 0;
    Occurrence next;
    while (count < limit && schedule_at_or_after(schedule, from_ms, &next) &&
           next.at_ms <= last_ms) {
        bool countable = schedule_step_ms(schedule) && !(next.flags & OCCURRENCE_AT_CREATION);
        if (countable)
            return MIN(limit, count + count_ticks(schedule, from_ms, last_ms));
        count++;
        from_ms = next.at_ms + 1;
    }
    return count;
}

gint64 schedule_step_ms(const Schedule *schedule)
{
    return schedule->by_date || tick_is_filtered(&schedule->tick) ? 0 : schedule->tick.step_ms;
}

const Zone *schedule_zone(const Schedule *schedule)
{
    return schedule->zone;
}
