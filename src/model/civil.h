// The calendar as arithmetic: dates as days since 1970-01-01 in the proleptic Gregorian calendar, and
// wall clocks as milliseconds since that midnight "as if it were UTC". No zones here: a wall clock
// becomes an instant in sched/ only.
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    CIVIL_SECOND_MS = 1000,
    CIVIL_MINUTE_MS = 60000,
    CIVIL_HOUR_MS = 3600000,
    CIVIL_DAY_MS = 86400000
};

// Monday is 1 as in C's struct tm; the services we speak with count weeks from Sunday too.
enum { SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, WEEKDAY_COUNT };

typedef struct {
    gint64 year;
    int month; // 1 to 12
    int day;   // 1 to 31
} CivilDate;

// Days since 1970-01-01 of a date that exists.
gint64 civil_to_days(gint64 year, int month, int day);

// The date of a day number.
CivilDate civil_from_days(gint64 days);

// Days of that month, 28 to 31.
int civil_month_length(gint64 year, int month);

// SUNDAY to SATURDAY.
int civil_weekday(gint64 days);

// Rounds towards minus infinity, as calendars want; `by` > 0.
gint64 civil_floor_div(gint64 value, gint64 by);

// What civil_floor_div leaves over, 0 to by - 1.
gint64 civil_floor_mod(gint64 value, gint64 by);
