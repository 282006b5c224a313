#include "view/region-text.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/words.h"

enum { SPARK_WIDTH = 36, LOG_MAX = 20, LAG_MERGED = 3 };

static char *latency_line(const VantageStatus *vantage, guint width)
{
    guint n = MIN(vantage->history_len, width), first = vantage->history_len - n;
    gint64 low = G_MAXINT64, high = 0;
    GString *line = g_string_new(NULL);
    for (guint i = first; i < vantage->history_len; i++) {
        const ProbeSample *sample = &vantage->history[i];
        low = sample->ok ? MIN(low, sample->latency_us) : low;
        high = sample->ok ? MAX(high, sample->latency_us) : high;
    }
    for (guint i = first; i < vantage->history_len; i++) {
        const ProbeSample *sample = &vantage->history[i];
        gint64 level = high > low ? (sample->latency_us - low) * 7 / (high - low) : 0;
        g_string_append(line,
                        glyph_text(sample->ok ? GLYPH_SPARK_1 + (Glyph)level : GLYPH_DOT, false));
    }
    return g_string_free(line, FALSE);
}

static int compare_us(gconstpointer a, gconstpointer b)
{
    const gint64 *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void latency_percentiles(const VantageStatus *vantage, gint64 *ret_p50_us,
                                gint64 *ret_p99_us)
{
    gint64 values[PROBE_HISTORY];
    guint n = 0;
    for (guint i = 0; i < vantage->history_len; i++)
        if (vantage->history[i].ok)
            values[n++] = vantage->history[i].latency_us;
    qsort(values, n, sizeof values[0], compare_us);
    *ret_p50_us = n ? values[(n - 1) / 2] : 0;
    *ret_p99_us = n ? values[(n * 99 + 99) / 100 - 1] : 0;
}

static bool replication_is_ill(const ReplicationStatus *link, gint64 now_ms)
{
    return !link->streaming || link->lag_ms < 0 || now_ms - link->observed_at_ms > FACT_LIMIT_MS;
}

static char *replication_words(const Picture *picture, const ReplicationStatus *link, gint64 now_ms)
{
    char lag[16] = "unknown", replayed[24], to_age[24], from_age[24], clock[16];
    bool old = now_ms - link->observed_at_ms > FACT_LIMIT_MS;
    bool calm = !replication_is_ill(link, now_ms);
    if (link->lag_ms >= 0 && !old)
        duration_format_up(link->lag_ms, lag);
    time_format_clock(link->replayed_ms, clock);
    ago_format(link->replayed_ms, now_ms, calm, replayed);
    ago_format(link->observed_at_ms, now_ms, calm, to_age);
    ago_format(link->source_at_ms, now_ms, calm, from_age);
    const char *from = picture_title(picture, link->from), *to = picture_title(picture, link->to);
    return g_strdup_printf("%s  %s → %s: lag %s, %s%s; replayed up to %s (%s); "
                           "%s seen %s, %s seen %s",
                           link->workload, from, to, lag, link->streaming ? "link up" : "LINK DOWN",
                           link->synchronous ? ", synchronous" : "", clock, replayed, to, to_age,
                           from, from_age);
}

typedef struct {
    Page *page;
    const ViewContext *context;
    const Picture *picture;
    const LocationStatus *location;
    gint64 now_ms;
    const GPtrArray *lags; // of LagHistory *; NULL
} Text;

static void say_verdict(const Text *text)
{
    const Verdict *verdict = &text->location->verdict;
    Badge badge = badge_verdict(badge_aged_verdict(text->location, text->now_ms));
    bool aged = badge_aged_verdict(text->location, text->now_ms) != verdict->state;
    bool calm = verdict->state == VERDICT_UP && !aged;
    char since[24], probed[24], at[32];
    ago_format(verdict->since_ms, text->now_ms, calm, since);
    ago_format(verdict->observed_at_ms, text->now_ms, calm, probed);
    time_format_full(verdict->since_ms, at);
    if (aged)
        page_field(text->page, "VERDICT", ROLE_UNKNOWN,
                   "UNKNOWN: the last probe was %s; before, it was %s since %s", probed,
                   badge_verdict(verdict->state).word, at);
    else
        page_field(text->page, "VERDICT", badge.role | STYLE_BOLD,
                   "%s %s  since %s (%s), last probe %s", glyph_text(badge.glyph, false),
                   badge.word, at, since, probed);
    if (verdict->why && !aged)
        pager_field(text->page->pager, "WHY", ROLE_NORMAL, verdict->why);
}

// "p50 41 p99 61 ms of 48 probes". The caller frees.
static char *took_text(const VantageStatus *vantage)
{
    gint64 p50_us, p99_us;
    char p50[16], p99[16];
    latency_percentiles(vantage, &p50_us, &p99_us);
    latency_format(p50_us, p50);
    latency_format(p99_us, p99);
    return p50_us ? g_strdup_printf("p50 %s p99 %s ms of %u probes", p50, p99, vantage->history_len)
                  : g_strdup_printf("none of %u probes was good", vantage->history_len);
}

static void say_vantage(const Text *text, const VantageStatus *vantage)
{
    const ProbeSample *last =
        vantage->history_len ? &vantage->history[vantage->history_len - 1] : NULL;
    char age[24], ok[24], since[24], took[16];
    bool well = last && last->ok && !vantage->failures;
    ago_format(last ? last->at_ms : 0, text->now_ms, well, age);
    ago_format(vantage->last_ok_ms, text->now_ms, well, ok);
    ago_format(vantage->first_failure_ms, text->now_ms, false, since);
    latency_format(last ? last->latency_us : 0, took);
    g_autofree char *line = latency_line(vantage, SPARK_WIDTH);
    g_autofree char *all = took_text(vantage);
    g_autofree char *run =
        vantage->failures
            ? g_strdup_printf("%s %u failed in a row, the first %s, last answer %s",
                              glyph_text(GLYPH_DOWN, false), vantage->failures, since, ok)
        : last ? g_strdup_printf("%s %s%s ms", glyph_text(GLYPH_UP, false),
                                 last->degraded ? "degraded, " : "", took)
               : g_strdup("no probe yet");
    Role role = vantage->failures ? ROLE_ALARM : !last ? ROLE_UNKNOWN : ROLE_NORMAL;
    page_field(text->page, "SEEN BY", role, "%s in %s: %s, probed %s%s%s", vantage->vantage,
               picture_title(text->picture, vantage->location), run, age,
               vantage->detail && vantage->failures ? ": " : "",
               vantage->detail && vantage->failures ? vantage->detail : "");
    if (last)
        page_field(text->page, "", ROLE_DIM, "%s  %s", line, all);
}

// Each side of a disagreement by name: neither is hidden behind the verdict.
static void say_disagreement(const Text *text)
{
    GString *up = g_string_new(NULL), *down = g_string_new(NULL);
    for (guint i = 0; i < text->location->vantages->len; i++) {
        const VantageStatus *vantage = text->location->vantages->pdata[i];
        GString *side = vantage->failures ? down : up;
        g_string_append_printf(side, "%s%s", side->len ? ", " : "", vantage->vantage);
    }
    if (up->len && down->len)
        page_field(text->page, "DISAGREE", ROLE_WARN | STYLE_BOLD,
                   "%s see%s it up, %s see%s it fail: the way there may be broken, not the region.",
                   up->str, strchr(up->str, ',') ? "" : "s", down->str,
                   strchr(down->str, ',') ? "" : "s");
    g_string_free(up, TRUE);
    g_string_free(down, TRUE);
}

static void say_vantages(const Text *text)
{
    const GPtrArray *vantages = text->location->vantages;
    say_disagreement(text);
    for (guint i = 0; i < vantages->len; i++)
        say_vantage(text, vantages->pdata[i]);
    if (!vantages->len)
        pager_field(text->page->pager, "SEEN BY", ROLE_UNKNOWN,
                    "no vantage point: none has told of a probe of it.");
}

static void say_faults(const Text *text)
{
    const GPtrArray *faults = text->location->faults;
    for (guint i = 0; i < faults->len; i++)
        pager_field(text->page->pager, i ? "" : "INSIDE", ROLE_WARN, faults->pdata[i]);
    if (faults->len)
        pager_field(text->page->pager, "", ROLE_DIM,
                    "A fault inside the region is not its loss: no failover is proposed for it.");
}

// Of the groups that are at home here and may have to come back: what that would cost.
static void say_homecoming(const Text *text)
{
    for (guint i = 0; i < picture_count(text->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(text->picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->primary, text->location->name) != 0 || !group->failback.applies)
            continue;
        g_autofree char *line =
            g_strdup_printf("%s: %s", group->name, group->failback.how ? group->failback.how : "");
        pager_field(text->page->pager, "WAY HOME",
                    group->failback.answers && !group->failback.discarded ? ROLE_NORMAL : ROLE_WARN,
                    line);
    }
}

static void say_attention(const Text *text)
{
    g_autofree char *object = g_strconcat("location/", text->location->name, NULL);
    for (guint i = 0; i < picture_count(text->picture, SHELF_ALARMS); i++) {
        const Alarm *alarm = picture_at(text->picture, SHELF_ALARMS, i);
        char age[24];
        if (g_strcmp0(alarm->object, object) != 0)
            continue;
        ago_format(alarm->since_ms, text->now_ms, alarm->ended_ms != 0, age);
        page_field(text->page, "ALARM", badge_severity(alarm->severity).role, "%s, %s%s%s%s",
                   alarm->text ? alarm->text : alarm->id, age, alarm->ended_ms ? ", over now" : "",
                   alarm->acknowledged_by ? ", acknowledged by " : ", not acknowledged",
                   alarm->acknowledged_by ? alarm->acknowledged_by : "");
    }
    for (guint i = 0; i < picture_count(text->picture, SHELF_FINDINGS); i++) {
        const Finding *finding = picture_at(text->picture, SHELF_FINDINGS, i);
        if (g_strcmp0(finding->object, object) == 0)
            page_field(text->page, "FINDING", badge_severity(finding->severity).role, "%s %s: %s",
                       finding->rule, finding->title, finding->facts);
    }
}

// A region that is down without a proposal is the one thing that nobody would ask about.
static void say_blocked(const Text *text)
{
    for (guint i = 0; i < picture_count(text->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(text->picture, SHELF_GROUPS, i);
        if (group->blocked && g_strcmp0(group->active, text->location->name) == 0)
            page_field(text->page, "BLOCKED", ROLE_WARN, "no failover of %s is proposed: %s",
                       group->name, group->blocked);
    }
}

static bool touches(const ReplicationStatus *link, const char *location)
{
    return g_strcmp0(link->from, location) == 0 || g_strcmp0(link->to, location) == 0;
}

// The worst of each three minutes of two hours; a tenth of the RPO fills it at the least.
static char *lag_line(const LagHistory *lag, gint64 rpo_ms)
{
    GString *line = g_string_new(NULL);
    gint64 high_ms = MAX(MAX(lag->worst_ms, rpo_ms / 10), (gint64)1);
    for (guint i = 0; i < lag->samples->len; i += LAG_MERGED) {
        gint64 worst_ms = -1;
        for (guint k = i; k < MIN(i + LAG_MERGED, lag->samples->len); k++) {
            gint64 lag_ms = ((const LagSample *)lag->samples->pdata[k])->lag_ms;
            worst_ms = MAX(worst_ms, lag_ms);
        }
        Glyph level = GLYPH_SPARK_1 + (Glyph)(MAX(worst_ms, (gint64)0) * 7 / high_ms);
        g_string_append(line, glyph_text(worst_ms < 0 ? GLYPH_DOT : level, false));
    }
    return g_string_free(line, FALSE);
}

static void say_lag(const Text *text, const GroupStatus *group, const ReplicationStatus *link)
{
    const LagHistory *lag = NULL;
    char p95[16] = "unknown", worst[16] = "unknown", rpo[16];
    for (guint i = 0; text->lags && !lag && i < text->lags->len; i++) {
        const LagHistory *one = text->lags->pdata[i];
        if (strcmp(one->workload, link->workload) == 0 && g_strcmp0(one->from, link->from) == 0 &&
            g_strcmp0(one->to, link->to) == 0)
            lag = one;
    }
    if (!lag || !lag->samples->len)
        return;
    if (lag->p95_ms >= 0) {
        duration_format_up(lag->p95_ms, p95);
        duration_format_up(lag->worst_ms, worst);
    }
    duration_format(group->rpo_ms, rpo);
    g_autofree char *line = lag_line(lag, group->rpo_ms);
    page_field(text->page, "",
               lag->worst_ms > group->rpo_ms || lag->p95_ms < 0 ? ROLE_WARN : ROLE_DIM,
               "%s  lag of two hours: p95 %s, worst %s; RPO %s", line, p95, worst, rpo);
}

static void say_replication(const Text *text)
{
    guint said = 0;
    for (guint i = 0; i < picture_count(text->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(text->picture, SHELF_GROUPS, i);
        for (guint k = 0; k < group->replication->len; k++) {
            const ReplicationStatus *link = group->replication->pdata[k];
            if (!touches(link, text->location->name))
                continue;
            g_autofree char *words = replication_words(text->picture, link, text->now_ms);
            pager_field(text->page->pager, said++ ? "" : "DATA",
                        replication_is_ill(link, text->now_ms) ? ROLE_WARN : ROLE_NORMAL, words);
            say_lag(text, group, link);
        }
    }
    if (!said)
        pager_field(text->page->pager, "DATA", ROLE_DIM, "nothing replicates from here or to here");
}

// An isolated host carries only so much (L3).
static void say_capacity(const Text *text)
{
    const LocationStatus *location = text->location;
    gint64 wanted = location->load + location->standby_load;
    if (location->host != HOST_ISOLATED)
        return;
    if (location->capacity)
        page_field(text->page, "CARRIES", wanted > location->capacity ? ROLE_WARN : ROLE_NORMAL,
                   "%u unit%s: %" G_GINT64_FORMAT " at home here, %" G_GINT64_FORMAT
                   " would come from elsewhere",
                   location->capacity, text_plural(location->capacity), location->load,
                   location->standby_load);
    else
        page_field(text->page, "CARRIES", ROLE_UNKNOWN, "nobody says how much");
}

static void say_zones(const Text *text)
{
    g_autoptr(GString) zones = g_string_new(NULL);
    for (guint i = 0; i < text->location->zones->len; i++)
        g_string_append_printf(zones, "%s%s", i ? ", " : "",
                               (const char *)text->location->zones->pdata[i]);
    if (zones->len)
        page_field(text->page, "ZONES", ROLE_NORMAL, "%s", zones->str);
}

// Other answers say nothing about the health (L14); the usual one goes without saying.
static void say_answer(const Text *text)
{
    AnswerStyle answer = text->location->answer;
    if (answer == ANSWER_ACCEPTED || answer == ANSWER_REDIRECTED)
        page_field(text->page, "ANSWERS", ROLE_WARN, "%s: not in the same exchange (R13)",
                   word_of(&ANSWER_NAMES, (int)answer));
}

static void say_host(const Text *text)
{
    const LocationStatus *location = text->location;
    char interval[16], timeout[16], managed[24];
    duration_format(location->interval_ms, interval);
    duration_format(location->timeout_ms, timeout);
    bool answers = text->now_ms - location->managed_at_ms <= FACT_LIMIT_MS;
    ago_format(location->managed_at_ms, text->now_ms, answers, managed);
    if (!location->instances)
        pager_field(text->page->pager, "ACTIVE", ROLE_NORMAL, "no workload has an instance here");
    else
        page_field(text->page, "ACTIVE", answers ? ROLE_NORMAL : ROLE_UNKNOWN,
                   "%u of %u instance%s; %s%s", location->active, location->instances,
                   text_plural(location->instances),
                   location->managed_at_ms ? "the management side answered " : "none was seen yet",
                   location->managed_at_ms ? managed : "");
    page_field(text->page, "HOST", ROLE_NORMAL, "%s, %s%s, boot id %s",
               word_of(&HOST_NAMES, (int)location->host),
               location->pair ? "paired with " : "no pair",
               location->pair ? picture_title(text->picture, location->pair) : "",
               location->boot_id ? location->boot_id : "not reported");
    page_field(text->page, "PROBED", ROLE_NORMAL, "every %s, limit %s; down after %u failure%s",
               interval, timeout, location->failures_limit, text_plural(location->failures_limit));
    say_answer(text);
    say_capacity(text);
    say_zones(text);
}

static void say_changes(const Text *text)
{
    const GPtrArray *changes = text->picture->changes;
    g_autofree char *object = g_strconcat("location/", text->location->name, NULL);
    guint said = 0;
    pager_rule(text->page->pager, "what changed here");
    for (guint i = changes->len; i-- > 0 && said < LOG_MAX;) {
        const Change *change = changes->pdata[i];
        char at[32], age[24];
        if (g_strcmp0(change->object, object) != 0)
            continue;
        said++;
        Badge badge = badge_severity(change->severity);
        time_format_full(change->at_ms, at);
        ago_format(change->at_ms, text->now_ms, true, age);
        page_say(text->page, badge.role, "%s  %s %s (%s)", at, glyph_text(badge.glyph, false),
                 change->text, age);
    }
    if (!said)
        page_say(text->page, ROLE_DIM, "Nothing that is still remembered; 7 shows the audit log.");
}

void region_text_fill(Page *page, const ViewContext *context, const LocationStatus *location,
                      const GPtrArray *lags)
{
    Text text = {page, context, context->picture, location, context->now_ms, lags};
    pager_begin(page->pager);
    if (!location) {
        page_say(page, ROLE_UNKNOWN, "There is no location %s in the picture. Esc leads %s",
                 page->object ? page->object : "yet", "back to the overview.");
        return;
    }
    say_verdict(&text);
    say_homecoming(&text);
    say_attention(&text);
    say_blocked(&text);
    say_vantages(&text);
    say_faults(&text);
    say_replication(&text);
    say_host(&text);
    say_changes(&text);
}
