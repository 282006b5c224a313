#include "sched/zone.h"

#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "model/civil.h"
#include "sched/tzif.h"
#include "sched/zonename.h"

struct Zone {
    char *name;
    char *iana;
    TzifSpan *spans; // ordered; the first begins at G_MININT64
    guint count;
};

struct Zones {
    GHashTable *by_name; // Zone.name → Zone, owned
};

// Changes of offset are laid out until then.
enum { TABLE_END_YEAR = 2200 };

static void zone_free(gpointer data)
{
    Zone *zone = data;
    g_free(zone->name);
    g_free(zone->iana);
    g_free(zone->spans);
    g_free(zone);
}

static Zone *zone_load(const char *iana, GError **error)
{
    g_autofree char *path = zonename_path(iana);
    g_autofree char *bytes = NULL;
    gsize length;
    guint count;
    g_autoptr(GError) cause = NULL;
    TzifSpan *spans = NULL;
    if (g_file_get_contents(path, &bytes, &length, &cause))
        spans = tzif_parse((const guint8 *)bytes, length, TABLE_END_YEAR, &count, &cause);
    if (!spans) {
        g_set_error(error, ERR, ERR_CORRUPT, "The rules of zone %s could not be read: %s", iana,
                    cause->message);
        return NULL;
    }
    Zone *zone = g_new0(Zone, 1);
    zone->iana = g_strdup(iana);
    zone->spans = spans;
    zone->count = count;
    return zone;
}

// UTC is there even on a machine without tzdata.
static Zone *utc_new(void)
{
    Zone *zone = g_new0(Zone, 1);
    zone->name = g_strdup("UTC");
    zone->iana = g_strdup("Etc/UTC");
    zone->spans = g_new0(TzifSpan, 1);
    zone->spans->begin_ms = G_MININT64;
    zone->count = 1;
    return zone;
}

Zones *zones_new(void)
{
    Zones *zones = g_new0(Zones, 1);
    zones->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, zone_free);
    Zone *utc = utc_new();
    g_hash_table_insert(zones->by_name, utc->name, utc);
    return zones;
}

void zones_free(Zones *zones)
{
    if (!zones)
        return;
    g_hash_table_destroy(zones->by_name);
    g_free(zones);
}

const Zone *zones_get(Zones *zones, const char *name, GError **error)
{
    g_autofree char *canonical = NULL;
    g_autofree char *iana = NULL;
    Zone *zone = g_hash_table_lookup(zones->by_name, name && *name ? name : "UTC");
    if (zone)
        return zone;
    if (!zonename_resolve(name, &canonical, &iana, error))
        return NULL;
    zone = g_hash_table_lookup(zones->by_name, canonical);
    if (zone)
        return zone;
    if (!(zone = zone_load(iana, error)))
        return NULL;
    zone->name = g_steal_pointer(&canonical);
    g_hash_table_insert(zones->by_name, zone->name, zone);
    return zone;
}

const char *zone_name(const Zone *zone)
{
    return zone->name;
}

const char *zone_iana(const Zone *zone)
{
    return zone->iana;
}

// The last span that begins at or before the instant.
static guint find(const Zone *zone, gint64 at_ms)
{
    guint low = 0, high = zone->count;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (zone->spans[middle].begin_ms <= at_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static ZoneSpan span_get(const Zone *zone, guint i)
{
    const TzifSpan *span = &zone->spans[i];
    bool last = i + 1 == zone->count;
    return (ZoneSpan){
        .begin_ms = span->begin_ms,
        .end_ms = last ? G_MAXINT64 : span[1].begin_ms,
        .offset_ms = span->offset_ms,
        .before_ms = i == 0 ? span->offset_ms : span[-1].offset_ms,
        .after_ms = last ? span->offset_ms : span[1].offset_ms,
    };
}

ZoneSpan zone_span_at(const Zone *zone, gint64 at_ms)
{
    return span_get(zone, find(zone, at_ms));
}

gint64 zone_offset_at(const Zone *zone, gint64 at_ms)
{
    return zone->spans[find(zone, at_ms)].offset_ms;
}

gint64 zone_to_wall(const Zone *zone, gint64 at_ms)
{
    return at_ms + zone_offset_at(zone, at_ms);
}

gint64 zone_to_utc(const Zone *zone, gint64 wall_ms, ZoneFit *ret_fit)
{
    // No offset reaches a day, so the span that holds the instant a day earlier is not too late to begin.
    guint i = find(zone, wall_ms - CIVIL_DAY_MS);
    while (i + 1 < zone->count &&
           wall_ms - zone->spans[i].offset_ms >= zone->spans[i + 1].begin_ms &&
           wall_ms - zone->spans[i + 1].offset_ms >= zone->spans[i + 1].begin_ms)
        i++;
    // Here the clock has either not yet left span i, or it has and the next has not shown it: a gap,
    // which the offset before it decides.
    ZoneSpan span = span_get(zone, i);
    gint64 at_ms = wall_ms - span.offset_ms;
    ZoneFit fit = ZONE_FIT_ONCE;
    if (at_ms >= span.end_ms)
        fit = ZONE_FIT_GAP;
    else if (span.end_ms != G_MAXINT64 && wall_ms >= span.end_ms + span.after_ms)
        fit = ZONE_FIT_TWICE;
    if (ret_fit)
        *ret_fit = fit;
    return at_ms;
}

bool zone_next_transition(const Zone *zone, gint64 after_ms, ZoneTransition *ret_transition)
{
    guint next = find(zone, after_ms) + 1;
    if (next >= zone->count)
        return false;
    ZoneSpan span = span_get(zone, next);
    *ret_transition = (ZoneTransition){
        .at_ms = span.begin_ms, .before_ms = span.before_ms, .after_ms = span.offset_ms};
    return true;
}

void zone_format(const Zone *zone, gint64 at_ms, char buffer[32])
{
    char wall[32];
    gint64 offset_ms = zone_offset_at(zone, at_ms);
    int minutes = (int)(ABS(offset_ms) / CIVIL_MINUTE_MS);
    time_format_full(at_ms + offset_ms, wall); // "2026-11-21 04:14:07Z": a wall clock has no Z
    g_snprintf(buffer, 32, "%.19s%c%02d:%02d", wall, offset_ms < 0 ? '-' : '+', minutes / 60,
               minutes % 60);
}
