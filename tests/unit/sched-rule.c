#include "sched-rule.h"

#include <string.h>

#include "base/timefmt.h"

static void add_numbers(IntList *list, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part; part++)
        g_assert_true(int_list_append(list, atoi(*part)));
}

static void add_weekdays(IntList *list, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part; part++) {
        int day = -1;
        g_assert_true(weekday_parse(*part, &day, NULL));
        g_assert_true(int_list_append(list, day));
    }
}

static void add_nth(OccurrenceList *list, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part; part++) {
        g_auto(GStrv) pair = g_strsplit(*part, "/", 2);
        int day = -1;
        g_assert_true(weekday_parse(pair[0], &day, NULL));
        g_assert_true(occurrence_list_append(list, day, atoi(pair[1])));
    }
}

static void set_field(Recurrence *rule, const char *name, const char *value)
{
    if (strcmp(name, "start") == 0)
        g_assert_true(rule_time_parse(value, &rule->start, NULL));
    else if (strcmp(name, "end") == 0)
        g_assert_true(rule_time_parse(value, &rule->end, NULL));
    else if (strcmp(name, "zone") == 0)
        rule->zone = g_strdup(value);
    else if (strcmp(name, "minutes") == 0)
        add_numbers(&rule->minutes, value);
    else if (strcmp(name, "hours") == 0)
        add_numbers(&rule->hours, value);
    else if (strcmp(name, "weekDays") == 0)
        add_weekdays(&rule->week_days, value);
    else if (strcmp(name, "monthDays") == 0)
        add_numbers(&rule->month_days, value);
    else if (strcmp(name, "nth") == 0)
        add_nth(&rule->occurrences, value);
    else {
        g_assert_true(frequency_parse(name, &rule->frequency, NULL));
        rule->interval = atoi(value);
    }
}

void rule_from_text(const char *text, Recurrence *ret_rule)
{
    g_auto(GStrv) fields = g_strsplit(text, " | ", -1);
    recurrence_init(ret_rule);
    for (char **field = fields; *field; field++) {
        g_auto(GStrv) pair = g_strsplit(*field, " ", 2);
        set_field(ret_rule, pair[0], pair[1]);
    }
}

gint64 ms_from_text(const char *text)
{
    gint64 at_ms = 0;
    if (text && !time_parse(text, &at_ms, NULL))
        g_error("\"%s\" is not a time", text);
    return at_ms;
}

char *text_from_ms(gint64 at_ms)
{
    char *text = time_format_ms(at_ms);
    if (text && g_str_has_suffix(text, ".000Z"))
        strcpy(text + strlen(text) - 5, "Z");
    return text;
}

Schedule *schedule_from_text(const char *text, Zones *zones, const char *created, const char *now,
                             gint64 offset_ms)
{
    Recurrence rule;
    g_autoptr(GError) error = NULL;
    ScheduleAnchor anchor = {.created_ms = ms_from_text(created),
                             .now_ms = ms_from_text(now ? now : "2026-11-21T03:00:00Z"),
                             .offset_ms = offset_ms};
    rule_from_text(text, &rule);
    Schedule *schedule = schedule_new(&rule, zones, &anchor, &error);
    recurrence_release(&rule);
    if (!schedule)
        g_error("%s: %s", text, error->message);
    return schedule;
}
