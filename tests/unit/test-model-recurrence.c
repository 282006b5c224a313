// Recurrences as written: reading times, names, the check, copies and equality; and the calendar under it.
#include "model/recurrence.h"

#include <string.h>

#include "base/error.h"

static void test_civil_round_trip(void)
{
    gint64 day = civil_to_days(1, 1, 1);
    CivilDate expected = {.year = 1, .month = 1, .day = 1};
    int weekday = MONDAY; // 0001-01-01 of the proleptic Gregorian calendar
    for (; expected.year < 2500; day++) {
        CivilDate got = civil_from_days(day);
        g_assert_cmpint(got.year, ==, expected.year);
        g_assert_cmpint(got.month, ==, expected.month);
        g_assert_cmpint(got.day, ==, expected.day);
        g_assert_cmpint(civil_to_days(got.year, got.month, got.day), ==, day);
        g_assert_cmpint(civil_weekday(day), ==, weekday);
        weekday = (weekday + 1) % WEEKDAY_COUNT;
        if (++expected.day > civil_month_length(expected.year, expected.month)) {
            expected.day = 1;
            expected.year += expected.month == 12;
            expected.month = expected.month % 12 + 1;
        }
    }
    g_assert_cmpint(civil_to_days(1970, 1, 1), ==, 0);
    g_assert_cmpint(civil_to_days(2026, 11, 21), ==, 20778);
}

static const struct {
    const char *text;
    gint64 wall_ms;
    bool had_z, had_offset;
} TIMES[] = {
    {"1970-01-01T00:00:00", 0, false, false},
    {"1970-01-02T03:04:05Z", 97445000, true, false},
    {"1970-01-01T00:00", 0, false, false},
    {"1970-01-01T00:00Z", 0, true, false},
    {"1970-01-01T00:00:01.5", 1500, false, false},
    {"1970-01-01T00:00:00.1234567Z", 123, true, false},
    {"1970-01-01T02:00:00+02:00", 0, true, true},
    {"1969-12-31T19:00:00-0500", 0, true, true},
    {"2024-02-29T00:00:00Z", 1709164800000, true, false},
    {"9999-12-31T23:59:59Z", 253402300799000, true, false},
};

static const char *const BAD_TIMES[] = {
    "",
    "x",
    "2026-01-01",
    "2026-1-01T00:00:00",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00",
    "2026-01-01T24:00:00",
    "2026-01-01T00:60:00",
    "2026-01-01T00:00:60",
    "2026-01-01T00:00:00.Z",
    "2026-01-01 00:00:00",
    "2026-01-01T00:00:00ZZ",
    "2026-01-01T00:00:00+2",
    "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00\033[2J",
    "2026-01-01T00:00:00.000000000000000000000000000000000000000Z",
};

static void test_times(void)
{
    RuleTime time = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(TIMES); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(rule_time_parse(TIMES[i].text, &time, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(time.text, ==, TIMES[i].text);
        g_assert_cmpint(time.wall_ms, ==, TIMES[i].wall_ms);
        g_assert_cmpint(time.had_z, ==, TIMES[i].had_z);
        g_assert_cmpint(time.had_offset, ==, TIMES[i].had_offset);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(BAD_TIMES); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(rule_time_parse(BAD_TIMES[i], &time, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_null(strchr(error->message, '\033'));
        g_assert_cmpstr(time.text, ==, TIMES[G_N_ELEMENTS(TIMES) - 1].text); // untouched
    }
    g_assert_false(rule_time_parse(NULL, &time, NULL));
    g_free(time.text);
}

static void test_names(void)
{
    for (int i = FREQUENCY_SECOND; i < FREQUENCY_COUNT; i++) {
        Frequency frequency = FREQUENCY_NONE;
        g_autofree char *upper = g_ascii_strup(frequency_name((Frequency)i), -1);
        g_assert_true(frequency_parse(upper, &frequency, NULL));
        g_assert_cmpint(frequency, ==, i);
    }
    for (int i = 0; i < WEEKDAY_COUNT; i++) {
        int day = -1;
        g_autofree char *lower = g_ascii_strdown(weekday_name(i), -1);
        g_assert_true(weekday_parse(lower, &day, NULL));
        g_assert_cmpint(day, ==, i);
    }
    static const char *const BAD[] = {"", "Mon", "Fortnight", "NotSpecified", "\033[2J"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        Frequency frequency = FREQUENCY_NONE;
        int day = -1;
        g_autoptr(GError) error = NULL;
        g_assert_false(frequency_parse(BAD[i], &frequency, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_null(strchr(error->message, '\033'));
        g_assert_false(weekday_parse(BAD[i], &day, NULL));
    }
}

// One rule to check: lists are given as text, "1 2 3"; occurrences as "day/number".
typedef struct {
    Frequency frequency;
    int interval;
    const char *start, *end, *minutes, *hours, *week_days, *month_days, *occurrences;
    const char *complaint; // part of the message; NULL = the rule is valid
} RuleCase;

static void fill(IntList *list, const char *numbers)
{
    g_auto(GStrv) parts = g_strsplit(numbers ? numbers : "", " ", -1);
    for (char **part = parts; *part; part++)
        g_assert_true(int_list_append(list, atoi(*part)));
}

static void build(const RuleCase *from, Recurrence *rule)
{
    recurrence_init(rule);
    rule->frequency = from->frequency;
    rule->interval = from->interval;
    if (from->start)
        g_assert_true(rule_time_parse(from->start, &rule->start, NULL));
    if (from->end)
        g_assert_true(rule_time_parse(from->end, &rule->end, NULL));
    fill(&rule->minutes, from->minutes);
    fill(&rule->hours, from->hours);
    fill(&rule->week_days, from->week_days);
    fill(&rule->month_days, from->month_days);
    g_auto(GStrv) parts = g_strsplit(from->occurrences ? from->occurrences : "", " ", -1);
    for (char **part = parts; *part; part++)
        g_assert_true(
            occurrence_list_append(&rule->occurrences, atoi(*part), atoi(strchr(*part, '/') + 1)));
}

static const RuleCase RULES[] = {
    {FREQUENCY_MINUTE, 20, .complaint = NULL},
    {FREQUENCY_SECOND, 9999999, .complaint = NULL},
    {FREQUENCY_DAY, 1, .hours = "0 23", .minutes = "0 59", .complaint = NULL},
    {FREQUENCY_WEEK, 71, .week_days = "0 6", .complaint = NULL},
    {FREQUENCY_MONTH, 1, .month_days = "1 31 -1 -31", .complaint = NULL},
    {FREQUENCY_MONTH, 1, .occurrences = "1/-1 1/5 3/0", .complaint = NULL},
    {FREQUENCY_YEAR, 1, .month_days = "29", .complaint = NULL},
    {FREQUENCY_DAY, 1, .start = "2026-01-01T00:00:00", .end = "2026-01-01T00:00:00",
     .complaint = NULL},
    {FREQUENCY_DAY, 1, .start = "2026-01-01T00:00:00", .end = "2025-01-01T00:00:00Z",
     .complaint = NULL},
    {FREQUENCY_NONE, 1, .complaint = "frequency is missing"},
    {FREQUENCY_DAY, 0, .complaint = "interval 0 is outside 1 to 500"},
    {FREQUENCY_DAY, -1, .complaint = "interval -1"},
    {FREQUENCY_DAY, 501, .complaint = "interval 501"},
    {FREQUENCY_MONTH, 17, .complaint = "outside 1 to 16"},
    {FREQUENCY_DAY, 1, .hours = "24", .complaint = "hours: 24 is outside 0 to 23"},
    {FREQUENCY_DAY, 1, .hours = "-1", .complaint = "hours: -1"},
    {FREQUENCY_DAY, 1, .minutes = "60", .complaint = "minutes: 60 is outside 0 to 59"},
    {FREQUENCY_DAY, 1, .minutes = "5 7 5", .complaint = "minutes: 5 is listed twice"},
    {FREQUENCY_WEEK, 1, .week_days = "1 1", .complaint = "weekDays: Monday is listed twice"},
    {FREQUENCY_WEEK, 1, .week_days = "7", .complaint = "weekDays: 7"},
    {FREQUENCY_DAY, 1, .week_days = "1",
     .complaint = "weekDays goes with frequency Week, not with Day"},
    {FREQUENCY_WEEK, 1, .month_days = "1", .complaint = "monthDays goes with frequency Month"},
    {FREQUENCY_WEEK, 1, .occurrences = "1/1", .complaint = "monthlyOccurrences goes with"},
    {FREQUENCY_MONTH, 1, .month_days = "0",
     .complaint = "monthDays: 0 is outside -1 to -31 and 1 to 31"},
    {FREQUENCY_MONTH, 1, .month_days = "-32", .complaint = "monthDays: -32"},
    {FREQUENCY_MONTH, 1, .occurrences = "1/6", .complaint = "Monday number 6"},
    {FREQUENCY_MONTH, 1, .occurrences = "9/1", .complaint = "9 is no weekday"},
    {FREQUENCY_MONTH, 1, .occurrences = "1/2 1/2", .complaint = "Monday number 2 is listed twice"},
    {FREQUENCY_DAY, 1, .start = "2026-01-02T00:00:00Z", .end = "2026-01-01T00:00:00Z",
     .complaint = "endTime lies before"},
    {FREQUENCY_DAY, 0, .hours = "25", .complaint = "500, what frequency Day takes; hours: 25"},
};

static void test_check(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(RULES); i++) {
        Recurrence rule;
        g_autoptr(GError) error = NULL;
        build(&RULES[i], &rule);
        bool ok = recurrence_check(&rule, &error);
        if (RULES[i].complaint) {
            g_assert_error(error, ERR, ERR_INVALID);
            if (!strstr(error->message, RULES[i].complaint))
                g_error("case %zu: \"%s\" has no \"%s\"", i, error->message, RULES[i].complaint);
        } else {
            g_assert_no_error(error);
        }
        g_assert_cmpint(ok, ==, RULES[i].complaint == NULL);
        recurrence_release(&rule);
    }
}

static void test_lists_are_bounded(void)
{
    Recurrence rule;
    g_autoptr(GError) error = NULL;
    recurrence_init(&rule);
    rule.frequency = FREQUENCY_MONTH;
    for (int i = 0; i < RECURRENCE_LIST_MAX; i++) {
        g_assert_true(int_list_append(&rule.minutes, 99));
        g_assert_true(occurrence_list_append(&rule.occurrences, 1, 99));
    }
    g_assert_false(int_list_append(&rule.minutes, 1));
    g_assert_false(occurrence_list_append(&rule.occurrences, 1, 1));
    g_assert_false(recurrence_check(&rule, &error));
    g_assert_cmpuint(strlen(error->message), <, 1200);
    recurrence_release(&rule);
    recurrence_release(&rule); // released is released
}

static void test_schedule(void)
{
    const RuleCase full = {FREQUENCY_MONTH,
                           2,
                           "2026-01-01T09:00:00",
                           "2027-01-01T09:00:00",
                           "0 30",
                           "8 17",
                           NULL,
                           "1 -1",
                           "1/-1 5/1",
                           NULL};
    Recurrence rule;
    build(&full, &rule);
    g_assert_true(recurrence_has_schedule(&rule));
    Recurrence plain;
    recurrence_init(&plain);
    g_assert_false(recurrence_has_schedule(&plain));
    recurrence_release(&rule);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/recurrence/civil", test_civil_round_trip);
    g_test_add_func("/model/recurrence/times", test_times);
    g_test_add_func("/model/recurrence/names", test_names);
    g_test_add_func("/model/recurrence/check", test_check);
    g_test_add_func("/model/recurrence/bounded", test_lists_are_bounded);
    g_test_add_func("/model/recurrence/schedule", test_schedule);
    return g_test_run();
}
