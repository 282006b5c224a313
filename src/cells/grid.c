#include "cells/grid.h"

#include <string.h>

struct Grid {
    int width, height;
    bool ascii;
    int cursor_x, cursor_y; // -1: hidden
    Cell *cells;            // height lines of width cells
    gsize allocated;        // cells there is room for
};

static const Cell blank = {.ch = {' '}, .style = ROLE_NORMAL, .width = 1};

Grid *grid_new(int width, int height, bool ascii)
{
    Grid *grid = g_new0(Grid, 1);
    grid->ascii = ascii;
    grid_resize(grid, width, height);
    return grid;
}

void grid_free(Grid *grid)
{
    if (!grid)
        return;
    g_free(grid->cells);
    g_free(grid);
}

static gsize cell_count(const Grid *grid)
{
    return (gsize)grid->width * (gsize)grid->height;
}

void grid_clear(Grid *grid)
{
    gsize width = (gsize)grid->width;
    grid->cursor_x = grid->cursor_y = -1;
    if (!cell_count(grid)) // there may be no cells at all
        return;
    for (gsize i = 0; i < width; i++)
        grid->cells[i] = blank;
    for (int y = 1; y < grid->height; y++)
        memcpy(grid->cells + (gsize)y * width, grid->cells, width * sizeof(Cell));
}

void grid_resize(Grid *grid, int width, int height)
{
    grid->width = CLAMP(width, 0, GRID_MAX_WIDTH);
    grid->height = CLAMP(height, 0, GRID_MAX_HEIGHT);
    if (cell_count(grid) > grid->allocated) {
        grid->allocated = cell_count(grid);
        grid->cells = g_renew(Cell, grid->cells, grid->allocated);
    }
    grid_clear(grid);
}

int grid_width(const Grid *grid)
{
    return grid->width;
}

int grid_height(const Grid *grid)
{
    return grid->height;
}

bool grid_is_ascii(const Grid *grid)
{
    return grid->ascii;
}

const Cell *grid_line(const Grid *grid, int y)
{
    if (y < 0 || y >= grid->height)
        return NULL;
    return grid->cells + (gsize)y * (gsize)grid->width;
}

Cell *grid_line_mutable(Grid *grid, int y)
{
    if (y < 0 || y >= grid->height)
        return NULL;
    return grid->cells + (gsize)y * (gsize)grid->width;
}

void grid_set_cursor(Grid *grid, int x, int y)
{
    bool inside = x >= 0 && y >= 0 && x < grid->width && y < grid->height;
    grid->cursor_x = inside ? x : -1;
    grid->cursor_y = inside ? y : -1;
}

bool grid_cursor(const Grid *grid, int *ret_x, int *ret_y)
{
    if (grid->cursor_x < 0)
        return false;
    *ret_x = grid->cursor_x;
    *ret_y = grid->cursor_y;
    return true;
}

void grid_copy(Grid *to, const Grid *from)
{
    if (to->width != from->width || to->height != from->height)
        grid_resize(to, from->width, from->height);
    gsize width = (gsize)from->width;
    // Most lines are the same: they are only read.
    for (gsize y = 0; width && y < (gsize)from->height; y++) {
        Cell *line = to->cells + y * width;
        const Cell *source = from->cells + y * width;
        if (memcmp(line, source, width * sizeof(Cell)) != 0)
            memcpy(line, source, width * sizeof(Cell));
    }
    to->ascii = from->ascii;
    to->cursor_x = from->cursor_x;
    to->cursor_y = from->cursor_y;
}

// Cuts the blanks at the end of what was appended since `start`, and ends the line.
static void end_line(GString *out, gsize start)
{
    while (out->len > start && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

char *grid_text(const Grid *grid)
{
    GString *out = g_string_sized_new(cell_count(grid) + (gsize)grid->height + 1);
    for (int y = 0; y < grid->height; y++) {
        const Cell *line = grid_line(grid, y);
        gsize start = out->len;
        for (int x = 0; x < grid->width; x++)
            for (int i = 0; line[x].width > 0 && i < CELL_CHARS && line[x].ch[i]; i++)
                g_string_append_unichar(out, line[x].ch[i]);
        end_line(out, start);
    }
    return g_string_free(out, FALSE);
}

char grid_role_letter(Style style)
{
    static const char letters[ROLE_COUNT] = {
        [ROLE_NORMAL] = '.',  [ROLE_DIM] = 'd',   [ROLE_TITLE] = 't',      [ROLE_HEADER] = 'h',
        [ROLE_BORDER] = 'b',  [ROLE_OK] = 'o',    [ROLE_ACTIVE] = 'a',     [ROLE_PASSIVE] = 'p',
        [ROLE_WARN] = 'w',    [ROLE_ALARM] = 'x', [ROLE_UNKNOWN] = 'u',    [ROLE_STALE] = 's',
        [ROLE_CHANGED] = 'c', [ROLE_KEY] = 'k',   [ROLE_MUTED] = 'm',      [ROLE_DRILL] = 'r',
        [ROLE_INPUT] = 'i',   [ROLE_MATCH] = 'y', [ROLE_PRODUCTION] = 'f',
    };
    char letter = letters[style_role(style)];
    if (!(style & STYLE_SELECTED))
        return letter;
    return letter == '.' ? '#' : g_ascii_toupper(letter);
}

char *grid_roles(const Grid *grid)
{
    GString *out = g_string_sized_new(cell_count(grid) + (gsize)grid->height + 1);
    for (int y = 0; y < grid->height; y++) {
        const Cell *line = grid_line(grid, y);
        for (int x = 0; x < grid->width; x++)
            g_string_append_c(out, grid_role_letter(line[x].style));
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
