// What clocks do between the occurrences of a rule, in words.
#include "sched/schedule.h"

#include "base/timefmt.h"

static char *change_words(gint64 change_ms)
{
    char length[16];
    duration_format(ABS(change_ms), length);
    return g_strdup_printf("clocks went %s %s", change_ms > 0 ? "forward" : "back", length);
}

char *schedule_clock_words(const Zone *zone, gint64 before_ms, const Occurrence *occurrence)
{
    if (occurrence->flags & OCCURRENCE_MOVED)
        return g_strdup("skipped hour: later");
    if (occurrence->flags & OCCURRENCE_TWICE)
        return g_strdup("hour comes twice: first");
    gint64 change_ms = zone_offset_at(zone, occurrence->at_ms) - zone_offset_at(zone, before_ms);
    return before_ms > 0 && change_ms ? change_words(change_ms) : NULL;
}
