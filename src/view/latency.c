#include "view/latency.h"

#include <math.h>

enum { CALM_MS = 30 * 1000 };

GHashTable *latency_book_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

const VantageStatus *latency_vantage(const LocationStatus *location)
{
    const VantageStatus *best = NULL;
    for (guint i = 0; i < location->vantages->len; i++) {
        const VantageStatus *vantage = location->vantages->pdata[i];
        if (!best || vantage->failures > best->failures)
            best = vantage;
    }
    return best;
}

static void take_latency(const LocationStatus *location, gint64 now_ms, Latency *ret_latency)
{
    const VantageStatus *vantage = latency_vantage(location);
    guint n = vantage ? MIN(vantage->history_len, (guint)LATENCY_MAX) : 0;
    *ret_latency = (Latency){
        .taken_ms = now_ms, .n = n, .p50_us = location->p50_us, .p99_us = location->p99_us};
    for (guint i = 0; i < n; i++) {
        const ProbeSample *sample = &vantage->history[vantage->history_len - n + i];
        ret_latency->values[i] = sample->ok ? (double)sample->latency_us : (double)NAN;
    }
}

const Latency *latency_of(GHashTable *book, const LocationStatus *location, gint64 now_ms)
{
    Latency *known = g_hash_table_lookup(book, location->name);
    bool calm = location->verdict.state == VERDICT_UP;
    if (known && calm && now_ms - known->taken_ms < CALM_MS && now_ms >= known->taken_ms &&
        known->n == LATENCY_MAX)
        return known;
    if (!known) {
        known = g_new0(Latency, 1);
        g_hash_table_insert(book, g_strdup(location->name), known);
    }
    take_latency(location, now_ms, known);
    return known;
}
