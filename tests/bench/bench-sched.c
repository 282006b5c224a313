// Measures the schedule engine, one JSON object a line:
//   sched-next-20      the next 20 occurrences of one rule, for every kind of rule and for old ones
//   sched-compile      a rule checked and compiled, its notes worked out
//   sched-many         100,000 rules of all kinds compiled, and asked for their next occurrence
//   sched-zone         a zone read and laid out
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sched/schedule.h"

enum { ROUNDS = 21, CALLS = 500, MANY = 100000, NEXT = 20 };

// 2026-11-21T03:14:07Z
static const gint64 NOW_MS = 1795230847000;

typedef struct {
    const char *kind;
    Frequency frequency;
    int interval;
    const char *start, *zone;
    const char *hours, *minutes; // numbers with blanks
    int month_day;               // 0 = none
    int nth_monday;              // 0 = none
} Kind;

static const Kind KINDS[] = {
    {"every second since 2015", FREQUENCY_SECOND, 1, "2015-01-01T00:00:00Z", NULL, "", "", 0, 0},
    {"every 20 minutes", FREQUENCY_MINUTE, 20, "2026-01-01T09:00:00", "W. Europe Standard Time", "",
     "", 0, 0},
    {"every 20 minutes in 8 hours", FREQUENCY_MINUTE, 20, "2015-01-01T09:00:00",
     "W. Europe Standard Time", "8 9 10 11 12 13 14 15", "", 0, 0},
    {"every 5 hours since 1970", FREQUENCY_HOUR, 5, "1970-01-01T09:00:00Z", NULL, "", "", 0, 0},
    {"daily, in a gap", FREQUENCY_DAY, 1, "2015-01-01T02:30:00", "W. Europe Standard Time", "", "",
     0, 0},
    {"daily, 32 times", FREQUENCY_DAY, 1, "2015-01-01T00:00:00", "Central Standard Time",
     "9 10 11 12 13 14 15 16", "0 15 30 45", 0, 0},
    {"every 2 weeks", FREQUENCY_WEEK, 2, "2015-01-01T08:00:00", "W. Europe Standard Time", "", "",
     0, 0},
    {"last Monday of the month", FREQUENCY_MONTH, 1, "2015-01-01T00:00:00",
     "W. Europe Standard Time", "17", "0", 0, -1},
    {"fifth Monday on the 31st", FREQUENCY_MONTH, 1, "2015-01-01T00:00:00",
     "W. Europe Standard Time", "17", "0", 31, 5},
    {"fifth Monday of February", FREQUENCY_YEAR, 1, "2016-02-01T00:00:00",
     "W. Europe Standard Time", "17", "0", 0, 5},
    {"29 February", FREQUENCY_YEAR, 1, "2016-02-29T12:00:00Z", NULL, "", "", 0, 0},
    {"31 February", FREQUENCY_YEAR, 1, "2016-02-01T12:00:00Z", NULL, "", "", 31, 0},
    {"hour that no tick meets", FREQUENCY_HOUR, 2, "2016-02-01T12:00:00Z", NULL, "7", "", 0, 0},
};

static gint64 now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void add_numbers(IntList *list, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part; part++)
        int_list_append(list, (int)strtol(*part, NULL, 10));
}

static void build(const Kind *kind, Recurrence *ret_rule)
{
    recurrence_init(ret_rule);
    ret_rule->frequency = kind->frequency;
    ret_rule->interval = kind->interval;
    ret_rule->zone = g_strdup(kind->zone);
    g_assert_true(rule_time_parse(kind->start, &ret_rule->start, NULL));
    add_numbers(&ret_rule->hours, kind->hours);
    add_numbers(&ret_rule->minutes, kind->minutes);
    if (kind->month_day)
        int_list_append(&ret_rule->month_days, kind->month_day);
    if (kind->nth_monday)
        occurrence_list_append(&ret_rule->occurrences, MONDAY, kind->nth_monday);
}

static Schedule *compile(const Recurrence *rule, Zones *zones)
{
    ScheduleAnchor anchor = {.now_ms = NOW_MS};
    g_autoptr(GError) error = NULL;
    Schedule *schedule = schedule_new(rule, zones, &anchor, &error);
    if (!schedule)
        g_error("%s", error->message);
    return schedule;
}

static int compare_ns(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

// Median and worst round, in µs a call.
static void print_rounds(const char *measure, const char *rule, gint64 rounds_ns[ROUNDS], int calls)
{
    qsort(rounds_ns, ROUNDS, sizeof *rounds_ns, compare_ns);
    printf("{\"bench\":\"%s\",\"rule\":\"%s\",\"us\":%.3f,\"us_worst_round\":%.3f,\"calls\":%d}\n",
           measure, rule, (double)rounds_ns[ROUNDS / 2] / calls / 1000,
           (double)rounds_ns[ROUNDS - 1] / calls / 1000, calls * ROUNDS);
}

static void bench_next(const Kind *kind, Zones *zones)
{
    Recurrence rule;
    gint64 rounds_ns[ROUNDS];
    Occurrence found[NEXT];
    build(kind, &rule);
    g_autoptr(Schedule) schedule = compile(&rule, zones);
    for (int round = 0; round < ROUNDS; round++) {
        gint64 begin_ns = now_ns();
        for (int i = 0; i < CALLS; i++)
            schedule_next(schedule, NOW_MS + i * (gint64)3600000, NEXT, found);
        rounds_ns[round] = now_ns() - begin_ns;
    }
    print_rounds("sched-next-20", kind->kind, rounds_ns, CALLS);
    for (int round = 0; round < ROUNDS; round++) {
        gint64 begin_ns = now_ns();
        for (int i = 0; i < CALLS / 10; i++)
            schedule_free(compile(&rule, zones));
        rounds_ns[round] = now_ns() - begin_ns;
    }
    print_rounds("sched-compile", kind->kind, rounds_ns, CALLS / 10);
    recurrence_release(&rule);
}

static void bench_many(Zones *zones)
{
    g_autofree Recurrence *rules = g_new0(Recurrence, MANY);
    g_autofree Schedule **schedules = g_new0(Schedule *, MANY);
    for (int i = 0; i < MANY; i++) {
        build(&KINDS[(gsize)i % G_N_ELEMENTS(KINDS)], &rules[i]);
        rules[i].start.wall_ms += i * (gint64)1000; // no two alike
    }
    gint64 begin_ns = now_ns();
    for (int i = 0; i < MANY; i++)
        schedules[i] = compile(&rules[i], zones);
    gint64 compiled_ns = now_ns();
    gint64 firing = 0;
    for (int i = 0; i < MANY; i++)
        firing += schedule_next_ms(schedules[i], NOW_MS) > 0;
    gint64 end_ns = now_ns();
    printf("{\"bench\":\"sched-many\",\"rules\":%d,\"firing\":%d,\"compile_ms\":%.1f,\"next_ms\":%."
           "1f}\n",
           MANY, (int)firing, (double)(compiled_ns - begin_ns) / 1e6,
           (double)(end_ns - compiled_ns) / 1e6);
    for (int i = 0; i < MANY; i++) {
        schedule_free(schedules[i]);
        recurrence_release(&rules[i]);
    }
}

static void bench_zone(void)
{
    gint64 rounds_ns[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        gint64 begin_ns = now_ns();
        for (int i = 0; i < 20; i++) {
            g_autoptr(Zones) zones = zones_new();
            g_assert_nonnull(zones_get(zones, "W. Europe Standard Time", NULL));
        }
        rounds_ns[round] = now_ns() - begin_ns;
    }
    print_rounds("sched-zone", "Europe/Berlin", rounds_ns, 20);
}

int main(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++)
        bench_next(&KINDS[i], zones);
    bench_many(zones);
    bench_zone();
    return 0;
}
