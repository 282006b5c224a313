// Rules over who watches, and how.
#include "model/rules-private.h"

#include <string.h>

#include "base/timefmt.h"

static bool probed_from_outside(const RuleWorld *world, const Location *location)
{
    for (guint i = 0; i < world->vantages->len; i++) {
        const VantagePoint *vantage = world->vantages->pdata[i];
        if (vantage->location && strcmp(vantage->location, location->name) != 0)
            return true;
    }
    return false;
}

void rule_watchdog_elsewhere(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Location *location = object->location;
    if (!location->health.url)
        rule_add(findings, SEVERITY_ERROR, g_strdup("It has no health check, so nobody probes it."),
                 "Give it `health = { url = …; }` in the fleet file.");
    else if (!probed_from_outside(world, location))
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup("No vantage point outside it probes it: its loss would take the watchdog "
                          "along."),
                 "Run a signalboxd in another location (`location` in its file says where it "
                 "stands).");
}

static void check_answer(const Location *location, const LocationStatus *status,
                         GPtrArray *findings)
{
    static const char *const WORDS[] = {
        [ANSWER_ACCEPTED] = "with 202: it takes note and answers nothing",
        [ANSWER_REDIRECTED] = "with a redirection, which says nothing about this location"};
    char limit[16];
    if (status->answer == ANSWER_ACCEPTED || status->answer == ANSWER_REDIRECTED)
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("Its health check answers %s.", WORDS[status->answer]),
                 "Let the health check end with a response of its own, within its limit.");
    duration_format(location->health.timeout_ms, limit);
    if (status->answer == ANSWER_LATE && status->verdict.state != VERDICT_DOWN)
        rule_add(
            findings, SEVERITY_WARNING,
            g_strdup_printf("A health check had no answer within %s some minutes ago, though it "
                            "was not down.",
                            limit),
            "Make the health check do less, or give it more time (`health.timeout`).");
}

void rule_health_synchronous(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Location *location = object->location;
    const LocationStatus *status = world->location(location->name, world->data);
    char p99[16], limit[16];
    if (!location->health.url || !status)
        return;
    check_answer(location, status, findings);
    if (status->p99_us / 1000 * 4 < location->health.timeout_ms * 3)
        return;
    duration_format(status->p99_us / 1000, p99);
    duration_format(location->health.timeout_ms, limit);
    rule_add_moving(findings, SEVERITY_WARNING,
                    g_strdup_printf("One health check in a hundred takes %s, near its limit of %s.",
                                    p99, limit),
                    "Make the health check do less, or give it more time (`health.timeout`).",
                    g_strdup("near the limit"));
}

// ---- sinks -------------------------------------------------------------------------------------

static bool are_apart(const GPtrArray *sinks)
{
    for (guint i = 1; i < sinks->len; i++) {
        const RuleSink *first = sinks->pdata[0], *sink = sinks->pdata[i];
        if (g_strcmp0(first->location, sink->location) != 0)
            return true;
    }
    return false;
}

void rule_two_sinks(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    static const char WAY_OUT[] =
        "Declare a second sink in another location (`sinks` in signalboxd.conf(5)).";
    const GPtrArray *sinks = world->sinks;
    (void)object;
    if (!sinks || !sinks->len)
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup("Diagnostics and checkpoints of the audit log go nowhere else: they are "
                          "lost with this daemon's location."),
                 WAY_OUT);
    else if (!are_apart(sinks)) {
        const RuleSink *first = sinks->pdata[0];
        rule_add(
            findings, SEVERITY_WARNING,
            g_strdup_printf(
                "%s %s: diagnostics and checkpoints of the audit log are lost with "
                "it.",
                sinks->len == 1 ? "There is one sink, in" : "All sinks are in one place,",
                first->location ? rule_place(world, first->location) : "no location of the fleet"),
            WAY_OUT);
    }
}

// ---- the watchdog's pace -----------------------------------------------------------------------

void rule_watchdog_interval(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Group *group = object->group;
    const HealthCheck *health = group->primary ? &group->primary->health : NULL;
    gint64 detect_ms =
        health ? health->interval_ms * (gint64)health->failures + health->timeout_ms : 0;
    char detect[16], rto[16];
    (void)world;
    if (!health || !health->url || detect_ms < group->rto_ms)
        return;
    duration_format(detect_ms, detect);
    duration_format(group->rto_ms, rto);
    rule_add(findings, SEVERITY_ERROR,
             g_strdup_printf("Detecting the loss of %s takes up to %s, the RTO is %s.",
                             rule_title(group->primary), detect, rto),
             "Probe more often or count fewer failures (`health.interval`, `health.failures`).");
}
