// Rules that name dates and times of day: every n days, weeks or months, on certain days, at certain hours
// and minutes. All on wall clocks (model/civil.h), without zones: a wall clock is turned into an instant
// afterwards. The next match is computed from any moment without walking from the start.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/civil.h"

typedef enum { CALENDAR_DAYS, CALENDAR_WEEKS, CALENDAR_MONTHS } CalendarUnit;

typedef struct {
    CalendarUnit unit;
    int interval;      // every how many units, from 1
    gint64 anchor_day; // a day of the unit that is counted from
    guint64 minutes;   // bit m: fires in minute m of the hour; never 0
    guint32 hours;     // bit h: fires in hour h; never 0
    guint32 second_ms; // into the minute
    guint8 week_days;  // CALENDAR_WEEKS: bit SUNDAY to SATURDAY; never 0
    guint32 days;      // CALENDAR_MONTHS: bit d = d-th day
    guint32 days_back; // bit d = d-th day from the end
    guint16 nth
        [WEEKDAY_COUNT]; // per weekday, bit 5 + n = n-th of the month (n < 0: from its end, 0: each)
    bool by_day;         // days and days_back say something
    bool by_nth;         // nth says something; with by_day a date must satisfy both
} Calendar;

// What calendar_next answers when nothing comes any more.
#define CALENDAR_NEVER G_MAXINT64

// Nothing is looked for from here on: 10000-01-01, the end of four-digit years.
#define CALENDAR_END_MS G_GINT64_CONSTANT(253402300800000)

// The first match at or after a wall clock, or CALENDAR_NEVER. The calendar counts backwards from its
// anchor as well as forwards; where a rule begins is its user's business.
gint64 calendar_next(const Calendar *calendar, gint64 wall_ms);

// False if no date of the calendar can ever match (31 February).
bool calendar_is_possible(const Calendar *calendar);

// How many times of day the rule has.
guint calendar_times(const Calendar *calendar);
