// Time zones: from a name (Windows or IANA) to offsets, and from a wall clock to the instant it names.
//
// The offsets are the system's tzdata, laid out once per zone as a table of spans of constant offset, so
// that every question afterwards is a binary search. Nothing here depends on the process's own TZ. Two
// questions have no answer by themselves, and get the answer the trigger service
// documents: a wall clock that is skipped takes the offset in force before the change (02:30 becomes
// 03:30), one that occurs twice means its first instant.
//
// Changes of offset are known up to the year 2200; from then on each zone keeps its last one.
#pragma once

#include <glib.h>
#include <stdbool.h>

// One zone; belongs to the Zones it came from.
typedef struct Zone Zone;

// The zones a program uses, each loaded once. Not for several threads.
typedef struct Zones Zones;

Zones *zones_new(void);
void zones_free(Zones *zones);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Zones, zones_free)

// The zone of that name: a Windows name in any case, or an IANA name spelled exactly. NULL or "" is UTC.
// Borrowed: lives as long as `zones`. ERR_NOT_FOUND suggests names that are close.
const Zone *zones_get(Zones *zones, const char *name, GError **error);

// The name it is known by here ("W. Europe Standard Time", "Europe/Rome"), and the IANA zone whose rules
// it has ("Europe/Berlin"). Both plain ASCII.
const char *zone_name(const Zone *zone);
const char *zone_iana(const Zone *zone);

// A stretch of time with one offset. Wall clock = instant + offset.
typedef struct {
    gint64 begin_ms;  // G_MININT64 for the first
    gint64 end_ms;    // where the next begins; G_MAXINT64 for the last
    gint64 offset_ms; // ahead of UTC
    gint64 before_ms; // the offset of the span before; the same as offset_ms for the first
    gint64 after_ms;  // the offset of the span after; the same as offset_ms for the last
} ZoneSpan;

// The span that holds the instant.
ZoneSpan zone_span_at(const Zone *zone, gint64 at_ms);

// How far the zone's clocks are ahead of UTC at that instant, in ms.
gint64 zone_offset_at(const Zone *zone, gint64 at_ms);

// The zone's wall clock at that instant, in ms as if it were UTC (model/civil.h).
gint64 zone_to_wall(const Zone *zone, gint64 at_ms);

typedef enum {
    ZONE_FIT_ONCE,  // the wall clock shows this time once
    ZONE_FIT_GAP,   // never: it was moved by the length of the gap
    ZONE_FIT_TWICE, // twice: the first of them was taken
} ZoneFit;

// The instant a wall clock names. `ret_fit` may be NULL.
gint64 zone_to_utc(const Zone *zone, gint64 wall_ms, ZoneFit *ret_fit);

typedef struct {
    gint64 at_ms;     // the first instant with the new offset
    gint64 before_ms; // offsets, ahead of UTC
    gint64 after_ms;
} ZoneTransition;

// The first change of offset strictly after an instant; false if none is known.
bool zone_next_transition(const Zone *zone, gint64 after_ms, ZoneTransition *ret_transition);

// The zone's wall clock at that instant with its offset, "2026-11-21 04:14:07+01:00", into `buffer`.
void zone_format(const Zone *zone, gint64 at_ms, char buffer[32]);
