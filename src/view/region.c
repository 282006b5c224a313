// A region's page: a line of time with the probes and what changed, what is judged and by whom (region-text.h), and
// the groups that live here, with a cursor for `F` and `B`.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/fetch.h"
#include "view/page.h"
#include "view/region-text.h"
#include "widget/table.h"
#include "widget/timeline.h"
#include "wire/outlook.h"

enum { COLUMN_GROUP, COLUMN_HERE, COLUMN_MODE, COLUMN_LOSS, COLUMN_AGE, COLUMN_RPO, COLUMN_RTO };
enum { ACTION_OPEN = 1, ACTION_NEXT, ACTION_PREVIOUS, ACTION_GROUP };
enum { BOX_HEIGHT_MIN = 10, TIME_LINES = 2, GRAIN_MS = 60 * 1000, SPAN_MS = 3600 * 1000 };
enum { ASK_MS = 60 * 1000 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "roles", "Shows the selected group in the matrix.", 0},
    {ACTION_GROUP, "group", "i", "group",
     "The page of the selected group: objectives, replication, people.", 0},
    {ACTION_NEXT, "next-region", "l right n", "next region", "Goes to the next region.",
     BIND_LATER},
    {ACTION_PREVIOUS, "previous-region", "h left N", "region before", "Goes to the region before.",
     BIND_QUIET},
    {TABLE_DOWN, "next-group", "j down", "group", "Goes to the next group.", BIND_QUIET},
    {TABLE_UP, "previous-group", "k up", "group before", "Goes to the group before.", BIND_QUIET},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_GROUP] = {"GROUP", 24, 12, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_HERE] = {"HERE", 26, 15, 0, ALIGN_LEFT, 0},
    [COLUMN_MODE] = {"MODE", 14, 14, 3, ALIGN_LEFT, 0},
    [COLUMN_LOSS] = {"LOSS", 9, 7, 1, ALIGN_LEFT, 0},
    [COLUMN_AGE] = {"AGE", 5, 5, 2, ALIGN_RIGHT, 0},
    [COLUMN_RPO] = {"RPO", 6, 6, 4, ALIGN_RIGHT, 0},
    [COLUMN_RTO] = {"RTO", 12, 12, 2, ALIGN_RIGHT, 0},
};

typedef struct {
    Page page;
    Table *table;
    TimeAxis axis;
    GPtrArray *lags;            // of LagHistory *: of its links, as told last; NULL = not yet
    char *lags_of;              // the location they are of
    Fetch fetch;                // of them
    GPtrArray *groups;          // of const GroupStatus *, borrowed, good until the next refresh
    const ViewContext *context; // during a call
} Region;

static gpointer region_create(void)
{
    Region *view = g_new0(Region, 1);
    page_init(&view->page, "Region", BINDINGS, G_N_ELEMENTS(BINDINGS));
    // the arrows belong to the groups; the text has vi's other keys for single lines
    bool bound = keymap_rebind(view->page.keys, "down", "ctrl-e", NULL) &&
                 keymap_rebind(view->page.keys, "up", "ctrl-y", NULL);
    g_assert(bound);
    keymap_add(view->page.keys, timeline_bindings, TIMELINE_BINDINGS);
    view->axis = (TimeAxis){.span_ms = SPAN_MS};
    view->table = table_new(COLUMNS, G_N_ELEMENTS(COLUMNS), 0);
    view->groups = g_ptr_array_new();
    return view;
}

static void region_destroy(gpointer state)
{
    Region *view = state;
    page_release(&view->page);
    table_free(view->table);
    g_ptr_array_unref(view->groups);
    g_clear_pointer(&view->lags, g_ptr_array_unref);
    g_free(view->lags_of);
    fetch_clear(&view->fetch);
    g_free(view);
}

static void region_open(gpointer state, const char *object)
{
    page_open(&((Region *)state)->page, object);
}

static const LocationStatus *location_of(const Region *view, const ViewContext *context)
{
    const Picture *picture = context->picture;
    if (!view->page.object)
        return picture_count(picture, SHELF_LOCATIONS) ? picture_at(picture, SHELF_LOCATIONS, 0)
                                                       : NULL;
    return picture_location(picture, view->page.object);
}

// ---- its groups ----

static int standby_place(const GroupStatus *group, const char *location)
{
    for (guint i = 0; i < group->standbys->len; i++)
        if (g_strcmp0(group->standbys->pdata[i], location) == 0)
            return (int)i + 1;
    return 0;
}

// 3: works here. 2: has its home here. 1: could come here. 0: has nothing to do with it.
static int closeness(const GroupStatus *group, const char *location)
{
    return g_strcmp0(group->active, location) == 0    ? 3
           : g_strcmp0(group->primary, location) == 0 ? 2
           : standby_place(group, location)           ? 1
                                                      : 0;
}

static int compare_groups(gconstpointer a, gconstpointer b, gpointer data)
{
    const GroupStatus *x = *(GroupStatus *const *)a, *y = *(GroupStatus *const *)b;
    int difference = closeness(y, data) - closeness(x, data);
    return difference ? difference : strcmp(x->name, y->name);
}

// The present stays near the right edge until somebody looks elsewhere. By the minute: a line of time that moves
// every second would be sent every second.
static void move_axis(TimeAxis *axis, gint64 now_ms)
{
    bool follows = !axis->now_ms || axis->from_ms + axis->span_ms >= axis->now_ms;
    axis->now_ms = now_ms / GRAIN_MS * GRAIN_MS;
    if (follows)
        axis->from_ms = axis->now_ms - axis->span_ms / 10 * 9;
}

// ---- how its links were behind: asked for once a minute ----

static void take_lags(Region *view, const ViewContext *context)
{
    if (!fetch_take(&view->fetch, context))
        return;
    g_autoptr(json_t) json = fetch_json(context, "The lags", WIRE_BYTES_MAX, NULL);
    GPtrArray *lags = json ? lags_from_json(json, NULL) : NULL;
    if (!lags) // what was known before stays
        return;
    g_clear_pointer(&view->lags, g_ptr_array_unref);
    view->lags = lags;
}

static Effect region_wish(gpointer state, const ViewContext *context)
{
    Region *view = state;
    const LocationStatus *location = location_of(view, context);
    bool other = location && g_strcmp0(view->lags_of, location->name) != 0;
    if (!location || (!other && fetch_rests(&view->fetch, context, ASK_MS)))
        return effect_of(EFFECT_NONE);
    if (other) {
        g_clear_pointer(&view->lags, g_ptr_array_unref);
        g_free(view->lags_of);
        view->lags_of = g_strdup(location->name);
    }
    g_autofree char *name = g_uri_escape_string(location->name, NULL, FALSE);
    return fetch_ask(&view->fetch, context, g_strdup_printf("/v1/locations/%s/lags", name));
}

static void region_refresh(gpointer state, const ViewContext *context)
{
    Region *view = state;
    const Picture *picture = context->picture;
    const LocationStatus *location = location_of(view, context);
    g_ptr_array_set_size(view->groups, 0);
    for (guint i = 0; location && i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        if (closeness(group, location->name))
            g_ptr_array_add(view->groups, group);
    }
    if (location)
        g_ptr_array_sort_with_data(view->groups, compare_groups, location->name);
    move_axis(&view->axis, context->now_ms);
    take_lags(view, context);
    bool mine = location && g_strcmp0(view->lags_of, location->name) == 0;
    region_text_fill(&view->page, context, location, mine ? view->lags : NULL);
}

static gsize model_count(gpointer data)
{
    return ((Region *)data)->groups->len;
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const GroupStatus *)((Region *)data)->groups->pdata[index])->name;
}

static void here_cell(const Region *view, const GroupStatus *group, TableCell *cell)
{
    const LocationStatus *location = location_of(view, view->context);
    const Picture *picture = view->context->picture;
    bool home = g_strcmp0(group->primary, location->name) == 0;
    bool here = g_strcmp0(group->active, location->name) == 0;
    if (here && group->down_since_ms)
        table_cell_state(cell, GLYPH_DOWN, ROLE_ALARM,
                         home ? "down at home" : "CARRIED here, down");
    else if (here)
        table_cell_state(cell, GLYPH_ACTIVE, ROLE_ACTIVE, home ? "active at home" : "CARRIED here");
    else if (home)
        table_cell_printf(cell, ROLE_WARN, "now %s",
                          group->active ? picture_title(picture, group->active) : "nowhere known");
    else
        table_cell_printf(cell, ROLE_PASSIVE, "%s standby %d of %u",
                          glyph_text(GLYPH_PASSIVE, false), standby_place(group, location->name),
                          group->standbys->len);
}

static bool awaits(const Picture *picture, const GroupStatus *group)
{
    const Operation *operation = picture_operation(picture, group->operation);
    return operation && operation->state == OPERATION_AWAITING;
}

// What a failover now would lose at most.
static Role loss_words(const GroupStatus *group, char buffer[32])
{
    char bound[16];
    if (!group->replication->len) {
        g_strlcpy(buffer, "-", 32);
        return ROLE_DIM;
    }
    if (!group->loss.known) {
        g_strlcpy(buffer, "unknown", 32);
        return ROLE_UNKNOWN;
    }
    duration_format_up(group->loss.loss_ms, bound);
    g_snprintf(buffer, 32, "≤ %s", bound);
    return group->loss.loss_ms >= group->rpo_ms       ? ROLE_ALARM
           : group->loss.loss_ms * 2 >= group->rpo_ms ? ROLE_WARN
                                                      : ROLE_NORMAL;
}

static void rto_cell(const GroupStatus *group, gint64 now_ms, TableCell *cell)
{
    char text[16];
    if (group->down_since_ms) {
        left_format(group->down_since_ms + group->rto_ms, now_ms, text);
        table_cell_printf(cell, ROLE_ALARM, "%s left", text);
    } else {
        duration_format(group->rto_ms, text);
        table_cell_printf(cell, ROLE_NORMAL, "%s", text);
    }
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const Region *view = data;
    const GroupStatus *group = view->groups->pdata[index];
    gint64 now_ms = view->context->now_ms;
    Badge mode = badge_mode(group->mode);
    char text[32] = "";
    Role role = ROLE_NORMAL;
    switch (column) {
    case COLUMN_GROUP:
        table_cell_printf(cell, ROLE_TITLE, "%s%s", group->name,
                          awaits(view->context->picture, group) ? " ✎" : "");
        return;
    case COLUMN_HERE:
        here_cell(view, group, cell);
        return;
    case COLUMN_MODE:
        table_cell_state(cell, mode.glyph, mode.role, mode.word);
        return;
    case COLUMN_RTO:
        rto_cell(group, now_ms, cell);
        return;
    case COLUMN_LOSS:
        role = loss_words(group, text);
        break;
    case COLUMN_AGE:
        if (group->replication->len)
            calm_age_format(group->loss.observed_at_ms, now_ms, text);
        role = ROLE_DIM;
        break;
    default:
        duration_format(group->rpo_ms, text);
    }
    table_cell_printf(cell, role, "%s", text);
}

static TableModel model_of(Region *view, const ViewContext *context)
{
    view->context = context;
    return (TableModel){
        .count = model_count,
        .row = model_row,
        .cell = model_cell,
        .data = view,
        .empty = "No group has its home or a standby here.",
    };
}

static void add_mark(GArray *marks, gint64 at_ms, Badge badge, int weight)
{
    TimeMark mark = {at_ms, badge.glyph, badge.role, weight};
    g_array_append_val(marks, mark);
}

// Probes as they came, from everywhere, and over them what changed.
static GArray *marks_of(const Picture *picture, const LocationStatus *location)
{
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(TimeMark));
    g_autofree char *object = g_strconcat("location/", location->name, NULL);
    for (guint v = 0; v < location->vantages->len; v++) {
        const VantageStatus *vantage = location->vantages->pdata[v];
        for (guint i = 0; i < vantage->history_len; i++)
            add_mark(marks, vantage->history[i].at_ms,
                     badge_verdict(vantage->history[i].ok ? VERDICT_UP : VERDICT_DOWN),
                     vantage->history[i].ok ? 0 : 1);
    }
    for (guint i = 0; i < picture->changes->len; i++) {
        const Change *change = picture->changes->pdata[i];
        Badge badge = {GLYPH_DIAMOND, badge_severity(change->severity).role, NULL};
        if (g_strcmp0(change->object, object) == 0)
            add_mark(marks, change->at_ms, badge, 2 + (int)change->severity);
    }
    return marks;
}

static void draw_time(const Region *view, const ViewContext *context,
                      const LocationStatus *location, const Canvas *canvas)
{
    g_autoptr(GArray) marks = marks_of(context->picture, location);
    Canvas axis = canvas_sub(canvas, rect_make(0, 0, canvas->width, 1));
    Canvas line = canvas_sub(canvas, rect_make(0, 1, canvas->width, 1));
    timeline_draw_axis(&view->axis, &axis);
    timeline_draw_marks(&view->axis, &line, (const TimeMark *)(void *)marks->data, marks->len);
}

static Canvas draw_box(const ViewContext *context, const LocationStatus *location,
                       const Canvas *canvas)
{
    Badge badge = badge_verdict(badge_aged_verdict(location, context->now_ms));
    Style border = badge.role == ROLE_OK ? ROLE_BORDER : (Style)badge.role;
    BoxLook look = {.title = picture_title(context->picture, location->name),
                    .tag = badge.word,
                    .tag_style = badge.role | STYLE_BOLD,
                    .border = border};
    return canvas->height < BOX_HEIGHT_MIN ? *canvas
                                           : cells_box(canvas, canvas_rect(canvas), &look);
}

static void region_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Region *view = state;
    TableModel model = model_of(view, context);
    const LocationStatus *location = location_of(view, context);
    if (!location) {
        pager_draw(view->page.pager, canvas);
        return;
    }
    Canvas box = draw_box(context, location, canvas);
    Rect rest = canvas_rect(&box);
    if (canvas->height >= BOX_HEIGHT_MIN + TIME_LINES) {
        Canvas time = canvas_sub(&box, rect_cut_top(&rest, TIME_LINES));
        draw_time(view, context, location, &time);
    }
    int lines = MIN((int)view->groups->len + 1, MAX(rest.height / 3, 2));
    Canvas table = canvas_sub(&box, rect_cut_bottom(&rest, lines));
    Canvas text = canvas_sub(&box, rest);
    table_draw(view->table, &model, &table);
    pager_draw(view->page.pager, &text);
}

// ---- keys ----

static const GroupStatus *selected(Region *view, const ViewContext *context)
{
    TableModel model = model_of(view, context);
    gsize index = table_index(view->table, &model);
    return index < view->groups->len ? view->groups->pdata[index] : NULL;
}

static Effect open_group(Region *view, const ViewContext *context, ScreenId screen)
{
    const GroupStatus *group = selected(view, context);
    return group ? effect_open(screen, group->name)
                 : effect_message("No group has its home or a standby here.");
}

static Effect open_neighbour(const Region *view, const ViewContext *context, guint step)
{
    const LocationStatus *here = location_of(view, context);
    guint n = picture_count(context->picture, SHELF_LOCATIONS);
    for (guint i = 0; i < n; i++) {
        const LocationStatus *other = picture_at(context->picture, SHELF_LOCATIONS, (i + step) % n);
        if (picture_at(context->picture, SHELF_LOCATIONS, i) == here && other != here)
            return effect_open(SCREEN_REGION, other->name);
    }
    return effect_message("There is no other region.");
}

static Effect region_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                            const Binding *binding)
{
    Region *view = state;
    TableModel model = model_of(view, context);
    guint n = picture_count(context->picture, SHELF_LOCATIONS);
    bool moved = key_is_mouse(key)
                     ? table_mouse(view->table, &model, key)
                     : binding && table_act(view->table, &model, binding->action) != TABLE_NOT_MINE;
    if (moved)
        return effect_of(EFFECT_REDRAW);
    switch (binding ? binding->action : 0) {
    case ACTION_OPEN:
        return open_group(view, context, SCREEN_ROLES);
    case ACTION_GROUP:
        return open_group(view, context, SCREEN_GROUP);
    case ACTION_NEXT:
        return open_neighbour(view, context, 1);
    case ACTION_PREVIOUS:
        return open_neighbour(view, context, n ? n - 1 : 0);
    default:
        break;
    }
    if (binding && timeline_act(&view->axis, binding->action))
        return effect_of(EFFECT_REDRAW);
    return page_key(&view->page, key, binding);
}

static const Keymap *region_keymap(gpointer state)
{
    return ((Region *)state)->page.keys;
}

static char *region_copy(gpointer state, const ViewContext *context)
{
    const LocationStatus *location = location_of(state, context);
    return location ? g_strdup_printf("%s %s %s", location->name,
                                      word_of(&VERDICT_NAMES, (int)location->verdict.state),
                                      location->verdict.why ? location->verdict.why : "")
                    : NULL;
}

static char *region_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox regions");
}

static const char *region_group(gpointer state, const ViewContext *context)
{
    const GroupStatus *group = selected(state, context);
    return group ? group->name : NULL;
}

static const char *region_region(gpointer state, const ViewContext *context)
{
    const LocationStatus *location = location_of(state, context);
    return location ? location->name : NULL;
}

const Screen REGION_SCREEN = {
    .id = SCREEN_REGION,
    .parent = SCREEN_OVERVIEW,
    .name = "region",
    .title = "Region",
    .create = region_create,
    .destroy = region_destroy,
    .refresh = region_refresh,
    .wish = region_wish,
    .draw = region_draw,
    .update = region_update,
    .keymap = region_keymap,
    .open = region_open,
    .copy = region_copy,
    .command_line = region_command_line,
    .proposes = true,
    .group = region_group,
    .region = region_region,
};
