// Screen 3: what fires when, and where. A row a trigger and place, on one axis of time that zooms and pans; what
// will fire, what would fire if it were active, what is missed or cannot. Enter: the next 20 in UTC,
// on the trigger's own clock and on mine.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/browse.h"
#include "view/fetch.h"
#include "view/schedule-row.h"
#include "view/schedule-text.h"
#include "view/words.h"

enum {
    GRAIN_MS = 60 * 1000,
    OLD_MS = 30 * 1000,
    RUNS_OLD_MS = 10 * 1000,
    RETRY_MS = 5 * 1000, // after trouble: a backend that is gone is not asked as fast as it refuses
    DAY_MS = 24 * 3600 * 1000
};
enum { RUNS_SHOWN = 50 };
// Rows are asked for by windows, which overlap, so that a large fleet's answer is taken in within a frame.
enum { WINDOW = 300, WINDOW_STEP = 250 };

static const Binding BINDINGS[] = {
    {BROWSE_OPEN, "open", "enter", "next 20", "Shows the next 20 in UTC, its zone and mine.", 0},
};

static const Binding PAGE_KEYS[] = {
    {BROWSE_CLOSE, "close", "enter esc q", "table", "Goes back to the table.", 0},
};

typedef struct {
    Browse browse;    // first: see view/browse.h; rows: const SheetRow *
    GPtrArray *sheet; // of SheetRow *; NULL until answered
    GPtrArray *far;   // the same for the row shown whole, over a year; NULL
    GPtrArray *runs;  // of RunRecord *: of that row's workload, everywhere; NULL
    TimeAxis axis;
    gint64 from_ms, to_ms; // what was asked for
    Fetch fetch_sheet, fetch_far, fetch_runs;
    gint64 answered_ms; // the backend's clock: the sheet
    guint offset;       // of the window that is wanted
    int turned;   // -1, 1: to this one, upwards or downwards; far -2, 2. 0 = the cursor has its row
    char *leaves; // id of the row under the cursor when it turned; NULL = there was none
    SheetWindow window; // that is here
    char *filter;       // of the workload's name, for the backend; NULL = none
    Zones *zones;
} Schedules;

// ---- asking ----

static char *path_of(gint64 from_ms, gint64 to_ms, guint offset, const char *workload)
{
    g_autofree char *from = time_format_ms(MAX(from_ms, (gint64)1)), *to = time_format_ms(to_ms);
    g_autofree char *filter = workload ? g_uri_escape_string(workload, NULL, FALSE) : NULL;
    return g_strdup_printf("/v1/schedules?from=%s&to=%s&limit=%d&offset=%u%s%s", from, to, WINDOW,
                           offset, filter ? "&filter=" : "", filter ? filter : "");
}

static char *runs_path(const char *workload)
{
    g_autofree char *id = g_uri_escape_string(workload, NULL, FALSE);
    return g_strdup_printf("/v1/runs?workload=%s&limit=%d", id, RUNS_SHOWN);
}

static const SheetRow *row_of(const GPtrArray *rows, const char *id)
{
    for (guint i = 0; rows && i < rows->len; i++)
        if (g_strcmp0(((const SheetRow *)rows->pdata[i])->id, id) == 0)
            return rows->pdata[i];
    return NULL;
}

// The row that is shown whole; NULL: none is, or it is gone.
static const SheetRow *open_row(const Schedules *view)
{
    return view->browse.reading ? row_of(view->sheet, view->browse.page.object) : NULL;
}

static bool is_covered(const Schedules *view, const ViewContext *context)
{
    return view->sheet && !view->fetch_sheet.trouble && view->axis.from_ms >= view->from_ms &&
           view->axis.from_ms + view->axis.span_ms <= view->to_ms &&
           fetch_rests(&view->fetch_sheet, context, OLD_MS);
}

static Effect schedules_wish(gpointer state, const ViewContext *context)
{
    Schedules *view = state;
    const SheetRow *open = open_row(view);
    if (open && !fetch_rests(&view->fetch_far, context, OLD_MS))
        return fetch_ask(&view->fetch_far, context,
                         path_of(context->now_ms / GRAIN_MS * GRAIN_MS,
                                 context->now_ms + 366LL * DAY_MS - GRAIN_MS, 0, open->workload));
    if (open && !fetch_rests(&view->fetch_runs, context, RUNS_OLD_MS))
        return fetch_ask(&view->fetch_runs, context, runs_path(open->workload));
    const Fetch *fetch = &view->fetch_sheet;
    bool waiting = fetch_rests(fetch, context, fetch->path ? OLD_MS : RETRY_MS) &&
                   (fetch->path || fetch->trouble);
    if (waiting || is_covered(view, context))
        return effect_of(EFFECT_NONE);
    gint64 margin = MIN(view->axis.span_ms / 2, (366LL * DAY_MS - view->axis.span_ms) / 2);
    view->from_ms = (view->axis.from_ms - MAX(margin, (gint64)0)) / GRAIN_MS * GRAIN_MS;
    view->to_ms = view->axis.from_ms + view->axis.span_ms + MAX(margin, (gint64)0);
    view->to_ms = MIN(view->to_ms, view->from_ms + 366LL * DAY_MS);
    return fetch_ask(&view->fetch_sheet, context,
                     path_of(view->from_ms, view->to_ms, view->offset, view->filter));
}

// The runs; what was known stays where they are not answered.
static void take_runs(Schedules *view, const ViewContext *context)
{
    if (!fetch_take(&view->fetch_runs, context))
        return;
    const char *body = fetch_body(context, NULL);
    GPtrArray *runs = body ? timesheet_read_runs(body, NULL) : NULL;
    if (!runs)
        return;
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    view->runs = runs;
}

// True if the rows are others now; what was known stays where they are not answered.
static bool take_sheet(Fetch *fetch, const ViewContext *context, GPtrArray **rows,
                       SheetWindow *ret_window)
{
    g_autoptr(GError) error = NULL;
    const char *body = fetch_body(context, &error);
    GPtrArray *answer = body ? timesheet_read(body, ret_window, &error) : NULL;
    if (!answer) {
        fetch->trouble = g_strdup_printf(
            "The schedules were not answered, and are asked for again: %s", error->message);
        return false;
    }
    g_clear_pointer(rows, g_ptr_array_unref);
    *rows = answer;
    return true;
}

static void take_answers(Schedules *view, const ViewContext *context)
{
    SheetWindow far;
    if (fetch_take(&view->fetch_far, context))
        take_sheet(&view->fetch_far, context, &view->far, &far);
    if (!fetch_take(&view->fetch_sheet, context))
        return;
    if (take_sheet(&view->fetch_sheet, context, &view->sheet, &view->window))
        view->answered_ms = context->now_ms;
    view->browse.list.version = 0;
}

// ---- rows ----

static bool matches(const Schedules *view, const SheetRow *row)
{
    g_autofree char *text = g_strjoin(" ", row->id, row->rule, row->zone,
                                      word_of(&INSTANCE_NAMES, (int)row->state), NULL);
    return filter_matches_text(&view->browse.list.filter, text);
}

static void fill_page(Browse *browse, const ViewContext *context)
{
    const Schedules *view = (const Schedules *)browse;
    const char *far = view->fetch_far.trouble, *near = view->fetch_sheet.trouble;
    const ScheduleFacts facts = {.sheet = view->sheet,
                                 .near = open_row(view),
                                 .far = row_of(view->far, browse->page.object),
                                 .runs = view->runs,
                                 .zones = view->zones,
                                 .trouble = near ? near : far};
    schedule_text_fill(&browse->page, context, &facts);
}

// In the window that has come the cursor stays on its row; where that is left behind, it goes on with the next one.
static void place_cursor(Schedules *view)
{
    const GPtrArray *rows = view->browse.list.rows;
    bool first = view->turned == 1 || view->turned == -2;
    const SheetRow *row = row_of(rows, view->leaves);
    if (!row || view->turned == 2 || view->turned == -2)
        row = rows->pdata[first ? 0 : rows->len - 1];
    table_select(view->browse.list.table, row->id);
    view->turned = 0;
    g_clear_pointer(&view->leaves, g_free);
}

static void schedules_refresh(gpointer state, const ViewContext *context)
{
    Schedules *view = state;
    take_answers(view, context);
    take_runs(view, context);
    if (!view->axis.from_ms)
        view->axis.from_ms = context->now_ms / GRAIN_MS * GRAIN_MS - view->axis.span_ms / 4;
    view->axis.now_ms = context->now_ms / GRAIN_MS * GRAIN_MS;
    if (list_begin(&view->browse.list, context))
        for (guint i = 0; view->sheet && i < view->sheet->len; i++)
            if (matches(view, view->sheet->pdata[i]))
                g_ptr_array_add(view->browse.list.rows, view->sheet->pdata[i]);
    if (view->turned && view->to_ms && !view->fetch_sheet.path && view->browse.list.rows->len)
        place_cursor(view);
    browse_refresh(&view->browse, context);
}

// ---- the table's model ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const SheetRow *)((List *)data)->rows->pdata[index])->id;
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    schedule_row_cell(list->rows->pdata[index], list->context, column, cell);
}

static void model_paint(gpointer data, gsize index, guint column, const Canvas *canvas)
{
    const Schedules *view = data;
    const List *list = &view->browse.list;
    (void)column;
    if (index == TABLE_HEAD)
        timeline_draw_axis(&view->axis, canvas);
    else
        schedule_row_paint(list->rows->pdata[index], list->context, &view->axis, canvas);
}

static const ListKind LIST = {
    .title = "Schedules",
    .keys = BINDINGS,
    .key_count = G_N_ELEMENTS(BINDINGS),
    .columns = SCHEDULE_TABLE,
    .column_count = SCHEDULE_COLUMNS,
    .row = model_row,
    .cell = model_cell,
    .paint = model_paint,
    .none_matches = "No trigger matches the filter: / changes it.",
    .none = "No trigger of the fleet has a recurrence.",
};

static const BrowseKind KIND = {
    .list = &LIST,
    .page_title = "Next 20",
    .page_keys = PAGE_KEYS,
    .page_key_count = G_N_ELEMENTS(PAGE_KEYS),
    .fill = fill_page,
};

static gpointer schedules_create(void)
{
    Schedules *view = g_new0(Schedules, 1);
    browse_init(&view->browse, &KIND);
    keymap_add(view->browse.list.keys, timeline_bindings, TIMELINE_BINDINGS);
    view->axis.span_ms = 3600 * 1000;
    view->zones = zones_new();
    return view;
}

static void schedules_destroy(gpointer state)
{
    Schedules *view = state;
    browse_release(&view->browse);
    g_clear_pointer(&view->sheet, g_ptr_array_unref);
    g_clear_pointer(&view->far, g_ptr_array_unref);
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    zones_free(view->zones);
    fetch_clear(&view->fetch_sheet);
    fetch_clear(&view->fetch_far);
    fetch_clear(&view->fetch_runs);
    g_free(view->leaves);
    g_free(view->filter);
    g_free(view);
}

// ---- drawing and keys ----

static char *rule_words(const SheetRow *row)
{
    return g_strdup_printf("%s%s/%s: %s", row->open ? "? (Enter says what is open) " : "",
                           row->workload, row->trigger, row->rule);
}

// "rows 251 to 550 of 20000 …" where not all are here; else NULL. The caller frees.
static char *window_words(const Schedules *view)
{
    guint rows = view->sheet ? view->sheet->len : 0;
    if (rows >= view->window.total)
        return NULL;
    return g_strdup_printf("rows %u to %u of %u: the ends of the list lead on, / filters by name",
                           view->window.offset + 1, view->window.offset + rows, view->window.total);
}

// Two lines for the row under the cursor: its rule, and what it is together with its copies elsewhere; or what is wrong
// with the table as a whole.
static void draw_about(Schedules *view, const ViewContext *context, const Canvas *canvas)
{
    const SheetRow *row = list_selected(&view->browse.list, context);
    char age[16];
    calm_age_format(view->answered_ms, context->now_ms, age);
    g_autofree char *as_of = g_strdup_printf("as of %s ago", age);
    g_autofree char *part = window_words(view);
    const char *wrong = view->fetch_sheet.trouble ? view->fetch_sheet.trouble : part;
    int width = view->answered_ms ? cells_width(canvas, as_of) + 2 : 0;
    Rect line = rect_make(1, 0, canvas->width - 1 - width, 1),
         next = rect_make(1, 1, canvas->width - 1, 1);
    if (row) {
        g_autofree char *rule = rule_words(row);
        g_autofree char *together = schedule_together_words(view->sheet, row, context);
        cells_fit(canvas, line, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_TITLE, rule);
        cells_fit(canvas, next, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_NORMAL, together);
    }
    if (wrong)
        cells_fit(canvas, next, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_WARN, wrong);
    if (width)
        cells_put(canvas, canvas->width - width + 1, 0, ROLE_DIM, as_of);
}

static void schedules_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Schedules *view = state;
    if (view->browse.reading) {
        pager_draw(view->browse.page.pager, canvas);
        return;
    }
    Rect rest = canvas_rect(canvas);
    Rect legend = rect_cut_bottom(&rest, rest.height > 8 ? 1 : 0);
    Rect about = rect_cut_bottom(&rest, rest.height > 8 ? 2 : 0);
    view->browse.list.waiting = view->fetch_sheet.trouble ? view->fetch_sheet.trouble
                                : view->sheet             ? NULL
                                                          : "Fetching the schedules …";
    Canvas table = canvas_sub(canvas, rest);
    list_draw(&view->browse.list, context, &table);
    Canvas below = canvas_sub(canvas, about);
    if (about.height)
        draw_about(view, context, &below);
    cells_fit(canvas, legend, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_DIM,
              " ● fires ○ would ✗ missed/cannot ✓ ran – left out ═ twice ◐ unknown · past ◆ now");
}

// Its year and its runs are asked for anew, whichever row was read before.
static Effect read_row(Schedules *view, const ViewContext *context, const KeyEvent *key,
                       const Binding *binding)
{
    if (!list_selected(&view->browse.list, context))
        return effect_message("There is no trigger here.");
    g_clear_pointer(&view->far, g_ptr_array_unref);
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    fetch_clear(&view->fetch_far);
    fetch_clear(&view->fetch_runs);
    pager_reset(view->browse.page.pager);
    return browse_key(&view->browse, context, key, binding);
}

// Past an end of the window the list goes on with the next one, or (`far`) with the last or the first of all that the
// backend has for the filter's first word. Its other words are looked for here, so a window may show nothing of its own.
static bool turn_window(Schedules *view, const SheetRow *from, bool down, bool far)
{
    guint here = view->window.offset;
    guint last = view->window.total > WINDOW ? view->window.total - WINDOW : 0;
    guint next = MIN(here + WINDOW_STEP, last);
    guint before = here < WINDOW_STEP ? 0 : here - WINDOW_STEP;
    guint offset = down ? (far ? last : next) : far ? 0 : before;
    if (offset == here)
        return false;
    view->offset = offset;
    view->turned = (down ? 1 : -1) * (far ? 2 : 1);
    g_free(view->leaves);
    view->leaves = from ? g_strdup(from->id) : NULL;
    view->to_ms = 0; // what is here no longer covers what is asked
    return true;
}

// A key of the table; at an end of the list it may lead on.
static Effect table_key(Schedules *view, const ViewContext *context, const KeyEvent *key,
                        const Binding *binding)
{
    int action = binding ? (int)binding->action : 0;
    bool far = action == TABLE_LAST || action == TABLE_FIRST;
    bool down = action == TABLE_DOWN || action == TABLE_PAGE_DOWN || action == TABLE_LAST;
    bool up = action == TABLE_UP || action == TABLE_PAGE_UP || action == TABLE_FIRST;
    const gpointer *rows = view->browse.list.rows->pdata;
    gpointer end = !view->browse.list.rows->len ? NULL
                   : down                       ? rows[view->browse.list.rows->len - 1]
                                                : rows[0];
    bool there = (down || up) && list_selected(&view->browse.list, context) == end;
    if (there && turn_window(view, end, down, far))
        return effect_of(EFFECT_REDRAW);
    return list_key(&view->browse.list, context, key, binding);
}

static Effect schedules_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Schedules *view = state;
    if (view->browse.reading)
        return browse_key(&view->browse, context, key, binding);
    if (binding && binding->action == BROWSE_OPEN)
        return read_row(view, context, key, binding);
    if (binding && timeline_act(&view->axis, binding->action))
        return effect_of(EFFECT_REDRAW);
    return table_key(view, context, key, binding);
}

static char *schedules_copy(gpointer state, const ViewContext *context)
{
    const SheetRow *row = list_selected(state, context);
    return row ? g_strdup_printf("%s %s", row->id, row->rule) : NULL;
}

static char *schedules_command_line(gpointer state, const ViewContext *context)
{
    const Schedules *view = state;
    const SheetRow *open = open_row(view);
    (void)context;
    if (open)
        return g_strdup_printf("signalbox runs %s", open->workload);
    if (filter_is_empty(&view->browse.list.filter))
        return g_strdup("signalbox schedules");
    g_autofree char *word = g_shell_quote(view->browse.list.filter.words[0]);
    return g_strdup_printf("signalbox schedules --filter %s", word);
}

// The console filters what it has. Where the backend has more than it sends, it filters too, by the first word:
// that is looked for in the workload's name only.
static void schedules_set_filter(gpointer state, const char *text)
{
    Schedules *view = state;
    list_set_filter(&view->browse.list, text);
    const char *word =
        filter_is_empty(&view->browse.list.filter) ? NULL : view->browse.list.filter.words[0];
    bool whole = view->sheet && view->sheet->len >= view->window.total;
    if (g_strcmp0(view->filter, word) == 0 || (whole && !view->filter))
        return;
    g_free(view->filter);
    view->filter = g_strdup(word);
    view->turned = 0;
    view->offset = 0;
    view->to_ms = 0; // what is here no longer covers what is asked
}

const Screen SCHEDULES_SCREEN = {
    .id = SCREEN_SCHEDULES,
    .name = "schedules",
    .title = "Schedules",
    .digit = '3',
    .create = schedules_create,
    .destroy = schedules_destroy,
    .refresh = schedules_refresh,
    .wish = schedules_wish,
    .draw = schedules_draw,
    .update = schedules_update,
    .keymap = browse_keymap,
    .copy = schedules_copy,
    .command_line = schedules_command_line,
    .filter = list_filter,
    .set_filter = schedules_set_filter,
};
