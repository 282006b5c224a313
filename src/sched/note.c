// What the documentation of recurrences leaves open or warns of, one row each: when it concerns a rule,
// what is open, and which reading is taken here. A rule's notes are worked out once, when it is compiled.
#include "sched/private.h"

// ---- When a row holds -----------------------------------------------------------------------------

static bool is_scheduled(const NoteFacts *facts)
{
    return recurrence_has_schedule(facts->rule);
}

static bool is_zone_utc(const Zone *zone)
{
    return zone_offset_at(zone, 0) == 0 && !zone_next_transition(zone, 0, &(ZoneTransition){0});
}

static bool created_unknown(const NoteFacts *facts)
{
    return !facts->rule->start.text && facts->anchor->created_ms <= 0;
}

static bool utc_start_and_zone(const NoteFacts *facts)
{
    return facts->rule->start.had_z && facts->zone && !is_zone_utc(facts->zone) &&
           is_scheduled(facts);
}

static bool zone_without_start(const NoteFacts *facts)
{
    return !facts->rule->start.text && facts->zone && !is_zone_utc(facts->zone) &&
           (facts->schedule->by_date || is_scheduled(facts));
}

static bool time_without_zone(const NoteFacts *facts)
{
    const Recurrence *rule = facts->rule;
    return !facts->zone &&
           ((rule->start.text && !rule->start.had_z) || (rule->end.text && !rule->end.had_z));
}

static bool time_with_offset(const NoteFacts *facts)
{
    return facts->rule->start.had_offset || facts->rule->end.had_offset;
}

static bool local_end_of_utc_start(const NoteFacts *facts)
{
    const Recurrence *rule = facts->rule;
    return facts->zone && rule->start.had_z && rule->end.text && !rule->end.had_z;
}

static bool fires_at_end(const NoteFacts *facts)
{
    Occurrence last;
    gint64 end_ms = facts->schedule->end_ms;
    return end_ms != G_MAXINT64 && schedule_at_or_after(facts->schedule, end_ms, &last) &&
           last.at_ms == end_ms;
}

static bool schedule_without_start(const NoteFacts *facts)
{
    return facts->schedule->created_ms && is_scheduled(facts);
}

static bool minutes_without_hours(const NoteFacts *facts)
{
    return facts->schedule->by_date && facts->rule->minutes.count && !facts->rule->hours.count;
}

static bool hours_without_minutes(const NoteFacts *facts)
{
    return facts->schedule->by_date && facts->rule->hours.count && !facts->rule->minutes.count;
}

static bool start_has_seconds(const NoteFacts *facts)
{
    return facts->rule->start.text && facts->rule->minutes.count && facts->schedule->by_date &&
           civil_floor_mod(facts->schedule->start_wall_ms, CIVIL_MINUTE_MS) != 0;
}

// Would a week that begins on Monday, or on the start's own weekday, give other weeks than one that
// begins on Sunday? A weekday that comes `ahead` days after the start is still in its week if the start
// is early enough in it.
static bool week_start_matters(const NoteFacts *facts)
{
    const Calendar *calendar = &facts->schedule->calendar;
    if (facts->rule->frequency != FREQUENCY_WEEK || facts->rule->interval == 1)
        return false;
    int start = civil_weekday(calendar->anchor_day);
    for (int day = 0; day < WEEKDAY_COUNT; day++) {
        int ahead = (day - start + WEEKDAY_COUNT) % WEEKDAY_COUNT;
        bool sunday = start + ahead < WEEKDAY_COUNT;
        bool monday = (start + 6) % WEEKDAY_COUNT + ahead < WEEKDAY_COUNT;
        if ((calendar->week_days >> day & 1) && !(sunday && monday))
            return true;
    }
    return false;
}

static bool week_without_days(const NoteFacts *facts)
{
    return facts->rule->frequency == FREQUENCY_WEEK && is_scheduled(facts) &&
           !facts->rule->week_days.count;
}

static bool interval_and_schedule(const NoteFacts *facts)
{
    Frequency frequency = facts->rule->frequency;
    return facts->rule->interval > 1 && is_scheduled(facts) && facts->schedule->by_date &&
           frequency != FREQUENCY_WEEK;
}

static bool month_from_late_day(const NoteFacts *facts)
{
    const Calendar *calendar = &facts->schedule->calendar;
    return facts->schedule->by_date && calendar->unit == CALENDAR_MONTHS &&
           !facts->rule->month_days.count && !facts->rule->occurrences.count &&
           civil_from_days(calendar->anchor_day).day > 28;
}

static bool days_and_nth(const NoteFacts *facts)
{
    return facts->rule->month_days.count && facts->rule->occurrences.count;
}

static bool distance_and_schedule(const NoteFacts *facts)
{
    return !facts->schedule->by_date && is_scheduled(facts);
}

static bool yearly(const NoteFacts *facts)
{
    return facts->rule->frequency == FREQUENCY_YEAR;
}

static bool hours_across_changes(const NoteFacts *facts)
{
    ZoneTransition next;
    return facts->rule->frequency == FREQUENCY_HOUR && facts->rule->interval > 1 &&
           zone_next_transition(facts->schedule->zone, facts->anchor->now_ms, &next);
}

static bool drifts(const NoteFacts *facts)
{
    return !is_scheduled(facts);
}

// The service sets up days, weeks and months that far ahead.
static bool starts_too_soon(const NoteFacts *facts)
{
    static const int AHEAD_DAYS[FREQUENCY_COUNT] = {
        [FREQUENCY_DAY] = 1, [FREQUENCY_WEEK] = 7, [FREQUENCY_MONTH] = 31, [FREQUENCY_YEAR] = 31};
    gint64 ahead_ms = facts->schedule->start_ms - facts->anchor->now_ms;
    return facts->schedule->has_start && ahead_ms > 0 &&
           ahead_ms < AHEAD_DAYS[facts->rule->frequency] * (gint64)CIVIL_DAY_MS;
}

static bool starts_too_late(const NoteFacts *facts)
{
    gint64 years_ms = 49 * (gint64)365 * CIVIL_DAY_MS;
    return facts->schedule->start_ms - facts->anchor->now_ms > years_ms + 12 * (gint64)CIVIL_DAY_MS;
}

// Looks at the next changes of the zone only: a rule that meets gaps meets one of the next few.
static bool meets_gaps(const NoteFacts *facts)
{
    const Schedule *schedule = facts->schedule;
    gint64 at_ms = MAX(facts->anchor->now_ms, schedule->start_ms - 1);
    ZoneTransition gap;
    for (int i = 0; i < 8 && schedule->by_date && zone_next_transition(schedule->zone, at_ms, &gap);
         i++) {
        Occurrence next;
        gint64 until_ms = gap.at_ms + gap.after_ms - gap.before_ms;
        at_ms = gap.at_ms;
        for (gint64 from_ms = gap.at_ms + schedule->offset_ms;
             schedule_at_or_after(schedule, from_ms, &next) &&
             next.at_ms - schedule->offset_ms < until_ms;
             from_ms = next.at_ms + 1)
            if (next.flags & OCCURRENCE_MOVED)
                return true;
    }
    return false;
}

static bool search_given_up(const NoteFacts *facts)
{
    const Schedule *schedule = facts->schedule;
    bool gave_up = false;
    if (!schedule->by_date)
        tick_next(&schedule->tick, schedule->zone, schedule->start_ms, &gave_up);
    return gave_up;
}

// ---- The table ------------------------------------------------------------------------------------

static const struct {
    ScheduleNote note;
    bool (*holds)(const NoteFacts *facts);
} NOTES[] = {
    {{"zone-with-utc-start", true,
      "The start is in UTC and a zone is given too; whether the schedule's hours are in the zone "
      "is not "
      "documented.",
      "The zone is ignored: the hours are UTC."},
     utc_start_and_zone},
    {{"zone-without-start", true,
      "A zone is documented to apply only where there is a start, and this rule has none.",
      "Times of day are read in the zone."},
     zone_without_start},
    {{"no-zone", true,
      "A start or end has neither a Z nor a zone; the documentation demands one of them.",
      "It is read as UTC."},
     time_without_zone},
    {{"numeric-offset", true,
      "A start or end has a numeric offset; the documentation allows only Z.",
      "The offset is honoured and the time taken as an instant, like one with Z."},
     time_with_offset},
    {{"end-zone", true,
      "The start is in UTC and the end is not; in which zone the end is read is not documented.",
      "The end is read in the rule's zone."},
     local_end_of_utc_start},
    {{"end-included", true,
      "An occurrence falls exactly on the end; whether it still fires is not documented.",
      "It fires."},
     fires_at_end},
    {{"first-run", true,
      "The rule has a schedule and no start; the documentation says both that it fires when saved "
      "and that "
      "it waits for its first scheduled time.",
      "It fires when saved, then as scheduled."},
     schedule_without_start},
    {{"creation-unknown", true,
      "The rule has no start and it is not known when it was saved or last ran, which it counts "
      "from.",
      "It is counted from now."},
     created_unknown},
    {{"hour-from-start", true,
      "Minutes are given without hours; the documentation says both every hour and the start's "
      "hour.",
      "It fires in the hour of its start."},
     minutes_without_hours},
    {{"minute-from-start", true,
      "Hours are given without minutes; older documentation fires on the hour, newer in the "
      "start's minute.",
      "It fires in the minute (and second) of its start."},
     hours_without_minutes},
    {{"seconds", true,
      "The start has seconds and the schedule names minutes; the second is not documented.",
      "It fires at second 0."},
     start_has_seconds},
    {{"week-start", true,
      "It fires every few weeks on days that fall into different weeks depending on which day a "
      "week "
      "begins with; that is not documented.",
      "Weeks begin on Sunday, and are counted from the start's week."},
     week_start_matters},
    {{"weekday-from-start", true,
      "A weekly schedule names no weekday; what it then fires on is not documented.",
      "It fires on the weekday of its start."},
     week_without_days},
    {{"interval-anchor", true,
      "The interval is above 1 and there is a schedule; what days, months or years are counted "
      "from is not "
      "documented.",
      "They are counted from the date of the start."},
     interval_and_schedule},
    {{"late-month-day", true,
      "It fires on the day of its start, which shorter months do not have; what it does then is "
      "not "
      "documented.",
      "Months without that day are left out."},
     month_from_late_day},
    {{"days-and-weekdays", true,
      "Both month days and weekdays of the month are given; how they combine is not documented.",
      "A date must satisfy both."},
     days_and_nth},
    {{"schedule-below-day", true,
      "A schedule with a frequency below Day is outside what is documented.",
      "Hours and minutes thin out the occurrences; minutes of an hourly rule spread it over its "
      "hours."},
     distance_and_schedule},
    {{"yearly", true, "The frequency Year is accepted by the service but not documented.",
      "It is read as every 12 months, in the month of the start."},
     yearly},
    {{"elapsed-hours", true,
      "It fires every few hours in a zone that changes its clocks; whether hours are elapsed or "
      "shown by "
      "the clock is not documented.",
      "They are elapsed hours."},
     hours_across_changes},
    {{"drift", false,
      "Without a schedule, later occurrences are counted from the last run and may drift by its "
      "latency; "
      "the times here are the ideal ones.",
      NULL},
     drifts},
    {{"near-start", false,
      "The start is so near (under a day, a week, a month for these frequencies) that the service "
      "might "
      "skip the first occurrence.",
      NULL},
     starts_too_soon},
    {{"far-start", false,
      "The start is more than 49 years ahead; the service takes none that late.", NULL},
     starts_too_late},
    {{"skipped-hour", false,
      "Some of its times fall into an hour that the zone skips when clocks go forward; they fire "
      "later by "
      "the length of the gap, and the documentation warns that such times might have problems.",
      NULL},
     meets_gaps},
    {{"never-matches", false,
      "No occurrence was found that its hours and minutes let through; it is shown as never "
      "firing.",
      NULL},
     search_given_up},
};

G_STATIC_ASSERT(G_N_ELEMENTS(NOTES) <= 32);

guint32 notes_find(const NoteFacts *facts)
{
    guint32 notes = 0;
    for (guint i = 0; i < G_N_ELEMENTS(NOTES); i++)
        if (NOTES[i].holds(facts))
            notes |= 1U << i;
    return notes;
}

const ScheduleNote *schedule_note(const Schedule *schedule, guint i)
{
    guint32 rest = schedule->notes;
    for (; i > 0 && rest; i--)
        rest &= rest - 1;
    return rest ? &NOTES[__builtin_ctz(rest)].note : NULL;
}
