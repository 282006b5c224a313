// The latency line of a healthy region moves every half minute, not with every probe: a screen on which nothing
// happens does not cost a slow line anything.
#pragma once

#include "model/status.h"

enum { LATENCY_MAX = 12 };

typedef struct {
    gint64 taken_ms;
    guint n;
    double values[LATENCY_MAX]; // µs, oldest first; NAN: no answer
    gint64 p50_us, p99_us;
} Latency;

// From the region's name to what is shown of it; g_hash_table_unref.
GHashTable *latency_book_new(void);

// What is to be shown now; borrowed.
const Latency *latency_of(GHashTable *book, const LocationStatus *location, gint64 now_ms);

// The vantage point that counts: the one that sees most failures. NULL: none.
const VantageStatus *latency_vantage(const LocationStatus *location);
