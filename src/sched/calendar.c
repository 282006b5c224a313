#include "sched/calendar.h"

// The Gregorian calendar repeats itself after 400 years, weekdays included.
enum { CYCLE_MONTHS = 4800 };

static const gint64 NO_DAY = G_MAXINT64;

// The bits of a mask from `from` up.
static guint64 bits_from(guint64 mask, int from)
{
    return from >= 64 ? 0 : mask & (G_MAXUINT64 << from);
}

static int lowest_bit(guint64 mask)
{
    return __builtin_ctzll(mask);
}

// ---- Days -----------------------------------------------------------------------------------------

static gint64 next_of_days(const Calendar *calendar, gint64 day)
{
    gint64 late = civil_floor_mod(day - calendar->anchor_day, calendar->interval);
    return late == 0 ? day : day + calendar->interval - late;
}

// Weeks begin on Sunday.
static gint64 next_of_weeks(const Calendar *calendar, gint64 day)
{
    gint64 anchor_sunday = calendar->anchor_day - civil_weekday(calendar->anchor_day);
    gint64 sunday = day - civil_weekday(day);
    gint64 late = civil_floor_mod((sunday - anchor_sunday) / WEEKDAY_COUNT, calendar->interval);
    guint64 rest = bits_from(calendar->week_days, (int)(day - sunday));
    if (late == 0 && rest)
        return sunday + lowest_bit(rest);
    return sunday + (calendar->interval - late) * WEEKDAY_COUNT + lowest_bit(calendar->week_days);
}

// The days of a month that are a weekday's n-th as `wanted` asks; that weekday comes first on `first`.
// Bit d of the answer = day d; bits behind the month's end may be set.
static guint64 nth_of_weekday(guint32 wanted, int first, int length)
{
    const guint64 each = 1U | 1U << 7 | 1U << 14 | 1U << 21 | 1U << 28;
    int last = first + (length - first) / WEEKDAY_COUNT * WEEKDAY_COUNT;
    guint64 mask = wanted & 1U << 5 ? each << first : 0;
    for (int n = 1; n <= 5; n++) {
        int ahead = first + (n - 1) * WEEKDAY_COUNT, back = last - (n - 1) * WEEKDAY_COUNT;
        if (wanted & 1U << (5 + n))
            mask |= G_GUINT64_CONSTANT(1) << ahead;
        if (wanted & 1U << (5 - n) && back > 0)
            mask |= G_GUINT64_CONSTANT(1) << back;
    }
    return mask;
}

static guint32 nth_mask(const Calendar *calendar, gint64 first_day, int length)
{
    guint64 mask = 0;
    int weekday = civil_weekday(first_day);
    for (int day = 0; day < WEEKDAY_COUNT; day++)
        if (calendar->nth[day])
            mask |= nth_of_weekday(calendar->nth[day],
                                   (day - weekday + WEEKDAY_COUNT) % WEEKDAY_COUNT + 1, length);
    return (guint32)mask;
}

static guint32 back_mask(const Calendar *calendar, int length)
{
    guint32 mask = 0;
    for (int d = 1; d <= length; d++)
        if (calendar->days_back & (1U << (length - d + 1)))
            mask |= 1U << d;
    return mask;
}

// `month` counts from January of year 0.
static guint32 month_mask(const Calendar *calendar, gint64 month, gint64 *ret_first_day)
{
    gint64 year = civil_floor_div(month, 12);
    int of_year = (int)(month - year * 12) + 1;
    int length = civil_month_length(year, of_year);
    guint32 mask = (G_MAXUINT32 >> (31 - length)) & ~1U;
    *ret_first_day = civil_to_days(year, of_year, 1);
    if (calendar->by_day)
        mask &= calendar->days | (calendar->days_back ? back_mask(calendar, length) : 0);
    if (calendar->by_nth && mask)
        mask &= nth_mask(calendar, *ret_first_day, length);
    return mask;
}

static gint64 month_of(gint64 day)
{
    CivilDate date = civil_from_days(day);
    return date.year * 12 + date.month - 1;
}

// After so many steps every kind of month the rule can meet has been met.
static int steps_of_cycle(int interval)
{
    int a = CYCLE_MONTHS, b = interval;
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return CYCLE_MONTHS / a;
}

static gint64 next_of_months(const Calendar *calendar, gint64 day)
{
    gint64 month = month_of(day);
    gint64 late = civil_floor_mod(month - month_of(calendar->anchor_day), calendar->interval);
    int from = civil_from_days(day).day;
    if (late) {
        month += calendar->interval - late;
        from = 1;
    }
    // One step more than the cycle has, because of the first month only the rest may be looked at.
    for (int left = steps_of_cycle(calendar->interval); left >= 0; left--) {
        gint64 first_day;
        guint64 mask = bits_from(month_mask(calendar, month, &first_day), from);
        if (mask)
            return first_day + lowest_bit(mask) - 1;
        month += calendar->interval;
        from = 1;
    }
    return NO_DAY;
}

static gint64 next_day(const Calendar *calendar, gint64 day)
{
    static gint64 (*const NEXT[])(const Calendar *, gint64) = {
        [CALENDAR_DAYS] = next_of_days,
        [CALENDAR_WEEKS] = next_of_weeks,
        [CALENDAR_MONTHS] = next_of_months,
    };
    return NEXT[calendar->unit](calendar, day);
}

// ---- Times of day ---------------------------------------------------------------------------------

static gint64 time_at(const Calendar *calendar, int hour, int minute)
{
    return (gint64)hour * CIVIL_HOUR_MS + (gint64)minute * CIVIL_MINUTE_MS + calendar->second_ms;
}

// The first time of day at or after `time_ms`; false if the day has none left.
static bool next_time(const Calendar *calendar, gint64 time_ms, gint64 *ret_time_ms)
{
    // Rounded up to the first minute whose firing is not yet over.
    gint64 minute =
        civil_floor_div(time_ms - calendar->second_ms + CIVIL_MINUTE_MS - 1, CIVIL_MINUTE_MS);
    int hour = (int)(minute / 60);
    guint64 hours = bits_from(calendar->hours, hour);
    guint64 minutes = bits_from(calendar->minutes, (int)(minute % 60));
    if (hours && lowest_bit(hours) == hour && !minutes)
        hours &= hours - 1;
    if (!hours)
        return false;
    bool this_hour = lowest_bit(hours) == hour;
    *ret_time_ms =
        time_at(calendar, lowest_bit(hours), lowest_bit(this_hour ? minutes : calendar->minutes));
    return true;
}

gint64 calendar_next(const Calendar *calendar, gint64 wall_ms)
{
    if (wall_ms >= CALENDAR_END_MS)
        return CALENDAR_NEVER;
    gint64 today = civil_floor_div(wall_ms, CIVIL_DAY_MS);
    gint64 time_ms = 0;
    gint64 day = next_day(calendar, today);
    if (day == today && !next_time(calendar, wall_ms - today * CIVIL_DAY_MS, &time_ms))
        day = next_day(calendar, today + 1);
    if (day == NO_DAY)
        return CALENDAR_NEVER;
    if (day != today)
        time_ms = time_at(calendar, lowest_bit(calendar->hours), lowest_bit(calendar->minutes));
    gint64 next_ms = day * CIVIL_DAY_MS + time_ms;
    return next_ms < CALENDAR_END_MS ? next_ms : CALENDAR_NEVER;
}

bool calendar_is_possible(const Calendar *calendar)
{
    return next_day(calendar, calendar->anchor_day) != NO_DAY;
}

guint calendar_times(const Calendar *calendar)
{
    return (guint)(__builtin_popcount(calendar->hours) * __builtin_popcountll(calendar->minutes));
}
