// What a recurrence means: the instants at which it fires, and what its documentation leaves open.
//
// A Schedule is compiled once from a rule and answers "what comes after T" at a cost that does not depend
// on how long ago the rule began. Rules by distance (seconds, minutes, hours) are sums on instants
// (tick.h); rules by date are found on the wall clock (calendar.h), span by span of the zone, so that the
// hour that is skipped and the hour that comes twice are treated as zone.h says.
//
// The times are ideal. A live trigger may run up to a minute late, and one without a schedule drifts.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/recurrence.h"
#include "sched/zone.h"

typedef struct Schedule Schedule;

// What a rule does not say itself.
typedef struct {
    gint64 created_ms; // when the trigger was created or last saved; 0 = unknown
    gint64 now_ms;     // stands in for an unknown creation; and decides which starts are near
    gint64 offset_ms;  // how much later (earlier) this location's copy of a split schedule fires
} ScheduleAnchor;

// Checks and compiles a rule. `zones` must outlive it. ERR_INVALID: not a rule (recurrence_check), or an
// offset of more than 366 days; ERR_NOT_FOUND: no such zone.
Schedule *schedule_new(const Recurrence *rule, Zones *zones, const ScheduleAnchor *anchor,
                       GError **error);
void schedule_free(Schedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schedule, schedule_free)

enum {
    OCCURRENCE_MOVED = 1 << 0,       // the zone skips the rule's time of that day: it fires later
    OCCURRENCE_TWICE = 1 << 1,       // its time comes twice that day: this is the first
    OCCURRENCE_AT_CREATION = 1 << 2, // fires because it was saved; the rule has no start
};

typedef struct {
    gint64 at_ms;
    guint flags; // of OCCURRENCE_…
} Occurrence;

// The first `count` occurrences strictly after an instant, in order. Returns how many there are; fewer
// than asked means that no more will come before the year 10000.
guint schedule_next(const Schedule *schedule, gint64 after_ms, guint count,
                    Occurrence *ret_occurrences);

// The first occurrence strictly after an instant; 0 = none.
gint64 schedule_next_ms(const Schedule *schedule, gint64 after_ms);

// How many occurrences lie after one instant and not after another: what a closed gate or a dead region
// missed. Counts no further than `limit`. Rules by distance are counted at once, others one by one.
guint64 schedule_count_between(const Schedule *schedule, gint64 after_ms, gint64 until_ms,
                               guint64 limit);

// The distance between two occurrences where it is always the same; 0 where it is not.
gint64 schedule_step_ms(const Schedule *schedule);

// The zone whose clock the rule is read on; UTC when it has none or names an instant as its start.
const Zone *schedule_zone(const Schedule *schedule);

// ---- What is not certain about it -----------------------------------------------------------------

typedef struct {
    const char *name;    // stable, for programs: "week-start"
    bool ambiguous;      // the documentation leaves it open; otherwise it warns of it
    const char *text;    // what is open, a sentence
    const char *reading; // what is assumed here, a sentence; NULL for a warning
} ScheduleNote;

// The i-th note on this rule, from 0; NULL behind the last. Static.
const ScheduleNote *schedule_note(const Schedule *schedule, guint i);

// ---- In words (sentence.c) ------------------------------------------------------------------------

// No wider than this.
enum { SCHEDULE_SHORT_COLUMNS = 28 };

// "every 20 min from :10", "last Mon of month 17:00": fits a column of a table. ASCII. The caller frees.
char *schedule_describe_short(const Schedule *schedule);

// The same with every time, the zone, the start and the end:
// "daily 08:00, 16:00 (W. Europe Standard Time), from 2026-01-01 00:00". ASCII. The caller frees.
char *schedule_describe(const Schedule *schedule);

// What the clocks of `zone` do at an occurrence, or have done since the one before it (`before_ms`; or
// since one asked): "clocks went forward 1h", "skipped hour: later". NULL: nothing. The
// caller frees.
char *schedule_clock_words(const Zone *zone, gint64 before_ms, const Occurrence *occurrence);
