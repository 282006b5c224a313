// When a trigger fires, as its author wrote it: the recurrence of a workflow trigger with every field
// kept as given, so that it can be shown, compared and sent back unchanged. What it means (zones, next
// occurrences, what its documentation leaves open) is worked out by sched/.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/civil.h"

typedef enum {
    FREQUENCY_NONE, // not given; no rule is valid with it
    FREQUENCY_SECOND,
    FREQUENCY_MINUTE,
    FREQUENCY_HOUR,
    FREQUENCY_DAY,
    FREQUENCY_WEEK,
    FREQUENCY_MONTH,
    FREQUENCY_YEAR,
    FREQUENCY_COUNT
} Frequency;

// A start or an end. Zeroed = not given.
typedef struct {
    char *text;     // as written; owned; NULL = not given
    gint64 wall_ms; // its clock reading, counted as if it were UTC (an offset is already taken off)
    bool had_z;     // it names an instant ("Z" or an offset); otherwise the rule's zone decides
    bool had_offset; // it had a numeric offset, which the service's documentation does not allow
} RuleTime;

// Whole numbers as listed. Zeroed = not given; an empty list means the same.
typedef struct {
    int *values; // owned
    guint count;
} IntList;

typedef struct {
    int day;        // SUNDAY to SATURDAY
    int occurrence; // 1 to 5 from the month's start, -1 to -5 from its end, 0 = every such day
} MonthlyOccurrence;

typedef struct {
    MonthlyOccurrence *values; // owned
    guint count;
} OccurrenceList;

// No list grows beyond this, whatever is appended.
enum { RECURRENCE_LIST_MAX = 128 };

typedef struct {
    Frequency frequency;
    int interval; // every how many of them, from 1
    RuleTime start;
    RuleTime end;
    char *zone;                 // Windows or IANA name as given; owned; NULL = not given
    IntList minutes;            // 0 to 59
    IntList hours;              // 0 to 23
    IntList week_days;          // SUNDAY to SATURDAY; only with Week
    IntList month_days;         // 1 to 31, -1 (the last) to -31; only with Month or Year
    OccurrenceList occurrences; // only with Month or Year
} Recurrence;

// "minute", "Minute": any case. ERR_INVALID lists what is known. The name is as the service spells it.
bool frequency_parse(const char *text, Frequency *ret_frequency, GError **error);
const char *frequency_name(Frequency frequency);

// Whole English names in any case. The name is as the service spells it ("Monday").
bool weekday_parse(const char *text, int *ret_day, GError **error);
const char *weekday_name(int day);

// Reads YYYY-MM-DDThh:mm[:ss[.fff]] with Z, an offset or nothing behind it. On success what `*ret_time`
// held is released. ERR_INVALID says what was expected.
bool rule_time_parse(const char *text, RuleTime *ret_time, GError **error);

// Appends one value; false (and unchanged) when the list is full.
bool int_list_append(IntList *list, int value);
bool occurrence_list_append(OccurrenceList *list, int day, int occurrence);

// A rule with nothing given but an interval of 1. A zeroed struct is valid to release too.
void recurrence_init(Recurrence *rule);
void recurrence_release(Recurrence *rule);

// True if any part of a schedule (minutes, hours, days) is given.
bool recurrence_has_schedule(const Recurrence *rule);

// Is it a rule at all: ranges, duplicates, what goes with which frequency, the service's greatest
// intervals, an end before the start. ERR_INVALID names every mistake in one sentence, parted by "; ".
// Zone names are checked where zones are known (sched/zone.h).
bool recurrence_check(const Recurrence *rule, GError **error);
