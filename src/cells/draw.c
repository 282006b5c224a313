#include "cells/draw.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum { PRINTF_MAX = 1024 };

Canvas canvas_of(Grid *grid)
{
    int width = grid_width(grid), height = grid_height(grid);
    return (Canvas){.grid = grid,
                    .width = width,
                    .height = height,
                    .clip = {0, 0, width, height},
                    .ascii = grid_is_ascii(grid)};
}

Canvas canvas_sub(const Canvas *canvas, Rect at)
{
    Canvas sub = *canvas;
    sub.x += at.x;
    sub.y += at.y;
    sub.width = MAX(at.width, 0);
    sub.height = MAX(at.height, 0);
    sub.clip = rect_intersect(canvas->clip, rect_make(sub.x, sub.y, sub.width, sub.height));
    return sub;
}

Rect canvas_rect(const Canvas *canvas)
{
    return (Rect){0, 0, canvas->width, canvas->height};
}

// Reads a text unit by unit as it will be drawn. Measuring and drawing use the same reader, so that
// they never disagree.
typedef struct {
    const char *at, *end;
    bool ascii;
    int marks; // combining marks that the character read last can still take
} Reader;

static Reader reader_of(const Canvas *canvas, const char *text, gsize n)
{
    return (Reader){.at = text, .end = text + n, .ascii = canvas->ascii};
}

static void make_escape(TextUnit *unit)
{
    unit->width = g_snprintf(unit->bytes, sizeof unit->bytes, "\\u{%x}", unit->ch);
    unit->ch = 0;
}

// On an ASCII grid a sign of the glyph table becomes its twin, anything else its escape.
static void make_ascii(TextUnit *unit)
{
    char twin = glyph_ascii_twin(unit->ch);
    if (!twin) {
        make_escape(unit);
        return;
    }
    unit->ch = (guchar)twin;
    unit->width = 1;
}

// A mark that has nothing to stand on, or is one too many, is shown by its code point.
static void settle_mark(Reader *reader, TextUnit *unit)
{
    if (unit->width > 0)
        reader->marks = unit->ch ? CELL_CHARS - 1 : 0;
    else if (reader->marks > 0)
        reader->marks--;
    else
        make_escape(unit);
}

static bool reader_next(Reader *reader, TextUnit *ret_unit)
{
    guchar byte = reader->at < reader->end ? (guchar)*reader->at : 0;
    if (byte >= 0x20 && byte < 0x7f) {
        ret_unit->ch = byte;
        ret_unit->width = 1;
        reader->at++;
        reader->marks = CELL_CHARS - 1;
        return true;
    }
    if (!text_next(&reader->at, reader->end, ret_unit))
        return false;
    if (reader->ascii && ret_unit->ch >= 0x80)
        make_ascii(ret_unit);
    settle_mark(reader, ret_unit);
    return true;
}

static int measure(Reader reader)
{
    TextUnit unit;
    int width = 0;
    while (reader_next(&reader, &unit))
        width += unit.width;
    return width;
}

int cells_width(const Canvas *canvas, const char *text)
{
    return text ? measure(reader_of(canvas, text, strlen(text))) : 0;
}

static Cell *cell_at(const Canvas *canvas, int x, int y)
{
    int gx = canvas->x + x, gy = canvas->y + y;
    if (!rect_contains(canvas->clip, gx, gy))
        return NULL;
    return grid_line_mutable(canvas->grid, gy) + gx;
}

static void set_cell(Cell *cell, gunichar ch, Style style, guint8 width)
{
    *cell = (Cell){.ch = {ch}, .style = (guint16)style, .width = width};
}

// Before a cell is overwritten, a wide character that loses one half to it is blanked whole.
static void break_wide(const Canvas *canvas, const Cell *cell, int x, int y)
{
    const Cell *line = grid_line(canvas->grid, canvas->y + y);
    Cell *mutable_line = grid_line_mutable(canvas->grid, canvas->y + y);
    int gx = canvas->x + x;
    if (cell->width == 0 && gx > 0)
        set_cell(mutable_line + gx - 1, ' ', line[gx - 1].style, 1);
    if (cell->width == 2 && gx + 1 < grid_width(canvas->grid))
        set_cell(mutable_line + gx + 1, ' ', line[gx + 1].style, 1);
}

static void put_char(const Canvas *canvas, int x, int y, Style style, gunichar ch)
{
    Cell *cell = cell_at(canvas, x, y);
    if (!cell)
        return;
    if (cell->width != 1)
        break_wide(canvas, cell, x, y);
    set_cell(cell, ch, style, 1);
}

// `at` in the grid's coordinates, cut to what may be written.
static Rect clipped(const Canvas *canvas, Rect at)
{
    at.x += canvas->x;
    at.y += canvas->y;
    return rect_intersect(at, canvas->clip);
}

static void fill(const Canvas *canvas, Rect at, Style style, gunichar ch)
{
    Rect r = clipped(canvas, at);
    for (int y = r.y; y < r.y + r.height; y++) {
        Cell *line = grid_line_mutable(canvas->grid, y);
        for (int x = r.x; x < r.x + r.width; x++) {
            if (line[x].width != 1)
                break_wide(canvas, &line[x], x - canvas->x, y - canvas->y);
            set_cell(&line[x], ch, style, 1);
        }
    }
}

// A wide character needs both its cells; at an edge it becomes a blank.
static void put_wide(const Canvas *canvas, int x, int y, Style style, gunichar ch)
{
    Cell *left = cell_at(canvas, x, y), *right = cell_at(canvas, x + 1, y);
    put_char(canvas, x, y, style, ' ');
    put_char(canvas, x + 1, y, style, ' ');
    if (!left || !right)
        return;
    set_cell(left, ch, style, 2);
    set_cell(right, 0, style, 0);
}

// Adds a combining mark to the character that ends before x, if that one is inside the canvas.
static void put_mark(const Canvas *canvas, int x, int y, gunichar ch)
{
    Cell *cell = cell_at(canvas, x - 1, y);
    if (cell && cell->width == 0)
        cell = cell_at(canvas, x - 2, y);
    int i = 1;
    while (cell && i < CELL_CHARS && cell->ch[i])
        i++;
    if (cell && i < CELL_CHARS)
        cell->ch[i] = ch;
}

static void put_escaped(const Canvas *canvas, int x, int y, Style style, const char *bytes)
{
    for (; *bytes; bytes++, x++)
        put_char(canvas, x, y, style | STYLE_UNDERLINE, (guchar)*bytes);
}

static void put_unit(const Canvas *canvas, int x, int y, Style style, const TextUnit *unit)
{
    if (unit->ch == 0)
        put_escaped(canvas, x, y, style, unit->bytes);
    else if (unit->width == 2)
        put_wide(canvas, x, y, style, unit->ch);
    else if (unit->width == 1)
        put_char(canvas, x, y, style, unit->ch);
    else
        put_mark(canvas, x, y, unit->ch);
}

// What most texts begin with, and all of most of them: printable ASCII, whose cells are written without asking for
// each. Returns the column behind it.
static int put_plain(const Canvas *canvas, int x, int end, int y, Style style, Reader *reader)
{
    Rect r = clipped(canvas, (Rect){x, y, end - x, 1});
    Cell *line = r.height > 0 ? grid_line_mutable(canvas->grid, r.y) : NULL;
    for (; x < end && reader->at < reader->end; x++, reader->at++) {
        guchar byte = (guchar)*reader->at;
        if (byte < 0x20 || byte >= 0x7f)
            break;
        reader->marks = CELL_CHARS - 1;
        int gx = canvas->x + x;
        if (!line || gx < r.x || gx >= r.x + r.width)
            continue;
        if (line[gx].width != 1)
            break_wide(canvas, &line[gx], x, y);
        set_cell(&line[gx], byte, style, 1);
    }
    return x;
}

// Draws the reader's units into at.width columns from (at.x, at.y). Returns the column behind them.
static int put_run(const Canvas *canvas, Rect at, Style style, Reader reader)
{
    TextUnit unit;
    int x = at.x, end = at.x + at.width;
    x = put_plain(canvas, x, end, at.y, style, &reader);
    while (reader_next(&reader, &unit) && unit.width <= end - x) {
        put_unit(canvas, x, at.y, style, &unit);
        x += unit.width;
    }
    return x;
}

int cells_put_n(const Canvas *canvas, int x, int y, Style style, const char *text, gsize n)
{
    if (!text)
        return x;
    return put_run(canvas, rect_make(x, y, canvas->width - x, 1), style,
                   reader_of(canvas, text, n));
}

int cells_put(const Canvas *canvas, int x, int y, Style style, const char *text)
{
    return cells_put_n(canvas, x, y, style, text, text ? strlen(text) : 0);
}

gsize cells_wrap(const Canvas *canvas, const char *text, gsize n, int columns)
{
    TextUnit unit;
    Reader reader = reader_of(canvas, text, n), ahead = reader;
    const char *blank = NULL; // behind the last blank that fits
    while (reader_next(&ahead, &unit)) {
        columns -= unit.width;
        if (unit.ch == ' ')
            blank = ahead.at;
        if (columns < 0 && unit.ch != ' ')
            break;
        reader = ahead;
    }
    if (reader.at == reader.end)
        return n;
    if (blank)
        return (gsize)(blank - text);
    return (gsize)((reader.at > text ? reader.at : ahead.at) - text);
}

int cells_put_wrapped(const Canvas *canvas, Rect at, Style style, const char *text)
{
    Canvas body = canvas_sub(canvas, at);
    gsize size = text ? strlen(text) : 0, done = 0;
    int lines = 0;
    while (done < size && lines < at.height) {
        gsize n = cells_wrap(&body, text + done, size - done, MAX(at.width, 1));
        if (lines + 1 == at.height && done + n < size)
            cells_fit(&body, rect_make(0, lines, at.width, 1), ALIGN_LEFT | ALIGN_CLIP_END, style,
                      text + done);
        else
            cells_put_n(&body, 0, lines, style, text + done, n);
        done += n;
        lines++;
    }
    return at.y + lines;
}

int cells_printf(const Canvas *canvas, int x, int y, Style style, const char *format, ...)
{
    char buffer[PRINTF_MAX];
    va_list args;
    va_start(args, format);
    g_vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    gsize n = strlen(buffer);
    const char *end = buffer + n;
    // A character cut in half by the buffer's end is left out; bad bytes earlier are shown.
    if (n == PRINTF_MAX - 1 && !g_utf8_validate(buffer, -1, &end) && buffer + n - end < 4)
        n = (gsize)(end - buffer);
    return cells_put_n(canvas, x, y, style, buffer, n);
}

// Reads over `columns` columns, and over the marks that belong to what was cut off.
static void reader_skip(Reader *reader, int columns)
{
    TextUnit unit;
    Reader ahead = *reader;
    while (reader_next(&ahead, &unit) && (columns > 0 || unit.width == 0)) {
        columns -= unit.width;
        *reader = ahead;
    }
}

static int put_clipped(const Canvas *canvas, Rect at, Align align, Style style, Reader reader)
{
    int tail = align & ALIGN_CLIP_END ? 0 : (at.width - 1) / 2;
    Rect head = rect_make(at.x, at.y, at.width - 1 - tail, 1);
    int x = put_run(canvas, head, style, reader);
    x = cells_glyph(canvas, x, at.y, style, GLYPH_ELLIPSIS);
    reader_skip(&reader, measure(reader) - tail);
    return put_run(canvas, rect_make(x, at.y, at.x + at.width - x, 1), style, reader);
}

void cells_fit(const Canvas *canvas, Rect at, Align align, Style style, const char *text)
{
    if (at.width <= 0)
        return;
    Reader reader = reader_of(canvas, text ? text : "", text ? strlen(text) : 0);
    int room = at.width - measure(reader), x = at.x;
    guint side = align & 3u;
    int before = side == ALIGN_RIGHT ? room : side == ALIGN_CENTER ? room / 2 : 0;
    if (before > 0)
        fill(canvas, (Rect){x, at.y, before, 1}, style, ' ');
    x += MAX(before, 0);
    if (room >= 0)
        x = put_run(canvas, rect_make(x, at.y, at.x + at.width - x, 1), style, reader);
    else
        x = put_clipped(canvas, at, align, style, reader);
    if (x < at.x + at.width)
        fill(canvas, (Rect){x, at.y, at.x + at.width - x, 1}, style, ' ');
}

int cells_glyph(const Canvas *canvas, int x, int y, Style style, Glyph glyph)
{
    put_char(canvas, x, y, style, glyph_char(glyph, canvas->ascii));
    return x + 1;
}

void cells_fill(const Canvas *canvas, Rect at, Style style, Glyph glyph)
{
    fill(canvas, at, style, glyph_char(glyph, canvas->ascii));
}

void cells_restyle(const Canvas *canvas, Rect at, Style set_flags, Style clear_flags)
{
    Rect r = clipped(canvas, at);
    for (int y = r.y; y < r.y + r.height; y++) {
        Cell *line = grid_line_mutable(canvas->grid, y);
        for (int x = r.x; x < r.x + r.width; x++)
            line[x].style = (guint16)((line[x].style & ~clear_flags) | set_flags);
    }
}

// The two title texts of a box: the tag keeps its width, the title gets what is left.
static void put_box_title(const Canvas *canvas, Rect at, const BoxLook *look)
{
    int room = at.width - 4;
    int tag = look->tag ? MIN(cells_width(canvas, look->tag), MAX(room - 2, 0)) : 0;
    int title = look->title ? cells_width(canvas, look->title) : 0;
    title = MIN(title, tag > 0 ? room - tag - 3 : room - 2);
    if (tag > 0) {
        int x = at.x + at.width - 3 - tag;
        cells_put(canvas, x, at.y, ROLE_NORMAL, " ");
        cells_fit(canvas, rect_make(x + 1, at.y, tag, 1), ALIGN_LEFT, look->tag_style, look->tag);
        cells_put(canvas, x + 1 + tag, at.y, ROLE_NORMAL, " ");
    }
    if (title > 0) {
        Style style = look->title_style ? look->title_style : ROLE_TITLE;
        cells_put(canvas, at.x + 1, at.y, ROLE_NORMAL, " ");
        cells_fit(canvas, rect_make(at.x + 2, at.y, title, 1), ALIGN_LEFT, style, look->title);
        cells_put(canvas, at.x + 2 + title, at.y, ROLE_NORMAL, " ");
    }
}

static void put_box_lines(const Canvas *canvas, Rect at, Style style, Glyph horizontal)
{
    int right = at.x + at.width - 1, bottom = at.y + at.height - 1;
    cells_fill(canvas, rect_make(at.x, at.y, at.width, 1), style, horizontal);
    cells_fill(canvas, rect_make(at.x, bottom, at.width, 1), style, horizontal);
    cells_fill(canvas, rect_make(at.x, at.y, 1, at.height), style, GLYPH_VERTICAL);
    cells_fill(canvas, rect_make(right, at.y, 1, at.height), style, GLYPH_VERTICAL);
    cells_glyph(canvas, at.x, at.y, style, GLYPH_TOP_LEFT);
    cells_glyph(canvas, right, at.y, style, GLYPH_TOP_RIGHT);
    cells_glyph(canvas, at.x, bottom, style, GLYPH_BOTTOM_LEFT);
    cells_glyph(canvas, right, bottom, style, GLYPH_BOTTOM_RIGHT);
}

Canvas cells_box(const Canvas *canvas, Rect at, const BoxLook *look)
{
    if (at.width < 2 || at.height < 2)
        return canvas_sub(canvas, rect_make(at.x, at.y, 0, 0));
    Style border = look->border ? look->border : ROLE_BORDER;
    put_box_lines(canvas, at, border, look->is_double ? GLYPH_DOUBLE : GLYPH_HORIZONTAL);
    put_box_title(canvas, at, look);
    return canvas_sub(canvas, rect_inset(at, 1, 1));
}

void cells_rule(const Canvas *canvas, Rect at, Style style, const char *title)
{
    cells_fill(canvas, rect_make(at.x, at.y, at.width, 1), style, GLYPH_HORIZONTAL);
    int width = title ? MIN(cells_width(canvas, title), at.width - 4) : 0;
    if (width <= 0)
        return;
    cells_put(canvas, at.x + 1, at.y, style, " ");
    cells_fit(canvas, rect_make(at.x + 2, at.y, width, 1), ALIGN_LEFT, ROLE_TITLE, title);
    cells_put(canvas, at.x + 2 + width, at.y, style, " ");
}

void cells_cursor(const Canvas *canvas, int x, int y)
{
    if (cell_at(canvas, x, y))
        grid_set_cursor(canvas->grid, canvas->x + x, canvas->y + y);
}
