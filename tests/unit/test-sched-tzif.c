// Zone files: the rule at the end by itself, and files that are damaged in every way a byte can be.
#include "sched/tzif.h"

#include <string.h>

#include "base/error.h"
#include "model/civil.h"

enum { UNTIL_YEAR = 2200 };

// A file of version 2 with one type of that offset, no listed change, and that rule at its end.
static GByteArray *file_with_rule(gint32 offset_s, const char *rule)
{
    GByteArray *file = g_byte_array_new();
    for (int block = 0; block < 2; block++) {
        guint8 header[44] = {'T', 'Z', 'i', 'f', '2'};
        guint8 type[6] = {(guint8)((guint32)offset_s >> 24), (guint8)((guint32)offset_s >> 16),
                          (guint8)((guint32)offset_s >> 8), (guint8)offset_s};
        header[39] = 1; // types
        header[43] = 4; // characters of names
        g_byte_array_append(file, header, sizeof header);
        g_byte_array_append(file, type, sizeof type);
        g_byte_array_append(file, (const guint8 *)"ZZZ", 4);
    }
    g_byte_array_append(file, (const guint8 *)"\n", 1);
    g_byte_array_append(file, (const guint8 *)rule, (guint)strlen(rule));
    g_byte_array_append(file, (const guint8 *)"\n", 1);
    return file;
}

static gint64 offset_at(const TzifSpan *spans, guint count, gint64 at_ms)
{
    gint64 offset_ms = 0;
    for (guint i = 0; i < count && spans[i].begin_ms <= at_ms; i++)
        offset_ms = spans[i].offset_ms;
    return offset_ms;
}

// Offsets in minutes a second before and at a moment given in UTC.
static const struct {
    const char *rule;
    int year, month, day, hour, minute;
    int before_min, after_min;
} RULES[] = {
    {"CET-1CEST,M3.5.0,M10.5.0/3", 2060, 3, 28, 1, 0, 60, 120},
    {"CET-1CEST,M3.5.0,M10.5.0/3", 2060, 10, 31, 1, 0, 120, 60},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", 2060, 3, 28, 1, 0, 0, 60},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", 2060, 10, 31, 1, 0, 60, 0},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", 2060, 10, 2, 16, 0, 600, 660},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2060, 4, 3, 15, 0, 660, 630},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2060, 3, 28, 1, 0, -120, -60},
    {"EST5EDT,J60/2,J300/2", 2024, 3, 1, 7, 0, -300, -240},
    {"EST5EDT,J60/2,J300/2", 2023, 3, 1, 7, 0, -300, -240},
    {"EST5EDT,59/2,299/2", 2024, 2, 29, 7, 0, -300, -240},
    {"EST5EDT,59/2,299/2", 2023, 3, 1, 7, 0, -300, -240},
    {"IST-2IDT,M3.4.4/26,M10.5.0", 2060, 3, 26, 0, 0, 120, 180},
    {"<+0545>-5:45", 2060, 3, 26, 0, 0, 345, 345},
    {"ZZZ3EDT4,0/0,J365/23", 2060, 1, 1, 5, 0, -240, -240}, // summer all year round
};

static void test_rules(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(RULES); i++) {
        g_autoptr(GByteArray) file = file_with_rule(3600, RULES[i].rule);
        g_autoptr(GError) error = NULL;
        guint count;
        g_autofree TzifSpan *spans = tzif_parse(file->data, file->len, UNTIL_YEAR, &count, &error);
        g_assert_no_error(error);
        gint64 at_ms = civil_to_days(RULES[i].year, RULES[i].month, RULES[i].day) * CIVIL_DAY_MS +
                       RULES[i].hour * (gint64)CIVIL_HOUR_MS +
                       RULES[i].minute * (gint64)CIVIL_MINUTE_MS;
        g_assert_cmpint(offset_at(spans, count, at_ms - 1000), ==,
                        RULES[i].before_min * (gint64)60000);
        g_assert_cmpint(offset_at(spans, count, at_ms), ==, RULES[i].after_min * (gint64)60000);
    }
}

static void test_refused_rules(void)
{
    static const char *const REFUSED[] = {
        "1",
        "CET",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1 ",
        "CET-999",
        "<CET",
        "<CET-1",
        "CET-1CEST,M3.5.0,M10.5.0,",
        "CET-1CEST,M3.5,M10.5.0",
        "CET-1CEST,J0,J300",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-24",
        "CET--1",
        "CET-99999999999999999999",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_autoptr(GByteArray) file = file_with_rule(3600, REFUSED[i]);
        g_autoptr(GError) error = NULL;
        guint count;
        if (tzif_parse(file->data, file->len, UNTIL_YEAR, &count, &error))
            g_error("\"%s\" was taken", REFUSED[i]);
        g_assert_error(error, ERR, ERR_CORRUPT);
    }
    g_autoptr(GByteArray) none = file_with_rule(3600, "");
    guint count;
    g_autofree TzifSpan *spans = tzif_parse(none->data, none->len, UNTIL_YEAR, &count, NULL);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpint(spans[0].offset_ms, ==, 3600000);
}

// Cut anywhere, changed anywhere: refused or read, never out of bounds, always in order.
static void test_damage(void)
{
    g_autofree char *file = NULL;
    gsize length;
    if (!g_file_get_contents("/usr/share/zoneinfo/Africa/Casablanca", &file, &length, NULL)) {
        g_test_skip("tzdata is not installed");
        return;
    }
    guint refused = 0;
    for (gsize i = 0; i < length; i++) {
        guint count;
        // A copy of exactly that size, so that a sanitizer sees the first byte too far.
        g_autofree guint8 *cut = g_memdup2(file, i);
        g_assert_null(tzif_parse(cut, i, UNTIL_YEAR, &count, NULL));
        g_autofree guint8 *changed = g_memdup2(file, length);
        changed[i] ^= (guint8)(1U << i % 8);
        g_autofree TzifSpan *spans = tzif_parse(changed, length, UNTIL_YEAR, &count, NULL);
        refused += spans == NULL;
        for (guint j = 1; spans && j < count; j++)
            g_assert_cmpint(spans[j].begin_ms, >, spans[j - 1].begin_ms);
    }
    g_assert_cmpuint(refused, >, 50);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sched/tzif/rules", test_rules);
    g_test_add_func("/sched/tzif/refused-rules", test_refused_rules);
    g_test_add_func("/sched/tzif/damage", test_damage);
    return g_test_run();
}
