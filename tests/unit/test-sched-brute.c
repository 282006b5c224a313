// Random rules, each compared with its plainest expansion: every date, every hour, every minute looked
// at in turn. SB_SEED=n tries others than the usual ones.
#include "sched/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "model/civil.h"

enum { RULES = 1500, COMPARED = 60 };

static const char *const ZONES[] = {"UTC",
                                    "W. Europe Standard Time",
                                    "Central Standard Time",
                                    "Lord Howe Standard Time",
                                    "Morocco Standard Time",
                                    "Newfoundland Standard Time",
                                    "Samoa Standard Time",
                                    "Egypt Standard Time",
                                    "India Standard Time",
                                    "Antarctica/Troll",
                                    "America/Sao_Paulo",
                                    "Asia/Tehran"};

// ---- Random rules ---------------------------------------------------------------------------------

static int pick(GRand *rand, int from, int to)
{
    return g_rand_int_range(rand, from, to + 1);
}

static bool chance(GRand *rand, int percent)
{
    return pick(rand, 1, 100) <= percent;
}

static void fill(GRand *rand, IntList *list, int from, int to, int most)
{
    for (int left = pick(rand, 1, most); left > 0; left--) {
        int value = pick(rand, from, to);
        bool known = value == 0 && from < 0;
        for (guint i = 0; i < list->count; i++)
            known = known || list->values[i] == value;
        if (!known)
            int_list_append(list, value);
    }
}

// Local, at seconds that matter and hours where clocks change.
static void random_start(GRand *rand, Recurrence *rule)
{
    g_autofree char *text =
        g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d%s", pick(rand, 2000, 2050),
                        pick(rand, 1, 12), pick(rand, 1, chance(rand, 50) ? 28 : 31),
                        chance(rand, 70) ? pick(rand, 0, 4) : pick(rand, 5, 23),
                        chance(rand, 70) ? 30 : pick(rand, 0, 59),
                        chance(rand, 80) ? 0 : pick(rand, 1, 59), chance(rand, 15) ? "Z" : "");
    if (!rule_time_parse(text, &rule->start, NULL))
        random_start(rand, rule);
}

// An end in UTC, on or around an occurrence that is not far from the start.
static void random_end(GRand *rand, Recurrence *rule)
{
    if (!chance(rand, 25))
        return;
    gint64 days = pick(rand, 1, rule->frequency >= FREQUENCY_MONTH ? 900 : 40);
    CivilDate date = civil_from_days(civil_floor_div(rule->start.wall_ms, CIVIL_DAY_MS) + days);
    g_autofree char *text =
        g_strdup_printf("%04d-%02d-%02dT%02d:%02d:00Z", (int)date.year, date.month, date.day,
                        pick(rand, 0, 23), chance(rand, 70) ? 30 : pick(rand, 0, 59));
    g_assert_true(rule_time_parse(text, &rule->end, NULL));
}

static void random_days(GRand *rand, Recurrence *rule)
{
    if (rule->frequency == FREQUENCY_WEEK && chance(rand, 70))
        fill(rand, &rule->week_days, 0, 6, 4);
    if (rule->frequency != FREQUENCY_MONTH && rule->frequency != FREQUENCY_YEAR)
        return;
    if (chance(rand, 50))
        fill(rand, &rule->month_days, -31, 31, 6);
    for (int left = chance(rand, 50) ? pick(rand, 1, 3) : 0; left > 0; left--) {
        MonthlyOccurrence one = {.day = pick(rand, 0, 6), .occurrence = pick(rand, -5, 5)};
        bool known = false;
        for (guint i = 0; i < rule->occurrences.count; i++)
            known = known || (rule->occurrences.values[i].day == one.day &&
                              rule->occurrences.values[i].occurrence == one.occurrence);
        if (!known)
            occurrence_list_append(&rule->occurrences, one.day, one.occurrence);
    }
}

static void random_rule(GRand *rand, Recurrence *ret_rule)
{
    static const int INTERVALS[FREQUENCY_COUNT] = {0, 9999, 600, 50, 9, 5, 16, 3};
    recurrence_init(ret_rule);
    ret_rule->frequency = (Frequency)pick(rand, FREQUENCY_SECOND, FREQUENCY_YEAR);
    ret_rule->interval = chance(rand, 40) ? 1 : pick(rand, 1, INTERVALS[ret_rule->frequency]);
    ret_rule->zone = g_strdup(ZONES[pick(rand, 0, G_N_ELEMENTS(ZONES) - 1)]);
    random_start(rand, ret_rule);
    random_days(rand, ret_rule);
    if (chance(rand, 50))
        fill(rand, &ret_rule->hours, 0, chance(rand, 60) ? 4 : 23, 6);
    if (chance(rand, 50))
        fill(rand, &ret_rule->minutes, 0, 59, 5);
    random_end(rand, ret_rule);
}

// ---- The plainest expansion -----------------------------------------------------------------------

typedef struct {
    const Recurrence *rule;
    const Zone *zone;
    gint64 start_ms;
    gint64 offset_ms;          // of a split schedule's copy: everything is that much later
    gint64 after_ms, until_ms; // what is wanted lies between
    GArray *found;             // gint64
} Brute;

static bool lists(const IntList *list, int value, int otherwise)
{
    if (!list->count)
        return value == otherwise;
    for (guint i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return true;
    return false;
}

static void keep(Brute *brute, gint64 own_ms)
{
    gint64 at_ms = own_ms + brute->offset_ms;
    bool ended = brute->rule->end.text && at_ms > brute->rule->end.wall_ms;
    if (at_ms > brute->after_ms && own_ms >= brute->start_ms && at_ms <= brute->until_ms && !ended)
        g_array_append_val(brute->found, at_ms);
}

static bool is_nth(const Recurrence *rule, gint64 day, CivilDate date, int length)
{
    for (guint i = 0; i < rule->occurrences.count; i++) {
        MonthlyOccurrence one = rule->occurrences.values[i];
        int before = 0, behind = 0;
        for (int d = 1; d <= length; d++) {
            bool same = civil_weekday(day + d - date.day) == one.day;
            before += same && d <= date.day;
            behind += same && d >= date.day;
        }
        if (civil_weekday(day) == one.day &&
            (one.occurrence == 0 || one.occurrence == before || one.occurrence == -behind))
            return true;
    }
    return false;
}

static bool month_matches(const Recurrence *rule, gint64 start_day, gint64 day)
{
    CivilDate start = civil_from_days(start_day), date = civil_from_days(day);
    int length = civil_month_length(date.year, date.month);
    gint64 months = (date.year - start.year) * 12 + date.month - start.month;
    if (months % (rule->interval * (rule->frequency == FREQUENCY_YEAR ? 12 : 1)))
        return false;
    if (!rule->month_days.count && !rule->occurrences.count)
        return date.day == start.day;
    bool by_day = !rule->month_days.count || lists(&rule->month_days, date.day, 0) ||
                  lists(&rule->month_days, date.day - length - 1, 0);
    return by_day && (!rule->occurrences.count || is_nth(rule, day, date, length));
}

static bool day_matches(const Recurrence *rule, gint64 start_day, gint64 day)
{
    if (rule->frequency == FREQUENCY_DAY)
        return (day - start_day) % rule->interval == 0;
    if (rule->frequency != FREQUENCY_WEEK)
        return month_matches(rule, start_day, day);
    gint64 weeks = civil_floor_div(day + THURSDAY, 7) - civil_floor_div(start_day + THURSDAY, 7);
    return weeks % rule->interval == 0 &&
           lists(&rule->week_days, civil_weekday(day), civil_weekday(start_day));
}

static void expand_day(Brute *brute, gint64 day)
{
    const Recurrence *rule = brute->rule;
    gint64 start_wall = rule->start.wall_ms;
    int start_minute = (int)(civil_floor_mod(start_wall, CIVIL_DAY_MS) / CIVIL_MINUTE_MS);
    gint64 second_ms = rule->minutes.count ? 0 : civil_floor_mod(start_wall, CIVIL_MINUTE_MS);
    for (int minute = 0; minute < 1440; minute++)
        if (lists(&rule->hours, minute / 60, start_minute / 60) &&
            lists(&rule->minutes, minute % 60, start_minute % 60))
            keep(brute,
                 zone_to_utc(brute->zone,
                             day * CIVIL_DAY_MS + minute * (gint64)CIVIL_MINUTE_MS + second_ms,
                             NULL));
}

static void expand_days(Brute *brute)
{
    gint64 start_day = civil_floor_div(brute->rule->start.wall_ms, CIVIL_DAY_MS);
    gint64 last = (brute->until_ms - brute->offset_ms) / CIVIL_DAY_MS + 2;
    for (gint64 day = (brute->after_ms - brute->offset_ms) / CIVIL_DAY_MS - 2; day <= last; day++)
        if (day_matches(brute->rule, start_day, day))
            expand_day(brute, day);
}

static bool tick_matches(const Brute *brute, gint64 at_ms)
{
    const Recurrence *rule = brute->rule;
    int minute =
        (int)(civil_floor_mod(zone_to_wall(brute->zone, at_ms), CIVIL_DAY_MS) / CIVIL_MINUTE_MS);
    return lists(&rule->hours, minute / 60, rule->hours.count ? -1 : minute / 60) &&
           lists(&rule->minutes, minute % 60, rule->minutes.count ? -1 : minute % 60);
}

static void expand_ticks(Brute *brute)
{
    static const gint64 UNITS[] = {0, CIVIL_SECOND_MS, CIVIL_MINUTE_MS, CIVIL_HOUR_MS};
    const Recurrence *rule = brute->rule;
    gint64 step_ms = rule->interval * UNITS[rule->frequency], at_ms = brute->start_ms;
    bool spread = rule->frequency == FREQUENCY_HOUR && rule->minutes.count;
    gint64 hour_ms = at_ms - civil_floor_mod(rule->start.wall_ms, CIVIL_HOUR_MS);
    if (spread) {
        step_ms = CIVIL_MINUTE_MS;
        at_ms -= civil_floor_mod(rule->start.wall_ms, CIVIL_MINUTE_MS);
    }
    for (; at_ms + brute->offset_ms <= brute->until_ms; at_ms += step_ms)
        if (tick_matches(brute, at_ms) &&
            (!spread || (at_ms - hour_ms) / CIVIL_HOUR_MS % rule->interval == 0))
            keep(brute, at_ms);
}

static int compare_ms(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

// Sorted, each instant once.
static void expand(Brute *brute)
{
    if (brute->rule->frequency >= FREQUENCY_DAY)
        expand_days(brute);
    else
        expand_ticks(brute);
    g_array_sort(brute->found, compare_ms);
    guint kept = 0;
    gint64 *found = (gint64 *)(void *)brute->found->data;
    for (guint i = 0; i < brute->found->len; i++)
        if (i == 0 || found[i] != found[kept - 1])
            found[kept++] = found[i];
    g_array_set_size(brute->found, kept);
}

// ---- The comparison -------------------------------------------------------------------------------

static void compare(const Brute *brute, const Schedule *schedule, guint32 seed)
{
    Occurrence got[COMPARED];
    guint n = schedule_next(schedule, brute->after_ms, COMPARED, got);
    for (guint i = 0; i < COMPARED; i++) {
        bool wanted = i < brute->found->len;
        bool given = i < n && got[i].at_ms <= brute->until_ms;
        if (!wanted && !given)
            break;
        if (wanted != given || got[i].at_ms != g_array_index(brute->found, gint64, i)) {
            g_autofree char *text = schedule_describe(schedule);
            g_error("seed %u: %s: occurrence %u after %" G_GINT64_FORMAT
                    ": expected %" G_GINT64_FORMAT ", got %" G_GINT64_FORMAT,
                    seed, text, i, brute->after_ms,
                    wanted ? g_array_index(brute->found, gint64, i) : 0, given ? got[i].at_ms : 0);
        }
    }
    g_assert_cmpuint(
        schedule_count_between(schedule, brute->after_ms, brute->until_ms, G_MAXUINT64), ==,
        brute->found->len);
    char *sentence = schedule_describe_short(schedule);
    g_assert_cmpuint(strlen(sentence), <=, SCHEDULE_SHORT_COLUMNS);
    g_free(sentence);
}

// Returns how many occurrences were compared.
static guint check_rule(guint32 seed, Zones *zones)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(GError) error = NULL;
    Recurrence rule;
    random_rule(rand, &rule);
    gint64 offset_ms = chance(rand, 30) ? pick(rand, -90, 90) * (gint64)CIVIL_MINUTE_MS : 0;
    ScheduleAnchor anchor = {.now_ms = rule.start.wall_ms, .offset_ms = offset_ms};
    g_autoptr(Schedule) schedule = schedule_new(&rule, zones, &anchor, &error);
    g_assert_no_error(error);
    Brute brute = {.rule = &rule, .zone = schedule_zone(schedule), .offset_ms = offset_ms};
    brute.start_ms = zone_to_utc(brute.zone, rule.start.wall_ms, NULL);
    // From a little before the start to some way behind it; longer for rarer rules.
    bool by_date = rule.frequency >= FREQUENCY_DAY;
    gint64 days = !by_date ? 4 : rule.frequency < FREQUENCY_MONTH ? 300 : 1500;
    brute.after_ms = brute.start_ms + pick(rand, -3, by_date ? 400 : 3) * (gint64)CIVIL_DAY_MS +
                     pick(rand, -1, 1);
    brute.until_ms = brute.after_ms + days * CIVIL_DAY_MS;
    brute.found = g_array_new(FALSE, FALSE, sizeof(gint64));
    expand(&brute);
    compare(&brute, schedule, seed);
    guint count = brute.found->len;
    g_array_free(brute.found, TRUE);
    recurrence_release(&rule);
    return count;
}

static void test_random_rules(void)
{
    const char *given = g_getenv("SB_SEED");
    guint32 first = given ? (guint32)strtoul(given, NULL, 10) : 1;
    g_autoptr(Zones) zones = zones_new();
    guint firing = 0;
    for (guint32 seed = first; seed < first + RULES; seed++)
        firing += check_rule(seed, zones) > 0;
    g_assert_cmpuint(firing, >, RULES / 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sched/brute/random-rules", test_random_rules);
    return g_test_run();
}
