#include "model/split.h"

#include <stdlib.h>

#include "base/timefmt.h"

#define SECOND_MS ((gint64)1000)

static gint64 period_of(const Recurrence *rule)
{
    static const gint64 UNITS[] = {[FREQUENCY_SECOND] = SECOND_MS,
                                   [FREQUENCY_MINUTE] = 60 * SECOND_MS,
                                   [FREQUENCY_HOUR] = 3600 * SECOND_MS,
                                   [FREQUENCY_DAY] = 86400 * SECOND_MS,
                                   [FREQUENCY_WEEK] = 7 * 86400 * SECOND_MS};
    gint64 unit = (gsize)rule->frequency < G_N_ELEMENTS(UNITS) ? UNITS[rule->frequency] : 0;
    bool scheduled = rule->minutes.count || rule->hours.count || rule->week_days.count;
    return scheduled ? 0 : unit * MAX(rule->interval, 1);
}

static int compare_ms(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

bool split_of(const Workload *workload, const Trigger *trigger, Split *ret_split)
{
    gint64 period = trigger->has_recurrence ? period_of(&trigger->recurrence) : 0;
    guint n = workload->instances->len, parts = 0;
    if (!period || n < 2)
        return false;
    g_autofree gint64 *offsets = g_new(gint64, n);
    for (guint i = 0; i < n; i++)
        offsets[i] = ((const Instance *)workload->instances->pdata[i])->start_offset_ms % period;
    qsort(offsets, n, sizeof *offsets, compare_ms);
    for (guint i = 0; i < n; i++)
        if (!parts || offsets[i] != offsets[parts - 1])
            offsets[parts++] = offsets[i];
    if (parts < 2)
        return false;
    Split split = {parts, period, G_MAXINT64, 0};
    for (guint i = 0; i < parts; i++) {
        gint64 next = i + 1 < parts ? offsets[i + 1] : offsets[0] + period;
        split.gap_min_ms = MIN(split.gap_min_ms, next - offsets[i]);
        split.gap_max_ms = MAX(split.gap_max_ms, next - offsets[i]);
    }
    *ret_split = split;
    return true;
}

bool split_is_even(const Split *split)
{
    return split->gap_max_ms - split->gap_min_ms <= split->period_ms / 100;
}

char *split_words(const Split *split)
{
    char least[16], most[16], period[16];
    bool even = split_is_even(split);
    duration_format(split->gap_min_ms, least);
    duration_format(split->gap_max_ms, most);
    duration_format(split->period_ms, period);
    return g_strdup_printf(
        "split over %u locations, together every %s%s%s; while one is down a run "
        "is lost every %s",
        split->parts, least, even ? "" : " to ", even ? "" : most, period);
}
