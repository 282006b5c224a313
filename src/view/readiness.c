// Screen 6: what would make a failover fail or hurt, worst first, each with its facts and its way out; and the
// plans, with when they were last reviewed and tested.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/list.h"

enum { COLUMN_WHAT, COLUMN_STATE, COLUMN_OBJECT, COLUMN_SINCE, COLUMN_SOURCE };
enum { ACTION_OPEN = 1 };
enum { DETAIL_LINES = 8, DETAIL_MIN_HEIGHT = 14 };
#define DAY_MS ((gint64)24 * 3600 * 1000)
#define PLAN_LIMIT_MS (365 * DAY_MS)
#define PLAN_SOON_MS (30 * DAY_MS)

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "go there", "Goes to what the row is about.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_WHAT] = {"WHAT", 30, 20, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_STATE] = {"STATE", 14, 11, 0, ALIGN_LEFT, 0},
    [COLUMN_OBJECT] = {"WHERE", 34, 26, 1, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_SINCE] = {"SINCE", 6, 5, 2, ALIGN_RIGHT, 0},
    [COLUMN_SOURCE] = {"FROM", 12, 8, 3, ALIGN_LEFT, 0},
};

// A finding, a group's plan, or (neither) a heading between them.
typedef struct {
    const Finding *finding;
    const GroupStatus *group;
    const char *id;
} Row;

typedef struct {
    List list; // rows: Row *, of `store`
    GPtrArray *store;
} Readiness;

static gpointer readiness_create(void)
{
    Readiness *view = g_new0(Readiness, 1);
    list_init(&view->list, "Readiness", BINDINGS, G_N_ELEMENTS(BINDINGS));
    table_set_columns(view->list.table, COLUMNS, G_N_ELEMENTS(COLUMNS));
    view->store = g_ptr_array_new_with_free_func(g_free);
    return view;
}

static void readiness_destroy(gpointer state)
{
    Readiness *view = state;
    list_release(&view->list);
    g_ptr_array_unref(view->store);
    g_free(view);
}

// ---- rows ----

static void add(Readiness *view, const Finding *finding, const GroupStatus *group, const char *id)
{
    Row *row = g_new(Row, 1);
    *row = (Row){finding, group, id};
    g_ptr_array_add(view->store, row);
    g_ptr_array_add(view->list.rows, row);
}

static bool matches(const Readiness *view, const Finding *finding)
{
    g_autofree char *text = g_strdup_printf(
        "%s %s %s %s %s", finding->rule, finding->title ? finding->title : "",
        finding->object ? finding->object : "", name_of(&SEVERITY_NAMES, (int)finding->severity),
        finding->facts ? finding->facts : "");
    return filter_matches_text(&view->list.filter, text);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Finding *x = *(Finding *const *)a, *y = *(Finding *const *)b;
    int difference = (int)y->severity - (int)x->severity;
    return difference ? difference : g_strcmp0(x->id, y->id);
}

static gint64 due_ms(const GroupStatus *group)
{
    gint64 last_ms = MIN(group->plan_reviewed_ms, group->plan_tested_ms);
    return last_ms ? last_ms + PLAN_LIMIT_MS : 0;
}

static int compare_plans(gconstpointer a, gconstpointer b)
{
    const GroupStatus *x = *(GroupStatus *const *)a, *y = *(GroupStatus *const *)b;
    gint64 dx = due_ms(x), dy = due_ms(y);
    return dx != dy ? (dx > dy) - (dx < dy) : g_strcmp0(x->name, y->name);
}

static void add_findings(Readiness *view, const Picture *picture)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    for (guint i = 0; i < picture_count(picture, SHELF_FINDINGS); i++)
        if (matches(view, picture_at(picture, SHELF_FINDINGS, i)))
            g_ptr_array_add(found, picture_at(picture, SHELF_FINDINGS, i));
    g_ptr_array_sort(found, compare);
    for (guint i = 0; i < found->len; i++)
        add(view, found->pdata[i], NULL, ((const Finding *)found->pdata[i])->id);
}

static void add_plans(Readiness *view, const Picture *picture)
{
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        g_autofree char *text = g_strconcat("plan ", group->name, NULL);
        if (filter_matches_text(&view->list.filter, text))
            g_ptr_array_add(plans, group);
    }
    g_ptr_array_sort(plans, compare_plans);
    if (plans->len)
        add(view, NULL, NULL, "plans");
    for (guint i = 0; i < plans->len; i++)
        add(view, NULL, plans->pdata[i], ((const GroupStatus *)plans->pdata[i])->name);
}

static void readiness_refresh(gpointer state, const ViewContext *context)
{
    Readiness *view = state;
    if (!list_begin(&view->list, context))
        return;
    g_ptr_array_set_size(view->store, 0);
    add_findings(view, context->picture);
    add_plans(view, context->picture);
}

// ---- the table's model ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    const Row *row = ((List *)data)->rows->pdata[index];
    ret_row->id = row->id;
    ret_row->skip = !row->finding && !row->group;
}

static void finding_cell(const Finding *finding, const ViewContext *context, guint column,
                         TableCell *cell)
{
    Badge badge = badge_severity(finding->severity);
    char age[16];
    switch (column) {
    case COLUMN_WHAT:
        table_cell_printf(cell, ROLE_NORMAL, "%s %s", finding->rule,
                          finding->title ? finding->title : "");
        break;
    case COLUMN_STATE:
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
        break;
    case COLUMN_OBJECT:
        cell->text = finding->object;
        break;
    case COLUMN_SINCE:
        calm_age_format(finding->since_ms, context->now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    default:
        cell->text = finding->from;
        cell->style = ROLE_DIM;
    }
}

static Badge plan_badge(const GroupStatus *group, gint64 now_ms)
{
    gint64 due = due_ms(group);
    return !due                          ? (Badge){GLYPH_ALARM, ROLE_WARN, "never"}
           : due <= now_ms               ? (Badge){GLYPH_ALARM, ROLE_WARN, "overdue"}
           : due - now_ms < PLAN_SOON_MS ? (Badge){GLYPH_HALF, ROLE_WARN, "due soon"}
                                         : (Badge){GLYPH_UP, ROLE_OK, "in time"};
}

static void plan_cell(const GroupStatus *group, const ViewContext *context, guint column,
                      TableCell *cell)
{
    Badge badge = plan_badge(group, context->now_ms);
    char reviewed[16], tested[16];
    calm_age_format(group->plan_reviewed_ms, context->now_ms, reviewed);
    calm_age_format(group->plan_tested_ms, context->now_ms, tested);
    if (column == COLUMN_WHAT)
        table_cell_printf(cell, ROLE_NORMAL, "plan of %s", group->name);
    else if (column == COLUMN_STATE)
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
    else if (column == COLUMN_OBJECT)
        table_cell_printf(cell, ROLE_NORMAL, "reviewed %s, tested %s", reviewed, tested);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const Row *row = list->rows->pdata[index];
    if (row->finding)
        finding_cell(row->finding, list->context, column, cell);
    else if (row->group)
        plan_cell(row->group, list->context, column, cell);
    else if (column == COLUMN_WHAT)
        table_cell_state(cell, GLYPH_NONE, ROLE_HEADER, "PLANS");
}

static TableModel model_of(Readiness *view, const ViewContext *context)
{
    view->list.context = context;
    return (TableModel){.count = list_count,
                        .row = model_row,
                        .cell = model_cell,
                        .data = &view->list,
                        .empty = !filter_is_empty(&view->list.filter)
                                     ? "No finding matches the filter: / changes it."
                                 : context->picture->complete
                                     ? "No rule finds anything wrong."
                                     : "Waiting for the backend's first picture."};
}

// ---- drawing ----

static int put_field(const Canvas *canvas, int y, const char *label, Style style, const char *text)
{
    gsize size = text ? strlen(text) : 0, done = 0;
    Canvas body = canvas_sub(canvas, rect_make(10, 0, canvas->width - 10, canvas->height));
    cells_put(canvas, 1, y, ROLE_DIM, size ? label : "");
    while (done < size && y < canvas->height) {
        gsize n = cells_wrap(&body, text + done, size - done, MAX(body.width, 1));
        cells_put_n(&body, 0, y++, style, text + done, n);
        done += n;
    }
    return y;
}

static void draw_finding(const Finding *finding, const ViewContext *context, const Canvas *canvas)
{
    char seen[16];
    calm_age_format(finding->observed_at_ms, context->now_ms, seen);
    g_autofree char *rule = g_strdup_printf("%s %s, checked %s ago", finding->rule,
                                            finding->title ? finding->title : "", seen);
    int y = put_field(canvas, 1, "rule", ROLE_TITLE, rule);
    y = put_field(canvas, y, "object", ROLE_NORMAL, finding->object);
    y = put_field(canvas, y, "facts", badge_severity(finding->severity).role, finding->facts);
    y = put_field(canvas, y, "way out", ROLE_NORMAL, finding->way_out);
    put_field(canvas, y, "from", ROLE_DIM, finding->from);
}

static void draw_plan(const GroupStatus *group, const ViewContext *context, const Canvas *canvas)
{
    char reviewed[32], tested[32], due[32], left[16];
    time_format_full(group->plan_reviewed_ms, reviewed);
    time_format_full(group->plan_tested_ms, tested);
    time_format_full(due_ms(group), due);
    left_format(due_ms(group), context->now_ms, left);
    int y = put_field(canvas, 1, "plan", ROLE_TITLE, group->name);
    y = put_field(canvas, y, "reviewed", ROLE_NORMAL, reviewed);
    y = put_field(canvas, y, "tested", ROLE_NORMAL, tested);
    y = put_field(canvas, y, "due", plan_badge(group, context->now_ms).role,
                  due_ms(group) ? due : "now: it was never reviewed or never tested");
    if (due_ms(group) > context->now_ms)
        put_field(canvas, y, "in", ROLE_NORMAL, left);
}

static void readiness_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Readiness *view = state;
    Rect rest = canvas_rect(canvas);
    bool room = rest.height >= DETAIL_MIN_HEIGHT;
    Rect below = rect_cut_bottom(&rest, room ? DETAIL_LINES : 0);
    TableModel model = model_of(view, context);
    Canvas table = canvas_sub(canvas, rest), detail = canvas_sub(canvas, below);
    table_draw(view->list.table, &model, &table);
    const Row *row = list_selected(&view->list, &model);
    if (!row || !room)
        return;
    cells_rule(&detail, rect_make(0, 0, detail.width, 1), ROLE_BORDER, NULL);
    if (row->finding)
        draw_finding(row->finding, context, &detail);
    else if (row->group)
        draw_plan(row->group, context, &detail);
}

// ---- keys ----

static const Row *selected(Readiness *view, const ViewContext *context)
{
    TableModel model = model_of(view, context);
    return list_selected(&view->list, &model);
}

static Effect open_object(const Finding *finding)
{
    static const struct {
        const char *prefix;
        ScreenId screen;
    } PAGES[] = {
        {"location/", SCREEN_REGION}, {"workload/", SCREEN_CELL}, {"group/", SCREEN_ROLES}};
    for (guint i = 0; finding->object && i < G_N_ELEMENTS(PAGES); i++)
        if (g_str_has_prefix(finding->object, PAGES[i].prefix))
            return effect_open(PAGES[i].screen, finding->object + strlen(PAGES[i].prefix));
    return effect_message("%s", finding->facts ? finding->facts : "It has no page of its own.");
}

static Effect readiness_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Readiness *view = state;
    TableModel model = model_of(view, context);
    const Row *row = selected(view, context);
    if (binding && binding->action == ACTION_OPEN)
        return row && row->finding ? open_object(row->finding)
               : row && row->group ? effect_open(SCREEN_ROLES, row->group->name)
                                   : effect_message("There is nothing here.");
    return list_key(&view->list, &model, key, binding);
}

static const Keymap *readiness_keymap(gpointer state)
{
    return ((Readiness *)state)->list.keys;
}

static char *readiness_copy(gpointer state, const ViewContext *context)
{
    const Row *row = selected(state, context);
    if (row && row->finding)
        return g_strdup_printf("%s %s: %s", row->finding->rule,
                               row->finding->object ? row->finding->object : "",
                               row->finding->facts ? row->finding->facts : "");
    return row && row->group ? g_strdup(row->group->name) : NULL;
}

static char *readiness_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox readiness");
}

static const char *readiness_filter(gpointer state)
{
    return filter_text(&((Readiness *)state)->list.filter);
}

static void readiness_set_filter(gpointer state, const char *text)
{
    list_set_filter(&((Readiness *)state)->list, text);
}

static const char *readiness_group(gpointer state, const ViewContext *context)
{
    const Row *row = selected(state, context);
    return row && row->group ? row->group->name : NULL;
}

const Screen READINESS_SCREEN = {
    .id = SCREEN_READINESS,
    .name = "readiness",
    .title = "Readiness",
    .digit = '6',
    .create = readiness_create,
    .destroy = readiness_destroy,
    .refresh = readiness_refresh,
    .draw = readiness_draw,
    .update = readiness_update,
    .keymap = readiness_keymap,
    .copy = readiness_copy,
    .command_line = readiness_command_line,
    .filter = readiness_filter,
    .set_filter = readiness_set_filter,
    .group = readiness_group,
};
