// A schedule split over locations (L10): the same recurrence, shifted at each of them, so that an outage costs a
// run in so many instead of all.
#pragma once

#include "model/fleet.h"

typedef struct {
    guint parts;       // different offsets
    gint64 period_ms;  // of the recurrence itself
    gint64 gap_min_ms; // between two fires of all locations together
    gint64 gap_max_ms;
} Split;

// False if the trigger's schedule is not split: it has no recurrence, or all its instances fire at the same time;
// or if its period is no fixed length (months, schedules), so that nothing can be said of the gaps.
bool split_of(const Workload *workload, const Trigger *trigger, Split *ret_split);

// "split over 2 locations, together every 10m; while one is down a run is lost every 20m". The caller frees.
char *split_words(const Split *split);

// True if the fires interleave evenly, to a hundredth of the period.
bool split_is_even(const Split *split);
