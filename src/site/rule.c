#include "site/rule.h"

#include "base/error.h"

struct Rule {
    gint64 start_ms;
    gint64 every_ms;
};

static const gint64 UNIT_MS[FREQUENCY_COUNT] = {
    [FREQUENCY_SECOND] = 1000,  [FREQUENCY_MINUTE] = 60000,   [FREQUENCY_HOUR] = 3600000,
    [FREQUENCY_DAY] = 86400000, [FREQUENCY_WEEK] = 604800000,
};

Rule *rule_new(const Recurrence *recurrence, GError **error)
{
    if (!recurrence_check(recurrence, error))
        return NULL;
    gint64 unit_ms = UNIT_MS[recurrence->frequency];
    if (unit_ms == 0 || recurrence_has_schedule(recurrence)) {
        g_set_error(error, ERR, ERR_INVALID,
                    "A recurrence of the practice region is an interval of seconds to weeks.");
        return NULL;
    }
    Rule *rule = g_new0(Rule, 1);
    rule->start_ms = recurrence->start.wall_ms;
    rule->every_ms = unit_ms * recurrence->interval;
    return rule;
}

void rule_free(Rule *rule)
{
    g_free(rule);
}

gint64 rule_next(const Rule *rule, gint64 after_ms)
{
    if (!rule)
        return 0;
    if (after_ms < rule->start_ms)
        return rule->start_ms;
    return rule->start_ms + ((after_ms - rule->start_ms) / rule->every_ms + 1) * rule->every_ms;
}
