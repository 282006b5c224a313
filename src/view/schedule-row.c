#include "view/schedule-row.h"

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/schedule-text.h"
#include "view/words.h"

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
enum { GRAIN_MS = 60 * 1000, DAY_MS = 24 * 3600 * 1000 };

const TableColumn SCHEDULE_TABLE[SCHEDULE_COLUMNS] = {
    [COLUMN_TRIGGER] = {"TRIGGER", 24, 16, 0, ALIGN_LEFT, 0},
    [COLUMN_WHERE] = {"WHERE", 16, 12, 0, ALIGN_LEFT, 0},
    [COLUMN_RULE] = {"RULE", 28, 18, 4, ALIGN_LEFT, 0},
    [COLUMN_NEXT] = {"NEXT (UTC)", 10, 10, 2, ALIGN_LEFT, 0},
    [COLUMN_IN] = {"IN", 6, 6, 0, ALIGN_RIGHT, 0},
    [COLUMN_MISSED] = {"MISSED", 6, 6, 3, ALIGN_RIGHT, 0},
    [COLUMN_DOUBLED] = {"TWICE", 5, 5, 5, ALIGN_RIGHT, 0},
    [COLUMN_TIME] = {"", 60, 22, 1, ALIGN_LEFT, COLUMN_GROW | COLUMN_PAINT},
};

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

void schedule_row_cell(const SheetRow *row, const ViewContext *context, guint column,
                       TableCell *cell)
{
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

// Where the list was cut off a rule that fires in one small step fires in every column, too.
static void append_between(const SheetRow *row, const ViewContext *context, const TimeAxis *axis,
                           int width, GArray *marks)
{
    gint64 first_ms = row->times->len ? g_array_index(row->times, gint64, 0) : 0;
    gint64 last_ms = row->times->len ? g_array_index(row->times, gint64, row->times->len - 1) : 0;
    gint64 column_ms = axis->span_ms / MAX(width, 1);
    if (!row->more || !row->throughout || row->times->len < 2 || timesheet_step(row) > column_ms)
        return;
    for (int i = 0; i < width; i++) {
        gint64 at_ms = axis->from_ms + axis->span_ms * (2 * i + 1) / (2 * width);
        TimeMark mark = mark_of(row, at_ms, context);
        if (row->first_ms && at_ms >= row->first_ms && (at_ms < first_ms || at_ms > last_ms))
            g_array_append_val(marks, mark);
    }
}

void schedule_row_paint(const SheetRow *row, const ViewContext *context, const TimeAxis *axis,
                        const Canvas *canvas)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(TimeMark));
    for (guint i = 0; i < row->times->len; i++) {
        TimeMark mark = mark_of(row, g_array_index(row->times, gint64, i), context);
        g_array_append_val(marks, mark);
    }
    append_between(row, context, axis, canvas->width, marks);
    timeline_draw_marks(axis, canvas, (const TimeMark *)(void *)marks->data, marks->len);
    if (row->more && !row->throughout)
        cells_glyph(canvas, canvas->width - 1, 0, ROLE_DIM, GLYPH_ELLIPSIS);
}
