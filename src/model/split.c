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

// From the first fires of `n` that all have the same period.
static Split split_from(gint64 *offsets, guint n, gint64 period_ms)
{
    Split split = {.parts = n, .period_ms = period_ms, .gap_min_ms = G_MAXINT64};
    qsort(offsets, n, sizeof *offsets, compare_ms);
    for (guint i = 0; i < n; i++) {
        gint64 next = i + 1 < n ? offsets[i + 1] : offsets[0] + period_ms;
        split.gap_min_ms = MIN(split.gap_min_ms, next - offsets[i]);
        split.gap_max_ms = MAX(split.gap_max_ms, next - offsets[i]);
    }
    return split;
}

static bool is_in(const gint64 *offsets, guint n, gint64 offset)
{
    for (guint i = 0; i < n; i++)
        if (offsets[i] == offset)
            return true;
    return false;
}

bool split_of(const Workload *workload, const Trigger *trigger, Split *ret_split)
{
    gint64 period = trigger->has_recurrence ? period_of(&trigger->recurrence) : 0;
    guint n = workload->instances->len, different = 0;
    if (!period || n < 2)
        return false;
    g_autofree gint64 *offsets = g_new(gint64, n);
    for (guint i = 0; i < n; i++) {
        const Instance *instance = workload->instances->pdata[i];
        gint64 offset = instance->start_offset_ms % period;
        if (!is_in(offsets, different, offset))
            offsets[different++] = offset;
    }
    *ret_split = split_from(offsets, different, period);
    return different > 1;
}

static const Location *home_of(const SplitPart *part)
{
    return part->workload->group->primary;
}

bool split_of_parts(const GPtrArray *parts, SplitNext next, gpointer data, Split *ret_split)
{
    const SplitPart *first = parts->pdata[0];
    gint64 period = period_of(&first->trigger->recurrence);
    g_autofree gint64 *offsets = g_new(gint64, parts->len);
    for (guint i = 0; i < parts->len; i++) {
        const SplitPart *part = parts->pdata[i];
        const Location *home = home_of(part);
        const Instance *instance = home ? workload_instance(part->workload, home) : NULL;
        gint64 next_ms = instance && next ? next(instance, part->trigger, data) : 0;
        if (!next_ms || !period || period_of(&part->trigger->recurrence) != period)
            return false;
        offsets[i] = next_ms % period;
    }
    *ret_split = split_from(offsets, parts->len, period);
    ret_split->at_once = true;
    return true;
}

bool split_has_one_home(const GPtrArray *parts, const Location **ret_home)
{
    *ret_home = home_of(parts->pdata[0]);
    for (guint i = 1; i < parts->len; i++)
        if (home_of(parts->pdata[i]) != *ret_home)
            return false;
    return *ret_home != NULL;
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
    const char *to = even ? "" : " to ", *far = even ? "" : most;
    return split->at_once
               ? g_strdup_printf(
                     "split in %u, together every %s%s%s; while one is down a run is lost "
                     "every %s",
                     split->parts, least, to, far, period)
               : g_strdup_printf("copies %s%s%s apart, one at a time: every %s", least, to, far,
                                 period);
}
