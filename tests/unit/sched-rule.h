// Rules as one line of text, so that tests can be tables.
#pragma once

#include "sched/schedule.h"

// "Week 2 | start 2026-01-05T09:00:00 | end … | zone W. Europe Standard Time | hours 8 16 | minutes 0 |
// weekDays Monday Friday | monthDays 1 -1 | nth Monday/-1 Friday/0". Aborts on a mistake. The caller
// releases the rule.
void rule_from_text(const char *text, Recurrence *ret_rule);

// The text compiled; times are RFC 3339 or NULL. Aborts if it does not compile.
Schedule *schedule_from_text(const char *text, Zones *zones, const char *created, const char *now,
                             gint64 offset_ms);

// RFC 3339 in ms; NULL is 0.
gint64 ms_from_text(const char *text);

// "2026-01-05T08:00:00Z", with decimals only where there are some. The caller frees.
char *text_from_ms(gint64 at_ms);
