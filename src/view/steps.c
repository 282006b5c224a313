#include "view/steps.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/progress.h"
#include "view/badge.h"
#include "view/lines.h"

enum { COLUMN_STEP, COLUMN_STATE, COLUMN_TIME, COLUMN_USUAL, COLUMN_SIDE, COLUMN_TRIES };
enum { STEP_MIN = 18, STEP_MIN_WIDE = 38, WIDE = 60 };

static const TableColumn COLUMNS[] = {
    [COLUMN_STEP] = {"STEP", 48, STEP_MIN, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_STATE] = {"STATE", 18, 11, 0, ALIGN_LEFT, 0},
    [COLUMN_TIME] = {"TIME/LIMIT", 11, 11, 1, ALIGN_RIGHT, 0},
    [COLUMN_USUAL] = {"USUALLY", 7, 7, 2, ALIGN_RIGHT, 0},
    [COLUMN_SIDE] = {"SIDE", 9, 9, 3, ALIGN_LEFT, 0},
    [COLUMN_TRIES] = {"TRIES", 5, 5, 4, ALIGN_RIGHT, 0},
};

struct Steps {
    Table *table;
    const Operation *operation; // during a call
    gint64 now_ms;              // …
};

Steps *steps_new(void)
{
    Steps *steps = g_new0(Steps, 1);
    steps->table = table_new(COLUMNS, G_N_ELEMENTS(COLUMNS), 0);
    return steps;
}

void steps_free(Steps *steps)
{
    table_free(steps->table);
    g_free(steps);
}

static const char *step_id(const Step *step)
{
    return step->key ? step->key : step->title;
}

static gsize model_count(gpointer data)
{
    return ((Steps *)data)->operation->steps->len;
}

static const Step *step_at(const Steps *steps, gsize index)
{
    return steps->operation->steps->pdata[index];
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = step_id(step_at(data, index));
}

// Titles may repeat; a step's place does not change.
static gsize model_find(gpointer data, const char *id)
{
    const Steps *steps = data;
    for (guint i = 0; i < steps->operation->steps->len; i++) {
        if (g_strcmp0(step_id(step_at(steps, i)), id) == 0)
            return i;
    }
    return G_MAXSIZE;
}

// Of the steps that give the role away the first is the point of no return.
static bool is_point(const Operation *operation, const Step *step)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *other = operation->steps->pdata[i];
        if (other->grants)
            return other == step && !operation_is_rehearsal(operation);
    }
    return false;
}

static void state_cell(const Step *step, gint64 now_ms, TableCell *cell)
{
    Badge badge = badge_step(step);
    StepPace pace = step_pace(step, now_ms);
    if (pace == PACE_STUCK)
        table_cell_state(cell, GLYPH_ALARM, ROLE_WARN, "STUCK");
    else if (pace == PACE_OVER_LIMIT)
        table_cell_state(cell, GLYPH_ALARM, ROLE_ALARM, "OVER LIMIT");
    else
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
}

static void time_cell(const Step *step, gint64 now_ms, TableCell *cell)
{
    char elapsed[16], limit[16];
    gint64 ms = step_elapsed(step, now_ms);
    duration_format(step->ended_ms ? ms : ms / 1000 * 1000, elapsed);
    duration_format(step->limit_ms, limit);
    table_cell_printf(cell, step_pace(step, now_ms) ? ROLE_WARN : ROLE_NORMAL, "%s/%s",
                      step->started_ms ? elapsed : "-", limit);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const Steps *steps = data;
    const Step *step = step_at(steps, index);
    gint64 now_ms = steps->now_ms;
    char usual[16];
    switch (column) {
    case COLUMN_STEP:
        table_cell_printf(cell, is_point(steps->operation, step) ? ROLE_WARN : ROLE_NORMAL, "%u %s",
                          step->number, step->title);
        break;
    case COLUMN_STATE:
        state_cell(step, now_ms, cell);
        break;
    case COLUMN_TIME:
        time_cell(step, now_ms, cell);
        break;
    case COLUMN_USUAL:
        duration_format(step->usual_ms, usual);
        table_cell_printf(cell, ROLE_DIM, "%s", step->usual_ms ? usual : "?");
        break;
    case COLUMN_SIDE:
        table_cell_printf(cell, ROLE_DIM, "%s", word_of(&SIDE_NAMES, (int)step->side));
        break;
    default:
        table_cell_printf(cell, step->attempts > 1 ? ROLE_WARN : ROLE_DIM, "%u", step->attempts);
    }
}

static TableModel model_of(Steps *steps, const Operation *operation, gint64 now_ms)
{
    steps->operation = operation;
    steps->now_ms = now_ms;
    return (TableModel){.count = model_count,
                        .row = model_row,
                        .cell = model_cell,
                        .find = model_find,
                        .data = steps,
                        .empty = "The plan of this operation has no steps."};
}

void steps_place(Steps *steps, const Operation *operation)
{
    static const StepState ORDER[] = {STEP_FAILED, STEP_WAITING, STEP_UNKNOWN, STEP_INTENT,
                                      STEP_PENDING};
    for (guint k = 0; k < G_N_ELEMENTS(ORDER); k++)
        for (guint i = 0; i < operation->steps->len; i++) {
            const Step *step = operation->steps->pdata[i];
            if (step->state == ORDER[k]) {
                table_select(steps->table, step_id(step));
                return;
            }
        }
}

const Step *steps_selected(Steps *steps, const Operation *operation)
{
    TableModel model = model_of(steps, operation, 0);
    gsize index = table_index(steps->table, &model);
    return index < operation->steps->len ? operation->steps->pdata[index] : NULL;
}

bool steps_key(Steps *steps, const Operation *operation, const KeyEvent *key,
               const Binding *binding)
{
    TableModel model = model_of(steps, operation, 0);
    if (key_is_mouse(key))
        return table_mouse(steps->table, &model, key);
    return binding && table_act(steps->table, &model, binding->action) != TABLE_NOT_MINE;
}

// Where there is room, columns go before the steps' titles are cut.
static void set_columns(Steps *steps, int width)
{
    TableColumn columns[G_N_ELEMENTS(COLUMNS)];
    memcpy(columns, COLUMNS, sizeof columns);
    columns[COLUMN_STEP].min_width = width < WIDE ? STEP_MIN : STEP_MIN_WIDE;
    table_set_columns(steps->table, columns, G_N_ELEMENTS(columns));
}

static void draw_step(const Step *step, bool is_point, const Canvas *canvas)
{
    Badge badge = badge_step(step);
    char usual[16], p95[16];
    g_autofree char *title = g_strdup_printf("step %u · %s", step->number, badge.word);
    cells_rule(canvas, rect_make(0, 0, canvas->width, 1), ROLE_BORDER, title);
    Lines lines = {canvas, 1, 1};
    lines_say(&lines, ROLE_NORMAL, "%s", step->title ? step->title : "");
    if (step->task)
        lines_say(&lines, ROLE_TITLE, "“%s”", step->task);
    if (step->who)
        lines_say(&lines, ROLE_NORMAL, "%s does it (%s)", step->who,
                  word_of(&SIDE_NAMES, (int)step->side));
    if (step->detail)
        lines_say(&lines, badge.role == ROLE_DIM ? ROLE_NORMAL : (Style)badge.role, "%s",
                  step->detail);
    if (step->how)
        lines_say(&lines, ROLE_NORMAL, "known by: %s", word_of(&ATTEST_NAMES, (int)step->how));
    duration_format(step->usual_ms, usual);
    duration_format(step->usual_p95_ms, p95);
    lines_say(&lines, ROLE_DIM, "%s%s%s%s%s%s%s%s%s%s%s", step->best_effort ? "best effort · " : "",
              is_point ? "the point of no return · " : "", step->by ? "by " : "",
              step->by ? step->by : "", step->ticket && *step->ticket ? ", " : "",
              step->ticket ? step->ticket : "", step->by ? " · " : "",
              step->usual_ms ? "usually " : "no usual duration known", step->usual_ms ? usual : "",
              step->usual_p95_ms ? ", 95 of 100 within " : "", step->usual_p95_ms ? p95 : "");
}

void steps_draw(Steps *steps, const Operation *operation, gint64 now_ms, const Canvas *canvas)
{
    enum { DETAIL = 5 };
    Rect rest = canvas_rect(canvas);
    TableModel model = model_of(steps, operation, now_ms);
    bool room = rest.height >= DETAIL + STEPS_MIN + 1;
    Canvas below = canvas_sub(canvas, rect_cut_bottom(&rest, room ? DETAIL : 0));
    Canvas table = canvas_sub(canvas, rest);
    set_columns(steps, canvas->width);
    table_draw(steps->table, &model, &table);
    const Step *step = steps_selected(steps, operation);
    if (step && room)
        draw_step(step, is_point(operation, step), &below);
}
