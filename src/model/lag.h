// How far replication was behind, minute by minute for two hours: one value a minute, the worst that was seen in it, so
// that no peak is lost between two looks. Held against the RPO (F1, F3).
#pragma once

#include <glib.h>

enum { LAG_MINUTES = 120 };

// A ring would save a move a minute; a plain run is simpler. Zeroed = nothing known.
typedef struct {
    gint64 first_min; // minutes since 1970 of lag_ms[0]
    guint len;
    gint64 lag_ms[LAG_MINUTES]; // oldest first; -1 = nobody knew
} LagSeries;

// Takes a look at `at_ms` that found a lag of `lag_ms` (-1 = unknown). True if a minute has begun with it: the one
// before is complete. Minutes without a look are unknown. A clock that went back counts for the last minute.
gboolean lag_series_add(LagSeries *series, gint64 at_ms, gint64 lag_ms);

// The percentile over the minutes that are known, 0 to 100; -1 if none is.
gint64 lag_series_percentile(const LagSeries *series, guint percent);
