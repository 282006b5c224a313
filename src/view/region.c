// A region's page: what every vantage point sees, how its state changed, what lives there, its faults inside, and
// what replicates from it and to it.
#include "view/screens.h"

#include <math.h>
#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/page.h"
#include "widget/timeline.h"

enum { ACTION_GROUPS = 1, ACTION_NEXT };

static const Binding BINDINGS[] = {
    {ACTION_NEXT, "next", "n", "next region", "Goes to the next region.", 0},
    {ACTION_GROUPS, "groups", "enter", "roles", "Shows the groups in the matrix.", 0},
};

typedef struct {
    Page page;
    GArray *marks; // of TimeMark: the changes of its state that are known
    TimeAxis axis;
} Region;

static gpointer region_create(void)
{
    Region *view = g_new0(Region, 1);
    page_init(&view->page, "Region", BINDINGS, G_N_ELEMENTS(BINDINGS));
    keymap_add(view->page.keys, timeline_bindings, TIMELINE_BINDINGS);
    view->marks = g_array_new(FALSE, FALSE, sizeof(TimeMark));
    view->axis = (TimeAxis){.span_ms = 3600 * 1000};
    return view;
}

static void region_destroy(gpointer state)
{
    Region *view = state;
    page_release(&view->page);
    g_array_unref(view->marks);
    g_free(view);
}

static void region_open(gpointer state, const char *object)
{
    page_open(&((Region *)state)->page, object);
}

typedef struct {
    Page *page;
    const ViewContext *context;
    const Picture *picture;
    const LocationStatus *location;
} Say;

static void age(const Say *say, gint64 at_ms, bool calm, char buffer[16])
{
    if (calm)
        calm_age_format(at_ms, say->context->now_ms, buffer);
    else
        age_format(at_ms, say->context->now_ms, buffer);
}

static void say_state(const Say *say)
{
    const LocationStatus *location = say->location;
    VerdictState state = badge_aged_verdict(location, say->context->now_ms);
    Badge badge = badge_verdict(state);
    bool calm = state == VERDICT_UP;
    char since[16], probed[16], at[32], interval[16], timeout[16];
    time_format_full(location->verdict.since_ms, at);
    age(say, location->verdict.since_ms, calm, since);
    age(say, location->verdict.observed_at_ms, calm, probed);
    duration_format(location->interval_ms, interval);
    duration_format(location->timeout_ms, timeout);
    page_field(say->page, "state", badge.role | STYLE_BOLD,
               "%s for %s (since %s), last probed %s ago", badge.word, since, at, probed);
    if (location->verdict.why)
        page_field(say->page, "why", ROLE_NORMAL, "%s", location->verdict.why);
    page_field(say->page, "probes", ROLE_NORMAL,
               "every %s, waiting %s at most; %u failures in a row make it down", interval, timeout,
               location->failures_limit);
    page_field(say->page, "pair", location->pair ? ROLE_NORMAL : ROLE_WARN, "%s",
               location->pair ? picture_title(say->picture, location->pair)
                              : "none: nothing can take over for it");
    page_field(say->page, "boot", location->boot_id ? ROLE_NORMAL : ROLE_UNKNOWN, "%s",
               location->boot_id ? location->boot_id : "not reported");
    age(say, location->managed_at_ms, calm, since);
    page_field(say->page, "managed", ROLE_NORMAL,
               "its management side last answered %s ago; %u of %u instances active", since,
               location->active, location->instances);
}

static void say_vantage(const Say *say, const VantageStatus *vantage)
{
    char since[16], last[16];
    GString *signs = g_string_new(NULL);
    guint shown = MIN(vantage->history_len, 30u);
    for (guint i = vantage->history_len - shown; i < vantage->history_len; i++)
        g_string_append(signs, vantage->history[i].ok ? "✓" : "✗");
    age(say, vantage->first_failure_ms, false, since);
    age(say, vantage->last_ok_ms, !vantage->failures, last);
    page_field(say->page, vantage->vantage, vantage->failures ? ROLE_ALARM : ROLE_OK, "%s",
               signs->str);
    if (vantage->failures)
        page_field(say->page, "", ROLE_ALARM,
                   "from %s: %u failed in a row for %s, last good %s ago: %s",
                   picture_title(say->picture, vantage->location), vantage->failures, since, last,
                   vantage->detail ? vantage->detail : "");
    else
        page_field(say->page, "", ROLE_NORMAL, "from %s: good, last %s ago: %s",
                   picture_title(say->picture, vantage->location), last,
                   vantage->detail ? vantage->detail : "");
    g_string_free(signs, TRUE);
}

static void say_vantages(const Say *say)
{
    const GPtrArray *vantages = say->location->vantages;
    g_autofree char *title = g_strdup_printf("seen from %u vantage point%s", vantages->len,
                                             vantages->len == 1 ? "" : "s");
    pager_rule(say->page->pager, title);
    if (!vantages->len)
        page_say(say->page, ROLE_UNKNOWN, "It has no health check: nobody judges it.");
    for (guint i = 0; i < vantages->len; i++)
        say_vantage(say, vantages->pdata[i]);
    if (say->location->p50_us)
        page_field(say->page, "latency", ROLE_NORMAL, "p50 %.0f ms, p99 %.0f ms over %d probes",
                   (double)say->location->p50_us / 1000.0, (double)say->location->p99_us / 1000.0,
                   PROBE_HISTORY);
}

static void say_faults(const Say *say)
{
    const GPtrArray *faults = say->location->faults;
    if (!faults->len)
        return;
    pager_rule(say->page->pager, "faults inside it");
    for (guint i = 0; i < faults->len; i++)
        pager_text(say->page->pager, ROLE_WARN, faults->pdata[i]);
}

static bool lives_here(const GroupStatus *group, const char *name)
{
    bool here = g_strcmp0(group->primary, name) == 0 || g_strcmp0(group->active, name) == 0;
    for (guint i = 0; i < group->standbys->len && !here; i++)
        here = g_strcmp0(group->standbys->pdata[i], name) == 0;
    return here;
}

static void say_group(const Say *say, const GroupStatus *group)
{
    const char *name = say->location->name;
    Badge mode = badge_mode(group->mode);
    bool active = g_strcmp0(group->active, name) == 0;
    bool home = g_strcmp0(group->primary, name) == 0;
    char since[16], bound[16];
    age(say, group->mode_since_ms, group->mode == MODE_NORMAL, since);
    duration_format_up(group->loss.loss_ms, bound);
    page_field(say->page, group->name, group->mode == MODE_NORMAL ? ROLE_NORMAL : (Style)mode.role,
               "%s%s, %s for %s%s%s%s%s", active ? "ACTIVE here" : "standby here",
               home ? " (home)" : "", mode.word, since,
               group->replication->len ? ", loss bound " : "",
               !group->replication->len ? ""
               : group->loss.known      ? "≤ "
                                        : "unknown",
               group->replication->len && group->loss.known ? bound : "",
               group->operation ? ", an operation is open" : "");
    if (group->blocked)
        page_field(say->page, "", ROLE_WARN, "no proposal was made: %s", group->blocked);
}

static void say_groups(const Say *say)
{
    guint shown = 0;
    pager_rule(say->page->pager, "groups");
    for (guint i = 0; i < picture_count(say->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(say->picture, SHELF_GROUPS, i);
        if (!lives_here(group, say->location->name))
            continue;
        say_group(say, group);
        shown++;
    }
    if (!shown)
        page_say(say->page, ROLE_DIM, "No group lives here.");
}

static void say_link(const Say *say, const ReplicationStatus *link)
{
    char lag[16], seen[16], replayed[16];
    duration_format_up(MAX(link->lag_ms, (gint64)0), lag);
    age(say, link->observed_at_ms, link->streaming, seen);
    time_format_clock(link->replayed_ms, replayed);
    page_field(say->page, link->workload ? link->workload : "-",
               link->streaming ? ROLE_NORMAL : ROLE_WARN,
               "%s → %s: %s, %s behind, replayed up to %s; observed %s ago",
               picture_title(say->picture, link->from), picture_title(say->picture, link->to),
               link->streaming ? "streaming" : "NOT streaming", link->lag_ms < 0 ? "unknown" : lag,
               replayed, seen);
}

static void say_replication(const Say *say)
{
    const char *name = say->location->name;
    bool any = false;
    for (guint i = 0; i < picture_count(say->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(say->picture, SHELF_GROUPS, i);
        for (guint k = 0; k < group->replication->len; k++) {
            const ReplicationStatus *link = group->replication->pdata[k];
            if (g_strcmp0(link->from, name) != 0 && g_strcmp0(link->to, name) != 0)
                continue;
            if (!any)
                pager_rule(say->page->pager, "replication");
            any = true;
            say_link(say, link);
        }
    }
}

static void take_changes(Region *view, const Say *say)
{
    const GPtrArray *changes = say->picture->changes;
    g_autofree char *object = g_strconcat("location/", say->location->name, NULL);
    bool any = false;
    g_array_set_size(view->marks, 0);
    for (guint i = changes->len; i-- > 0;) {
        const Change *change = changes->pdata[i];
        Badge badge = badge_severity(change->severity);
        char since[16];
        if (g_strcmp0(change->object, object) != 0)
            continue;
        if (!any)
            pager_rule(say->page->pager, "what changed");
        any = true;
        TimeMark mark = {change->at_ms, GLYPH_DIAMOND, badge.role, (int)change->severity + 1};
        g_array_append_val(view->marks, mark);
        age(say, change->at_ms, false, since);
        page_field(say->page, since, badge.role, "%s", change->text ? change->text : "");
    }
}

static void region_refresh(gpointer state, const ViewContext *context)
{
    Region *view = state;
    const LocationStatus *location = picture_location(context->picture, view->page.object);
    Say say = {&view->page, context, context->picture, location};
    pager_begin(view->page.pager);
    if (!location) {
        page_say(&view->page, ROLE_UNKNOWN, "There is no region %s in the picture. Esc leads back.",
                 view->page.object ? view->page.object : "yet");
        return;
    }
    bool follows =
        !view->axis.now_ms || view->axis.from_ms + view->axis.span_ms >= view->axis.now_ms;
    view->axis.now_ms = context->now_ms / 60000 * 60000;
    if (follows) // the present stays at the right edge
        view->axis.from_ms = view->axis.now_ms - view->axis.span_ms / 10 * 9;
    say_state(&say);
    say_vantages(&say);
    say_faults(&say);
    say_groups(&say);
    say_replication(&say);
    take_changes(view, &say);
}

// The line of time over the page: probes as they came, and what changed.
static void draw_timeline(const Region *view, const LocationStatus *location, const Canvas *canvas)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(TimeMark));
    for (guint v = 0; v < location->vantages->len; v++) {
        const VantageStatus *vantage = location->vantages->pdata[v];
        for (guint i = 0; i < vantage->history_len; i++) {
            const ProbeSample *sample = &vantage->history[i];
            TimeMark mark = {sample->at_ms, sample->ok ? GLYPH_UP : GLYPH_DOWN,
                             sample->ok ? ROLE_OK : ROLE_ALARM, sample->ok ? 0 : 1};
            g_array_append_val(marks, mark);
        }
    }
    Canvas axis = canvas_sub(canvas, rect_make(1, 0, canvas->width - 2, 1));
    Canvas line = canvas_sub(canvas, rect_make(1, 1, canvas->width - 2, 1));
    timeline_draw_axis(&view->axis, &axis);
    timeline_draw_marks(&view->axis, &line, (const TimeMark *)(void *)marks->data, marks->len);
    timeline_draw_marks(&view->axis, &line, (const TimeMark *)(void *)view->marks->data,
                        view->marks->len);
}

static void region_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Region *view = state;
    const LocationStatus *location = picture_location(context->picture, view->page.object);
    Rect rest = canvas_rect(canvas);
    if (!location) {
        pager_draw(view->page.pager, canvas);
        return;
    }
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    BoxLook look = {.title = picture_title(context->picture, location->name),
                    .tag = badge.word,
                    .tag_style = badge.role | STYLE_BOLD,
                    .border = badge.role == ROLE_OK ? ROLE_BORDER : (Style)badge.role};
    Canvas box = cells_box(canvas, rest, &look);
    Rect inside = canvas_rect(&box);
    Rect top = rect_cut_top(&inside, inside.height >= 10 ? 2 : 0);
    Canvas time = canvas_sub(&box, top);
    Canvas text = canvas_sub(&box, inside);
    if (top.height)
        draw_timeline(view, location, &time);
    pager_draw(view->page.pager, &text);
}

static Effect next_region(const Region *view, const Picture *picture)
{
    guint n = picture_count(picture, SHELF_LOCATIONS);
    for (guint i = 0; i < n; i++) {
        const LocationStatus *location = picture_at(picture, SHELF_LOCATIONS, i);
        if (g_strcmp0(location->name, view->page.object) != 0)
            continue;
        const LocationStatus *next = picture_at(picture, SHELF_LOCATIONS, (i + 1) % n);
        return effect_open(SCREEN_REGION, next->name);
    }
    return effect_message("There is no other region.");
}

// The group whose home it is, so that F and B mean something here: only if there is exactly one.
static const char *region_group(gpointer state, const ViewContext *context)
{
    const Region *view = state;
    const char *found = NULL;
    for (guint i = 0; i < picture_count(context->picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(context->picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->primary, view->page.object) != 0)
            continue;
        if (found)
            return NULL;
        found = group->name;
    }
    return found;
}

static Effect region_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                            const Binding *binding)
{
    Region *view = state;
    int action = binding ? binding->action : 0;
    if (action == ACTION_NEXT)
        return next_region(view, context->picture);
    if (action == ACTION_GROUPS)
        return effect_open(SCREEN_ROLES, NULL);
    if (timeline_act(&view->axis, action))
        return effect_of(EFFECT_REDRAW);
    return page_key(&view->page, key, binding);
}

static const Keymap *region_keymap(gpointer state)
{
    return ((Region *)state)->page.keys;
}

static char *region_copy(gpointer state, const ViewContext *context)
{
    const LocationStatus *location =
        picture_location(context->picture, ((Region *)state)->page.object);
    return location ? g_strdup_printf("%s %s %s", location->name,
                                      name_of(&VERDICT_NAMES, (int)location->verdict.state),
                                      location->verdict.why ? location->verdict.why : "")
                    : NULL;
}

static char *region_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox regions");
}

const Screen REGION_SCREEN = {
    .id = SCREEN_REGION,
    .parent = SCREEN_OVERVIEW,
    .name = "region",
    .title = "Region",
    .create = region_create,
    .destroy = region_destroy,
    .refresh = region_refresh,
    .draw = region_draw,
    .update = region_update,
    .keymap = region_keymap,
    .open = region_open,
    .copy = region_copy,
    .command_line = region_command_line,
    .group = region_group,
};
