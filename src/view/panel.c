#include "view/panel.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "model/progress.h"
#include "view/badge.h"
#include "view/words.h"

enum { PROBES_MIN = 3, PROBES_MAX = 12 };

typedef struct {
    const Canvas *canvas;
    const ViewContext *context;
    const LocationStatus *location;
    const Latency *latency;
    int y;
} Panel;

static int label(Panel *panel, const char *text)
{
    cells_put(panel->canvas, 0, panel->y, ROLE_DIM, text);
    return 8;
}

static void draw_probes(Panel *panel)
{
    const VantageStatus *vantage = latency_vantage(panel->location);
    int x = label(panel, "probes");
    if (!vantage || !vantage->history_len) {
        cells_put(panel->canvas, x, panel->y++, ROLE_UNKNOWN, "none yet");
        return;
    }
    char age[16], text[64];
    calm_age_format(vantage->history[vantage->history_len - 1].at_ms, panel->context->now_ms, age);
    if (vantage->failures)
        g_snprintf(text, sizeof text, "%u in a row, %s ago", vantage->failures, age);
    else
        g_snprintf(text, sizeof text, "good, %s ago", age);
    // the words are worth more than older probes
    int room = panel->canvas->width - x - cells_width(panel->canvas, text) - 1;
    guint shown = MIN(vantage->history_len, (guint)CLAMP(room, (int)PROBES_MIN, (int)PROBES_MAX));
    for (guint i = vantage->history_len - shown; i < vantage->history_len; i++) {
        const ProbeSample *sample = &vantage->history[i];
        Role role = !sample->ok ? ROLE_ALARM : sample->degraded ? ROLE_WARN : ROLE_OK;
        x = cells_glyph(panel->canvas, x, panel->y, role, sample->ok ? GLYPH_UP : GLYPH_DOWN);
    }
    cells_put(panel->canvas, x + 1, panel->y++, vantage->failures ? ROLE_ALARM : ROLE_NORMAL, text);
}

static void draw_latency(Panel *panel)
{
    const Latency *latency = panel->latency;
    int x = label(panel, "latency");
    // From nothing to at least twice what is usual: noise stays at the bottom, what is slow stands out.
    SparkLook look = {.style = ROLE_NORMAL, .high = MAX(2.0 * (double)latency->p99_us, 1e5)};
    if (latency->n)
        cells_spark(panel->canvas, rect_make(x, panel->y, LATENCY_MAX, 1), &look, latency->values,
                    latency->n);
    char p50[16], p99[16];
    latency_format(latency->p50_us, p50);
    latency_format(latency->p99_us, p99);
    if (latency->p50_us)
        cells_printf(panel->canvas, x + LATENCY_MAX + 1, panel->y, ROLE_NORMAL, "%s-%s ms", p50,
                     p99);
    else if (latency->n)
        cells_put(panel->canvas, x + LATENCY_MAX + 1, panel->y, ROLE_UNKNOWN, "none good");
    else
        cells_put(panel->canvas, x, panel->y, ROLE_UNKNOWN, "none yet");
    panel->y++;
}

static void draw_since(Panel *panel)
{
    const Verdict *verdict = &panel->location->verdict;
    bool today = panel->context->now_ms - verdict->since_ms < (gint64)24 * 3600 * 1000;
    char at[16], full[32], age[16];
    time_format_clock(verdict->since_ms, at);
    time_format_full(verdict->since_ms, full);
    if (verdict->state == VERDICT_UP)
        calm_age_format(verdict->since_ms, panel->context->now_ms, age);
    else
        age_format(verdict->since_ms, panel->context->now_ms, age);
    if (!today && strlen(full) > 10)
        full[10] = '\0'; // the day is enough
    int x = label(panel, "since");
    cells_printf(panel->canvas, x, panel->y++, ROLE_NORMAL, "%s  %s", today ? at : full, age);
}

// "1 of 2: no answer within 1s": how many vantage points see failures, and the words of the one that sees most.
// NULL: none.
static char *failing_words(const LocationStatus *location)
{
    const VantageStatus *worst = NULL;
    guint failing = 0;
    for (guint i = 0; i < location->vantages->len; i++) {
        const VantageStatus *vantage = location->vantages->pdata[i];
        failing += vantage->failures > 0;
        if (vantage->failures && (!worst || vantage->failures > worst->failures))
            worst = vantage;
    }
    return worst && worst->detail
               ? g_strdup_printf("%u of %u: %s", failing, location->vantages->len, worst->detail)
               : NULL;
}

static void draw_seen(Panel *panel)
{
    VerdictState state = badge_aged_verdict(panel->location, panel->context->now_ms);
    bool aged = state != panel->location->verdict.state;
    g_autofree char *failing = failing_words(panel->location);
    int x = label(panel, "seen");
    const char *why = failing ? failing : panel->location->verdict.why;
    cells_fit(panel->canvas, rect_make(x, panel->y++, panel->canvas->width - x, 1),
              ALIGN_LEFT | ALIGN_CLIP_END, aged ? ROLE_UNKNOWN : ROLE_NORMAL,
              aged ? "no fresh probe: nobody knows" : why);
}

static double loss_share(const GroupStatus *group)
{
    return group->loss.known ? (double)group->loss.loss_ms / (double)MAX(group->rpo_ms, (gint64)1)
                             : (double)NAN;
}

// The loss bound, of the groups at home here, that is nearest to what its group may lose.
static const GroupStatus *worst_loss(const Panel *panel)
{
    const Picture *picture = panel->context->picture;
    const GroupStatus *worst = NULL;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->active, panel->location->name) != 0 || !group->replication->len)
            continue;
        bool worse = !worst || !group->loss.known ||
                     (worst->loss.known && loss_share(group) > loss_share(worst));
        if (worse)
            worst = group;
    }
    return worst;
}

// A bound far below the RPO is rounded up to five seconds: it stays true, and does not flicker.
static gint64 calm_bound(const Panel *panel, const GroupStatus *group)
{
    enum { GRAIN_MS = 5000 };
    gint64 bound_ms = group->loss.loss_ms;
    bool small = panel->location->verdict.state == VERDICT_UP && bound_ms > 0 &&
                 group->rpo_ms >= 4 * GRAIN_MS && bound_ms < group->rpo_ms / 4;
    return small ? (bound_ms + GRAIN_MS - 1) / GRAIN_MS * GRAIN_MS : bound_ms;
}

static void draw_data(Panel *panel)
{
    const GroupStatus *group = worst_loss(panel);
    int x = label(panel, "data");
    char loss[16], rpo[16];
    if (!group) {
        cells_put(panel->canvas, x, panel->y++, ROLE_DIM, "none replicates from here");
        return;
    }
    duration_format_up(calm_bound(panel, group), loss);
    duration_format(group->rpo_ms, rpo);
    double share = loss_share(group);
    Role role = !group->loss.known ? ROLE_UNKNOWN
                : share >= 1       ? ROLE_ALARM
                : share >= 0.5     ? ROLE_WARN
                                   : ROLE_NORMAL;
    int end =
        group->loss.known
            ? cells_printf(panel->canvas, x, panel->y, role, "≤ %s behind  RPO %s ", loss, rpo)
            : cells_printf(panel->canvas, x, panel->y, role, "unknown  RPO %s ", rpo);
    cells_bar(panel->canvas, rect_make(end, panel->y++, MIN(6, panel->canvas->width - end), 1),
              role, share);
}

static void draw_active(Panel *panel)
{
    int x = label(panel, "active");
    bool old = panel->location->managed_at_ms &&
               panel->context->now_ms - panel->location->managed_at_ms > FACT_LIMIT_MS;
    char ago[24];
    ago_format(panel->location->managed_at_ms, panel->context->now_ms, true, ago);
    g_autofree char *age = g_strdup_printf(old ? ", as of %s" : ", %s",
                                           panel->location->managed_at_ms ? ago : "unseen");
    g_autofree char *count =
        g_strdup_printf("%u of %u", panel->location->active, panel->location->instances);
    g_autofree char *whole =
        g_strdup_printf("%s instance%s", count, text_plural(panel->location->instances));
    bool fits = x + cells_width(panel->canvas, whole) + cells_width(panel->canvas, age) <=
                panel->canvas->width;
    x = cells_put(panel->canvas, x, panel->y, old ? ROLE_UNKNOWN : ROLE_NORMAL,
                  fits ? whole : count); // the age is worth more than the noun
    cells_put(panel->canvas, x, panel->y++, ROLE_DIM, age);
}

static const GroupStatus *clocked_group(const Panel *panel)
{
    const Picture *picture = panel->context->picture;
    const GroupStatus *first = NULL;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->active, panel->location->name) != 0 || !group->down_since_ms)
            continue;
        if (!first || group->down_since_ms + group->rto_ms < first->down_since_ms + first->rto_ms)
            first = group;
    }
    return first;
}

static guint count_failed_over(const Panel *panel)
{
    const Picture *picture = panel->context->picture;
    guint count = 0;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        bool here = g_strcmp0(group->active, panel->location->name) == 0;
        count += here && group->mode == MODE_FAILED_OVER;
    }
    return count;
}

// Of what it carries: could all of it go home?
static const char *homecoming(const Panel *panel, const char **ret_brief)
{
    const Picture *picture = panel->context->picture;
    bool discards = false;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->active, panel->location->name) != 0 || !group->failback.applies)
            continue;
        if (!group->failback.answers)
            return *ret_brief = "home is silent";
        discards = discards || group->failback.discarded != 0;
    }
    *ret_brief = discards ? "home discards" : "home answers";
    return discards ? "the way home discards data" : *ret_brief;
}

static void draw_carried(Panel *panel, int x, guint count)
{
    const char *brief_home, *home = homecoming(panel, &brief_home);
    g_autofree char *text =
        g_strdup_printf("carries %u failed-over group%s; %s", count, text_plural(count), home);
    g_autofree char *brief = g_strdup_printf("carries %u; %s", count, brief_home);
    bool fits = x + cells_width(panel->canvas, text) <= panel->canvas->width;
    cells_put(panel->canvas, x, panel->y++, ROLE_WARN, fits ? text : brief);
}

// How long the operation of the group that is under way will usually take in all; NULL text: not known.
static void forecast_words(const Panel *panel, const GroupStatus *group, char buffer[32])
{
    const Operation *operation = picture_operation(panel->context->picture, group->operation);
    gint64 left_ms = operation && operation->started_ms && !operation_has_ended(operation)
                         ? operation_left_usually(operation, panel->context->now_ms)
                         : -1;
    char forecast[16];
    buffer[0] = '\0';
    if (left_ms < 0)
        return;
    duration_format((panel->context->now_ms - group->down_since_ms + left_ms) / 1000 * 1000,
                    forecast);
    g_snprintf(buffer, 32, ", forecast %s", forecast);
}

// The RTO clock where one runs; else what the region is to its groups.
static void draw_clock(Panel *panel)
{
    const GroupStatus *group = clocked_group(panel);
    guint failed_over = count_failed_over(panel);
    if (!group) {
        int x = label(panel, "mode");
        if (failed_over)
            draw_carried(panel, x, failed_over);
        else
            cells_printf(panel->canvas, x, panel->y++, ROLE_NORMAL, "home of %u, standby of %u",
                         panel->location->primary_of, panel->location->standby_of);
        return;
    }
    char left[16], rto[16];
    gint64 end = group->down_since_ms + group->rto_ms;
    double used = (double)(panel->context->now_ms - group->down_since_ms) /
                  (double)MAX(group->rto_ms, (gint64)1);
    left_format(end, panel->context->now_ms, left);
    duration_format(group->rto_ms, rto);
    int x = label(panel, "RTO");
    Role role = used >= 1 ? ROLE_ALARM : ROLE_WARN;
    char forecast[32];
    forecast_words(panel, group, forecast);
    g_autofree char *of = g_strdup_printf("%s (%s)", forecast, group->name);
    x = cells_printf(panel->canvas, x, panel->y, role, "%s%s of %s", left,
                     used >= 1 ? ": all" : " left", rto);
    if (x + cells_width(panel->canvas, of) <= panel->canvas->width)
        x = cells_put(panel->canvas, x, panel->y, role, of);
    cells_bar(panel->canvas,
              rect_make(x + 1, panel->y++, CLAMP(panel->canvas->width - x - 1, 0, 6), 1), role,
              MIN(used, 1.0));
}

static char *panel_title(const LocationStatus *location)
{
    const char *title = location->title && *location->title ? location->title : location->name;
    const char *part = location->primary_of   ? "primary of"
                       : location->standby_of ? "standby of"
                                              : NULL;
    if (!part)
        return g_strdup(title);
    return g_strdup_printf("%s · %s %u", title, part,
                           location->primary_of ? location->primary_of : location->standby_of);
}

void panel_draw(const ViewContext *context, const LocationStatus *location, const Latency *latency,
                bool selected, const Canvas *canvas, Rect at)
{
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    g_autofree char *title = panel_title(location);
    bool news = badge_is_news(location->verdict.since_ms, context->now_ms);
    BoxLook look = {.border = badge.role == ROLE_OK ? ROLE_BORDER : (Style)badge.role,
                    .title = title,
                    .title_style = ROLE_TITLE | (selected ? STYLE_SELECTED : 0),
                    .tag = badge.word,
                    .tag_style = badge.role | STYLE_BOLD | (news ? STYLE_REVERSE : 0),
                    .is_double = selected};
    Canvas inside = cells_box(canvas, at, &look);
    Canvas body = canvas_sub(&inside, rect_inset(canvas_rect(&inside), 1, 0));
    Panel panel = {&body, context, location, latency, 0};
    draw_probes(&panel);
    draw_since(&panel);
    draw_latency(&panel);
    draw_seen(&panel);
    draw_data(&panel);
    draw_active(&panel);
    draw_clock(&panel);
}
