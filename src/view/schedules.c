// Screen 3: what fires when, and where. A row a trigger and place, on one axis of time that zooms and pans; what
// will fire, what would fire if it were active, what is missed or cannot. Enter: the next 20 in UTC,
// on the trigger's own clock and on mine.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/list.h"
#include "view/page.h"
#include "view/schedule-text.h"
#include "view/words.h"
#include "widget/timeline.h"

enum {
    COLUMN_TRIGGER,
    COLUMN_WHERE,
    COLUMN_RULE,
    COLUMN_NEXT,
    COLUMN_IN,
    COLUMN_MISSED,
    COLUMN_DOUBLED,
    COLUMN_TIME
};
enum { ACTION_OPEN = 1, ACTION_CLOSE };
enum {
    GRAIN_MS = 60 * 1000,
    OLD_MS = 30 * 1000,
    RUNS_OLD_MS = 10 * 1000,
    DAY_MS = 24 * 3600 * 1000
};
enum { RUNS_SHOWN = 50 };
// Rows are asked for by windows, which overlap, so that a large fleet's answer is taken in within a frame.
enum { WINDOW = 300, WINDOW_STEP = 250 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "next 20", "Shows the next 20 in UTC, its zone and mine.", 0},
};

static const Binding DETAIL_KEYS[] = {
    {ACTION_CLOSE, "close", "enter esc q", "table", "Goes back to the table.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_TRIGGER] = {"TRIGGER", 24, 16, 0, ALIGN_LEFT, 0},
    [COLUMN_WHERE] = {"WHERE", 16, 12, 0, ALIGN_LEFT, 0},
    [COLUMN_RULE] = {"RULE", 28, 18, 4, ALIGN_LEFT, 0},
    [COLUMN_NEXT] = {"NEXT (UTC)", 10, 10, 2, ALIGN_LEFT, 0},
    [COLUMN_IN] = {"IN", 6, 6, 0, ALIGN_RIGHT, 0},
    [COLUMN_MISSED] = {"MISSED", 6, 6, 3, ALIGN_RIGHT, 0},
    [COLUMN_DOUBLED] = {"TWICE", 5, 5, 5, ALIGN_RIGHT, 0},
    [COLUMN_TIME] = {"", 60, 22, 1, ALIGN_LEFT, COLUMN_GROW | COLUMN_PAINT},
};

typedef struct {
    List list;        // first; rows: const SheetRow *
    GPtrArray *sheet; // of SheetRow *; NULL until answered
    GPtrArray *far;   // the same for the row shown whole, over a year; NULL
    GPtrArray *runs;  // of RunRecord *: of that row's workload, everywhere; NULL
    TimeAxis axis;
    gint64 from_ms, to_ms; // what was asked for
    gint64 asked_ms;       // monotonic
    gint64 answered_ms;    // the backend's clock
    char *asked;           // path under way; NULL
    char *asked_far, *asked_runs;
    gint64 asked_far_ms, asked_runs_ms; // monotonic
    char *trouble;
    guint offset; // of the window that is wanted
    int turned;   // -1, 1: to this one, upwards or downwards; far -2, 2. 0 = the cursor has its row
    char *leaves; // id of the row under the cursor when it turned; NULL = there was none
    SheetWindow window; // that is here
    char *filter;       // of the workload's name, for the backend; NULL = none
    Page detail;
    char *open; // id of the row shown whole; NULL
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

static Effect ask(char **path, char *text)
{
    Effect effect = effect_of(EFFECT_FETCH);
    g_free(*path);
    *path = text;
    effect.text = g_strdup(text);
    return effect;
}

static const SheetRow *row_of(const GPtrArray *rows, const char *id)
{
    for (guint i = 0; rows && i < rows->len; i++)
        if (g_strcmp0(((const SheetRow *)rows->pdata[i])->id, id) == 0)
            return rows->pdata[i];
    return NULL;
}

static bool is_covered(const Schedules *view, gint64 mono_ms)
{
    return view->sheet && view->axis.from_ms >= view->from_ms &&
           view->axis.from_ms + view->axis.span_ms <= view->to_ms &&
           mono_ms - view->asked_ms < OLD_MS;
}

static Effect schedules_wish(gpointer state, const ViewContext *context)
{
    Schedules *view = state;
    const SheetRow *open = row_of(view->sheet, view->open);
    bool old = !view->asked_far_ms || context->mono_ms - view->asked_far_ms >= OLD_MS;
    if (open && old) {
        view->asked_far_ms = context->mono_ms;
        return ask(&view->asked_far,
                   path_of(context->now_ms / GRAIN_MS * GRAIN_MS,
                           context->now_ms + 366LL * DAY_MS - GRAIN_MS, 0, open->workload));
    }
    if (open && (!view->asked_runs_ms || context->mono_ms - view->asked_runs_ms >= RUNS_OLD_MS)) {
        view->asked_runs_ms = context->mono_ms;
        return ask(&view->asked_runs, runs_path(open->workload));
    }
    bool waiting = view->asked && context->mono_ms - view->asked_ms < OLD_MS;
    if (waiting || is_covered(view, context->mono_ms))
        return effect_of(EFFECT_NONE);
    gint64 margin = MIN(view->axis.span_ms / 2, (366LL * DAY_MS - view->axis.span_ms) / 2);
    view->from_ms = (view->axis.from_ms - MAX(margin, (gint64)0)) / GRAIN_MS * GRAIN_MS;
    view->to_ms = view->axis.from_ms + view->axis.span_ms + MAX(margin, (gint64)0);
    view->to_ms = MIN(view->to_ms, view->from_ms + 366LL * DAY_MS);
    view->asked_ms = context->mono_ms;
    return ask(&view->asked, path_of(view->from_ms, view->to_ms, view->offset, view->filter));
}

// The runs; what was known stays where they are not answered.
static void take_runs(Schedules *view, const ViewContext *context)
{
    if (!context->fetched_path || g_strcmp0(context->fetched_path, view->asked_runs) != 0)
        return;
    GPtrArray *runs =
        context->fetched_body ? timesheet_read_runs(context->fetched_body, NULL) : NULL;
    g_clear_pointer(&view->asked_runs, g_free);
    if (!runs)
        return;
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    view->runs = runs;
}

static void take_answer(Schedules *view, const ViewContext *context)
{
    bool near = context->fetched_path && g_strcmp0(context->fetched_path, view->asked) == 0;
    bool far = context->fetched_path && g_strcmp0(context->fetched_path, view->asked_far) == 0;
    g_autoptr(GError) error = NULL;
    SheetWindow window = {0};
    if (!near && !far)
        return;
    GPtrArray **rows = near ? &view->sheet : &view->far;
    GPtrArray *answer =
        context->fetched_body ? timesheet_read(context->fetched_body, &window, &error) : NULL;
    g_clear_pointer(near ? &view->asked : &view->asked_far, g_free);
    g_clear_pointer(&view->trouble, g_free);
    if (!answer) {
        view->trouble = g_strdup_printf("The schedules were not answered: %s R asks again.",
                                        error                    ? error->message
                                        : context->fetched_error ? context->fetched_error
                                                                 : "");
        answer = *rows ? g_ptr_array_ref(*rows) : g_ptr_array_new();
    }
    if (*rows)
        g_ptr_array_unref(*rows);
    *rows = answer;
    view->list.version = 0;
    if (near && context->fetched_body) {
        view->window = window;
        view->answered_ms = context->now_ms;
    }
}

// ---- rows ----

static bool matches(const Schedules *view, const SheetRow *row)
{
    g_autofree char *text = g_strjoin(" ", row->id, row->rule, row->zone,
                                      word_of(&INSTANCE_NAMES, (int)row->state), NULL);
    return filter_matches_text(&view->list.filter, text);
}

static void fill_detail(Schedules *view, const ViewContext *context)
{
    const ScheduleFacts facts = {.sheet = view->sheet,
                                 .near = row_of(view->sheet, view->open),
                                 .far = row_of(view->far, view->open),
                                 .runs = view->runs,
                                 .zones = view->zones,
                                 .trouble = view->trouble};
    schedule_text_fill(&view->detail, context, &facts);
}

// In the window that has come the cursor stays on its row; where that is left behind, it goes on with the next one.
static void place_cursor(Schedules *view)
{
    const GPtrArray *rows = view->list.rows;
    bool first = view->turned == 1 || view->turned == -2;
    const SheetRow *row = row_of(rows, view->leaves);
    if (!row || view->turned == 2 || view->turned == -2)
        row = rows->pdata[first ? 0 : rows->len - 1];
    table_select(view->list.table, row->id);
    view->turned = 0;
    g_clear_pointer(&view->leaves, g_free);
}

static void schedules_refresh(gpointer state, const ViewContext *context)
{
    Schedules *view = state;
    take_answer(view, context);
    take_runs(view, context);
    if (!view->axis.from_ms)
        view->axis.from_ms = context->now_ms / GRAIN_MS * GRAIN_MS - view->axis.span_ms / 4;
    view->axis.now_ms = context->now_ms / GRAIN_MS * GRAIN_MS;
    if (list_begin(&view->list, context))
        for (guint i = 0; view->sheet && i < view->sheet->len; i++)
            if (matches(view, view->sheet->pdata[i]))
                g_ptr_array_add(view->list.rows, view->sheet->pdata[i]);
    if (view->turned && view->to_ms && !view->asked && view->list.rows->len)
        place_cursor(view);
    if (view->open)
        fill_detail(view, context);
}

// ---- the table's model ----

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const SheetRow *)((List *)data)->rows->pdata[index])->id;
}

// Under a minute there is no count down: a screen of frequent triggers would never stand still.
static void next_cells(const SheetRow *row, guint column, gint64 now_ms, TableCell *cell)
{
    gint64 next_ms = timesheet_next(row, now_ms);
    bool soon = next_ms - now_ms < DAY_MS, often = next_ms - now_ms < GRAIN_MS;
    char text[32];
    if (!next_ms) {
        table_cell_printf(cell, ROLE_DIM, row->next_ms ? "-" : "never");
        return;
    }
    if (column == COLUMN_IN) {
        calm_left_format(next_ms, now_ms, text);
        table_cell_printf(cell, ROLE_NORMAL, "%s", often ? "<1m" : text);
        return;
    }
    time_format_full(next_ms, text); // "2026-11-21 03:20:00Z"
    if (often && row->times->len > 1 && timesheet_step(row) < GRAIN_MS)
        table_cell_printf(cell, ROLE_NORMAL, "each %" G_GINT64_FORMAT "s",
                          timesheet_step(row) / 1000);
    else
        table_cell_printf(cell, ROLE_NORMAL, "%.10s", soon ? text + 11 : text);
}

// A poll catches up: nothing of it is missed.
static void count_cell(const SheetRow *row, guint column, const ViewContext *context,
                       TableCell *cell)
{
    ScheduleCounts counts = schedule_counts(row, context);
    gint64 count = column == COLUMN_MISSED ? counts.missed : MAX(counts.doubled, (gint64)0);
    if (count && row->counts)
        table_cell_printf(cell, ROLE_WARN, count < 0 ? "?" : "%" G_GINT64_FORMAT, count);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const ViewContext *context = list->context;
    const SheetRow *row = list->rows->pdata[index];
    Badge badge = badge_instance(schedule_state(row, context));
    switch (column) {
    case COLUMN_TRIGGER:
        table_cell_printf(cell, ROLE_NORMAL, "%s/%s%s", object_words(row->workload), row->trigger,
                          row->open ? " ?" : "");
        break;
    case COLUMN_WHERE:
        table_cell_state(cell, badge.glyph, badge.role,
                         picture_title(context->picture, row->location));
        break;
    case COLUMN_RULE:
        cell->text = row->rule;
        break;
    case COLUMN_MISSED:
    case COLUMN_DOUBLED:
        count_cell(row, column, context, cell);
        break;
    default:
        next_cells(row, column, context->now_ms, cell);
    }
}

// Without a history missed is only what should have fired here: it was wanted active, and the region was down.
static bool is_missed(const SheetRow *row, gint64 at_ms, const ViewContext *context)
{
    const LocationStatus *location = picture_location(context->picture, row->location);
    return timesheet_has(row->missed_at, at_ms) ||
           (location && location->verdict.state == VERDICT_DOWN &&
            at_ms >= location->verdict.since_ms && schedule_is_wanted(row, context));
}

// What became of a time that is past, by the runs that were seen.
static TimeMark past_mark(const SheetRow *row, gint64 at_ms, const ViewContext *context)
{
    if (timesheet_has(row->doubled_at, at_ms))
        return (TimeMark){at_ms, GLYPH_DOUBLE, ROLE_WARN, 4};
    if (timesheet_has(row->ran, at_ms))
        return (TimeMark){at_ms, GLYPH_UP, ROLE_OK, 1};
    if (timesheet_has(row->skipped_at, at_ms)) // on purpose: nothing is lost
        return (TimeMark){at_ms, GLYPH_DASH, ROLE_DIM, 1};
    if (is_missed(row, at_ms, context))
        return (TimeMark){at_ms, GLYPH_DOWN, ROLE_ALARM, 3};
    return (TimeMark){at_ms, GLYPH_DOT, ROLE_DIM, 0};
}

static TimeMark mark_of(const SheetRow *row, gint64 at_ms, const ViewContext *context)
{
    static const TimeMark MARKS[] = {
        [INSTANCE_UNKNOWN] = {0, GLYPH_HALF, ROLE_UNKNOWN, 2},
        [INSTANCE_ACTIVE] = {0, GLYPH_ACTIVE, ROLE_ACTIVE, 2},
        [INSTANCE_PASSIVE] = {0, GLYPH_PASSIVE, ROLE_PASSIVE, 1},
        [INSTANCE_TRANSITIONING] = {0, GLYPH_HALF, ROLE_WARN, 2},
        [INSTANCE_FAILED] = {0, GLYPH_DOWN, ROLE_ALARM, 3},
        [INSTANCE_UNREACHABLE] = {0, GLYPH_DOWN, ROLE_ALARM, 3},
    };
    if (at_ms <= context->now_ms)
        return past_mark(row, at_ms, context);
    TimeMark mark = MARKS[schedule_state(row, context)];
    mark.at_ms = at_ms;
    return mark;
}

static void model_paint(gpointer data, gsize index, guint column, const Canvas *canvas)
{
    Schedules *view = data;
    (void)column;
    if (index == TABLE_HEAD) {
        timeline_draw_axis(&view->axis, canvas);
        return;
    }
    const SheetRow *row = view->list.rows->pdata[index];
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(TimeMark));
    for (guint i = 0; i < row->times->len; i++) {
        TimeMark mark = mark_of(row, g_array_index(row->times, gint64, i), view->list.context);
        g_array_append_val(marks, mark);
    }
    timeline_draw_marks(&view->axis, canvas, (const TimeMark *)(void *)marks->data, marks->len);
    if (row->more)
        cells_glyph(canvas, canvas->width - 1, 0, ROLE_DIM, GLYPH_ELLIPSIS);
}

static const ListKind KIND = {
    .title = "Schedules",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .paint = model_paint,
    .none_matches = "No trigger matches the filter: / changes it.",
    .none = "No trigger of the fleet has a recurrence.",
};

static gpointer schedules_create(void)
{
    Schedules *view = g_new0(Schedules, 1);
    list_init(&view->list, &KIND);
    keymap_add(view->list.keys, timeline_bindings, TIMELINE_BINDINGS);
    page_init(&view->detail, "Next 20", DETAIL_KEYS, G_N_ELEMENTS(DETAIL_KEYS));
    view->axis.span_ms = 3600 * 1000;
    view->zones = zones_new();
    return view;
}

static void schedules_destroy(gpointer state)
{
    Schedules *view = state;
    list_release(&view->list);
    page_release(&view->detail);
    g_clear_pointer(&view->sheet, g_ptr_array_unref);
    g_clear_pointer(&view->far, g_ptr_array_unref);
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    zones_free(view->zones);
    g_free(view->asked);
    g_free(view->asked_far);
    g_free(view->asked_runs);
    g_free(view->trouble);
    g_free(view->leaves);
    g_free(view->filter);
    g_free(view->open);
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
    const SheetRow *row = list_selected(&view->list, context);
    char age[16];
    calm_age_format(view->answered_ms, context->now_ms, age);
    g_autofree char *as_of = g_strdup_printf("as of %s ago", age);
    g_autofree char *part = window_words(view);
    const char *wrong = view->trouble ? view->trouble : part;
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
    if (view->open) {
        pager_draw(view->detail.pager, canvas);
        return;
    }
    Rect rest = canvas_rect(canvas);
    Rect legend = rect_cut_bottom(&rest, rest.height > 8 ? 1 : 0);
    Rect about = rect_cut_bottom(&rest, rest.height > 8 ? 2 : 0);
    view->list.waiting = view->trouble ? view->trouble
                         : view->sheet ? NULL
                                       : "Fetching the schedules …";
    Canvas table = canvas_sub(canvas, rest);
    list_draw(&view->list, context, &table);
    Canvas below = canvas_sub(canvas, about);
    if (about.height)
        draw_about(view, context, &below);
    cells_fit(canvas, legend, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_DIM,
              " ● fires ○ would ✗ missed/cannot ✓ ran – left out ═ twice ◐ unknown · past ◆ now");
}

static Effect open_row(Schedules *view, const ViewContext *context)
{
    const SheetRow *row = list_selected(&view->list, context);
    if (!row)
        return effect_message("There is no trigger here.");
    g_free(view->open);
    view->open = g_strdup(row->id);
    g_clear_pointer(&view->far, g_ptr_array_unref);
    g_clear_pointer(&view->asked_far, g_free);
    g_clear_pointer(&view->runs, g_ptr_array_unref);
    view->asked_runs_ms = view->asked_far_ms = 0;
    pager_reset(view->detail.pager);
    fill_detail(view, context);
    return effect_of(EFFECT_REDRAW);
}

static Effect detail_key(Schedules *view, const KeyEvent *key, const Binding *binding)
{
    if (!binding || binding->action != ACTION_CLOSE)
        return page_key(&view->detail, key, binding);
    g_clear_pointer(&view->open, g_free);
    return effect_of(EFFECT_REDRAW);
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
    const gpointer *rows = view->list.rows->pdata;
    gpointer end = !view->list.rows->len ? NULL : down ? rows[view->list.rows->len - 1] : rows[0];
    bool there = (down || up) && list_selected(&view->list, context) == end;
    if (there && turn_window(view, end, down, far))
        return effect_of(EFFECT_REDRAW);
    return list_key(&view->list, context, key, binding);
}

static Effect schedules_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    Schedules *view = state;
    if (view->open)
        return detail_key(view, key, binding);
    if (binding && binding->action == ACTION_OPEN)
        return open_row(view, context);
    if (binding && timeline_act(&view->axis, binding->action))
        return effect_of(EFFECT_REDRAW);
    return table_key(view, context, key, binding);
}

static const Keymap *schedules_keymap(gpointer state)
{
    const Schedules *view = state;
    return view->open ? view->detail.keys : view->list.keys;
}

static char *schedules_copy(gpointer state, const ViewContext *context)
{
    const SheetRow *row = list_selected(state, context);
    return row ? g_strdup_printf("%s %s", row->id, row->rule) : NULL;
}

static char *schedules_command_line(gpointer state, const ViewContext *context)
{
    const Schedules *view = state;
    const SheetRow *open = row_of(view->sheet, view->open);
    (void)context;
    if (open)
        return g_strdup_printf("signalbox runs %s", open->workload);
    if (filter_is_empty(&view->list.filter))
        return g_strdup("signalbox schedules");
    g_autofree char *word = g_shell_quote(view->list.filter.words[0]);
    return g_strdup_printf("signalbox schedules --filter %s", word);
}

// The console filters what it has. Where the backend has more than it sends, it filters too, by the first word:
// that is looked for in the workload's name only.
static void schedules_set_filter(gpointer state, const char *text)
{
    Schedules *view = state;
    list_set_filter(&view->list, text);
    const char *word = filter_is_empty(&view->list.filter) ? NULL : view->list.filter.words[0];
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
    .keymap = schedules_keymap,
    .copy = schedules_copy,
    .command_line = schedules_command_line,
    .filter = list_filter,
    .set_filter = schedules_set_filter,
};
