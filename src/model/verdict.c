#include "model/verdict.h"

#include "base/text.h"
#include "base/timefmt.h"

void verdict_note_probe(VantageStatus *vantage, const ProbeSample *sample, const char *detail)
{
    vantage_status_add(vantage, *sample);
    g_free(vantage->detail);
    vantage->detail = g_strdup(detail);
    if (sample->ok) {
        vantage->successes++;
        vantage->failures = 0;
        vantage->first_failure_ms = 0;
        vantage->last_ok_ms = sample->at_ms;
        return;
    }
    if (!vantage->failures)
        vantage->first_failure_ms = sample->at_ms;
    vantage->failures++;
    vantage->successes = 0;
}

// A vantage point that has been silent for so long has no vote.
gint64 verdict_lapse_ms(const HealthCheck *health)
{
    return 3 * health->interval_ms + health->timeout_ms;
}

static const ProbeSample *last_sample(const VantageStatus *vantage)
{
    return vantage->history_len ? &vantage->history[vantage->history_len - 1] : NULL;
}

// What one vantage point says. Between the two limits it stays with what it said before, which `was`
// stands for: that is the damping.
static VerdictState vote_of(const VantageStatus *vantage, const HealthCheck *health,
                            VerdictState was, gint64 now_ms)
{
    const ProbeSample *last = last_sample(vantage);
    if (!last || now_ms - last->at_ms > verdict_lapse_ms(health))
        return VERDICT_UNKNOWN;
    if (vantage->failures >= health->failures)
        return VERDICT_DOWN;
    if (vantage->failures)
        return was == VERDICT_UP || was == VERDICT_DEGRADED ? VERDICT_DEGRADED : was;
    if (was == VERDICT_DOWN && vantage->successes < health->recoveries)
        return VERDICT_DOWN;
    return last->degraded ? VERDICT_DEGRADED : VERDICT_UP;
}

typedef struct {
    guint votes, up, down, degraded;
    gint64 newest_ms;
    const VantageStatus *worst;
} Tally;

static Tally count_votes(const LocationStatus *status, const HealthCheck *health, gint64 now_ms)
{
    Tally tally = {0};
    for (guint i = 0; i < status->vantages->len; i++) {
        const VantageStatus *vantage = status->vantages->pdata[i];
        VerdictState vote = vote_of(vantage, health, status->verdict.state, now_ms);
        if (vote == VERDICT_UNKNOWN)
            continue;
        tally.votes++;
        tally.newest_ms = MAX(tally.newest_ms, last_sample(vantage)->at_ms);
        tally.up += vote == VERDICT_UP;
        tally.down += vote == VERDICT_DOWN;
        tally.degraded += vote == VERDICT_DEGRADED;
        if (vote != VERDICT_UP && (!tally.worst || vantage->failures > tally.worst->failures))
            tally.worst = vantage;
    }
    return tally;
}

static VerdictState state_of(const Tally *tally)
{
    if (!tally->votes)
        return VERDICT_UNKNOWN;
    if (2 * tally->down > tally->votes)
        return VERDICT_DOWN;
    return tally->up == tally->votes ? VERDICT_UP : VERDICT_DEGRADED;
}

static char *why_of(VerdictState state, const Tally *tally, const LocationStatus *status,
                    const HealthCheck *health)
{
    const char *detail = tally->worst && tally->worst->detail ? tally->worst->detail : "";
    switch (state) {
    case VERDICT_UNKNOWN:
        return g_strdup(status->vantages->len ? "no vantage point has a fresh probe"
                                              : "nobody has probed it yet");
    case VERDICT_UP:
        return g_strdup_printf("%u of %u vantage point%s: up", tally->up, tally->votes,
                               text_plural(tally->votes));
    case VERDICT_DOWN:
        if (!tally->worst->failures) // it answers again, but not for long enough
            return g_strdup_printf(
                "%u of %u vantage point%s: down; answers again, %u good of the %u "
                "in a row that are needed: %s",
                tally->down, tally->votes, text_plural(tally->votes), tally->worst->successes,
                health->recoveries, detail);
        return g_strdup_printf("%u of %u vantage point%s: down; %u probe%s failed in a row: %s",
                               tally->down, tally->votes, text_plural(tally->votes),
                               tally->worst->failures, text_plural(tally->worst->failures), detail);
    default:
        if (tally->down)
            return g_strdup_printf("vantage points disagree: %u of %u say down (%s: %s)",
                                   tally->down, tally->votes, tally->worst->vantage, detail);
        return g_strdup_printf("%u of %u vantage point%s: degraded: %s", tally->degraded,
                               tally->votes, text_plural(tally->votes), detail);
    }
}

bool verdict_judge(LocationStatus *status, const HealthCheck *health, gint64 now_ms)
{
    Tally tally = count_votes(status, health, now_ms);
    VerdictState state = state_of(&tally);
    Verdict *verdict = &status->verdict;
    bool changed = state != verdict->state || !verdict->since_ms;
    g_free(verdict->why);
    verdict->why = why_of(state, &tally, status, health);
    if (tally.newest_ms)
        verdict->observed_at_ms = tally.newest_ms;
    if (changed) {
        verdict->state = state;
        verdict->since_ms = now_ms;
    }
    location_status_percentiles(status);
    return changed;
}

gint64 verdict_stale_at(const LocationStatus *status, const HealthCheck *health)
{
    gint64 newest = 0;
    for (guint i = 0; i < status->vantages->len; i++) {
        const ProbeSample *last = last_sample(status->vantages->pdata[i]);
        newest = last ? MAX(newest, last->at_ms) : newest;
    }
    return newest ? newest + verdict_lapse_ms(health) + 1 : 0;
}
