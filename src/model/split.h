// A schedule split over locations (L10), so that an outage costs a run in so many instead of all. It is declared in one
// of two ways:
//
//   parts     triggers of several workloads that name the same `split`: each part is active in its own home
//   copies    instances of one workload with offsets: they fire apart, but one of them is active at a time
#pragma once

#include "model/fleet.h"

typedef struct {
    guint parts;       // different offsets
    gint64 period_ms;  // of the recurrence itself
    gint64 gap_min_ms; // between two fires of all together
    gint64 gap_max_ms;
    bool at_once; // parts: all of them are active; copies of one workload are not
} Split;

// When the trigger fires next at that instance; 0 = never, or that is not known.
typedef gint64 (*SplitNext)(const Instance *instance, const Trigger *trigger, gpointer data);

// False if the trigger's schedule is not split: it has no recurrence, or all its instances fire at the same time;
// or if its period is no fixed length (months, schedules), so that nothing can be said of the gaps.
bool split_of(const Workload *workload, const Trigger *trigger, Split *ret_split);

// The same of parts (fleet_split), each where its group is at home. False if their periods differ or are of no fixed
// length, or if `next` does not know.
bool split_of_parts(const GPtrArray *parts, SplitNext next, gpointer data, Split *ret_split);

// True if all parts are at home in one location: its loss stops all of them. `ret_home` gets it; never NULL then.
bool split_has_one_home(const GPtrArray *parts, const Location **ret_home);

// "split in 2, together every 10m; while one is down a run is lost every 20m", or of copies "copies 10m apart, one at a
// time: every 20m". The caller frees.
char *split_words(const Split *split);

// True if the fires interleave evenly, to a hundredth of the period.
bool split_is_even(const Split *split);
