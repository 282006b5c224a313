// Zones: their names, their tables against the system's own zdump, and wall clocks that are skipped or
// come twice.
#include "sched/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "model/civil.h"
#include "sched/zonename.h"

static void test_names(void)
{
    static const struct {
        const char *name, *canonical, *iana;
    } NAMES[] = {
        {NULL, "UTC", "Etc/UTC"},
        {"", "UTC", "Etc/UTC"},
        {"UTC", "UTC", "Etc/UTC"},
        {"utc", "UTC", "Etc/UTC"},
        {"W. Europe Standard Time", "W. Europe Standard Time", "Europe/Berlin"},
        {"w. europe STANDARD time", "W. Europe Standard Time", "Europe/Berlin"},
        {"Europe/Rome", "Europe/Rome", "Europe/Rome"},
        {"Mountain Standard Time (Mexico)", "Mountain Standard Time (Mexico)", "America/Mazatlan"},
        {"UTC-11", "UTC-11", "Etc/GMT+11"},
        {"CST6CDT", "CST6CDT", "CST6CDT"},
    };
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        g_autoptr(GError) error = NULL;
        const Zone *zone = zones_get(zones, NAMES[i].name, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(zone_name(zone), ==, NAMES[i].canonical);
        g_assert_cmpstr(zone_iana(zone), ==, NAMES[i].iana);
        g_assert_true(zones_get(zones, NAMES[i].canonical, NULL) == zone); // loaded once
    }
}

// `hint`: part of the message.
static const struct {
    const char *name, *hint;
} UNKNOWN[] = {
    {"W Europe Standard Time", "\"W. Europe Standard Time\""},
    {"Central Europe Standard Tyme", "\"Central Europe Standard Time\""},
    {"Europe/Roma", "\"Europe/Rome\""},
    {"europe/berlin", "\"Europe/Berlin\""},
    {"Pacific Time", "close to it are \"Pacific Standard Time\""},
    {"Nowhere in particular", "expected a Windows name such as"},
    {"Kamchatka", "\"Asia/Kamchatka\""},
    {"Kamchatka Standard Time", "There is no time zone"},
    {"+02:00", "expected a Windows name"},
    {"EST5", "There is no time zone"},
    {"CET-1CEST", "There is no time zone"},
    {"../../etc/passwd", "There is no time zone"},
    {"/etc/localtime", "There is no time zone"},
    {"right/Europe/Rome", "There is no time zone"},
    {"Europe", "There is no time zone"},
    {"zone.tab", "There is no time zone"},
    {"\033[2JEurope/Rome", "\\x1b"},
    {"日本標準時日本標準時日本標準時日本標準時日本標準時日本標準時日本標準時日本標準時日本標準時日"
     "本標準時",
     "There is no"},
};

static void test_unknown_names(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(UNKNOWN); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(zones_get(zones, UNKNOWN[i].name, &error));
        g_assert_error(error, ERR, ERR_NOT_FOUND);
        if (!strstr(error->message, UNKNOWN[i].hint))
            g_error("%s: \"%s\" has no %s", UNKNOWN[i].name, error->message, UNKNOWN[i].hint);
        g_assert_null(strchr(error->message, '\033'));
        g_assert_cmpuint(strlen(error->message), <, 500);
    }
}

// The compiled table is CLDR's file, row by row, and all its zones are there.
static void test_table_is_the_file(void)
{
    const char *top = g_getenv("SB_TOP_SRCDIR");
    if (!top) {
        g_test_skip("SB_TOP_SRCDIR is not set");
        return;
    }
    g_autofree char *path = g_build_filename(top, "data", "zones", "windowsZones.xml", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autoptr(Zones) zones = zones_new();
    guint row = 0;
    for (char *at = text; (at = strstr(at, "<mapZone other=\"")); row++) {
        g_auto(GStrv) parts = g_strsplit(at, "\"", 7);
        g_assert_cmpuint(row, <, ZONE_NAMES_COUNT);
        g_assert_cmpstr(parts[1], ==, ZONE_NAMES[row].windows);
        g_assert_cmpstr(parts[3], ==, "001");
        g_assert_cmpstr(parts[5], ==, ZONE_NAMES[row].iana);
        g_assert_nonnull(zones_get(zones, parts[1], NULL));
        at++;
    }
    g_assert_cmpuint(row, ==, ZONE_NAMES_COUNT);
}

// ---- Against zdump --------------------------------------------------------------------------------

enum { FIRST_YEAR = 1971, LAST_YEAR = 2075 };

static int month_number(const char *name)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *at = strstr(MONTHS, name);
    g_assert_nonnull(at);
    return (int)(at - MONTHS) / 3 + 1;
}

// "Europe/Berlin  Sun Mar 29 01:00:00 2026 UT = Sun Mar 29 03:00:00 2026 CEST isdst=1 gmtoff=7200"
static bool parse_zdump_line(const char *line, gint64 *ret_at_ms, gint64 *ret_offset_ms)
{
    char month[4];
    int day, hour, minute, second, year;
    const char *offset = strstr(line, "gmtoff=");
    if (!offset || sscanf(line, "%*s %*s %3s %d %d:%d:%d %d UT", month, &day, &hour, &minute,
                          &second, &year) != 6)
        return false;
    *ret_at_ms = civil_to_days(year, month_number(month), day) * CIVIL_DAY_MS +
                 hour * (gint64)CIVIL_HOUR_MS + minute * CIVIL_MINUTE_MS + second * CIVIL_SECOND_MS;
    *ret_offset_ms = g_ascii_strtoll(offset + strlen("gmtoff="), NULL, 10) * 1000;
    return true;
}

static guint count_changes(const Zone *zone)
{
    gint64 at_ms = civil_to_days(FIRST_YEAR, 1, 1) * CIVIL_DAY_MS - 1;
    gint64 until_ms = civil_to_days(LAST_YEAR, 1, 1) * CIVIL_DAY_MS;
    ZoneTransition next;
    guint count = 0;
    for (; zone_next_transition(zone, at_ms, &next) && next.at_ms < until_ms; at_ms = next.at_ms)
        count++;
    return count;
}

static void check_against_zdump(const Zone *zone, const char *zdump)
{
    char range[32];
    g_snprintf(range, sizeof range, "%d,%d", FIRST_YEAR, LAST_YEAR);
    const char *argv[] = {zdump, "-v", "-c", range, zone_iana(zone), NULL};
    g_autofree char *output = NULL;
    g_assert_true(g_spawn_sync(NULL, (char **)(void *)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, &output, NULL, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    gint64 at_ms, offset_ms, last_ms = 0, last_offset_ms = zone_offset_at(zone, 0);
    gint64 from_ms = civil_to_days(FIRST_YEAR, 1, 1) * CIVIL_DAY_MS;
    guint changes = 0;
    for (char **line = lines; *line; line++) {
        if (!parse_zdump_line(*line, &at_ms, &offset_ms) || at_ms < from_ms)
            continue;
        if (zone_offset_at(zone, at_ms) != offset_ms)
            g_error("%s: offset %" G_GINT64_FORMAT " expected by: %s", zone_name(zone),
                    zone_offset_at(zone, at_ms), *line);
        changes += last_ms == at_ms - 1000 && offset_ms != last_offset_ms;
        last_ms = at_ms;
        last_offset_ms = offset_ms;
    }
    if (count_changes(zone) != changes)
        g_error("%s: %u changes of offset, zdump has %u", zone_name(zone), count_changes(zone),
                changes);
}

static void test_zdump(void)
{
    static const char *const MORE[] = {"Antarctica/Troll", "Africa/Monrovia", "Europe/Dublin",
                                       "Asia/Kolkata"};
    g_autofree char *zdump = g_find_program_in_path("zdump");
    if (!zdump) {
        g_test_skip("zdump is not installed");
        return;
    }
    g_autoptr(Zones) zones = zones_new();
    for (guint i = 0; i < ZONE_NAMES_COUNT; i++)
        check_against_zdump(zones_get(zones, ZONE_NAMES[i].windows, NULL), zdump);
    for (size_t i = 0; i < G_N_ELEMENTS(MORE); i++)
        check_against_zdump(zones_get(zones, MORE[i], NULL), zdump);
}

// ---- Wall clocks ----------------------------------------------------------------------------------

enum { GRAIN_MS = 15 * CIVIL_MINUTE_MS, SIDE = 240 }; // 60 hours either side, in grains

// By definition: the first instant that shows it; if none does, the offset before the clock jumped past.
static gint64 wall_by_scan(const gint64 *walls, gint64 begin_ms, gint64 wall_ms, ZoneFit *ret_fit)
{
    for (int i = 0; i < 2 * SIDE; i++) {
        if (walls[i] < wall_ms)
            continue;
        bool again = false;
        for (int j = i + 1; j < 2 * SIDE; j++)
            again = again || walls[j] == wall_ms;
        *ret_fit = walls[i] > wall_ms ? ZONE_FIT_GAP : again ? ZONE_FIT_TWICE : ZONE_FIT_ONCE;
        gint64 before_ms = begin_ms + (i - 1) * (gint64)GRAIN_MS;
        return walls[i] > wall_ms ? before_ms + wall_ms - walls[i - 1]
                                  : begin_ms + i * (gint64)GRAIN_MS;
    }
    g_assert_not_reached();
}

static void check_around(const Zone *zone, GTimeZone *tz, gint64 change_ms)
{
    gint64 walls[2 * SIDE];
    gint64 begin_ms = change_ms - SIDE * (gint64)GRAIN_MS;
    for (int i = 0; i < 2 * SIDE; i++) {
        gint64 at_ms = begin_ms + i * (gint64)GRAIN_MS;
        int interval = g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, at_ms / 1000);
        walls[i] = at_ms + g_time_zone_get_offset(tz, interval) * (gint64)1000;
        g_assert_cmpint(zone_to_wall(zone, at_ms), ==, walls[i]);
    }
    for (int i = SIDE / 2; i < SIDE + SIDE / 2; i++) {
        ZoneFit expected_fit, fit;
        gint64 wall_ms = walls[SIDE - 1] + (i - SIDE) * (gint64)GRAIN_MS;
        gint64 expected_ms = wall_by_scan(walls, begin_ms, wall_ms, &expected_fit);
        g_assert_cmpint(zone_to_utc(zone, wall_ms, &fit), ==, expected_ms);
        g_assert_cmpint(fit, ==, expected_fit);
    }
}

static void test_wall_clocks(void)
{
    static const char *const NAMES[] = {
        "Europe/Berlin",    "America/Chicago",   "Australia/Lord_Howe", "Africa/Casablanca",
        "America/St_Johns", "Pacific/Chatham",   "Pacific/Apia",        "America/Sao_Paulo",
        "Asia/Tehran",      "Africa/Cairo",      "Antarctica/Troll",    "Asia/Gaza",
        "Europe/Dublin",    "Europe/Istanbul",   "America/Caracas",     "Asia/Pyongyang",
        "America/Nuuk",     "Pacific/Kwajalein",
    };
    g_autoptr(Zones) zones = zones_new();
    guint changes = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const Zone *zone = zones_get(zones, NAMES[i], NULL);
        g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(NAMES[i]);
        gint64 at_ms = civil_to_days(1990, 1, 1) * CIVIL_DAY_MS;
        ZoneTransition next;
        for (; zone_next_transition(zone, at_ms, &next) && changes < 2000;
             at_ms = next.at_ms, changes++)
            if (next.at_ms < civil_to_days(2045, 1, 1) * CIVIL_DAY_MS)
                check_around(zone, tz, next.at_ms);
    }
    g_assert_cmpuint(changes, >, 500);
}

static void test_spans(void)
{
    g_autoptr(Zones) zones = zones_new();
    const Zone *berlin = zones_get(zones, "W. Europe Standard Time", NULL);
    const gint64 hour = CIVIL_HOUR_MS;
    gint64 spring = civil_to_days(2050, 3, 27) * CIVIL_DAY_MS + hour;
    gint64 autumn = civil_to_days(2050, 10, 30) * CIVIL_DAY_MS + hour;
    ZoneSpan span = zone_span_at(berlin, spring);
    g_assert_cmpint(span.begin_ms, ==, spring);
    g_assert_cmpint(span.end_ms, ==, autumn);
    g_assert_cmpint(span.offset_ms, ==, 2 * hour);
    g_assert_cmpint(span.before_ms, ==, hour);
    g_assert_cmpint(span.after_ms, ==, hour);
    g_assert_cmpint(zone_offset_at(berlin, spring - 1), ==, hour);
    ZoneTransition change;
    g_assert_true(zone_next_transition(berlin, spring - 1, &change));
    g_assert_cmpint(change.at_ms, ==, spring);
    g_assert_cmpint(change.before_ms, ==, hour);
    g_assert_cmpint(change.after_ms, ==, 2 * hour);
    g_assert_true(zone_next_transition(berlin, spring, &change));
    g_assert_cmpint(change.at_ms, ==, autumn);
    // The ends of time are answered too.
    g_assert_cmpint(zone_span_at(berlin, G_MININT64).offset_ms, ==, 3208000); // local mean time
    g_assert_cmpint(zone_offset_at(berlin, 0), ==, hour);
    g_assert_cmpint(zone_span_at(berlin, G_MAXINT64).end_ms, ==, G_MAXINT64);
    g_assert_false(zone_next_transition(berlin, G_MAXINT64, &change));
    const Zone *utc = zones_get(zones, NULL, NULL);
    g_assert_false(zone_next_transition(utc, 0, &change));
    g_assert_cmpint(zone_to_utc(utc, 12345, NULL), ==, 12345);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sched/zone/names", test_names);
    g_test_add_func("/sched/zone/unknown-names", test_unknown_names);
    g_test_add_func("/sched/zone/table-is-the-file", test_table_is_the_file);
    g_test_add_func("/sched/zone/zdump", test_zdump);
    g_test_add_func("/sched/zone/wall-clocks", test_wall_clocks);
    g_test_add_func("/sched/zone/spans", test_spans);
    return g_test_run();
}
