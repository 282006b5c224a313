// Screen 1: a panel for each region, worst first, and below them what changed.
#include "base/text.h"
#include "model/progress.h"
#include "view/screens.h"

#include <math.h>
#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/words.h"

enum { PANEL_WIDTH_MIN = 38, PANEL_HEIGHT = 9, PANELS_MAX = 4, LOG_LINES_MIN = 2 };
enum { PROBES_MIN = 3, PROBES_MAX = 12, SPARK_WIDTH = 12, CALM_MS = 30 * 1000 };

enum { ACTION_OPEN = 1, ACTION_LEFT, ACTION_RIGHT, ACTION_UP, ACTION_DOWN, ACTION_SORT };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "open",
     "Opens the region's page: who sees what, since when, its groups.", 0},
    {ACTION_RIGHT, "right", "l right", "next", "Goes to the next region.", BIND_QUIET},
    {ACTION_LEFT, "left", "h left", "previous", "Goes to the region before.", BIND_QUIET},
    {ACTION_DOWN, "down", "j down", "below", "Goes to the region below.", BIND_QUIET},
    {ACTION_UP, "up", "k up", "above", "Goes to the region above.", BIND_QUIET},
    {ACTION_SORT, "sort", "o", "order", "Worst first, or as in the fleet file.", 0},
};

typedef struct {
    Keymap *keys;
    GPtrArray *
        rows; // of const LocationStatus *, in the order shown; borrowed, good until the next refresh
    guint64 version;       // of the picture they were made from
    char *selected;        // name: the cursor stays with the region, not with the place
    bool by_file;          // not sorted
    int columns;           // of the last drawing, for up and down
    GArray *places;        // of Place: where each region was drawn last, for the mouse
    GHashTable *latencies; // name → Latency: those of healthy regions, renewed only now and then
} Overview;

typedef struct {
    guint index; // in rows
    Rect at;     // in the grid
} Place;

// What a healthy region's latency line shows. It moves every half minute, not with every probe: a screen on
// which nothing happens does not cost a slow line anything.
typedef struct {
    gint64 taken_ms;
    guint n;
    double values[SPARK_WIDTH];
    gint64 p50_us, p99_us;
} Latency;

static gpointer overview_create(void)
{
    Overview *view = g_new0(Overview, 1);
    view->keys = keymap_new("Overview");
    keymap_add(view->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    view->rows = g_ptr_array_new();
    view->columns = 1;
    view->places = g_array_new(FALSE, FALSE, sizeof(Place));
    view->latencies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return view;
}

static void overview_destroy(gpointer state)
{
    Overview *view = state;
    keymap_free(view->keys);
    g_ptr_array_unref(view->rows);
    g_array_unref(view->places);
    g_hash_table_unref(view->latencies);
    g_free(view->selected);
    g_free(view);
}

static int badness(const LocationStatus *location)
{
    static const int ORDER[] = {
        [VERDICT_DOWN] = 0, [VERDICT_DEGRADED] = 1, [VERDICT_UNKNOWN] = 2, [VERDICT_UP] = 3};
    return ORDER[location->verdict.state];
}

static int compare_rows(gconstpointer a, gconstpointer b)
{
    const LocationStatus *x = *(LocationStatus *const *)a, *y = *(LocationStatus *const *)b;
    int difference = badness(x) - badness(y);
    if (!difference)
        difference = (int)y->primary_of - (int)x->primary_of;
    return difference ? difference : strcmp(x->name, y->name);
}

static void overview_refresh(gpointer state, const ViewContext *context)
{
    Overview *view = state;
    const Picture *picture = context->picture;
    if (view->version == picture->version && view->rows->len)
        return;
    g_ptr_array_set_size(view->rows, 0);
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++)
        g_ptr_array_add(view->rows, picture_at(picture, SHELF_LOCATIONS, i));
    if (!view->by_file)
        g_ptr_array_sort(view->rows, compare_rows);
    view->version = picture->version;
    if (!view->selected && view->rows->len)
        view->selected = g_strdup(((LocationStatus *)view->rows->pdata[0])->name);
}

static guint selected_index(const Overview *view)
{
    for (guint i = 0; i < view->rows->len; i++)
        if (g_strcmp0(((const LocationStatus *)view->rows->pdata[i])->name, view->selected) == 0)
            return i;
    return 0;
}

// ---- one panel: a label and a value a line ----

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

static const VantageStatus *main_vantage(const LocationStatus *location)
{
    const VantageStatus *best = NULL;
    for (guint i = 0; i < location->vantages->len; i++) {
        const VantageStatus *vantage = location->vantages->pdata[i];
        if (!best || vantage->failures > best->failures)
            best = vantage;
    }
    return best;
}

static void draw_probes(Panel *panel)
{
    const VantageStatus *vantage = main_vantage(panel->location);
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

static void take_latency(const LocationStatus *location, gint64 now_ms, Latency *ret_latency)
{
    const VantageStatus *vantage = main_vantage(location);
    guint n = vantage ? MIN(vantage->history_len, (guint)SPARK_WIDTH) : 0;
    *ret_latency = (Latency){
        .taken_ms = now_ms, .n = n, .p50_us = location->p50_us, .p99_us = location->p99_us};
    for (guint i = 0; i < n; i++) {
        const ProbeSample *sample = &vantage->history[vantage->history_len - n + i];
        ret_latency->values[i] = sample->ok ? (double)sample->latency_us : (double)NAN;
    }
}

static const Latency *latency_of(Overview *view, const LocationStatus *location, gint64 now_ms)
{
    Latency *known = g_hash_table_lookup(view->latencies, location->name);
    bool calm = location->verdict.state == VERDICT_UP;
    if (known && calm && now_ms - known->taken_ms < CALM_MS && now_ms >= known->taken_ms &&
        known->n == SPARK_WIDTH)
        return known;
    if (!known) {
        known = g_new0(Latency, 1);
        g_hash_table_insert(view->latencies, g_strdup(location->name), known);
    }
    take_latency(location, now_ms, known);
    return known;
}

static void draw_latency(Panel *panel)
{
    const Latency *latency = panel->latency;
    int x = label(panel, "latency");
    // From nothing to at least twice what is usual: noise stays at the bottom, what is slow stands out.
    SparkLook look = {.style = ROLE_NORMAL, .high = MAX(2.0 * (double)latency->p99_us, 1e5)};
    if (latency->n)
        cells_spark(panel->canvas, rect_make(x, panel->y, SPARK_WIDTH, 1), &look, latency->values,
                    latency->n);
    if (latency->p50_us)
        cells_printf(panel->canvas, x + SPARK_WIDTH + 1, panel->y, ROLE_NORMAL, "%.*f-%.*f ms",
                     latency->p50_us < 10000 ? 1 : 0, (double)latency->p50_us / 1000.0,
                     latency->p50_us < 10000 ? 1 : 0, (double)latency->p99_us / 1000.0);
    else if (!latency->n)
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
    x = cells_printf(panel->canvas, x, panel->y, old ? ROLE_UNKNOWN : ROLE_NORMAL,
                     "%u of %u instance%s", panel->location->active, panel->location->instances,
                     text_plural(panel->location->instances));
    cells_printf(panel->canvas, x, panel->y++, ROLE_DIM, old ? ", as of %s" : ", %s",
                 panel->location->managed_at_ms ? ago : "unseen");
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
static const char *homecoming(const Panel *panel)
{
    const Picture *picture = panel->context->picture;
    bool discards = false;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (g_strcmp0(group->active, panel->location->name) != 0 || !group->failback.applies)
            continue;
        if (!group->failback.answers)
            return "home is silent";
        discards = discards || group->failback.discarded != 0;
    }
    return discards ? "the way home discards" : "home answers";
}

static void draw_carried(Panel *panel, int x, guint count)
{
    const char *home = homecoming(panel);
    g_autofree char *text =
        g_strdup_printf("carries %u failed-over group%s; %s", count, text_plural(count), home);
    g_autofree char *brief = g_strdup_printf("carries %u; %s", count, home);
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

static void note_place(Overview *view, guint index, const Canvas *canvas, Rect at)
{
    Place place = {index, rect_make(canvas->x + at.x, canvas->y + at.y, at.width, at.height)};
    g_array_append_val(view->places, place);
}

static void draw_panel(Overview *view, const ViewContext *context, const LocationStatus *location,
                       const Canvas *canvas, Rect at)
{
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    bool selected = g_strcmp0(location->name, view->selected) == 0 && !context->once;
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
    const Latency *latency = latency_of(view, location, context->now_ms);
    Panel panel = {&body, context, location, latency, 0};
    draw_probes(&panel);
    draw_since(&panel);
    draw_latency(&panel);
    draw_seen(&panel);
    draw_data(&panel);
    draw_active(&panel);
    draw_clock(&panel);
}

// One line a region, where no panel fits.
static void draw_line(const Overview *view, const ViewContext *context,
                      const LocationStatus *location, const Canvas *canvas, int y)
{
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    char age[16];
    bool selected = g_strcmp0(location->name, view->selected) == 0 && !context->once;
    age_format(location->verdict.since_ms, context->now_ms, age);
    cells_glyph(canvas, 0, y, ROLE_NORMAL, selected ? GLYPH_CURSOR : GLYPH_NONE);
    cells_glyph(canvas, 1, y, badge.role, badge.glyph);
    int x = cells_printf(canvas, 3, y, badge.role, "%s %s", badge.word, age);
    cells_put(canvas, x + 1, y, ROLE_NORMAL,
              location->title && *location->title ? location->title : location->name);
}

static void draw_log(const Overview *view, const ViewContext *context, const Canvas *canvas)
{
    const GPtrArray *changes = context->picture->changes;
    guint hidden = view->rows->len - MIN(view->places->len, view->rows->len);
    g_autofree char *title = hidden ? g_strdup_printf("%u more region%s: j k · what changed",
                                                      hidden, text_plural(hidden))
                                    : g_strdup("what changed");
    cells_rule(canvas, rect_make(0, 0, canvas->width, 1), ROLE_BORDER, title);
    if (!changes->len)
        cells_put(canvas, 1, 1, ROLE_DIM, "Nothing since the backend started.");
    for (guint i = 0; i < changes->len && (int)i + 1 < canvas->height; i++) {
        const Change *change = changes->pdata[changes->len - 1 - i];
        Badge badge = badge_severity(change->severity);
        char age[16];
        calm_age_format(change->at_ms, context->now_ms, age);
        cells_fit(canvas, rect_make(0, (int)i + 1, 7, 1), ALIGN_RIGHT, ROLE_DIM, age);
        cells_glyph(canvas, 8, (int)i + 1, badge.role, badge.glyph);
        cells_fit(canvas, rect_make(10, (int)i + 1, canvas->width - 10, 1),
                  ALIGN_LEFT | ALIGN_CLIP_END,
                  badge_is_news(change->at_ms, context->now_ms) ? (Style)ROLE_CHANGED | STYLE_BOLD
                                                                : (Style)badge.role,
                  change->text);
    }
}

// Where no panel fits: a line each, and of the selected one why it is as it is.
static void draw_lines(Overview *view, const ViewContext *context, const Canvas *canvas)
{
    enum { WHY_LINES = 2 };
    int lines = MAX(MIN((int)view->rows->len, canvas->height - WHY_LINES), 1);
    int first = MAX((int)selected_index(view) - lines + 1, 0);
    const LocationStatus *selected = view->rows->pdata[selected_index(view)];
    for (int y = 0; y < lines && first + y < (int)view->rows->len; y++) {
        note_place(view, (guint)(first + y), canvas, rect_make(0, y, canvas->width, 1));
        draw_line(view, context, view->rows->pdata[first + y], canvas, y);
    }
    cells_put_wrapped(canvas, rect_make(1, lines, canvas->width - 1, canvas->height - lines),
                      ROLE_NORMAL, selected->verdict.why);
    view->columns = 1;
}

static void draw_panels(Overview *view, const ViewContext *context, const Canvas *canvas)
{
    int columns = CLAMP(canvas->width / PANEL_WIDTH_MIN, 1, PANELS_MAX);
    columns = MIN(columns, (int)view->rows->len);
    view->columns = MAX(columns, 1);
    int lines = canvas->height / PANEL_HEIGHT;
    int first =
        (int)selected_index(view) / view->columns - lines + 1; // scrolled so that the cursor shows
    first = MAX(first, 0) * view->columns;
    for (int i = first; i < (int)view->rows->len && (i - first) / view->columns < lines; i++) {
        Rect line =
            rect_make(0, (i - first) / view->columns * PANEL_HEIGHT, canvas->width, PANEL_HEIGHT);
        Rect at = rect_column(line, view->columns, 1, (i - first) % view->columns);
        note_place(view, (guint)i, canvas, at);
        draw_panel(view, context, view->rows->pdata[i], canvas, at);
    }
}

static int panels_height(const Overview *view, const Canvas *canvas)
{
    int columns = CLAMP(canvas->width / PANEL_WIDTH_MIN, 1, PANELS_MAX);
    int lines = ((int)view->rows->len + columns - 1) / columns;
    int fit = MAX((canvas->height - LOG_LINES_MIN) / PANEL_HEIGHT, 1);
    return MIN(lines, fit) * PANEL_HEIGHT;
}

static void overview_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Overview *view = state;
    Rect rest = canvas_rect(canvas);
    if (!view->rows->len) {
        cells_put(canvas, 1, 1, ROLE_DIM,
                  context->picture->complete
                      ? "The fleet has no locations: see `signalbox check-config`."
                      : "Waiting for the backend's first picture.");
        return;
    }
    g_array_set_size(view->places, 0);
    if (canvas->height < PANEL_HEIGHT || canvas->width < PANEL_WIDTH_MIN) {
        draw_lines(view, context, canvas);
        return;
    }
    Canvas panels = canvas_sub(canvas, rect_cut_top(&rest, panels_height(view, canvas)));
    draw_panels(view, context, &panels);
    Canvas log = canvas_sub(canvas, rest);
    draw_log(view, context, &log);
}

static Effect select_index(Overview *view, int index)
{
    if (!view->rows->len)
        return effect_of(EFFECT_NONE);
    index = CLAMP(index, 0, (int)view->rows->len - 1);
    g_free(view->selected);
    view->selected = g_strdup(((LocationStatus *)view->rows->pdata[index])->name);
    return effect_of(EFFECT_REDRAW);
}

static Effect mouse(Overview *view, const KeyEvent *key)
{
    if (key->code != K_CLICK)
        return select_index(view, (int)selected_index(view) +
                                      (key->code == K_WHEEL_UP ? -view->columns : view->columns));
    for (guint i = 0; i < view->places->len; i++) {
        const Place *place = &g_array_index(view->places, Place, i);
        if (rect_contains(place->at, key->x, key->y))
            return select_index(view, (int)place->index);
    }
    return effect_of(EFFECT_NONE);
}

static Effect overview_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                              const Binding *binding)
{
    Overview *view = state;
    int at = (int)selected_index(view);
    (void)context;
    if (key_is_mouse(key))
        return mouse(view, key);
    switch (binding ? binding->action : 0) {
    case ACTION_OPEN:
        return view->selected ? effect_open(SCREEN_REGION, view->selected) : effect_of(EFFECT_NONE);
    case ACTION_LEFT:
        return select_index(view, at - 1);
    case ACTION_RIGHT:
        return select_index(view, at + 1);
    case ACTION_UP:
        return select_index(view, at - view->columns);
    case ACTION_DOWN:
        return select_index(view, at + view->columns);
    case ACTION_SORT:
        view->by_file = !view->by_file;
        view->version = 0;
        return effect_message("Regions %s.",
                              view->by_file ? "as in the fleet file" : "worst first");
    default:
        return effect_of(EFFECT_NONE);
    }
}

static const Keymap *overview_keymap(gpointer state)
{
    return ((Overview *)state)->keys;
}

static char *overview_copy(gpointer state, const ViewContext *context)
{
    const LocationStatus *location =
        picture_location(context->picture, ((Overview *)state)->selected);
    return location ? g_strdup_printf("%s %s %s", location->name,
                                      word_of(&VERDICT_NAMES, (int)location->verdict.state),
                                      location->verdict.why ? location->verdict.why : "")
                    : NULL;
}

static char *overview_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox regions");
}

static const char *overview_region(gpointer state, const ViewContext *context)
{
    (void)context;
    return ((Overview *)state)->selected;
}

const Screen OVERVIEW_SCREEN = {
    .id = SCREEN_OVERVIEW,
    .name = "overview",
    .title = "Overview",
    .digit = '1',
    .create = overview_create,
    .destroy = overview_destroy,
    .refresh = overview_refresh,
    .draw = overview_draw,
    .update = overview_update,
    .keymap = overview_keymap,
    .copy = overview_copy,
    .command_line = overview_command_line,
    .region = overview_region,
};
