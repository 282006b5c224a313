// What rules mean: their next occurrences across start, end, changes of clocks, long distances and
// impossible dates; what is missed in between; and the notes on what is not certain.
#include "sched-rule.h"

#include <string.h>

#include "base/error.h"

#define CENTRAL " | zone Central Standard Time"
#define BERLIN " | zone W. Europe Standard Time"

// Says what differs and goes on with the table.
static void fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_test_message("%s", text);
    g_test_fail();
}

// `expected`: the occurrences strictly after `after`, parted by spaces; "end" as the last = no more come.
typedef struct {
    const char *rule;
    const char *after;
    const char *expected;
    const char *created; // NULL = unknown
} Case;

static const Case CASES[] = {
    // Distances count from the start; past ones are not made up for.
    {"Minute 20 | start 2026-01-01T09:00:00" BERLIN, "2026-11-21T03:14:07Z",
     "2026-11-21T03:20:00Z 2026-11-21T03:40:00Z 2026-11-21T04:00:00Z", NULL},
    {"Minute 7 | start 2026-01-01T00:00:00Z", "2026-01-01T23:55:00Z",
     "2026-01-02T00:02:00Z 2026-01-02T00:09:00Z", NULL},
    {"Second 1 | start 2015-01-01T00:00:00Z", "2026-11-21T03:14:07.250Z",
     "2026-11-21T03:14:08Z 2026-11-21T03:14:09Z", NULL},
    {"Second 9999999 | start 2015-01-01T00:00:00Z", "2026-11-21T00:00:00Z",
     "2027-01-16T03:32:42Z 2027-05-11T21:19:21Z", NULL},
    {"Hour 5 | start 2026-03-28T22:30:00" BERLIN, "2026-03-28T00:00:00Z",
     "2026-03-28T21:30:00Z 2026-03-29T02:30:00Z 2026-03-29T07:30:00Z", NULL},
    {"Hour 1 | start 2030-01-01T00:15:00Z", "2026-01-01T00:00:00Z",
     "2030-01-01T00:15:00Z 2030-01-01T01:15:00Z", NULL},
    // Days, and the times of a schedule as a cross product.
    {"Day 3 | start 2026-01-01T14:00:00Z", "2026-01-01T14:00:00Z",
     "2026-01-04T14:00:00Z 2026-01-07T14:00:00Z", NULL},
    {"Day 1 | start 2026-05-01T00:00:00Z | hours 16 8 | minutes 30 0", "2026-05-01T08:00:00Z",
     "2026-05-01T08:30:00Z 2026-05-01T16:00:00Z 2026-05-01T16:30:00Z 2026-05-02T08:00:00Z", NULL},
    {"Day 1 | start 2026-05-01T09:12:34Z | hours 8 16", "2026-05-01T00:00:00Z",
     "2026-05-01T16:12:34Z 2026-05-02T08:12:34Z", NULL},
    {"Day 1 | start 2026-05-01T09:12:34Z | minutes 0 30", "2026-05-01T00:00:00Z",
     "2026-05-01T09:30:00Z 2026-05-02T09:00:00Z 2026-05-02T09:30:00Z", NULL},
    {"Day 2 | start 2026-05-01T00:00:00Z | hours 8 | minutes 0", "2026-05-01T08:00:00Z",
     "2026-05-03T08:00:00Z 2026-05-05T08:00:00Z", NULL},
    {"Day 1 | start 2026-05-01T09:00:00Z | hours 8 | minutes 0", "2026-01-01T00:00:00Z",
     "2026-05-02T08:00:00Z", NULL},
    // Weeks.
    {"Week 1 | start 2026-11-16T00:00:00Z | weekDays Monday Friday | hours 9 | minutes 0",
     "2026-11-16T09:00:00Z", "2026-11-20T09:00:00Z 2026-11-23T09:00:00Z 2026-11-27T09:00:00Z",
     NULL},
    {"Week 2 | start 2026-11-16T10:30:00Z", "2026-11-16T10:30:00Z",
     "2026-11-30T10:30:00Z 2026-12-14T10:30:00Z", NULL},
    {"Week 2 | start 2026-11-18T00:00:00Z | weekDays Sunday Wednesday | hours 6 | minutes 0",
     "2026-11-17T00:00:00Z", "2026-11-18T06:00:00Z 2026-11-29T06:00:00Z 2026-12-02T06:00:00Z",
     NULL},
    {"Week 1 | start 2026-11-18T07:00:00Z | hours 6 8 | minutes 0", "2026-11-18T00:00:00Z",
     "2026-11-18T08:00:00Z 2026-11-25T06:00:00Z", NULL},
    // Months: days from either end, weekdays by number, and months that lack them.
    {"Month 1 | start 2026-01-15T10:00:00Z", "2026-01-15T10:00:00Z",
     "2026-02-15T10:00:00Z 2026-03-15T10:00:00Z", NULL},
    {"Month 1 | start 2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z",
     "2026-03-31T10:00:00Z 2026-05-31T10:00:00Z 2026-07-31T10:00:00Z", NULL},
    {"Month 3 | start 2026-01-01T00:00:00Z | monthDays 1 -1 | hours 6 | minutes 0",
     "2026-01-02T00:00:00Z",
     "2026-01-31T06:00:00Z 2026-04-01T06:00:00Z 2026-04-30T06:00:00Z 2026-07-01T06:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | monthDays -31 | hours 6 | minutes 0",
     "2026-01-02T00:00:00Z", "2026-03-01T06:00:00Z 2026-05-01T06:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | monthDays -29 29 | hours 6 | minutes 0",
     "2027-02-01T00:00:00Z", "2027-03-03T06:00:00Z 2027-03-29T06:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00" BERLIN " | nth Monday/-1 | hours 17 | minutes 0",
     "2026-11-21T03:00:00Z", "2026-11-30T16:00:00Z 2026-12-28T16:00:00Z 2027-01-25T16:00:00Z",
     NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Friday/5 | hours 5 | minutes 0",
     "2026-01-31T00:00:00Z", "2026-05-29T05:00:00Z 2026-07-31T05:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Sunday/0 | hours 5 | minutes 0",
     "2026-02-01T05:00:00Z",
     "2026-02-08T05:00:00Z 2026-02-15T05:00:00Z 2026-02-22T05:00:00Z 2026-03-01T05:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Friday/-5 | hours 5 | minutes 0",
     "2026-01-31T00:00:00Z", "2026-05-01T05:00:00Z 2026-07-03T05:00:00Z", NULL},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Friday/0 | monthDays 13 | hours 5 | minutes 0",
     "2026-01-01T00:00:00Z", "2026-02-13T05:00:00Z 2026-03-13T05:00:00Z 2026-11-13T05:00:00Z",
     NULL},
    // Years: every 12 months.
    {"Year 1 | start 2024-02-29T12:00:00Z", "2024-03-01T00:00:00Z",
     "2028-02-29T12:00:00Z 2032-02-29T12:00:00Z", NULL},
    {"Year 2 | start 2026-03-05T12:00:00Z", "2026-03-05T12:00:00Z", "2028-03-05T12:00:00Z", NULL},
    {"Year 75 | start 1900-02-01T00:00:00Z | monthDays 29 | hours 0 | minutes 0",
     "1980-01-01T00:00:00Z", "2800-02-29T00:00:00Z", NULL},
    {"Year 31 | start 2014-02-01T00:00:00Z | monthDays 29 | nth Wednesday/0 | hours 0 | minutes 0",
     "2026-01-01T00:00:00Z", "8896-02-29T00:00:00Z", NULL},
    // Clocks go forward: the offset before the change decides.
    {"Day 1 | start 2026-01-01T02:30:00" BERLIN, "2026-03-28T00:00:00Z",
     "2026-03-28T01:30:00Z 2026-03-29T01:30:00Z 2026-03-30T00:30:00Z", NULL},
    {"Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 2 3 | minutes 15 45",
     "2026-03-29T00:00:00Z", "2026-03-29T01:15:00Z 2026-03-29T01:45:00Z 2026-03-30T00:15:00Z",
     NULL},
    {"Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 2 3 | minutes 30 40",
     "2026-03-29T01:30:00Z", "2026-03-29T01:40:00Z 2026-03-30T00:30:00Z", NULL},
    {"Day 1 | start 2026-01-01T02:30:00" CENTRAL, "2026-03-07T12:00:00Z",
     "2026-03-08T08:30:00Z 2026-03-09T07:30:00Z", NULL},
    {"Day 1 | start 2026-01-01T02:15:00 | zone Australia/Lord_Howe", "2026-10-02T20:00:00Z",
     "2026-10-03T15:45:00Z 2026-10-04T15:15:00Z", NULL},
    {"Day 1 | start 2011-12-01T08:00:00 | zone Pacific/Apia", "2011-12-29T00:00:00Z",
     "2011-12-29T18:00:00Z 2011-12-30T18:00:00Z 2011-12-31T18:00:00Z", NULL},
    // Clocks go back: once, at the first of the two.
    {"Day 1 | start 2026-01-01T02:30:00" BERLIN, "2026-10-24T00:00:00Z",
     "2026-10-24T00:30:00Z 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z", NULL},
    {"Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 1 2 3 | minutes 30",
     "2026-10-24T20:00:00Z", "2026-10-24T23:30:00Z 2026-10-25T00:30:00Z 2026-10-25T02:30:00Z",
     NULL},
    {"Day 1 | start 2026-01-01T00:00:00" CENTRAL " | hours 1 | minutes 0 30",
     "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z 2026-11-02T07:00:00Z", NULL},
    // A start with Z keeps to UTC, whatever zone is given.
    {"Day 1 | start 2026-01-01T02:30:00Z" BERLIN, "2026-03-28T12:00:00Z",
     "2026-03-29T02:30:00Z 2026-03-30T02:30:00Z", NULL},
    {"Day 1 | start 2026-01-01T02:30:00+02:00", "2026-03-28T12:00:00Z", "2026-03-29T00:30:00Z",
     NULL},
    // Far from the start, and beyond 32 bits of seconds.
    {"Day 1 | start 1971-01-01T08:00:00" BERLIN, "2060-07-01T00:00:00Z",
     "2060-07-01T06:00:00Z 2060-07-02T06:00:00Z", NULL},
    {"Day 1 | start 2026-01-01T08:00:00" BERLIN, "2061-12-01T00:00:00Z", "2061-12-01T07:00:00Z",
     NULL},
    {"Week 71 | start 2026-01-01T08:00:00Z", "9990-01-01T00:00:00Z", "9990-05-31T08:00:00Z", NULL},
    {"Second 1 | start 0001-01-01T00:00:00Z", "9999-12-31T23:59:58Z", "9999-12-31T23:59:59Z end",
     NULL},
    // Ends.
    {"Day 1 | start 2026-05-01T08:00:00Z | end 2026-05-03T08:00:00Z", "2026-05-01T08:00:00Z",
     "2026-05-02T08:00:00Z 2026-05-03T08:00:00Z end", NULL},
    {"Day 1 | start 2026-05-01T08:00:00" BERLIN " | end 2026-05-02T07:59:59",
     "2026-04-01T00:00:00Z", "2026-05-01T06:00:00Z end", NULL},
    {"Minute 20 | start 2026-05-01T08:00:00Z | end 2026-05-01T08:30:00Z", "2026-05-01T08:00:00Z",
     "2026-05-01T08:20:00Z end", NULL},
    // Dates that never come.
    {"Year 1 | start 2026-02-01T00:00:00Z | monthDays 31", "2026-01-01T00:00:00Z", "end", NULL},
    {"Month 12 | start 2026-02-01T00:00:00Z | monthDays 30 | hours 0", "2026-01-01T00:00:00Z",
     "end", NULL},
    {"Year 2 | start 2025-02-01T00:00:00Z | monthDays 29", "2026-01-01T00:00:00Z", "end", NULL},
    {"Month 1 | start 2026-02-01T00:00:00Z | nth Monday/1 | monthDays 30", "2026-01-01T00:00:00Z",
     "end", NULL},
    {"Month 1 | start 2026-02-01T00:00:00Z | nth Monday/5 | monthDays 1 -31",
     "2026-01-01T00:00:00Z", "end", NULL},
    // No start: counted from the creation, which is an occurrence; unknown: from now.
    {"Hour 1", "2026-11-20T00:00:00Z", "2026-11-20T21:21:38.391Z 2026-11-20T22:21:38.391Z",
     "2026-11-20T21:21:38.391Z"},
    {"Day 1 | hours 8 | minutes 0", "2026-11-20T00:00:00Z",
     "2026-11-20T21:21:38.391Z 2026-11-21T08:00:00Z", "2026-11-20T21:21:38.391Z"},
    {"Day 1 | hours 8" BERLIN, "2026-11-21T00:00:00Z", "2026-11-21T07:21:38Z 2026-11-22T07:21:38Z",
     "2026-11-20T21:21:38Z"},
    {"Day 2", "2026-11-20T00:00:00Z", "2026-11-23T03:00:00Z", NULL},
    {"Day 1 | hours 8 | minutes 0", "2026-11-20T00:00:00Z", "2026-11-21T08:00:00Z", NULL},
    // Below a day a schedule thins out, on the wall clock; minutes spread an hour.
    {"Minute 20 | start 2026-01-01T00:00:00" BERLIN " | hours 8 9", "2026-07-01T07:30:00Z",
     "2026-07-01T07:40:00Z 2026-07-02T06:00:00Z", NULL},
    {"Minute 30 | start 2026-03-01T00:00:00" BERLIN " | hours 3", "2026-03-28T12:00:00Z",
     "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z 2026-03-30T01:00:00Z", NULL},
    {"Minute 30 | start 2026-03-01T00:00:00" BERLIN " | hours 2", "2026-10-24T12:00:00Z",
     "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z "
     "2026-10-26T01:00:00Z",
     NULL},
    {"Minute 1 | start 2026-01-01T00:00:00Z | minutes 5 50", "2026-07-01T07:30:00Z",
     "2026-07-01T07:50:00Z 2026-07-01T08:05:00Z", NULL},
    {"Hour 1 | start 2026-01-01T00:20:00Z | minutes 0 30", "2026-01-01T00:00:00Z",
     "2026-01-01T00:30:00Z 2026-01-01T01:00:00Z 2026-01-01T01:30:00Z", NULL},
    {"Hour 3 | start 2026-01-01T01:20:45Z | minutes 0 30", "2026-01-01T00:00:00Z",
     "2026-01-01T01:30:00Z 2026-01-01T04:00:00Z 2026-01-01T04:30:00Z 2026-01-01T07:00:00Z", NULL},
    {"Hour 2 | start 2026-01-01T00:00:00Z | hours 7 8", "2026-01-01T00:00:00Z",
     "2026-01-01T08:00:00Z 2026-01-02T08:00:00Z", NULL},
    {"Hour 2 | start 2026-01-01T00:00:00Z | hours 7", "2026-01-01T00:00:00Z", "end", NULL},
    {"Second 30 | start 2026-01-01T00:00:00Z | hours 23 | minutes 59", "2026-01-01T00:00:00Z",
     "2026-01-01T23:59:00Z 2026-01-01T23:59:30Z 2026-01-02T23:59:00Z", NULL},
};

static void check_case(const Case *one, Zones *zones)
{
    g_autoptr(Schedule) schedule = schedule_from_text(one->rule, zones, one->created, NULL, 0);
    g_auto(GStrv) expected = g_strsplit(one->expected, " ", -1);
    guint count = g_strv_length(expected);
    Occurrence found[8];
    guint n = schedule_next(schedule, ms_from_text(one->after), count, found);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = text_from_ms(found[i].at_ms);
        g_string_append_printf(got, "%s%s", i ? " " : "", text);
    }
    if (n < count)
        g_string_append_printf(got, "%send", n ? " " : "");
    if (strcmp(got->str, one->expected) != 0)
        fail("%s after %s: expected %s, got %s", one->rule, one->after, one->expected, got->str);
    g_assert_cmpint(schedule_next_ms(schedule, ms_from_text(one->after)), ==,
                    n ? found[0].at_ms : 0);
}

static void test_cases(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        check_case(&CASES[i], zones);
}

static guint flags_at(const char *rule, const char *created, const char *at, Zones *zones)
{
    g_autoptr(Schedule) schedule = schedule_from_text(rule, zones, created, NULL, 0);
    Occurrence next;
    g_assert_cmpuint(schedule_next(schedule, ms_from_text(at) - 1, 1, &next), ==, 1);
    g_assert_cmpint(next.at_ms, ==, ms_from_text(at));
    return next.flags;
}

static void test_flags(void)
{
    g_autoptr(Zones) zones = zones_new();
    const char *rule = "Day 1 | start 2026-01-01T02:30:00" BERLIN;
    g_assert_cmpuint(flags_at(rule, NULL, "2026-03-28T01:30:00Z", zones), ==, 0);
    g_assert_cmpuint(flags_at(rule, NULL, "2026-03-29T01:30:00Z", zones), ==, OCCURRENCE_MOVED);
    g_assert_cmpuint(flags_at(rule, NULL, "2026-10-25T00:30:00Z", zones), ==, OCCURRENCE_TWICE);
    g_assert_cmpuint(flags_at(rule, NULL, "2026-10-26T01:30:00Z", zones), ==, 0);
    rule = "Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 2 3 | minutes 30";
    g_assert_cmpuint(flags_at(rule, NULL, "2026-03-29T01:30:00Z", zones), ==,
                     0); // 03:30 in its own right
    const char *saved = "2026-11-20T21:21:38Z";
    g_assert_cmpuint(flags_at("Day 1 | hours 8", saved, saved, zones), ==, OCCURRENCE_AT_CREATION);
    g_assert_cmpuint(flags_at("Day 1 | hours 8", saved, "2026-11-21T08:21:38Z", zones), ==, 0);
}

// Two locations share a schedule: the second fires later by its offset, starts later, ends the same.
static void test_offset(void)
{
    g_autoptr(Zones) zones = zones_new();
    const gint64 ten_min = 600000;
    const char *rule = "Minute 20 | start 2026-01-01T09:00:00Z | end 2026-01-01T09:30:00Z";
    g_autoptr(Schedule) split = schedule_from_text(rule, zones, NULL, NULL, ten_min);
    Occurrence found[3];
    g_assert_cmpuint(schedule_next(split, ms_from_text("2026-01-01T08:00:00Z"), 3, found), ==, 2);
    g_assert_cmpint(found[0].at_ms, ==, ms_from_text("2026-01-01T09:10:00Z"));
    g_assert_cmpint(found[1].at_ms, ==, ms_from_text("2026-01-01T09:30:00Z"));
    g_assert_cmpint(schedule_step_ms(split), ==, 2 * ten_min);
    g_assert_cmpuint(schedule_count_between(split, 0, G_MAXINT64, 99), ==, 2);
    g_assert_cmpuint(schedule_count_between(split, 0, ms_from_text("2026-01-01T09:29:59Z"), 99), ==,
                     1);

    rule = "Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 2 | minutes 30";
    g_autoptr(Schedule) gap = schedule_from_text(rule, zones, NULL, NULL, -ten_min);
    g_assert_cmpint(schedule_next_ms(gap, ms_from_text("2026-03-28T12:00:00Z")), ==,
                    ms_from_text("2026-03-29T01:20:00Z"));
    g_assert_cmpint(schedule_step_ms(gap), ==, 0);
}

static const struct {
    const char *rule, *after, *until;
    guint64 count;
} COUNTS[] = {
    {"Minute 20 | start 2026-01-01T09:00:00Z", "2026-11-21T03:14:07Z", "2026-11-21T04:00:00Z", 3},
    {"Minute 20 | start 2026-01-01T09:00:00Z", "2026-11-21T03:20:00Z", "2026-11-21T03:59:59Z", 1},
    {"Minute 20 | start 2026-01-01T09:00:00Z", "2025-11-21T03:20:00Z", "2026-01-01T09:00:00Z", 1},
    {"Minute 20 | start 2026-01-01T09:00:00Z", "2026-11-21T04:00:00Z", "2026-11-21T03:00:00Z", 0},
    {"Second 1 | start 2015-01-01T00:00:00Z", "2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z",
     315619200},
    {"Second 1 | start 2015-01-01T00:00:00Z | end 2015-01-01T00:01:00Z", "2014-01-01T00:00:00Z",
     "2026-01-01T00:00:00Z", 61},
    {"Day 1 | start 2026-01-01T02:30:00" BERLIN, "2026-03-28T12:00:00Z", "2026-03-31T12:00:00Z", 3},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Friday/5 | hours 5 | minutes 0",
     "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 4},
};

static void test_counts(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(COUNTS); i++) {
        g_autoptr(Schedule) schedule = schedule_from_text(COUNTS[i].rule, zones, NULL, NULL, 0);
        gint64 after = ms_from_text(COUNTS[i].after), until = ms_from_text(COUNTS[i].until);
        g_assert_cmpuint(schedule_count_between(schedule, after, until, G_MAXUINT64), ==,
                         COUNTS[i].count);
        g_assert_cmpuint(schedule_count_between(schedule, after, until, 2), ==,
                         MIN(2, COUNTS[i].count));
    }
    // The firing at creation is one of them.
    g_autoptr(Schedule) saved =
        schedule_from_text("Hour 1", zones, "2026-11-20T21:21:38Z", NULL, 0);
    g_assert_cmpuint(schedule_count_between(saved, ms_from_text("2026-11-20T00:00:00Z"),
                                            ms_from_text("2026-11-20T23:59:59Z"), 99),
                     ==, 3);
}

static const struct {
    const char *rule, *created;
    const char *notes; // their names, in order
} NOTES[] = {
    {"Minute 20 | start 2026-01-01T09:00:00Z", NULL, "drift"},
    {"Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 8 16 | minutes 0", NULL, ""},
    {"Day 1 | start 2026-01-01T00:00:00Z" BERLIN " | hours 8 | minutes 0", NULL,
     "zone-with-utc-start"},
    {"Day 1 | start 2026-01-01T00:00:00Z | zone UTC | hours 8 | minutes 0", NULL, ""},
    {"Day 1 | start 2026-01-01T08:00:00Z" BERLIN, NULL, "drift"},
    {"Day 1" BERLIN " | hours 8 | minutes 0", "2026-11-01T00:00:00Z",
     "zone-without-start first-run"},
    {"Day 1 | hours 8 | minutes 0", NULL, "creation-unknown"},
    {"Day 1 | start 2026-01-01T08:00:00 | hours 8 | minutes 0", NULL, "no-zone"},
    {"Day 1 | start 2026-01-01T08:00:00+01:00 | hours 8 | minutes 0", NULL, "numeric-offset"},
    {"Day 1 | start 2026-01-01T08:00:00Z | end 2027-01-01T00:00:00" BERLIN, NULL, "end-zone drift"},
    {"Day 1 | start 2026-01-01T08:00:00Z | end 2027-01-01T08:00:00Z", NULL, "end-included drift"},
    {"Day 1 | start 2026-01-01T08:00:00Z | minutes 15", NULL, "hour-from-start"},
    {"Day 1 | start 2026-01-01T08:00:00Z | hours 15", NULL, "minute-from-start"},
    {"Day 1 | start 2026-01-01T08:00:07Z | hours 15 | minutes 0", NULL, "seconds"},
    {"Week 2 | start 2026-11-16T00:00:00Z | weekDays Monday | hours 8 | minutes 0", NULL, ""},
    {"Week 2 | start 2026-11-16T00:00:00Z | weekDays Sunday | hours 8 | minutes 0", NULL,
     "week-start"},
    {"Week 2 | start 2026-11-15T00:00:00Z | weekDays Sunday | hours 8 | minutes 0", NULL, ""},
    {"Week 2 | start 2026-11-15T00:00:00Z | weekDays Monday | hours 8 | minutes 0", NULL,
     "week-start"},
    {"Week 1 | start 2026-11-15T00:00:00Z | weekDays Monday | hours 8 | minutes 0", NULL, ""},
    {"Week 1 | start 2026-11-15T00:00:00Z | hours 8 | minutes 0", NULL, "weekday-from-start"},
    {"Month 2 | start 2026-01-01T00:00:00Z | monthDays 1 | hours 8 | minutes 0", NULL,
     "interval-anchor"},
    {"Month 1 | start 2026-01-31T00:00:00Z", NULL, "late-month-day drift"},
    {"Month 1 | start 2026-01-31T00:00:00Z | hours 8 | minutes 0", NULL, "late-month-day"},
    {"Month 1 | start 2026-01-28T00:00:00Z", NULL, "drift"},
    {"Month 1 | start 2026-01-01T00:00:00Z | monthDays 13 | nth Friday/0 | hours 8 | minutes 0",
     NULL, "days-and-weekdays"},
    {"Minute 20 | start 2026-01-01T00:00:00Z | hours 8", NULL, "schedule-below-day"},
    {"Year 1 | start 2026-01-01T00:00:00Z", NULL, "yearly drift"},
    {"Hour 6 | start 2026-01-01T00:00:00" BERLIN, NULL, "elapsed-hours drift"},
    {"Hour 6 | start 2026-01-01T00:00:00 | zone India Standard Time", NULL, "drift"},
    {"Day 1 | start 2026-11-21T12:00:00Z | hours 8 | minutes 0", NULL, "near-start"},
    {"Day 1 | start 2026-11-22T12:00:00Z | hours 8 | minutes 0", NULL, ""},
    {"Month 1 | start 2026-12-01T12:00:00Z | monthDays 8 | hours 8 | minutes 0", NULL,
     "near-start"},
    {"Day 1 | start 2076-01-01T12:00:00Z | hours 8 | minutes 0", NULL, "far-start"},
    {"Day 1 | start 2026-01-01T00:00:00" BERLIN " | hours 2 | minutes 30", NULL, "skipped-hour"},
    {"Month 1 | start 2026-01-01T00:00:00" BERLIN " | monthDays 1 | hours 2 | minutes 30", NULL,
     ""},
    {"Hour 2 | start 2026-01-01T00:00:00Z | hours 7", NULL, "schedule-below-day never-matches"},
};

static void test_notes(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(NOTES); i++) {
        g_autoptr(Schedule) schedule =
            schedule_from_text(NOTES[i].rule, zones, NOTES[i].created, NULL, 0);
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint n = 0; schedule_note(schedule, n); n++) {
            const ScheduleNote *note = schedule_note(schedule, n);
            g_string_append_printf(names, "%s%s", n ? " " : "", note->name);
            g_assert_cmpint(note->ambiguous, ==, note->reading != NULL);
        }
        if (strcmp(names->str, NOTES[i].notes) != 0)
            fail("%s: expected notes \"%s\", got \"%s\"", NOTES[i].rule, NOTES[i].notes,
                 names->str);
        g_assert_null(schedule_note(schedule, 99));
    }
}

static void test_refusals(void)
{
    static const struct {
        const char *rule;
        gint64 offset_ms;
        int code;
        const char *complaint;
    } REFUSED[] = {
        {"Day 0 | hours 24", 0, ERR_INVALID, "hours: 24"},
        {"Day 1 | zone Mars Standard Time", 0, ERR_NOT_FOUND,
         "no time zone \"Mars Standard Time\""},
        {"Day 1 | start 2026-01-01T00:00:00Z | zone Mars Standard Time", 0, ERR_NOT_FOUND, "Mars"},
        {"Day 1", 400LL * 86400000, ERR_INVALID, "366 days"},
    };
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        Recurrence rule;
        g_autoptr(GError) error = NULL;
        ScheduleAnchor anchor = {.now_ms = 1, .offset_ms = REFUSED[i].offset_ms};
        rule_from_text(REFUSED[i].rule, &rule);
        g_assert_null(schedule_new(&rule, zones, &anchor, &error));
        g_assert_error(error, ERR, REFUSED[i].code);
        g_assert_nonnull(strstr(error->message, REFUSED[i].complaint));
        recurrence_release(&rule);
    }
    schedule_free(NULL);
}

// Whatever is asked, the answer is bounded: no moment is too early, too late or too often.
static void test_extremes(void)
{
    g_autoptr(Zones) zones = zones_new();
    g_autoptr(Schedule) schedule = schedule_from_text("Second 1 | start 0001-01-01T00:00:00Z",
                                                      zones, NULL, NULL, 366LL * 86400000);
    Occurrence next;
    g_assert_cmpuint(schedule_next(schedule, G_MININT64, 1, &next), ==, 1);
    g_assert_cmpint(next.at_ms, ==, 1000);
    g_assert_cmpuint(schedule_next(schedule, G_MAXINT64, 1, &next), ==, 0);
    g_assert_cmpuint(schedule_next(schedule, 0, 0, NULL), ==, 0);
    g_assert_cmpuint(schedule_count_between(schedule, G_MININT64, G_MAXINT64, G_MAXUINT64), >, 0);
    g_autoptr(Schedule) late =
        schedule_from_text("Day 1 | start 9999-12-31T23:00:00 | zone UTC-11", zones, NULL, NULL, 0);
    g_assert_cmpuint(schedule_next(late, 0, 1, &next), ==, 0); // in UTC it is the year 10000
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sched/schedule/cases", test_cases);
    g_test_add_func("/sched/schedule/flags", test_flags);
    g_test_add_func("/sched/schedule/offset", test_offset);
    g_test_add_func("/sched/schedule/counts", test_counts);
    g_test_add_func("/sched/schedule/notes", test_notes);
    g_test_add_func("/sched/schedule/refusals", test_refusals);
    g_test_add_func("/sched/schedule/extremes", test_extremes);
    return g_test_run();
}
