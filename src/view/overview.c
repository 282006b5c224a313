// Screen 1: a panel for each region, worst first, and below them what changed.
#include "base/text.h"
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/panel.h"

enum { PANELS_MAX = 4, LOG_LINES_MIN = 2 };

enum { ACTION_OPEN = 1, ACTION_LEFT, ACTION_RIGHT, ACTION_UP, ACTION_DOWN, ACTION_SORT };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "open",
     "Opens the region's page: who sees what, since when, its groups.", 0},
    {ACTION_RIGHT, "right", "l right", "next", "Goes to the next region.", BIND_QUIET},
    {ACTION_LEFT, "left", "h left", "previous", "Goes to the region before.", BIND_QUIET},
    {ACTION_DOWN, "down", "j down", "below", "Goes to the region below.", BIND_QUIET},
    {ACTION_UP, "up", "k up", "above", "Goes to the region above.", BIND_QUIET},
    {ACTION_SORT, "sort", "o", "order", "Worst first, or as in the fleet file.", BIND_QUIET},
};

typedef struct {
    Keymap *keys;
    GPtrArray *
        rows; // of const LocationStatus *, in the order shown; borrowed, good until the next refresh
    guint64 version;       // of the picture they were made from
    char *selected;        // name: the cursor stays with the region, not with the place
    bool chosen;           // … once somebody moved it; until then it is at the worst
    bool by_file;          // not sorted
    int columns;           // of the last drawing, for up and down
    GArray *places;        // of Place: where each region was drawn last, for the mouse
    GHashTable *latencies; // view/latency.h
} Overview;

typedef struct {
    guint index; // in rows
    Rect at;     // in the grid
} Place;

static gpointer overview_create(void)
{
    Overview *view = g_new0(Overview, 1);
    view->keys = keymap_new("Overview");
    keymap_add(view->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    view->rows = g_ptr_array_new();
    view->columns = 1;
    view->places = g_array_new(FALSE, FALSE, sizeof(Place));
    view->latencies = latency_book_new();
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
    if (view->chosen || !view->rows->len)
        return;
    g_free(view->selected);
    view->selected = g_strdup(((LocationStatus *)view->rows->pdata[0])->name);
}

static guint selected_index(const Overview *view)
{
    for (guint i = 0; i < view->rows->len; i++)
        if (g_strcmp0(((const LocationStatus *)view->rows->pdata[i])->name, view->selected) == 0)
            return i;
    return 0;
}

static bool is_selected(const Overview *view, const ViewContext *context,
                        const LocationStatus *location)
{
    return g_strcmp0(location->name, view->selected) == 0 && !context->once;
}

static void note_place(Overview *view, guint index, const Canvas *canvas, Rect at)
{
    Place place = {index, rect_make(canvas->x + at.x, canvas->y + at.y, at.width, at.height)};
    g_array_append_val(view->places, place);
}

// One line a region, where no panel fits.
static void draw_line(const Overview *view, const ViewContext *context,
                      const LocationStatus *location, const Canvas *canvas, int y)
{
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    char age[16], probed[16];
    bool selected = is_selected(view, context, location);
    age_format(location->verdict.since_ms, context->now_ms, age);
    calm_age_format(location->verdict.observed_at_ms, context->now_ms, probed);
    g_autofree char *how_old = g_strdup_printf("probed %s", probed);
    cells_glyph(canvas, 0, y, ROLE_NORMAL, selected ? GLYPH_CURSOR : GLYPH_NONE);
    cells_glyph(canvas, 1, y, badge.role, badge.glyph);
    int x = cells_printf(canvas, 3, y, badge.role, "%s %s", badge.word, age);
    int end = canvas->width - cells_width(canvas, how_old);
    cells_put(canvas, end, y, ROLE_DIM, how_old);
    cells_fit(canvas, rect_make(x + 1, y, MAX(end - x - 2, 0), 1), ALIGN_LEFT, ROLE_NORMAL,
              location->title && *location->title ? location->title : location->name);
}

// "payments: no failover is proposed: rejected by bob at …", of the selected region's groups first; NULL: none.
static char *blocked_words(const Overview *view, const Picture *picture)
{
    const GroupStatus *first = NULL;
    guint others = 0;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        bool here = first && g_strcmp0(first->active, view->selected) != 0 &&
                    g_strcmp0(group->active, view->selected) == 0;
        others += group->blocked && first;
        if (group->blocked && (!first || here))
            first = group;
    }
    if (!first)
        return NULL;
    g_autofree char *more = others ? g_strdup_printf(" (and %u more)", others) : g_strdup("");
    return g_strdup_printf("%s%s: no failover is proposed: %s", first->name, more, first->blocked);
}

// What nobody would ask about stands above what changed, and in its place where both do not fit.
static void draw_blocked(const Overview *view, const ViewContext *context, const Canvas *canvas,
                         Rect *rest)
{
    g_autofree char *words = blocked_words(view, context->picture);
    if (!words)
        return;
    int width = MAX(canvas->width - 1, 1);
    int lines = MIN(cells_width(canvas, words) / width + 1, rest->height);
    Rect at = rect_cut_top(rest, lines);
    cells_put_wrapped(canvas, rect_make(1, at.y, width, at.height), ROLE_ALARM, words);
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
    g_autofree char *blocked = blocked_words(view, context->picture);
    cells_put_wrapped(canvas, rect_make(1, lines, canvas->width - 1, canvas->height - lines),
                      blocked ? ROLE_ALARM : ROLE_NORMAL,
                      blocked ? blocked : selected->verdict.why);
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
        const LocationStatus *location = view->rows->pdata[i];
        panel_draw(context, location, latency_of(view->latencies, location, context->now_ms),
                   is_selected(view, context, location), canvas, at);
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
                      ? "The fleet has no locations: see `signalbox check-config FILE`."
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
    draw_blocked(view, context, canvas, &rest);
    Canvas log = canvas_sub(canvas, rest);
    if (log.height)
        draw_log(view, context, &log);
}

static Effect select_index(Overview *view, int index)
{
    if (!view->rows->len)
        return effect_of(EFFECT_NONE);
    index = CLAMP(index, 0, (int)view->rows->len - 1);
    g_free(view->selected);
    view->selected = g_strdup(((LocationStatus *)view->rows->pdata[index])->name);
    view->chosen = true;
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
