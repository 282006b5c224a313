#include "model/lag.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS ((gint64)60 * 1000)

static void append(LagSeries *series, gint64 lag_ms)
{
    if (series->len == LAG_MINUTES) {
        memmove(series->lag_ms, series->lag_ms + 1, (LAG_MINUTES - 1) * sizeof series->lag_ms[0]);
        series->len--;
        series->first_min++;
    }
    series->lag_ms[series->len++] = lag_ms;
}

gboolean lag_series_add(LagSeries *series, gint64 at_ms, gint64 lag_ms)
{
    gint64 minute = at_ms / MINUTE_MS;
    lag_ms = MAX(lag_ms, (gint64)-1);
    if (!series->len || minute - (series->first_min + series->len - 1) >= LAG_MINUTES) {
        *series = (LagSeries){.first_min = minute};
        append(series, lag_ms);
        return TRUE;
    }
    gint64 last_min = series->first_min + series->len - 1;
    for (; last_min + 1 < minute; last_min++)
        append(series, -1);
    if (minute > last_min) {
        append(series, lag_ms);
        return TRUE;
    }
    gint64 *last_ms = &series->lag_ms[series->len - 1];
    *last_ms = MAX(*last_ms, lag_ms);
    return FALSE;
}

static int compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

gint64 lag_series_percentile(const LagSeries *series, guint percent)
{
    gint64 known[LAG_MINUTES];
    guint count = 0;
    for (guint i = 0; i < series->len; i++)
        if (series->lag_ms[i] >= 0)
            known[count++] = series->lag_ms[i];
    if (!count)
        return -1;
    qsort(known, count, sizeof known[0], compare);
    guint rank =
        (count * MIN(percent, 100) + 99) / 100; // the least value that so many do not exceed
    return known[MAX(rank, 1) - 1];
}
