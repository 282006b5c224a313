// Rules that name a distance: every n seconds, minutes or hours of elapsed time from a start, whatever
// clocks do meanwhile. A schedule may thin them out by the hours and minutes of the zone's wall clock.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "sched/zone.h"

typedef struct {
    gint64 origin_ms; // the instant counted from
    gint64 step_ms;   // > 0
    // Every so many hours from slot_origin_ms only the hour that begins there counts; 0 = all hours do.
    // For "every 3 hours, at minutes 0 and 30".
    int slot_hours;
    gint64 slot_origin_ms;
    guint64 minutes; // bit m: fires in minute m of the wall clock's hour; 0 = in any
    guint32 hours;   // the same for hours
} Tick;

// What tick_next answers when nothing comes any more.
#define TICK_NEVER G_MAXINT64

// True if a wall clock's hours or minutes have a say.
bool tick_is_filtered(const Tick *tick);

// The first tick at or after an instant. A filter that rejects everything for 2,000 tries ends the
// search: TICK_NEVER, and *ret_gave_up is set. `ret_gave_up` may be NULL.
gint64 tick_next(const Tick *tick, const Zone *zone, gint64 from_ms, bool *ret_gave_up);

// How many ticks of an unfiltered rule lie at or after `from_ms` and before `until_ms`.
gint64 tick_count(const Tick *tick, gint64 from_ms, gint64 until_ms);
