// The compiled rule, for the files of sched/ alone.
#pragma once

#include "sched/calendar.h"
#include "sched/schedule.h"
#include "sched/tick.h"

struct Schedule {
    Frequency frequency;
    int interval;
    bool by_date; // a calendar, not a tick
    union {
        Calendar calendar;
        Tick tick;
    };
    const Zone *zone;     // whose wall clock counts
    gint64 start_ms;      // nothing of the rule fires earlier
    gint64 end_ms;        // nor later; G_MAXINT64 = no end
    gint64 created_ms;    // it fires then, once; 0 = it does not
    gint64 offset_ms;     // added to every occurrence
    gint64 start_wall_ms; // the start as written, on the zone's wall clock; for showing
    bool has_start;
    bool never;    // the calendar has no such date
    guint32 notes; // bit i: the i-th row of note.c's table holds
};

// Everything a note may depend on.
typedef struct {
    const Recurrence *rule;
    const ScheduleAnchor *anchor;
    const Zone *zone; // the rule's own, even where it is ignored; NULL = none given
    const Schedule *schedule;
} NoteFacts;

// The notes that hold, as bits.
guint32 notes_find(const NoteFacts *facts);

// The first occurrence at or after an instant, start and end heeded; false if there is none.
bool schedule_at_or_after(const Schedule *schedule, gint64 from_ms, Occurrence *ret_occurrence);
