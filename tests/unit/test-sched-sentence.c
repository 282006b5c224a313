// Rules in words, short and long.
#include "sched-rule.h"

#include <string.h>

static const struct {
    const char *rule;
    const char *brief; // at most 28 columns
    const char *full;
    gint64 offset_ms;
} SENTENCES[] = {
    {"Minute 20 | start 2026-01-01T09:00:00 | zone W. Europe Standard Time",
     "every 20 min from :00",
     "every 20 min from :00 (W. Europe Standard Time), from 2026-01-01 09:00", 0},
    {"Minute 20 | start 2026-01-01T09:00:00Z", "every 20 min from :10",
     "every 20 min from :10 (UTC), from 2026-01-01 09:00", 600000},
    {"Minute 20 | start 2026-01-01T09:50:00Z", "every 20 min from :10",
     "every 20 min from :10 (UTC), from 2026-01-01 09:50", 0},
    {"Minute 1", "every minute", "every minute (UTC)", 0},
    {"Minute 7", "every 7 min", "every 7 min (UTC)", 0},
    {"Minute 60 | start 2026-01-01T09:05:00Z", "hourly at :05",
     "hourly at :05 (UTC), from 2026-01-01 09:05", 0},
    {"Second 1", "every second", "every second (UTC)", 0},
    {"Second 45", "every 45 s", "every 45 s (UTC)", 0},
    {"Second 20 | start 2026-01-01T09:00:10Z", "every 20 s from second 10",
     "every 20 s from second 10 (UTC), from 2026-01-01 09:00:10", 0},
    {"Second 10 | start 2026-01-01T09:00:00Z", "every 10 s from second 5",
     "every 10 s from second 5 (UTC), from 2026-01-01 09:00", 5000},
    {"Second 300 | start 2026-01-01T09:03:00Z", "every 5 min from :03",
     "every 5 min from :03 (UTC), from 2026-01-01 09:03", 0},
    {"Hour 1 | start 2026-01-01T09:15:00Z", "hourly at :15",
     "hourly at :15 (UTC), from 2026-01-01 09:15", 0},
    {"Hour 6 | start 2026-01-01T09:15:00Z", "every 6 h from 03:15",
     "every 6 h from 03:15 (UTC), from 2026-01-01 09:15", 0},
    {"Hour 6 | start 2026-01-01T09:15:00 | zone Europe/Rome", "every 6 h",
     "every 6 h (Europe/Rome), from 2026-01-01 09:15", 0},
    {"Hour 5 | start 2026-01-01T09:15:00Z", "every 5 h", "every 5 h (UTC), from 2026-01-01 09:15",
     0},
    {"Hour 1 | start 2026-01-01T09:15:00Z | minutes 0 30", "hourly at :00, :30",
     "hourly at :00, :30 (UTC), from 2026-01-01 09:15", 0},
    {"Hour 3 | start 2026-01-01T09:15:00Z | minutes 0 | hours 8 9 10 11 20",
     "every 3 h at :00, hours 8-..",
     "every 3 h at :00, hours 8-11, 20 (UTC), from 2026-01-01 09:15", 0},
    {"Minute 5 | start 2026-01-01T09:00:00Z | minutes 5 50", "every 5 min from :00, only..",
     "every 5 min from :00, only at :05, :50 (UTC), from 2026-01-01 09:00", 0},
    {"Day 1 | start 2026-01-01T00:00:00 | zone W. Europe Standard Time | hours 8 16 | minutes 0",
     "daily 08:00, 16:00", "daily 08:00, 16:00 (W. Europe Standard Time), from 2026-01-01 00:00",
     0},
    {"Day 2 | start 2026-01-01T14:00:30Z | end 2026-12-31T00:00:00Z", "every 2 days 14:00:30",
     "every 2 days 14:00:30 (UTC), from 2026-01-01 14:00:30, until 2026-12-31 00:00", 0},
    {"Day 1 | start 2026-01-01T14:00:00Z", "daily 14:00 +10m",
     "daily 14:00 +10m (UTC), from 2026-01-01 14:00", 600000},
    {"Day 1 | start 2026-01-01T14:00:00Z", "daily 14:00 -1h",
     "daily 14:00 -1h (UTC), from 2026-01-01 14:00", -3600000},
    {"Week 1 | start 2026-01-01T14:00:00Z | weekDays Monday Tuesday Wednesday Thursday Friday | "
     "hours 9 | "
     "minutes 0",
     "Mon-Fri 09:00", "Mon-Fri 09:00 (UTC), from 2026-01-01 14:00", 0},
    {"Week 1 | start 2026-01-01T14:00:00Z | weekDays Sunday Saturday Wednesday | hours 9 | minutes "
     "0",
     "Wed, Sat, Sun 09:00", "Wed, Sat, Sun 09:00 (UTC), from 2026-01-01 14:00", 0},
    {"Week 2 | start 2026-01-01T14:00:00Z | weekDays Monday | hours 0 12 | minutes 0",
     "every 2 weeks Mon 2 times", "every 2 weeks Mon 00:00, 12:00 (UTC), from 2026-01-01 14:00", 0},
    {"Month 1 | start 2026-01-01T00:00:00 | zone Europe/Rome | nth Monday/-1 | hours 17 | minutes "
     "0",
     "last Mon of month 17:00", "last Mon of month 17:00 (Europe/Rome), from 2026-01-01 00:00", 0},
    {"Month 1 | start 2026-01-01T00:00:00Z | nth Monday/-2 Friday/1 Friday/0 | hours 17 | minutes "
     "0",
     "2nd last Mon, every Fri, 1..",
     "2nd last Mon, every Fri, 1st Fri of month 17:00 (UTC), from 2026-01-01 00:00", 0},
    {"Month 3 | start 2026-01-01T00:00:00Z | monthDays 1 2 3 15 -1 -2 | hours 6 | minutes 0",
     "every 3 months day 1-3, 15..",
     "every 3 months day 1-3, 15, -2, last 06:00 (UTC), from 2026-01-01 00:00", 0},
    {"Month 1 | start 2026-01-01T00:00:00Z | monthDays -1 | hours 6 | minutes 0",
     "last day of month 06:00", "last day of month 06:00 (UTC), from 2026-01-01 00:00", 0},
    {"Month 1 | start 2026-01-01T00:00:00Z | monthDays 13 | nth Friday/0 | hours 6 | minutes 0",
     "every Fri if day 13 of mon..",
     "every Fri if day 13 of month 06:00 (UTC), from 2026-01-01 00:00", 0},
    {"Year 1 | start 2026-03-05T08:00:00Z", "day 5 of Mar 08:00",
     "day 5 of Mar 08:00 (UTC), from 2026-03-05 08:00", 0},
    {"Year 2 | start 2026-03-05T08:00:00Z", "every 2 years day 5 of Mar..",
     "every 2 years day 5 of Mar 08:00 (UTC), from 2026-03-05 08:00", 0},
    {"Day 1 | start 2026-01-01T00:00:00Z | hours 9 10 11 12 13 14 15 16 | minutes 0 15 30 45",
     "daily 32 times 09:00-16:45", "daily 32 times 09:00-16:45 (UTC), from 2026-01-01 00:00", 0},
};

static void test_sentences(void)
{
    g_autoptr(Zones) zones = zones_new();
    for (size_t i = 0; i < G_N_ELEMENTS(SENTENCES); i++) {
        g_autoptr(Schedule) schedule =
            schedule_from_text(SENTENCES[i].rule, zones, NULL, NULL, SENTENCES[i].offset_ms);
        g_autofree char *brief = schedule_describe_short(schedule);
        g_autofree char *full = schedule_describe(schedule);
        g_assert_cmpstr(brief, ==, SENTENCES[i].brief);
        g_assert_cmpstr(full, ==, SENTENCES[i].full);
        g_assert_cmpuint(strlen(brief), <=, SCHEDULE_SHORT_COLUMNS);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sched/sentence/sentences", test_sentences);
    return g_test_run();
}
