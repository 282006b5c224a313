#include "widget/table.h"

#include <stdarg.h>
#include <string.h>

#include "widget/columns.h"
#include "widget/scroll.h"

enum { MARGIN = 1, INDENT = 2, WHEEL_LINES = 3 };

struct Table {
    GArray *columns; // TableColumn, titles owned
    guint flags;
    char *selected;     // id under the cursor, NULL: none yet
    gsize index;        // where it was when last seen
    bool seen;          // it was seen since it was selected
    bool put;           // somebody put it where it is
    gsize top;          // first visible row
    guint first_column; // columns scrolled away
    guint64 shown;      // a bit for each column that was drawn last
    GHashTable *folded; // set of ids
    // Where it was drawn last, in the grid's coordinates: for mouse and page keys.
    Rect rows_at;
};

const Binding table_bindings[TABLE_BINDINGS] = {
    {TABLE_DOWN, "down", "j down n", "down",
     "Moves the cursor down: to the next match, where a filter is in force.", BIND_QUIET},
    {TABLE_UP, "up", "k up N", "up",
     "Moves the cursor up: to the match before, where a filter is in force.", BIND_QUIET},
    {TABLE_PAGE_DOWN, "page-down", "page-down ctrl-f", "page", "Moves down by a page.", BIND_QUIET},
    {TABLE_PAGE_UP, "page-up", "page-up ctrl-b", "page", "Moves up by a page.", BIND_QUIET},
    {TABLE_FIRST, "first", "g home", "first", "Moves to the first row.", BIND_QUIET},
    {TABLE_LAST, "last", "G end", "last", "Moves to the last row.", BIND_QUIET},
    {TABLE_LEFT, "left", "h left", "left", "Shows the columns further left.", BIND_QUIET},
    {TABLE_RIGHT, "right", "l right", "right", "Shows the columns further right.", BIND_QUIET},
};

const Binding table_fold_binding[1] = {
    {TABLE_FOLD, "fold", "z", "fold", "Folds or unfolds the rows below this one.", BIND_LATER},
};

static void column_clear(gpointer data)
{
    g_free((char *)((TableColumn *)data)->title);
}

Table *table_new(const TableColumn *columns, gsize n, guint flags)
{
    Table *table = g_new0(Table, 1);
    table->columns = g_array_new(FALSE, TRUE, sizeof(TableColumn));
    g_array_set_clear_func(table->columns, column_clear);
    table->flags = flags;
    table->folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table_set_columns(table, columns, n);
    return table;
}

void table_free(Table *table)
{
    if (!table)
        return;
    g_array_unref(table->columns);
    g_hash_table_unref(table->folded);
    g_free(table->selected);
    g_free(table);
}

void table_set_columns(Table *table, const TableColumn *columns, gsize n)
{
    g_autoptr(GArray) fresh = g_array_new(FALSE, TRUE, sizeof(TableColumn));
    for (gsize i = 0; i < MIN(n, (gsize)TABLE_MAX_COLUMNS); i++) {
        TableColumn column = columns[i];
        column.title = g_strdup(columns[i].title);
        g_array_append_val(fresh, column);
    }
    g_array_set_clear_func(fresh, column_clear);
    g_array_unref(table->columns);
    table->columns = g_steal_pointer(&fresh);
}

static void select_id(Table *table, const char *id)
{
    char *copy = g_strdup(id);
    g_free(table->selected);
    table->selected = copy;
    table->seen = false;
}

void table_select(Table *table, const char *id)
{
    select_id(table, id);
    table->put = true;
}

void table_begin_anew(Table *table)
{
    if (table->put)
        return;
    select_id(table, NULL);
    table->index = table->top = 0;
}

bool table_is_folded(const Table *table, const char *id)
{
    return g_hash_table_contains(table->folded, id);
}

void table_set_folded(Table *table, const char *id, bool folded)
{
    if (folded)
        g_hash_table_add(table->folded, g_strdup(id));
    else
        g_hash_table_remove(table->folded, id);
}

static TableRow get_row(const TableModel *model, gsize index)
{
    TableRow row = {0};
    model->row(model->data, index, &row);
    return row;
}

static bool row_is(const TableModel *model, gsize index, const char *id)
{
    return g_strcmp0(get_row(model, index).id, id) == 0;
}

static gsize find_id(const TableModel *model, const char *id, gsize count)
{
    if (model->find) {
        gsize index = model->find(model->data, id);
        return index < count ? index : G_MAXSIZE;
    }
    for (gsize i = 0; i < count; i++)
        if (row_is(model, i, id))
            return i;
    return G_MAXSIZE;
}

// The nearest row the cursor may stand on, looking `step` (+1 or -1) first, then the other way.
static gsize nearest_stop(const TableModel *model, gsize from, int step, gsize count)
{
    for (int turn = 0; turn < 2; turn++, step = -step)
        for (gsize i = from; i < count; i += (gsize)(gssize)step)
            if (!get_row(model, i).skip)
                return i;
    return from;
}

static void set_cursor(Table *table, const TableModel *model, gsize index, int step, gsize count)
{
    index = nearest_stop(model, MIN(index, count - 1), step, count);
    select_id(table, get_row(model, index).id);
    table->index = index;
    table->seen = true;
}

// Finds the selected row again after the rows may have changed, and moves the window with it, so
// that it stays on its line of the screen. Returns the number of rows.
static gsize sync_rows(Table *table, const TableModel *model)
{
    gsize count = model->count(model->data);
    if (count == 0 || table->flags & TABLE_NO_CURSOR)
        return count;
    if (table->seen && table->index < count && row_is(model, table->index, table->selected))
        return count;
    gsize found = table->selected ? find_id(model, table->selected, count) : G_MAXSIZE;
    if (found == G_MAXSIZE) {
        set_cursor(table, model, table->index, 1, count);
        return count;
    }
    gint64 top = (gint64)table->top + (gint64)found - (gint64)table->index;
    if (table->seen)
        table->top = (gsize)MAX(top, 0);
    table->index = found;
    table->seen = true;
    return count;
}

static gsize page_height(const Table *table)
{
    return (gsize)MAX(table->rows_at.height, 1);
}

static void keep_visible(Table *table, gsize count)
{
    if (table->flags & TABLE_NO_CURSOR)
        table->top = scroll_by(table->top, 0, page_height(table), count);
    else
        table->top = scroll_to(table->top, table->index, page_height(table), count);
}

const char *table_selected(Table *table, const TableModel *model)
{
    return sync_rows(table, model) > 0 ? table->selected : NULL;
}

gsize table_index(Table *table, const TableModel *model)
{
    return sync_rows(table, model) > 0 ? table->index : G_MAXSIZE;
}

// ---- Keys and mouse ----

static void scroll_rows(Table *table, gint64 delta, gsize count)
{
    table->top = scroll_by(table->top, delta, page_height(table), count);
}

static void move_cursor(Table *table, const TableModel *model, gint64 delta)
{
    gsize count = sync_rows(table, model);
    if (count == 0)
        return;
    if (table->flags & TABLE_NO_CURSOR) {
        scroll_rows(table, delta, count);
        return;
    }
    gint64 target = CLAMP((gint64)table->index + delta, 0, (gint64)count - 1);
    set_cursor(table, model, (gsize)target, delta < 0 ? -1 : 1, count);
    table->put = true;
    keep_visible(table, count);
}

static TableResult toggle_fold(Table *table, const TableModel *model)
{
    if (sync_rows(table, model) == 0 || !(table->flags & TABLE_TREE))
        return TABLE_DONE;
    TableRow row = get_row(model, table->index);
    if (row.fold == FOLD_LEAF)
        return TABLE_DONE;
    table_set_folded(table, row.id, row.fold == FOLD_OPEN);
    return TABLE_FOLDED;
}

static gint64 action_delta(const Table *table, int action)
{
    gint64 page = (gint64)page_height(table), all = G_MAXINT32;
    const gint64 deltas[] = {
        [TABLE_UP - TABLE_UP] = -1,         [TABLE_DOWN - TABLE_UP] = 1,
        [TABLE_PAGE_UP - TABLE_UP] = -page, [TABLE_PAGE_DOWN - TABLE_UP] = page,
        [TABLE_FIRST - TABLE_UP] = -all,    [TABLE_LAST - TABLE_UP] = all,
    };
    return deltas[action - TABLE_UP];
}

TableResult table_act(Table *table, const TableModel *model, int action)
{
    if (action < TABLE_UP || action > TABLE_FOLD)
        return TABLE_NOT_MINE;
    if (action == TABLE_FOLD)
        return toggle_fold(table, model);
    if (action == TABLE_LEFT)
        table->first_column -= table->first_column > 0;
    else if (action == TABLE_RIGHT)
        table->first_column++; // drawing knows how far that can go
    else
        move_cursor(table, model, action_delta(table, action));
    return TABLE_DONE;
}

bool table_mouse(Table *table, const TableModel *model, const KeyEvent *event)
{
    if (!rect_contains(table->rows_at, event->x, event->y))
        return false;
    gsize count = sync_rows(table, model);
    if (event->code == K_WHEEL_UP || event->code == K_WHEEL_DOWN) {
        move_cursor(table, model, event->code == K_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
        return true;
    }
    gsize index = table->top + (gsize)(event->y - table->rows_at.y);
    if (event->code != K_CLICK || index >= count || table->flags & TABLE_NO_CURSOR ||
        get_row(model, index).skip)
        return false;
    set_cursor(table, model, index, 1, count);
    table->put = true;
    return true;
}

// ---- Drawing ----

static const TableColumn *column_at(const Table *table, guint index)
{
    return &g_array_index(table->columns, TableColumn, index);
}

static void draw_head_cell(const Table *table, const TableModel *model, const Canvas *canvas,
                           const ColumnPlace *place)
{
    const TableColumn *column = column_at(table, place->column);
    Canvas cell = canvas_sub(canvas, rect_make(place->x, 0, place->width, 1));
    if (column->flags & COLUMN_PAINT && model->paint) {
        model->paint(model->data, TABLE_HEAD, place->column, &cell);
        return;
    }
    cells_fit(&cell, canvas_rect(&cell), column->align, ROLE_HEADER, column->title);
}

static void draw_head(const Table *table, const TableModel *model, const Canvas *canvas,
                      const ColumnLayout *layout)
{
    for (guint i = 0; i < layout->n; i++)
        draw_head_cell(table, model, canvas, &layout->places[i]);
    int after_first = layout->n ? layout->places[0].x + layout->places[0].width : 0;
    if (layout->more_left)
        cells_glyph(canvas, after_first, 0, ROLE_DIM, GLYPH_ARROW_LEFT);
    if (layout->more_right)
        cells_glyph(canvas, canvas->width - 1, 0, ROLE_DIM, GLYPH_ARROW);
}

// Indentation and fold sign in front of the first column's text. Returns what is left of `at`.
static Rect draw_tree_lead(const Canvas *canvas, const TableRow *row, Style style, Rect at)
{
    static const Glyph signs[] = {
        [FOLD_LEAF] = GLYPH_NONE, [FOLD_OPEN] = GLYPH_OPEN, [FOLD_CLOSED] = GLYPH_CLOSED};
    Rect indent = rect_cut_left(&at, INDENT * CLAMP(row->level, 0, 16));
    cells_fill(canvas, indent, style, GLYPH_NONE);
    // Below its parent a leaf starts where the parent's text does.
    bool leaf = row->fold == FOLD_LEAF && row->level > 0;
    Rect sign = rect_cut_left(&at, leaf ? 0 : INDENT);
    cells_fill(canvas, sign, style, GLYPH_NONE);
    if (sign.width > 0)
        cells_glyph(canvas, sign.x, sign.y, style, signs[row->fold]);
    return at;
}

static void draw_cell_text(const Canvas *canvas, const TableCell *cell, Align align, Style extra,
                           Rect at)
{
    Style style = cell->style | extra;
    if (cell->glyph != GLYPH_NONE) {
        Style glyph_style = (cell->glyph_style ? cell->glyph_style : cell->style) | extra;
        Rect sign = rect_cut_left(&at, 2);
        cells_fill(canvas, sign, style, GLYPH_NONE);
        if (sign.width > 0)
            cells_glyph(canvas, sign.x, sign.y, glyph_style, cell->glyph);
    }
    cells_fit(canvas, at, align, style, cell->text);
}

typedef struct {
    const Table *table;
    const TableModel *model;
    const Canvas *canvas; // of the columns
    const ColumnLayout *layout;
    gsize index;
    TableRow row;
    int y;
    bool selected;
} RowDraw;

static void draw_row_cell(const RowDraw *draw, const ColumnPlace *place)
{
    const TableColumn *column = column_at(draw->table, place->column);
    Rect at = rect_make(place->x, draw->y, place->width, 1);
    if (column->flags & COLUMN_PAINT && draw->model->paint) {
        Canvas sub = canvas_sub(draw->canvas, at);
        draw->model->paint(draw->model->data, draw->index, place->column, &sub);
        return;
    }
    TableCell cell;
    cell.text = NULL;
    cell.style = cell.glyph_style = ROLE_NORMAL;
    cell.glyph = GLYPH_NONE;
    cell.buffer[0] = '\0';
    draw->model->cell(draw->model->data, draw->index, place->column, &cell);
    Style extra = draw->row.flags;
    if (draw->selected && place->column == 0)
        extra |= STYLE_SELECTED;
    if (place->column == 0 && draw->table->flags & TABLE_TREE)
        at = draw_tree_lead(draw->canvas, &draw->row, cell.style | extra, at);
    draw_cell_text(draw->canvas, &cell, column->align, extra, at);
}

static void draw_rows(const Table *table, const TableModel *model, const Canvas *canvas,
                      const ColumnLayout *layout, gsize count)
{
    Canvas columns =
        canvas_sub(canvas, rect_make(MARGIN, 0, canvas->width - MARGIN, canvas->height));
    RowDraw draw = {.table = table, .model = model, .canvas = &columns, .layout = layout};
    for (; draw.y < canvas->height && table->top + (gsize)draw.y < count; draw.y++) {
        draw.index = table->top + (gsize)draw.y;
        draw.row = get_row(model, draw.index);
        draw.selected = !(table->flags & TABLE_NO_CURSOR) && draw.index == table->index;
        if (draw.selected)
            cells_glyph(canvas, 0, draw.y, ROLE_KEY, GLYPH_CURSOR);
        for (guint i = 0; i < layout->n; i++)
            draw_row_cell(&draw, &layout->places[i]);
    }
}

static void draw_empty(const TableModel *model, const Canvas *canvas)
{
    Rect at = rect_inset(canvas_rect(canvas), 1, 0);
    Align align = ALIGN_LEFT | ALIGN_CLIP_END;
    if (model->empty && canvas->height > 0)
        cells_fit(canvas, rect_make(at.x, MIN(1, canvas->height - 1), at.width, 1), align, ROLE_DIM,
                  model->empty);
}

void table_draw(Table *table, const TableModel *model, const Canvas *canvas)
{
    Rect rest = canvas_rect(canvas), head = {0};
    if (!(table->flags & TABLE_NO_HEADER))
        head = rect_cut_top(&rest, 1);
    table->rows_at = rect_make(canvas->x + rest.x, canvas->y + rest.y, rest.width, rest.height);
    gsize count = sync_rows(table, model);
    keep_visible(table, count);
    bool bar = count > (gsize)rest.height && rest.width > 4;
    Rect bar_at = bar ? rect_cut_right(&rest, 1) : (Rect){0};
    ColumnLayout layout;
    columns_lay_out((const TableColumn *)(void *)table->columns->data, table->columns->len,
                    rest.width - MARGIN, table->first_column, &layout);
    table->first_column = MIN(table->first_column, layout.last_first);
    table->shown = 0;
    for (guint i = 0; i < layout.n; i++)
        table->shown |= G_GUINT64_CONSTANT(1) << layout.places[i].column;
    Canvas head_canvas = canvas_sub(canvas, rect_make(MARGIN, 0, rest.width - MARGIN, head.height));
    draw_head(table, model, &head_canvas, &layout);
    Canvas rows = canvas_sub(canvas, rest);
    draw_rows(table, model, &rows, &layout, count);
    if (count == 0)
        draw_empty(model, &rows);
    if (bar)
        scroll_draw(canvas, bar_at, &(ScrollState){table->top, (gsize)rest.height, count});
}

bool table_shows(const Table *table, guint column)
{
    return table->shown >> column & 1;
}

void table_cell_printf(TableCell *cell, Style style, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_vsnprintf(cell->buffer, sizeof cell->buffer, format, args);
    va_end(args);
    cell->text = cell->buffer;
    cell->style = style;
}

void table_cell_state(TableCell *cell, Glyph glyph, Style style, const char *word)
{
    cell->glyph = glyph;
    cell->style = style;
    cell->text = word;
}
